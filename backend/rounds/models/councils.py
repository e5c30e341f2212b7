"""The council of a round (Hội đồng thẩm định): its decision, its members, and who is kept from which unit."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.rounds.models.rounds import Round
from permissions.roles import Place
from tiers.models import InForceQuerySet, Unit


class Office(models.TextChoices):
    """An office in a council; its value is the role of the seat that its holder must have at the host."""

    CHAIR = "chair", _("Chủ tịch Hội đồng")
    VICE_CHAIR = "vice_chair", _("Phó Chủ tịch thường trực")
    SECRETARY = "secretary", _("Thư ký")
    MEMBER = "member", _("Ủy viên")
    SUPPORT = "support", _("Tổ giúp việc")


class Council(models.Model):
    """The council of one round, appointed by decision. It narrows what seats at the host give on the round's cards.

    ``vice_presides``: the chair has handed the presiding over to the standing vice-chair. ``version`` grows with
    every change, so that two people don't overwrite each other.
    """

    round = models.OneToOneField(
        Round, on_delete=models.PROTECT, related_name="council", verbose_name=_("đợt đánh giá")
    )
    decision_number = models.CharField(_("số quyết định"), max_length=100)
    decision_date = models.DateField(_("ngày quyết định"))
    vice_presides = models.BooleanField(_("Phó Chủ tịch thường trực chủ trì"), default=False)
    version = models.PositiveIntegerField(default=1)
    history = Tracked()

    class Meta:
        verbose_name = _("Hội đồng thẩm định của đợt")
        constraints = [
            models.CheckConstraint(condition=~Q(decision_number=""), name="rounds_council_has_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.decision_number}"

    def place(self) -> Place:
        """Return where the council stands: at the host of its round."""
        return self.round.place()

    @property
    def history_about(self) -> About:
        """Return what history rows of this council are about."""
        return self.round.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"round:{self.round_id}"


class CouncilMember(models.Model):
    """A person in a council from a moment to another; ``ends_at`` is set when she leaves, never before.

    ``limit`` lists codes of fields, criteria or leaves, "1, 2.4"; a code covers what stands below it; empty is all.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(_("chức danh"), max_length=10, choices=Office.choices)
    title = models.CharField(_("chức vụ trong quyết định"), max_length=200, blank=True)
    limit = models.CharField(_("giới hạn lĩnh vực, tiêu chí"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("từ"))
    ends_at = models.DateTimeField(_("đến trước"), null=True, blank=True)
    history = Tracked()

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["council", "pk"]
        verbose_name = _("thành viên Hội đồng thẩm định")
        constraints = [
            models.UniqueConstraint(
                fields=["council", "person"],
                condition=Q(ends_at__isnull=True),
                name="rounds_member_sits_once",
            ),
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(office="chair", ends_at__isnull=True),
                name="rounds_council_one_chair",
            ),
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(office="vice_chair", ends_at__isnull=True),
                name="rounds_council_one_vice_chair",
            ),
            models.CheckConstraint(condition=Q(office__in=Office.values), name="rounds_office_known"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="rounds_member_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_office_display()})"

    @property
    def history_about(self) -> About:
        """Return what history rows of this member are about."""
        return self.council.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return self.council.history_chain


class Conflict(models.Model):
    """A declared conflict of interest: it keeps a person from the cards of one unit. Withdrawn, never deleted.

    ``round`` is None where it holds in every round of ``host``. ``by_herself``: the person declared it; what
    somebody else declared rests on a document.
    """

    host = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("cơ quan tổ chức")
    )
    round = models.ForeignKey(
        Round,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conflicts",
        verbose_name=_("đợt đánh giá"),
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("người")
    )
    person_name = models.CharField(max_length=200)
    reason = models.TextField(_("lý do"))
    document = models.CharField(_("văn bản"), max_length=200, blank=True)
    by_herself = models.BooleanField(_("tự khai báo"))
    declared_by = models.CharField(_("người khai báo"), max_length=200)
    declared_at = models.DateTimeField(_("lúc"))
    withdrawn_at = models.DateTimeField(_("rút lúc"), null=True, blank=True)
    withdrawn_by = models.CharField(_("người rút"), max_length=200, blank=True)
    withdrawal = models.TextField(_("lý do rút"), blank=True)
    history = Tracked()

    class Meta:
        ordering = ["-declared_at", "-pk"]
        verbose_name = _("xung đột lợi ích")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "round"],
                condition=Q(withdrawn_at__isnull=True, round__isnull=False),
                name="rounds_conflict_once_a_round",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "host"],
                condition=Q(withdrawn_at__isnull=True, round__isnull=True),
                name="rounds_conflict_once_for_all",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="rounds_conflict_has_reason"),
            models.CheckConstraint(
                condition=Q(by_herself=True) | ~Q(document=""), name="rounds_conflict_has_document"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal=""),
                name="rounds_conflict_withdrawal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.unit}"

    def place(self) -> Place:
        """Return where the conflict stands: about its unit, recorded for the host."""
        return Place(unit=self.unit.path, host=self.host.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this conflict are about: the unit from which it keeps a person."""
        about = About(unit_key=self.unit_id, unit_path=self.unit.path, unit_name=self.unit.name)
        return replace(about, round_key=self.round_id)

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"round:{self.round_id}" if self.round_id else f"seats:{self.host_id}"
