"""What a published ranking keeps leaf by leaf: the criteria of each group as they were, and each unit's points.

Copies like the rows of the ranking, and behind the same walls. Results only: no self-scores, no reasons, no names.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.core.fields import PointsField


class CriterionCopy(models.Model):
    """One field, criterion or leaf of a group's criteria set as it was; only a leaf has points."""

    section = models.ForeignKey("reports.Section", on_delete=models.PROTECT, related_name="criteria")
    order = models.PositiveIntegerField()
    code = models.CharField(max_length=30)
    title = models.TextField()
    level = models.PositiveSmallIntegerField()
    is_leaf = models.BooleanField()
    max_points = PointsField(null=True)
    source = models.CharField(max_length=10, blank=True)
    counting = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["section", "order"]
        verbose_name = _("tiêu chí đã công bố")
        constraints = [
            models.UniqueConstraint(fields=["section", "code"], name="reports_criterion_once"),
            models.CheckConstraint(
                condition=Q(is_leaf=False, max_points__isnull=True)
                | Q(is_leaf=True, max_points__isnull=False),
                name="reports_criterion_leaf_has_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class LeafRow(models.Model):
    """One unit's result of one leaf; null points: nothing was given, or the leaf does not apply."""

    row = models.ForeignKey("reports.Row", on_delete=models.PROTECT, related_name="leaves")
    criterion = models.ForeignKey(CriterionCopy, on_delete=models.PROTECT, related_name="+")
    points = PointsField(null=True)
    applies = models.BooleanField(default=True)

    class Meta:
        ordering = ["row", "criterion"]
        verbose_name = _("điểm tiêu chí đã công bố")
        constraints = [
            models.UniqueConstraint(fields=["row", "criterion"], name="reports_leaf_once"),
            models.CheckConstraint(
                condition=Q(applies=True) | Q(points__isnull=True), name="reports_left_out_has_no_points"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.points}"
