"""Units with dates, kinds as rows, lineage of mergers, appointments and their grants."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from backend.audit.models import Tracked
from backend.audit.recording import About
from permissions.actor import Seat
from permissions.roles import ROLE_TITLES, VERB_TITLES, Place, Role


class Kind(models.Model):
    """A kind of unit. Kinds are rows; none is named in code."""

    code = models.SlugField(_("mã loại"), max_length=40, unique=True)
    title = models.CharField(_("tên loại"), max_length=200)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("loại đơn vị")

    def __str__(self) -> str:
        return self.title


class UnitQuerySet(models.QuerySet["Unit"]):
    """Reads of the dated tree."""

    def on(self, day: date) -> UnitQuerySet:
        """Return the units in being on ``day``: from ``valid_from`` up to, not with, ``valid_to``."""
        ended = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        return self.filter(ended, valid_from__lte=day)

    def below(self, path: str) -> UnitQuerySet:
        """Return the units under ``path``, without the unit itself."""
        return self.filter(path__startswith=path).exclude(path=path)


class Unit(models.Model):
    """A body with a place in the tree from a date to a date; unique by code and first day.

    ``path`` is made of the codes from the top and ends in "/". ``valid_to`` is the first day
    on which the unit is no more.
    """

    code = models.CharField(_("mã"), max_length=20)
    name = models.CharField(_("tên"), max_length=200)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="units", verbose_name=_("loại"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("trực thuộc"),
    )
    path = models.CharField(max_length=200, unique=True, editable=False)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến trước ngày"), null=True, blank=True)
    order = models.PositiveIntegerField(_("thứ tự"), default=0)
    has_procedures = models.BooleanField(_("có thủ tục hành chính"), default=True)
    is_illustration = models.BooleanField(_("minh hoạ"), default=False)
    source = models.CharField(_("nguồn"), max_length=300, blank=True)
    folded = models.CharField(max_length=200, editable=False, blank=True)
    history = Tracked(excluded_fields=["folded"])

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("đơn vị")
        permissions = [(str(verb), str(title)) for verb, title in VERB_TITLES.items()]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="tiers_unit_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="tiers_unit_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(path__startswith="/", path__endswith="/"), name="tiers_unit_path_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the tree of units."""
        return "units"

    def place(self) -> Place:
        """Return where the unit stands for questions of rights."""
        return Place.of(self.path)

    @property
    def last_day(self) -> date | None:
        """Return the last day on which the unit is in being; None while no end is known."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None

    @property
    def history_about(self) -> About:
        """Return what history rows of this unit are about."""
        return _about(self)


def _about(unit: Unit) -> About:
    return About(unit_key=unit.pk, unit_path=unit.path, unit_name=unit.name)


class Lineage(models.Model):
    """One unit went, whole or in part, into another on a date."""

    class Share(models.TextChoices):
        WHOLE = "whole", _("toàn bộ")
        PART = "part", _("một phần")

    old = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="origins")
    share = models.CharField(_("phạm vi"), max_length=5, choices=Share.choices)
    on = models.DateField(_("ngày"))
    source = models.CharField(_("nguồn"), max_length=300, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("nguồn gốc đơn vị")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="tiers_lineage_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="tiers_lineage_two_units"),
            models.CheckConstraint(
                condition=Q(share__in=["whole", "part"]), name="tiers_lineage_share_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the tree of units."""
        return "units"

    @property
    def history_about(self) -> About:
        """Return what history rows of this line are about: the unit that came of it."""
        return _about(self.new)


