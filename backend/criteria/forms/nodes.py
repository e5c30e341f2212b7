"""Shape of what is typed about a node: group, leaf, for whom it applies, what it counts to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backend.core.forms import area, points_field, short
from backend.core.text import NFCCharField
from backend.criteria.checks import wrong_source
from backend.criteria.compact import read_compact, to_compact
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import RuleError, RuleType
from tiers.models import Kind, Unit


class GroupForm(forms.Form):
    """A field or a criterion that others stand under."""

    code = NFCCharField(
        label=_("Mã"),
        max_length=30,
        required=False,
        widget=short("input-short"),
        help_text=_("Để trống thì mã theo chỗ đứng trong nhóm."),
    )
    title = area(2, label=_("Nội dung"))
    planned_points = points_field(
        label=_("Điểm theo văn bản"),
        required=False,
        help_text=_("Nếu có, khi ban hành các tiêu chí bên dưới phải cộng lại đúng số này."),
    )
    guidance = area(3, label=_("Hướng dẫn"), required=False)

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {**self.cleaned_data, "is_leaf": False}


class LeafForm(forms.Form):
    """A criterion that is scored. Its rule is written as one short text."""

    code = GroupForm.base_fields["code"]
    title = area(2, label=_("Nội dung"))
    max_points = points_field(label=_("Điểm tối đa"))
    source = forms.ChoiceField(label=_("Nguồn điểm"), choices=Node.Source.choices)
    rule = forms.ChoiceField(
        label=_("Cách chấm"),
        required=False,
        choices=[("", _("Chưa chọn")), *((kind.value, kind.label) for kind in RuleType)],
        help_text=_("Điểm điều tra và chỉ số ngoài: để trống thì nhập điểm trực tiếp."),
    )
    params_text = area(
        6, label=_("Tham số"), required=False, help_text=_("Cách viết của từng cách chấm ở cuối trang.")
    )
    evidence_asked = area(2, label=_("Tài liệu kiểm chứng"), required=False)
    needs_evidence = forms.BooleanField(
        label=_("Phải có tài liệu kiểm chứng hoặc giải trình khi có điểm"), required=False, initial=True
    )
    guidance = area(3, label=_("Hướng dẫn"), required=False)
    lead_agency = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Cơ quan chủ trì thẩm định"),
        required=False,
        empty_label=_("Hội đồng thẩm định"),
    )

    def __init__(self, *args: Any, agencies: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead_agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the rule; what is wrong with it stands at its text."""
        data = super().clean() or self.cleaned_data
        if data.get("source") not in (None, Node.Source.ASSESSED):
            data["rule"] = data.get("rule") or RuleType.DIRECT.value
        if wrong := wrong_source(data.get("source", ""), data.get("rule", "")):
            self.add_error("rule", wrong)
        self.params: dict[str, object] = {}
        if data.get("rule"):
            try:
                self.params = read_compact(data["rule"], data.get("params_text", "")).to_params()
            except RuleError as wrong:
                self.add_error("params_text", wrong.problems)  # type: ignore[arg-type]
        return data

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "params_text"}
        return {**given, "is_leaf": True, "params": self.params}


class ScopeForm(forms.Form):
    """For whom a node applies; of a leaf also how it counts and what "không phát sinh" gives."""

    kinds = forms.ModelMultipleChoiceField(
        Kind.objects.all(),
        label=_("Loại đơn vị"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Không chọn loại và đơn vị nào: áp dụng cho mọi đơn vị."),
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Đơn vị cụ thể (tiêu chí đặc thù)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Áp dụng cho các đơn vị này, ngoài những đơn vị thuộc loại đã chọn."),
    )
    only_with_procedures = forms.BooleanField(
        label=_("Chỉ áp dụng cho đơn vị có thủ tục hành chính"), required=False
    )
    counting = forms.ChoiceField(label=_("Tính vào"), choices=Node.Counting.choices, required=False)
    not_arisen = forms.ChoiceField(
        label=_("Khi trong năm không phát sinh"), choices=Node.NotArisen.choices, required=False
    )

    def __init__(self, *args: Any, node: Node, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        named = Q(pk__in=units.values("kind")) | Q(pk__in=node.applicabilities.values("kind"))
        self.fields["kinds"].queryset = Kind.objects.filter(named)  # type: ignore[attr-defined]
        if not node.is_leaf:
            del self.fields["counting"], self.fields["not_arisen"]

    @classmethod
    def initial_of(cls, node: Node) -> dict[str, Any]:
        """Return the scope of a node as the form shows it; one query."""
        rows = list(node.applicabilities.all())
        return {
            "kinds": [row.kind_id for row in rows if row.kind_id],
            "units": [row.unit_id for row in rows if row.unit_id],
            "only_with_procedures": node.only_with_procedures,
            "counting": node.counting,
            "not_arisen": node.not_arisen,
        }


class CountingForm(forms.Form):
    """What becomes of leaves that do not apply, and the ceilings of bonus and penalty on a card."""

    left_out_way = forms.ChoiceField(
        label=_("Tiêu chí không áp dụng"), choices=CriteriaSet.LeftOut.choices, widget=forms.RadioSelect
    )
    bonus_ceiling = points_field(label=_("Điểm thưởng tối đa của một đơn vị"))
    penalty_ceiling = points_field(label=_("Điểm phạt tối đa của một đơn vị"))


def initial_of(node: Node) -> dict[str, Any]:
    """Return a node as a form shows it, its rule as the short text."""
    names = (*GroupForm.base_fields, *LeafForm.base_fields)
    given = {name: getattr(node, name) for name in names if hasattr(node, name)}
    return {**given, "params_text": _params_text(node)}


def _params_text(node: Node) -> str:
    if not node.rule:
        return ""
    try:
        return to_compact(node.parsed_rule()).replace("|", "\n").replace(":: ", "::\n")
    except RuleError:
        return ""
