"""Shape of HTML input about versions: the decision, a copy, a framework to follow, two sets to compare."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.core.files.kinds import TAKEN
from backend.core.forms import ActingForm, CheckedFileField
from backend.core.text import NFCCharField
from backend.criteria.comparing import Change
from backend.criteria.models import CriteriaSet
from tiers.models import Kind, Unit

YEARS = {"min_value": 2000, "max_value": 2100}


def said(criteria_set: CriteriaSet) -> str:
    """Return a set as a list of choices shows it."""
    return _("%(year)d, %(kind)s, phiên bản %(version)d (%(state)s) – %(owner)s: %(title)s") % {
        "kind": criteria_set.kind.title,
        "title": criteria_set.title,
        "owner": criteria_set.owner.name,
        "year": criteria_set.year,
        "version": criteria_set.version,
        "state": criteria_set.get_state_display(),
    }


class SetChoiceField(forms.ModelChoiceField):
    """One of the sets the person may see."""

    def label_from_instance(self, obj: Any) -> str:
        """Return title, owner, year, version and state."""
        return said(obj)


class LegalForm(ActingForm):
    """The decision that issues a set: number, date, the signer's office, the signed file.

    Number and date are ``asked`` for where the set is no illustration.
    """

    legal_number = NFCCharField(
        label=_("Số văn bản"), max_length=100, required=False, help_text=_("Ví dụ 3368/QĐ-UBND.")
    )
    legal_date = VNDateField(label=_("Ngày văn bản"), required=False)
    legal_signer = NFCCharField(
        label=_("Chức vụ người ký"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ KT. Chủ tịch, Phó Chủ tịch."),
    )
    legal_upload = CheckedFileField(label=_("Tệp văn bản đã ký"), required=False, help_text=TAKEN)

    def __init__(self, *args: Any, asked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("legal_number", "legal_date"):
            self.fields[name].required = asked

    def values(self) -> dict[str, Any]:
        """Return what ``actions.publish`` takes."""
        given = dict(self.cleaned_data)
        return {"upload": given.pop("legal_upload"), **given}


class _ForOwnerForm(ActingForm):
    """A draft to be made for one of the ``owners`` whose sets the person writes."""

    owner = forms.ModelChoiceField(Unit.objects.none(), label=_("Cơ quan ban hành"), empty_label=None)
    year = forms.IntegerField(
        label=_("Năm đánh giá"),
        widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off"}),
        **YEARS,
    )
    title = NFCCharField(label=_("Tên bộ tiêu chí"), max_length=300)

    def __init__(self, *args: Any, owners: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class CopyForm(_ForOwnerForm):
    """For whom and when a copy is."""

    kind = forms.ModelChoiceField(Kind.objects.all(), label=_("Loại đơn vị được đánh giá"), empty_label=None)

    field_order = ["owner", "kind", "year", "title"]


class FollowForm(_ForOwnerForm):
    """Who makes a set inside a framework, and for which year."""


class SourceForm(forms.Form):
    """From which set a copy is made."""

    source = SetChoiceField(CriteriaSet.objects.none(), label=_("Sao từ"), empty_label=None)

    def __init__(self, *args: Any, sets: QuerySet[CriteriaSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sets  # type: ignore[attr-defined]


KINDS = [
    ("", _("mọi thay đổi")),
    *((change.value, change.label) for change in Change),
    ("guess", _("ghép theo phỏng đoán")),
    ("all", _("cả phần không đổi")),
]


class CompareForm(forms.Form):
    """Two sets the person sees, and the kind of change to be shown."""

    old = SetChoiceField(CriteriaSet.objects.none(), label=_("Bản cũ"), empty_label=_("Chọn bản cũ"))
    new = SetChoiceField(CriteriaSet.objects.none(), label=_("Bản mới"), empty_label=_("Chọn bản mới"))
    kind = forms.ChoiceField(label=_("Hiện"), choices=KINDS, required=False)

    def __init__(self, *args: Any, sets: QuerySet[CriteriaSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].queryset = sets  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse to compare a set with itself."""
        data = super().clean() or self.cleaned_data
        if data.get("old") and data.get("old") == data.get("new"):
            self.add_error("new", _("Hãy chọn hai bản khác nhau."))
        return data
