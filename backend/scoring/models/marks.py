"""Points of one leaf at one step, where survey points come from, and explanations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.rounds.models import Round, Step
from backend.scoring.models.cards import Score


class Provenance(models.Model):
    """Where survey or outside-index points come from: the report, its date, sample and answers."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="provenances")
    report_number = models.CharField(_("số báo cáo"), max_length=100)
    report_date = models.DateField(_("ngày báo cáo"))
    sample = models.PositiveIntegerField(_("số phiếu phát ra"))
    answers = models.PositiveIntegerField(_("số phiếu trả lời"))
    entered_at = models.DateTimeField()
    history = Tracked()

    class Meta:
        verbose_name = _("nguồn điểm điều tra")
        constraints = [
            models.CheckConstraint(
                condition=Q(answers__lte=F("sample")), name="scoring_answers_at_most_sample"
            ),
            models.CheckConstraint(condition=~Q(report_number=""), name="scoring_provenance_has_report"),
        ]

    def __str__(self) -> str:
        return self.report_number

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.round_id}"


class Mark(models.Model):
    """Points given to one score at one step; null means not given yet. Units: points.

    ``inputs`` are the canonical inputs of the leaf's rule. ``note`` is the unit's explanation.
    ``reason`` says why the points differ from ``from_points``, those of the step before; ``rule_said`` is the rule of the
    leaf that was applied, in the words it had then.
    ``version`` grows with every save; a save with an older one is refused. ``save_key`` names the last
    write of the page, so that the same one sent again writes nothing; it stands outside history.
    """

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="marks")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    max_points = PointsField()
    from_points = PointsField(null=True)
    points = PointsField(_("điểm"), null=True)
    inputs = models.JSONField(default=dict, blank=True)
    note = models.TextField(_("giải trình của đơn vị"), blank=True)
    reason = models.TextField(_("lý do"), blank=True)
    rule_said = models.TextField(_("quy tắc áp dụng"), blank=True, default="")
    provenance = models.ForeignKey(
        Provenance, on_delete=models.PROTECT, null=True, blank=True, related_name="marks"
    )
    author = models.CharField(_("người chấm"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    save_key = models.CharField(max_length=64, blank=True, default="")
    history = Tracked(excluded_fields=["save_key"])

    class Meta:
        verbose_name = _("điểm chấm")
        constraints = [
            models.UniqueConstraint(fields=["score", "step"], name="scoring_mark_once_per_step"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=ZERO, points__lte=F("max_points")),
                name="scoring_mark_in_range",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True)
                | Q(from_points__isnull=True)
                | Q(points=F("from_points"))
                | ~Q(reason=""),
                name="scoring_change_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}/{self.step_id}: {self.points}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"


class Explanation(models.Model):
    """The council asks about one leaf; the unit answers at the explanation step."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="explanations")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(_("nội dung yêu cầu giải trình"))
    asked_by = models.CharField(_("người yêu cầu"), max_length=200)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("giải trình"), blank=True)
    answered_by = models.CharField(_("người giải trình"), max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    history = Tracked()

    class Meta:
        ordering = ["score__order"]
        verbose_name = _("yêu cầu giải trình")
        constraints = [
            models.UniqueConstraint(fields=["score", "step"], name="scoring_asked_once_per_step"),
            models.CheckConstraint(condition=~Q(question=""), name="scoring_question_is_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.question[:40]}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"
