"""One change of a draft's tree, kept so that it can be undone and pointed to."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.criteria.models.sets import CriteriaSet


class Edit(models.Model):
    """What one action did to the tree: the rows it touched, before and after.

    ``before`` and ``after`` map a node's key to its columns; null where it was not there. Working notes of a
    draft, not history: history rows say the same for good.
    """

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField(_("lần sửa"))
    said = models.CharField(_("nội dung sửa"), max_length=300)
    made_by = models.CharField(_("người sửa"), max_length=200)
    made_by_key = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(_("sửa lúc"))
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    is_undone = models.BooleanField(_("đã hoàn tác"), default=False)

    class Meta:
        ordering = ["criteria_set", "-number"]
        verbose_name = _("lần sửa dự thảo")
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "number"], name="criteria_edit_number_once"),
            models.CheckConstraint(condition=~Q(said=""), name="criteria_edit_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.said}"
