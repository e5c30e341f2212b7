"""One person, one account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from backend.core.text import fold


class User(AbstractBaseUser):
    """A person who signs in. Rights come from appointments, never from flags here.

    ``must_change_password`` is set with a one-time first password. ``totp_secret`` is empty until
    the person turns the second factor on. ``session_epoch`` grows when all sessions must end.
    ``wrong_answers`` counts wrong codes and wrong passwords of somebody who is already past the
    sign-in page; ``blocked_until`` is when she may try again.

    History is kept by ``backend.audit`` (accounts stands below it): name, contact, state; never
    secrets or what a sign-in changes.
    """

    username = models.CharField(_("tên đăng nhập"), max_length=60, unique=True)
    full_name = models.CharField(_("tên hiển thị"), max_length=200)
    email = models.EmailField(_("thư điện tử"), blank=True)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    is_active = models.BooleanField(_("đang hoạt động"), default=True)
    is_demo = models.BooleanField(_("tài khoản minh hoạ"), default=False)
    must_change_password = models.BooleanField(default=False)
    totp_secret = models.CharField(max_length=64, blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    wrong_answers = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    session_epoch = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(_("ngày tạo"), auto_now_add=True)
    folded = models.CharField(max_length=350, editable=False, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        ordering = ["username"]
        verbose_name = _("tài khoản")

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the key for searching without accents."""
        self.fold()
        super().save(*args, **kwargs)

    def fold(self) -> None:
        """Set the search key; who inserts accounts in bulk calls this herself."""
        self.folded = fold(f"{self.username} {self.full_name}")[:350]

    # Where many accounts are made at once, each says here which unit its row of history is about.
    history_about: Any = None

    @property
    def is_staff(self) -> bool:
        """Return False: there is no admin site."""
        return False

    @property
    def is_superuser(self) -> bool:
        """Return False: nobody is above the rule book."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Return whether the person holds ``perm`` on ``obj`` by the seats in force."""
        from permissions.backend import SeatBackend  # deferred: the app registry must be ready

        return SeatBackend().has_perm(self, perm, obj)

    def get_session_auth_hash(self) -> str:
        """Return the hash that ends all sessions when the password or the epoch changes."""
        return super().get_session_auth_hash()[:56] + f"{self.session_epoch:08x}"


class Event(models.Model):
    """What a person did with her own account. Rows are only added.

    What an administrator does with it stands in the account's history.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("đổi mật khẩu")
        FACTOR_ON = "factor_on", _("bật xác thực hai lớp")
        FACTOR_OFF = "factor_off", _("tắt xác thực hai lớp")
        SESSIONS = "sessions", _("đăng xuất khỏi mọi thiết bị")
        BLOCKED = "blocked", _("nhập sai nhiều lần nên tạm dừng xác nhận")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("việc với tài khoản")
