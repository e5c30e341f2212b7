"""What is typed beside the council's marks: drafts, hand-overs of a field, the choice of leaves marked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.forms import ActingForm, area, points_field, short
from backend.core.text import NFCCharField
from backend.criteria.models import Node
from backend.scoring.models import Draft, Score
from tiers.models import Unit


class DraftForm(ActingForm):
    """Points and a reason that the support team proposes for one leaf."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    points = points_field(label=_("Điểm dự thảo"))
    reason = area(2, label=_("Lý do dự thảo"), required=False, max_length=4000)

    def __init__(self, data: Any = None, *, score: Score, draft: Draft | None = None) -> None:
        super().__init__(data, auto_id=f"draft-{score.pk}-%s")
        self.initial = {"version": 0}
        if draft is not None:
            self.initial = {"version": draft.version, "points": draft.points, "reason": draft.reason}


class HandOverForm(ActingForm):
    """What a lead agency says when it hands its field over."""

    note = area(
        3,
        label=_("Ghi chú"),
        required=False,
        max_length=4000,
        help_text=_("Bắt buộc khi còn tiêu chí chưa thẩm định: ghi rõ vì sao."),
    )


class DoubleForm(ActingForm):
    """Which leaves are marked twice, on every unit, on some, or on a share drawn by a word that anybody may know."""

    nodes = forms.TypedMultipleChoiceField(
        label=_("Tiêu chí"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    units = forms.TypedMultipleChoiceField(
        label=_("Chỉ những đơn vị này"),
        coerce=int,
        required=False,
        help_text=_("Bỏ trống: mọi đơn vị có tiêu chí đó."),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    share = forms.IntegerField(
        label=_("Tỷ lệ đơn vị (%)"), min_value=1, max_value=100, initial=100, widget=short()
    )
    seed = NFCCharField(
        label=_("Mã rút chọn"),
        max_length=60,
        required=False,
        help_text=_("Bắt buộc khi tỷ lệ dưới 100. Ai biết mã cũng rút lại được đúng những đơn vị đó."),
    )

    def __init__(self, data: Any = None, *, nodes: Sequence[Node], units: Sequence[Unit]) -> None:
        super().__init__(data, auto_id="double-%s")
        self.fields["nodes"].choices = [
            (node.pk, f"{node.code}. {node.title} ({node.criteria_set.kind.title})") for node in nodes
        ]  # type: ignore[attr-defined]
        self.fields["units"].choices = [(unit.pk, unit.name) for unit in units]  # type: ignore[attr-defined]


class DropForm(ActingForm):
    """Why leaves are no longer marked twice."""

    reason = area(3, label=_("Lý do"), max_length=2000)