class Release(models.Model):
    """A host lets the successor of a divided unit read what the divided unit left behind.

    Of a unit that went whole into another nothing need be released; see queries.predecessor_unit_ids.
    """

    old = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="releases", verbose_name=_("đơn vị bị chia")
    )
    new = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="released", verbose_name=_("đơn vị được xem")
    )
    host = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("cơ quan cho xem")
    )
    reason = models.TextField(_("lý do"))
    document = models.CharField(_("số văn bản"), max_length=100)
    released_at = models.DateTimeField(_("từ lúc"))
    history = Tracked()

    class Meta:
        ordering = ["old__order", "new__order"]
        verbose_name = _("cho xem hồ sơ cũ")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="tiers_release_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="tiers_release_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the tree of units."""
        return "units"

    def place(self) -> Place:
        """Return where the release stands: decided by its host."""
        return Place.of(self.host.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this release are about: the unit whose work is shown."""
        return _about(self.old)


class InForceQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows with ``starts_at`` and ``ends_at``, counted by the database's clock."""

    prefix = ""

    def in_force(self) -> InForceQuerySet:
        """Return the rows in force at this moment of the database."""
        start, end = f"{self.prefix}starts_at", f"{self.prefix}ends_at"
        ended = Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": Now()})
        return self.filter(ended, **{f"{start}__lte": Now()})


class Appointment(models.Model):
    """A person's seat: a role, where she works, for which unit she acts, from when to when.

    ``ends_at`` is the first moment the seat is no more, so a seat "to 31/12" ends at 00:00 of
    the next day in Vietnam. ``fields_limit`` lists codes of criteria fields, "1,3"; empty is all.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="appointments",
        verbose_name=_("người giữ"),
    )
    role = models.CharField(_("vai trò"), max_length=20, choices=list(ROLE_TITLES.items()))
    workplace = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("nơi công tác")
    )
    acts_for = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="seats", verbose_name=_("thay mặt cho")
    )
    title = models.CharField(_("chức vụ"), max_length=200, blank=True)
    fields_limit = models.CharField(_("giới hạn lĩnh vực"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("từ"))
    ends_at = models.DateTimeField(_("đến trước"), null=True, blank=True)
    decision_number = models.CharField(_("số quyết định"), max_length=100, blank=True)
    decision_date = models.DateField(_("ngày quyết định"), null=True, blank=True)
    history = Tracked()

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["acts_for__order", "role", "pk"]
        verbose_name = _("phân công")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "acts_for", "workplace", "starts_at"],
                name="tiers_seat_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="tiers_seat_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[str(role) for role in Role]), name="tiers_seat_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} - {self.acts_for}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the unit's seats."""
        return f"seats:{self.acts_for_id}"

    def place(self) -> Place:
        """Return where the seat stands: managed by who manages the unit it acts for."""
        return Place.of(self.acts_for.path)

    def seat(self) -> Seat:
        """Return the seat as plain values for the rule book."""
        codes = (code.strip() for code in self.fields_limit.split(","))
        return Seat(
            role=Role(self.role),
            path=self.acts_for.path,
            workplace=self.workplace.path,
            fields=frozenset(code for code in codes if code),
            title=self.title,
        )

    @property
    def history_about(self) -> About:
        """Return what history rows of this seat are about: the unit it acts for."""
        return About(unit_key=self.acts_for_id, unit_path=self.acts_for.path, unit_name=self.acts_for.name)


class SeatGrantQuerySet(InForceQuerySet):
    """Grants follow the dates of their appointment."""

    prefix = "appointment__"

    def in_force(self) -> SeatGrantQuerySet:
        """Return the grants whose appointment is in force, with all that a seat needs."""
        rows = super().in_force()
        return rows.select_related(  # type: ignore[return-value]
            "permission", "appointment__acts_for", "appointment__workplace"
        )


class UnitGrant(UserObjectPermissionBase):  # type: ignore[misc]
    """django-guardian's grant on a unit, one per verb of an appointment."""

    content_object = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="grants")

    objects = UserObjectPermissionManager.from_queryset(SeatGrantQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "permission"], name="tiers_grant_once_per_seat")
        ]

    def seat(self) -> Seat:
        """Return the seat behind the grant."""
        return self.appointment.seat()
