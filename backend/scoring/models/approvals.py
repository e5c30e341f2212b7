"""Around an approval: leaves returned with a reason each, what a leader has looked at, reports given out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.scoring.models.cards import Score, Scorecard
from backend.scoring.models.signatures import Signature


class ReturnedLeaf(models.Model):
    """Why a leader returns one leaf, and what the unit did about it.

    Without ``signature`` it is a note of hers alone, not sent yet; the move "return" puts its signature on it.
    """

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="returned")
    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, null=True, blank=True, related_name="leaves"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(_("người trả lại"), max_length=200)
    reason = models.TextField(_("lý do trả lại"))
    written_at = models.DateTimeField()
    answer = models.TextField(_("đã xử lý thế nào"), blank=True)
    answered_by = models.CharField(_("người xử lý"), max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    history = Tracked()

    class Meta:
        ordering = ["score__order"]
        verbose_name = _("tiêu chí bị trả lại")
        constraints = [
            models.UniqueConstraint(fields=["score", "signature"], name="scoring_returned_once"),
            models.UniqueConstraint(
                fields=["score", "author"],
                condition=Q(signature__isnull=True),
                name="scoring_return_noted_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="scoring_return_has_reason"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="", answer="")
                | Q(answered_at__isnull=False, signature__isnull=False) & ~Q(answered_by=""),
                name="scoring_return_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.reason[:40]}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"

    @property
    def is_done(self) -> bool:
        """Return whether the unit has marked it as dealt with."""
        return self.answered_at is not None


class Look(models.Model):
    """How far one person has looked at one card; hers alone, no part of what is signed, so without history.

    ``seen_at`` is the moment of the page she opened last, ``since`` that of the visit before (null at the first).
    ``leaves`` maps the code of a leaf to the digest of what she saw there.
    """

    card = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="looks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    leaves: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("lần xem phiếu")
        constraints = [
            models.UniqueConstraint(fields=["card", "person"], name="scoring_look_once"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}/{self.person_id}"


class IssuedReport(models.Model):
    """A self-assessment report made by the system: its bytes' SHA-256 and size, the fingerprint printed on it."""

    card = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="issued")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    fingerprint = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("báo cáo đã tạo")
        constraints = [
            models.UniqueConstraint(fields=["card", "sha256"], name="scoring_report_issued_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="scoring_report_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
