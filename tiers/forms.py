"""Shape of HTML input about the organisation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.core.text import NFCCharField
from tiers.models import Kind, Unit


class UnitFilterForm(forms.Form):
    """The row above the tree: a day and a kind; the search box is the page's own."""

    on = VNDateField(label=_("Tổ chức tại ngày"), required=False)
    kind = forms.ModelChoiceField(
        Kind.objects.all(),
        label=_("Loại đơn vị"),
        to_field_name="code",
        required=False,
        empty_label=_("Tất cả"),
    )

    def day(self, otherwise: date) -> date:
        """Return the day asked for, ``otherwise`` where none or no day was typed."""
        self.is_valid()
        return self.cleaned_data.get("on") or otherwise

    def kind_code(self) -> str:
        """Return the code of the kind asked for, empty for all."""
        self.is_valid()
        kind = self.cleaned_data.get("kind")
        return kind.code if kind else ""


class ReasonForm(forms.Form):
    """Why something is changed; kept in the history."""

    reason = NFCCharField(
        label=_("Lý do"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Lý do được lưu trong lịch sử, ví dụ số và ngày văn bản."),
    )


class UnitForm(ReasonForm):
    """Plain data of a unit. ``last_day`` is the last day in being; it becomes ``valid_to``."""

    name = NFCCharField(label=_("Tên"), max_length=200)
    order = forms.IntegerField(
        label=_("Thứ tự"),
        min_value=0,
        max_value=999_999,
        help_text=_("Thứ tự trong danh sách, số nhỏ đứng trước."),
    )
    has_procedures = forms.BooleanField(label=_("Có thủ tục hành chính"), required=False)
    last_day = VNDateField(
        label=_("Ngày cuối cùng còn hoạt động"), required=False, help_text=_("Để trống khi chưa kết thúc.")
    )
    field_order = ["name", "order", "has_procedures", "last_day", "reason"]

    @classmethod
    def of(cls, unit: Unit, data: Any = None) -> UnitForm:
        """Return the form filled with ``unit``."""
        names = ("name", "order", "has_procedures", "last_day")
        return cls(data, initial={name: getattr(unit, name) for name in names})

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        values = dict(self.cleaned_data)
        last = values.pop("last_day")
        return values | {"valid_to": last + timedelta(days=1) if last else None}


class NewUnitForm(ReasonForm):
    """A new unit below another one."""

    code = NFCCharField(
        label=_("Mã"),
        max_length=20,
        validators=[
            RegexValidator(r"^[A-Za-z0-9_-]+\Z", _("Mã chỉ gồm chữ cái không dấu, chữ số, “-” và “_”."))
        ],
    )
    name = NFCCharField(label=_("Tên"), max_length=200)
    kind = forms.ModelChoiceField(
        Kind.objects.all(), label=_("Loại đơn vị"), empty_label=_("Chọn loại đơn vị")
    )
    valid_from = VNDateField(label=_("Hoạt động từ ngày"))
    order = forms.IntegerField(label=_("Thứ tự"), min_value=0, max_value=999_999)
    has_procedures = forms.BooleanField(label=_("Có thủ tục hành chính"), required=False, initial=True)
    source = NFCCharField(
        label=_("Nguồn"),
        max_length=300,
        required=False,
        help_text=_("Văn bản quy định việc thành lập đơn vị."),
    )
    field_order = ["code", "name", "kind", "valid_from", "order", "has_procedures", "source", "reason"]


class ReleaseForm(ReasonForm):
    """To which successor of a divided unit its past is shown."""

    new = forms.ModelChoiceField(Unit.objects.none(), label=_("Cho đơn vị"), empty_label=None)
    document = NFCCharField(label=_("Số văn bản"), max_length=100)
    field_order = ["new", "document", "reason"]

    def __init__(self, successors: QuerySet[Unit], data: Any = None) -> None:
        """Offer ``successors`` only."""
        super().__init__(data)
        self.fields["new"].queryset = successors
