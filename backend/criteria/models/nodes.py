"""The tree of a set: groups, leaves, and for whom a leaf applies."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.criteria.models.sets import CriteriaSet
from backend.criteria.rules import Rule, RuleError, parse_rule
from backend.criteria.wording import Wording, in_words
from tiers.models import Kind, Unit

# Every page of a card reads the same few hundred rules: frozen, so that one reading serves all.
_read: dict[tuple[str, str], Rule] = {}
_MOST_READ = 5000


def _parsed(rule: str, params: Any) -> Rule:
    key = (rule, repr(params))
    if key not in _read:
        if len(_read) >= _MOST_READ:
            _read.clear()
        _read[key] = parse_rule(rule, params)
    return _read[key]


class Node(models.Model):
    """A group (field, criterion) or a leaf of the tree. Only a leaf has points and a rule.

    ``planned_points`` of a group is what the decision says it adds up to; a set in which it does
    not is not published. ``params`` are the rule's typed parameters in their canonical form;
    ``parse_rule`` refuses all else. ``previous`` maps a leaf to the leaf of an earlier set that
    asked the same. ``frame`` is the node of the framework it was taken from; below a node that is
    ``open_to_additions`` a lower tier may add its own. ``counting`` sets bonus and penalty apart
    from the scale (R12). ``not_arisen`` says what a unit gets where nothing arose in the year (R11).
    ``revision`` grows with every change and stands outside history.
    """

    class Source(models.TextChoices):
        ASSESSED = "assessed", _("tự chấm và thẩm định")
        SURVEY = "survey", _("điều tra xã hội học")
        EXTERNAL = "external", _("chỉ số ngoài")

    class Counting(models.TextChoices):
        BASE = "base", _("trong thang điểm")
        BONUS = "bonus", _("điểm thưởng")
        PENALTY = "penalty", _("điểm phạt")

    class NotArisen(models.TextChoices):
        NEVER = "", _("không xét")
        FULL = "full", _("được đủ điểm")
        LEFT_OUT = "left_out", _("không tính tiêu chí này")

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="nodes")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    code = models.CharField(_("mã"), max_length=30)
    level = models.PositiveSmallIntegerField(_("cấp"))
    order = models.PositiveIntegerField(_("thứ tự"))
    title = models.TextField(_("nội dung"))
    is_leaf = models.BooleanField(_("chấm điểm"), default=False)
    max_points = PointsField(_("điểm tối đa"), null=True, blank=True)
    planned_points = PointsField(_("điểm theo văn bản"), null=True, blank=True)
    source = models.CharField(_("nguồn điểm"), max_length=8, choices=Source.choices, default=Source.ASSESSED)
    rule = models.CharField(_("cách chấm"), max_length=20, blank=True)
    params = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    guidance = models.TextField(_("hướng dẫn"), blank=True)
    evidence_asked = models.TextField(_("tài liệu kiểm chứng"), blank=True)
    needs_evidence = models.BooleanField(_("phải có tài liệu kiểm chứng"), default=True)
    lead_agency = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cơ quan chủ trì thẩm định"),
    )
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next_years"
    )
    counting = models.CharField(_("tính vào"), max_length=7, choices=Counting.choices, default=Counting.BASE)
    not_arisen = models.CharField(
        _("khi không phát sinh"), max_length=8, choices=NotArisen.choices, blank=True, default=NotArisen.NEVER
    )
    only_with_procedures = models.BooleanField(_("chỉ đơn vị có thủ tục hành chính"), default=False)
    open_to_additions = models.BooleanField(_("cấp dưới được bổ sung"), default=False)
    frame = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="framed",
        verbose_name=_("theo khung"),
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    history = Tracked(excluded_fields=["revision"])

    class Meta:
        ordering = ["criteria_set", "order"]
        verbose_name = _("tiêu chí")
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="criteria_code_once"),
            models.UniqueConstraint(fields=["criteria_set", "order"], name="criteria_order_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=5), name="criteria_level_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(is_leaf=False, max_points__isnull=True) | Q(is_leaf=True, max_points__gt=ZERO),
                name="criteria_only_leaves_have_points",
            ),
            models.CheckConstraint(
                condition=Q(is_leaf=False) | Q(planned_points__isnull=True),
                name="criteria_only_groups_plan_points",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["assessed", "survey", "external"]),
                name="criteria_source_known",
            ),
            models.CheckConstraint(
                condition=Q(counting__in=["base", "bonus", "penalty"]), name="criteria_counting_known"
            ),
            models.CheckConstraint(
                condition=Q(counting="base") | Q(source="assessed"), name="criteria_only_assessed_is_extra"
            ),
            models.CheckConstraint(
                condition=Q(not_arisen__in=["", "full", "left_out"]), name="criteria_not_arisen_known"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="criteria_no_loop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its set."""
        return f"set:{self.criteria_set_id}"

    @property
    def field_code(self) -> str:
        """Return the code of the field (lĩnh vực) the node stands in: the first part of its code."""
        return self.code.partition(".")[0]

    def parsed_rule(self) -> Rule:
        """Return the typed rule of a leaf. Raises RuleError where the parameters are not its own."""
        return _parsed(self.rule, self.params)

    @property
    def rule_words(self) -> Wording | None:
        """Return the rule of a leaf in words; None where it has none or a broken one."""
        if not self.is_leaf or not self.rule:
            return None
        try:
            by_host = self.source != self.Source.ASSESSED
            return in_words(self.parsed_rule(), self.max_points or ZERO, by_host=by_host)
        except RuleError:
            return None


class Applicability(models.Model):
    """A node applies only to the kinds and units named by such rows; without any it applies to all.

    A row names one kind or one unit (tiêu chí đặc thù). It holds for everything under the node too.
    """

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="applicabilities")
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = Tracked()

    class Meta:
        verbose_name = _("phạm vi áp dụng")
        constraints = [
            models.UniqueConstraint(fields=["node", "kind"], name="criteria_applies_to_kind_once"),
            models.UniqueConstraint(fields=["node", "unit"], name="criteria_applies_to_unit_once"),
            models.CheckConstraint(
                condition=Q(kind__isnull=True) ^ Q(unit__isnull=True), name="criteria_applies_to_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id}: {self.kind or self.unit}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its set."""
        return f"set:{self.node.criteria_set_id}"

    @property
    def history_about(self) -> About:
        """Return what history rows of this scope are about."""
        return self.node.criteria_set.history_about
