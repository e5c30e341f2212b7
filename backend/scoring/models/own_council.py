"""A unit's own council (Hội đồng thẩm định của đơn vị), which looks at its card before the leader does."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.scoring.models.cards import Score, Scorecard
from backend.scoring.models.signatures import Signature


class OwnCouncil(models.Model):
    """The council of a unit for one card, by the unit's decision. ``is_on``: the card goes to it before the leader."""

    card = models.OneToOneField(Scorecard, on_delete=models.PROTECT, related_name="own_council")
    decision_number = models.CharField(_("số quyết định"), max_length=100)
    decision_date = models.DateField(_("ngày quyết định"))
    is_on = models.BooleanField(_("đang dùng"), default=True)
    history = Tracked()

    class Meta:
        verbose_name = _("Hội đồng của đơn vị")
        constraints = [
            models.CheckConstraint(condition=~Q(decision_number=""), name="scoring_own_council_has_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.decision_number}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.card_id}"


class OwnMember(models.Model):
    """A person of the unit in its council. Chair and secretary pass the card on or send it back."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chủ tịch")
        SECRETARY = "secretary", _("Thư ký")
        MEMBER = "member", _("Thành viên")

    council = models.ForeignKey(OwnCouncil, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("vai trò"), max_length=10, choices=Role.choices)
    history = Tracked()

    class Meta:
        ordering = ["council", "pk"]
        verbose_name = _("thành viên Hội đồng của đơn vị")
        constraints = [
            models.UniqueConstraint(fields=["council", "person"], name="scoring_own_member_once"),
            models.UniqueConstraint(
                fields=["council"], condition=Q(role="chair"), name="scoring_own_council_one_chair"
            ),
            models.UniqueConstraint(
                fields=["council"], condition=Q(role="secretary"), name="scoring_own_council_one_secretary"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["chair", "secretary", "member"]), name="scoring_own_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.council.card_id}"


class OwnOpinion(models.Model):
    """What one member says of one leaf at one sitting; it never changes points. Units: points.

    ``sitting`` is the signature by which the card came to the council, so that what was said before the card
    went back stays apart. ``max_points`` is copied.
    """

    class Verdict(models.TextChoices):
        AGREE = "agree", _("đồng ý")
        PROPOSE = "propose", _("đề xuất điểm khác")
        REVISE = "revise", _("cần bổ sung, sửa")

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="own_opinions")
    sitting = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="own_opinions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="own_opinions"
    )
    person_name = models.CharField(_("người cho ý kiến"), max_length=200)
    verdict = models.CharField(_("ý kiến"), max_length=7, choices=Verdict.choices)
    max_points = PointsField()
    points = PointsField(_("điểm đề xuất"), null=True)
    reason = models.TextField(_("lý do"), blank=True)
    made_at = models.DateTimeField(_("lúc"))
    history = Tracked(personal=["person_name", "verdict", "points", "reason"], inner=True)

    class Meta:
        ordering = ["score__order", "made_at", "pk"]
        verbose_name = _("ý kiến của thành viên Hội đồng đơn vị")
        constraints = [
            models.UniqueConstraint(
                fields=["score", "sitting", "person"], name="scoring_own_opinion_once_per_sitting"
            ),
            models.CheckConstraint(
                condition=Q(verdict="agree", points__isnull=True)
                | (Q(verdict="propose", points__isnull=False) & ~Q(reason=""))
                | (Q(verdict="revise", points__isnull=True) & ~Q(reason="")),
                name="scoring_own_opinion_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=ZERO, points__lte=F("max_points")),
                name="scoring_own_opinion_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.verdict} - {self.person_name}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"
