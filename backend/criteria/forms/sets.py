"""Shape of what is typed about a set as a whole, and of the filter over the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backend.core.forms import points_field, short
from backend.core.text import NFCCharField
from backend.criteria.forms.versions import YEARS, LegalForm
from backend.criteria.models import CriteriaSet
from tiers.models import Kind, Unit


class SetFilterForm(forms.Form):
    """The row above the list of sets."""

    kind = forms.ModelChoiceField(
        Kind.objects.all(),
        label=_("Loại đơn vị"),
        to_field_name="code",
        required=False,
        empty_label=_("Tất cả"),
    )
    year = forms.IntegerField(label=_("Năm"), required=False, widget=short("input-short"))
    state = forms.ChoiceField(
        label=_("Trạng thái"),
        choices=[("", _("Tất cả")), *CriteriaSet.State.choices],
        required=False,
    )

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen, by look-up; a wrong choice filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SetEditForm(LegalForm):
    """What may be changed of a draft as a whole."""

    title = NFCCharField(label=_("Tên bộ tiêu chí"), max_length=300)
    scale = points_field(label=_("Thang điểm"), help_text=_("Tổng điểm của cả bộ, thường là 100."))
    is_framework = forms.BooleanField(
        label=_("Là khung cho cấp dưới"),
        required=False,
        help_text=_(
            "Cấp dưới lập bộ tiêu chí của mình theo khung, giữ nguyên tiêu chí và điểm, chỉ bổ sung ở chỗ "
            "để mở. Khung không dùng để mở đợt đánh giá."
        ),
    )

    field_order = ["title", "scale", "legal_number", "legal_date", "legal_signer", "legal_upload"]

    def __init__(self, *args: Any, follows: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if follows:
            del self.fields["is_framework"]


class SetForm(SetEditForm):
    """A new draft; ``owners`` are the units whose sets the person writes."""

    owner = forms.ModelChoiceField(Unit.objects.none(), label=_("Cơ quan ban hành"), empty_label=None)
    kind = forms.ModelChoiceField(
        Kind.objects.all(), label=_("Loại đơn vị được đánh giá"), empty_label=_("Chọn loại")
    )
    year = forms.IntegerField(label=_("Năm đánh giá"), widget=short("input-short"), **YEARS)

    field_order = ["owner", "kind", "year", "title", "scale", "is_framework", "legal_number", "legal_date"]

    def __init__(self, *args: Any, owners: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        del self.fields["legal_upload"]  # a new draft has no decision yet
