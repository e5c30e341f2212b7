"""How firm the ranks of a round are, kept once it is worked out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.rounds.models import Round


class Firmness(models.Model):
    """Rank intervals of a published ranking, or (``ranking`` null) of a round as it stood when they were asked for.

    Worked out again at any time from what the ranking is made of, so it stands outside history. ``result`` is what
    ``reports.analysis.firmness`` found for each group.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("đang chờ tính")
        DONE = "done", _("đã tính xong")
        FAILED = "failed", _("không tính được")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    ranking = models.ForeignKey("reports.Ranking", on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    result = models.JSONField(default=dict, blank=True)
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    finished_at = models.DateTimeField(_("tính xong lúc"), null=True)

    class Meta:
        verbose_name = _("độ vững của thứ hạng")
        constraints = [
            models.UniqueConstraint(
                fields=["ranking"], condition=Q(ranking__isnull=False), name="reports_firmness_once"
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(ranking__isnull=True), name="reports_firmness_preview_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "failed"]), name="reports_firmness_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False),
                name="reports_firmness_done_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.ranking_id}: {self.state}"
