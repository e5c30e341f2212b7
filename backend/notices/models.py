"""One message to one person, the letter that carries it, and how she wants her messages."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a message is about; a person chooses for each kind how she is told."""

    DEADLINE = "deadline", _("Nhắc hạn")
    TIME = "time", _("Gia hạn, mở lại")
    CARD = "card", _("Trình, trả lại, phê duyệt, kết luận phiếu")
    TASK = "task", _("Việc được giao, ý kiến nhắc đến bạn")
    CRITERIA = "criteria", _("Góp ý bộ tiêu chí")
    RESULT = "result", _("Mở đợt, công bố kết quả")
    ACCOUNT = "account", _("Tài khoản và mật khẩu")


# Whoever misses one of these misses a deadline or can't sign in: mail can't be turned off.
COMPULSORY = (Kind.DEADLINE, Kind.ACCOUNT)


class Way(models.TextChoices):
    """How a message reaches a person besides the page."""

    NOW = "now", _("gửi thư ngay")
    DIGEST = "digest", _("gộp vào thư tổng hợp hằng ngày")
    PAGE = "page", _("chỉ hiện trên trang")


def new_token() -> str:
    """Return what tells one letter from every other one, in any database."""
    return secrets.token_hex(16)


class Letter(models.Model):
    """One mail to one person: a single message, or her digest of one day (``digest_on``).

    ``state`` says how far it came. SENDING is claimed and not yet given to the server, HANDED is on its way
    over the line: a crash there leaves in doubt whether it arrived (``doubts`` counts those). ``attempts``
    fences a claim: who claimed under an older number writes nothing. ``token`` makes the Message-ID.
    ``address`` is the one used last; ``bad_address`` says that the server knows no such mailbox.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        HANDED = "handed", _("đang giao cho máy chủ thư")
        SENT = "sent", _("đã gửi")
        UNSURE = "unsure", _("chưa rõ đã đến hay chưa")
        REFUSED = "refused", _("bị từ chối")
        BOUNCED = "bounced", _("bị trả lại")
        NO_ADDRESS = "no_address", _("không có địa chỉ thư")
        CALLED_OFF = "called_off", _("không gửi vì không còn cần")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    digest_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(default=0)
    address = models.EmailField(blank=True)
    bad_address = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("thư")
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_letter_user"),
            models.Index(fields=["claimed_at"], name="notices_letter_claimed"),
            models.Index(
                fields=["state", "not_before"],
                condition=Q(state__in=["waiting", "sending", "handed"]),
                name="notices_letter_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "digest_on"], name="notices_one_digest_a_day"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "waiting", "sending", "handed", "sent", "unsure", "refused", "bounced",
                        "no_address", "called_off",
                    ]
                ),
                name="notices_letter_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notices_sent_at_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(doubts__lte=F("attempts")), name="notices_doubts_within_attempts"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.token}: {self.state}"


class Notice(models.Model):
    """What a person is told in the page and by mail. ``key`` makes a message unique per person.

    ``way`` was settled when it was told; ``letter`` is the mail it went into. ``topic`` names what it urges to,
    so that it is called off when that is done.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(_("loại"), max_length=10, choices=Kind.choices, default=Kind.TASK)
    way = models.CharField(_("cách báo"), max_length=6, choices=Way.choices, default=Way.NOW)
    topic = models.CharField(max_length=60, blank=True, default="")
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    url = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(_("lúc"))
    read_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="notices")

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("thông báo")
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notices_unread"),
            models.Index(
                fields=["way", "made_at"], condition=Q(letter__isnull=True), name="notices_not_mailed"
            ),
            models.Index(fields=["topic"], condition=~Q(topic=""), name="notices_topic"),
            models.Index(fields=["key"], name="notices_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notices_told_once"),
            models.CheckConstraint(condition=Q(way__in=["now", "digest", "page"]), name="notices_way_known"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def state(self) -> str:
        """Return how far its mail is: the letter's state, else the way it was to be told."""
        return self.letter.state if self.letter else self.way

    @property
    def mail_said(self) -> str:
        """Return the same in words."""
        if self.letter:
            return self.letter.get_state_display()
        waits = {Way.NOW: _("chờ gửi"), Way.DIGEST: _("chờ thư tổng hợp"), Way.PAGE: _("chỉ hiện trên trang")}
        return str(waits[Way(self.way)])


class Preference(models.Model):
    """How one person wants to be told of one kind of messages; without a row the usual way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    way = models.CharField(max_length=6, choices=Way.choices)

    class Meta:
        verbose_name = _("cách nhận thông báo")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notices_one_way_per_kind"),
            models.CheckConstraint(
                condition=Q(way__in=["now", "digest"])
                | (Q(way="page") & ~Q(kind__in=["deadline", "account"])),
                name="notices_deadlines_are_mailed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.way}"
