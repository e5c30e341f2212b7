"""A change after conclusion: one person proposes it, another confirms it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.scoring.models.cards import Score, Scorecard


class Amendment(models.Model):
    """What one person proposes to change on a concluded card, by reason and document; it changes nothing by itself.

    Of points: ``score`` with ``points``, or the ``inputs`` of a survey leaf's rule; ``from_points`` and
    ``max_points`` are copied. Without a score the conclusion itself is to be opened again.
    """

    class Kind(models.TextChoices):
        POINTS = "points", _("thay đổi điểm")
        REOPEN = "reopen", _("mở lại kết luận")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ người thứ hai xác nhận")
        CONFIRMED = "confirmed", _("đã xác nhận")
        REFUSED = "refused", _("không chấp nhận")

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    score = models.ForeignKey(Score, on_delete=models.PROTECT, null=True, related_name="amendments")
    max_points = PointsField(null=True)
    from_points = PointsField(null=True)
    points = PointsField(_("điểm mới"), null=True)
    inputs: Any = models.JSONField(default=dict, blank=True)
    reason = models.TextField(_("lý do"))
    document = models.CharField(_("văn bản"), max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposer_name = models.CharField(_("người đề nghị"), max_length=200)
    proposed_at = models.DateTimeField(_("đề nghị lúc"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settler_name = models.CharField(_("người xác nhận"), max_length=200, blank=True)
    settled_at = models.DateTimeField(_("xác nhận lúc"), null=True)
    answer = models.TextField(_("ý kiến"), blank=True)
    history = Tracked()

    class Meta:
        ordering = ["card", "proposed_at", "pk"]
        verbose_name = _("thay đổi sau kết luận")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(document=""), name="scoring_amendment_is_explained"
            ),
            models.CheckConstraint(
                condition=Q(kind="points", score__isnull=False, points__isnull=False)
                | Q(kind="reopen", score__isnull=True, points__isnull=True),
                name="scoring_amendment_of_points_or_whole",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=ZERO, points__lte=F("max_points")),
                name="scoring_amendment_in_range",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_by__isnull=True, settled_at__isnull=True)
                | Q(state__in=["confirmed", "refused"], settled_by__isnull=False, settled_at__isnull=False),
                name="scoring_amendment_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(settled_by=F("proposed_by")),
                name="scoring_amendment_two_people",
            ),
            models.UniqueConstraint(
                fields=["card", "score"],
                condition=Q(state="waiting", kind="points"),
                name="scoring_amendment_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["card"],
                condition=Q(state="waiting", kind="reopen"),
                name="scoring_reopening_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.get_kind_display()}"

    @property
    def history_about(self) -> About:
        """Return what history rows are about: the card."""
        return self.card.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"card:{self.card_id}"
