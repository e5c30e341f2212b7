"""Points taken off after appraisal ("bị trừ", R13), shown apart from the marks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.rounds.models import Step
from backend.scoring.models.cards import Scorecard
from backend.scoring.models.evidence import StoredFile


class Deduction(models.Model):
    """Points the council takes off a field or leaf of a card, by reason and document. Rows are only added.

    ``code`` is of a field or of a leaf. ``withdraws`` names the row that this one takes back; it copies code and
    points. ``step`` is the appraisal the card had finished: the unit sees the row with that step's marks.
    ``file`` is the document itself where it was sent, kept among the bytes of the host.
    """

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="deductions")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("mã"), max_length=30)
    points = PointsField(_("điểm bị trừ"))
    reason = models.TextField(_("lý do"))
    document = models.CharField(_("văn bản"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(_("tên tệp"), max_length=255, blank=True, default="")
    withdraws = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawal"
    )
    author = models.CharField(_("người nhập"), max_length=200)
    made_at = models.DateTimeField(_("nhập lúc"))
    history = Tracked()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("điểm bị trừ")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=ZERO), name="scoring_deduction_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="scoring_deduction_has_reason"),
            models.CheckConstraint(
                condition=Q(withdraws__isnull=False) | ~Q(document=""), name="scoring_deduction_has_document"
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | ~Q(file_name=""), name="scoring_deduction_file_has_name"
            ),
            models.CheckConstraint(
                condition=Q(withdraws__isnull=True) | ~Q(withdraws=F("id")),
                name="scoring_deduction_withdraws_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}/{self.code}: {self.points}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.card_id}"
