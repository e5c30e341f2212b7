"""Who made each move, who lends her approval to whom, and exclusions, as guardian grants."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from backend.audit.models import Tracked
from backend.rounds.models import Step
from backend.scoring.models.cards import Scorecard
from permissions.roles import ROLES, Verb
from tiers.models import Appointment, InForceQuerySet


class Signature(models.Model):
    """One move made on a card. Rows are only added; ``voided_at`` is set when content changes.

    ``fingerprint`` is the SHA-256 of what was signed: self-points, inputs, explanations,
    evidence and the criteria version, not later marks.
    """

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="signatures")
    move = models.CharField(max_length=20)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, related_name="+")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="signatures"
    )
    signer_name = models.CharField(max_length=200)
    signer_title = models.CharField(max_length=200, blank=True)
    capacity = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    document = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    history = Tracked()

    class Meta:
        ordering = ["signed_at", "pk"]
        verbose_name = _("chữ ký")

    def __str__(self) -> str:
        return f"{self.move} - {self.signer_name}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.card_id}"


class Delegation(models.Model):
    """A leader lends the approval of one card to one person for a period (ủy quyền)."""

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given"
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_taken"
    )
    starts_at = models.DateTimeField(_("từ"))
    ends_at = models.DateTimeField(_("đến trước"))
    document = models.CharField(_("văn bản ủy quyền"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("ủy quyền")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="scoring_delegation_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="scoring_delegation_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.card_id}"


# The roles whose holders may lend their approval.
GIVERS = [str(role) for role, verbs in ROLES.items() if Verb.DELEGATE in verbs]


class SingleGrantQuerySet(InForceQuerySet):
    """Grants on one card carry dates of their own; a lent approval also needs both people's seats."""

    def in_force(self) -> SingleGrantQuerySet:
        """Return exclusions in force, and delegations while giver and taker hold their seats there."""
        seats = Appointment.objects.in_force().filter(acts_for=OuterRef("content_object__unit"))
        taker = seats.filter(user=OuterRef("user"))
        giver = seats.filter(user=OuterRef("delegation__giver"), role__in=GIVERS)
        lent = Q(Exists(taker)) & Q(Exists(giver))
        return super().in_force().filter(Q(excludes=True) | lent)  # type: ignore[return-value]


class ScorecardGrant(UserObjectPermissionBase):  # type: ignore[misc]
    """django-guardian's grant on one card: a delegation, or an exclusion from it."""

    content_object = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="grants")
    delegation = models.ForeignKey(
        Delegation, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    excludes = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = UserObjectPermissionManager.from_queryset(SingleGrantQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "starts_at"],
                name="scoring_single_grant_once",
            ),
        ]
