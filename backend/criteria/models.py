"""A criteria set and its tree; published sets never change."""

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
from backend.criteria.rules import Rule, RuleError, parse_rule
from backend.criteria.wording import Wording, in_words
from permissions.roles import Place
from tiers.models import Kind, Unit


class CriteriaSet(models.Model):
    """One version of the criteria for one kind of unit in one year, owned by the host unit.

    ``scale`` is the number of points the whole set must add up to (dossier, section 0: 100).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("dự thảo")
        PUBLISHED = "published", _("đã ban hành")
        SUPERSEDED = "superseded", _("đã thay thế")

    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="criteria_sets", verbose_name=_("cơ quan")
    )
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, related_name="criteria_sets", verbose_name=_("loại đơn vị")
    )
    title = models.CharField(_("tên bộ tiêu chí"), max_length=300)
    year = models.PositiveSmallIntegerField(_("năm"))
    version = models.PositiveSmallIntegerField(_("phiên bản"), default=1)
    state = models.CharField(_("trạng thái"), max_length=10, choices=State.choices, default=State.DRAFT)
    scale = PointsField(_("thang điểm"))
    legal_number = models.CharField(_("số văn bản"), max_length=100, blank=True)
    legal_date = models.DateField(_("ngày văn bản"), null=True, blank=True)
    published_at = models.DateTimeField(_("ban hành lúc"), null=True, blank=True)
    is_illustration = models.BooleanField(_("minh hoạ"), default=False)
    history = Tracked()

    class Meta:
        ordering = ["-year", "kind__order", "-version"]
        verbose_name = _("bộ tiêu chí")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "year", "version"], name="criteria_version_once"
            ),
            models.CheckConstraint(condition=Q(scale__gt=ZERO), name="criteria_scale_positive"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="criteria_published_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_frozen(self) -> bool:
        """Return whether the set was published and so never changes."""
        return self.state != self.State.DRAFT

    def place(self) -> Place:
        """Return where the set stands for questions of rights: at its owner."""
        return Place.of(self.owner.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this set are about."""
        return About(unit_key=self.owner_id, unit_path=self.owner.path, unit_name=self.owner.name)


class Node(models.Model):
    """A group (field, criterion) or a leaf of the tree. Only a leaf has points and a rule.

    ``planned_points`` of a group is what the decision says it adds up to; a set in which it does
    not is not published. ``params`` are the rule's typed parameters in their canonical form;
    ``parse_rule`` refuses all else. ``previous`` maps a leaf to the leaf of an earlier set that
    asked the same.
    """

    class Source(models.TextChoices):
        ASSESSED = "assessed", _("tự chấm và thẩm định")
        SURVEY = "survey", _("điều tra xã hội học")
        EXTERNAL = "external", _("chỉ số ngoài")

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
    history = Tracked()

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
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="criteria_no_loop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def field_code(self) -> str:
        """Return the code of the field (lĩnh vực) the node stands in: the first part of its code."""
        return self.code.partition(".")[0]

    def parsed_rule(self) -> Rule:
        """Return the typed rule of a leaf. Raises RuleError where the parameters are not its own."""
        params: dict[str, Any] = self.params
        return parse_rule(self.rule, params)

    @property
    def rule_words(self) -> Wording | None:
        """Return the rule of a leaf in words; None where it has none or a broken one."""
        if not self.is_leaf or not self.rule:
            return None
        try:
            return in_words(self.parsed_rule(), self.max_points or ZERO)
        except RuleError:
            return None
