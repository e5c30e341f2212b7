"""Shape of HTML input about consultations. Days are typed; moments are made of them here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField, end_of_day_exclusive
from backend.core.forms import area
from backend.core.text import NFCCharField
from backend.criteria.actions.consulting import MOST_TEXT, moment_of
from backend.criteria.models import Edit, Opinion


def _hidden(**options: Any) -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, required=False, strip=False, **options)


class _LastDayField(VNDateField):
    """The last day on which units may write; gives the first moment that is too late."""

    def clean(self, value: Any) -> datetime | None:
        day = super().clean(value)
        return end_of_day_exclusive(day) if day else None


class OpenForm(forms.Form):
    """By which document and until when opinions are asked."""

    document = NFCCharField(
        label=_("Văn bản lấy ý kiến"),
        max_length=200,
        help_text=_("Số, ký hiệu và ngày, ví dụ 215/SNV-CCHC ngày 02/11/2026."),
    )
    closes = _LastDayField(
        label=_("Hạn góp ý (hết ngày)"), help_text=_("Sau ngày này đơn vị không gửi được nữa.")
    )

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"document": self.cleaned_data["document"], "closes_at": self.cleaned_data["closes"]}


class DeadlineForm(forms.Form):
    """Another last day, and why."""

    closes = _LastDayField(label=_("Hạn mới (hết ngày)"))
    reason = area(2, label=_("Lý do"))

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"reason": self.cleaned_data["reason"], "closes_at": self.cleaned_data["closes"]}


class ReasonForm(forms.Form):
    """Why."""

    reason = area(2, label=_("Lý do"))


class EndForm(forms.Form):
    """Why a consultation ends; before its deadline (``early``) it has to be said."""

    reason = area(2, label=_("Lý do"))

    def __init__(self, *args: Any, early: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = early


class OpinionForm(forms.Form):
    """What a unit says on one node or on the whole; ``was`` is the text it began from."""

    text = area(3, label=_("Ý kiến của đơn vị"), max_length=MOST_TEXT)
    was = _hidden()


class AnswerForm(forms.Form):
    """What the owner answers; ``edits`` are the changes an answer may point to."""

    verdict = forms.ChoiceField(
        label=_("Cách xử lý ý kiến"),
        choices=[(verdict.value, capfirst(verdict.label)) for verdict in Opinion.Verdict],
        widget=forms.RadioSelect,
    )
    answer = area(
        4,
        label=_("Nội dung tiếp thu, giải trình"),
        required=False,
        max_length=MOST_TEXT,
        help_text=_("Phải ghi khi giữ nguyên hoặc chỉ tiếp thu một phần."),
    )
    edit = forms.ModelChoiceField(
        Edit.objects.none(),
        label=_("Thay đổi đã thực hiện"),
        required=False,
        empty_label=_("Chưa gắn với thay đổi nào"),
        help_text=_("Kết thúc lấy ý kiến, sửa dự thảo, rồi chọn lần sửa tương ứng ở đây."),
    )
    seen = _hidden()

    def __init__(self, *args: Any, edits: QuerySet[Edit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edit"].queryset = edits  # type: ignore[attr-defined]


def answer_of(opinion: Opinion) -> dict[str, Any]:
    """Return an opinion's answer as the form shows it."""
    return {
        "verdict": opinion.verdict,
        "answer": opinion.answer,
        "edit": opinion.edit_id,
        "seen": moment_of(opinion),
    }
