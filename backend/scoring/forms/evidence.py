"""A file or a document put on a leaf; the signed copy of the report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.core.files.kinds import TAKEN
from backend.core.forms import ActingForm, CheckedFileField
from backend.core.text import NFCCharField


class ToldForm(ActingForm):
    """What is told of a document beside its bytes: number, issuer, day, and the place that proves the points."""

    number = NFCCharField(label=_("Số, ký hiệu văn bản"), required=False, max_length=100)
    issuer = NFCCharField(label=_("Cơ quan ban hành"), required=False, max_length=200)
    issued_on = VNDateField(label=_("Ngày ban hành"), required=False)
    section = NFCCharField(
        label=_("Mục, trang cần xem"),
        required=False,
        max_length=200,
        help_text=_("Ví dụ: mục II.3, trang 5"),
    )


class FileForm(ToldForm):
    """One file with the place in it that proves the points."""

    field_order = ("file",)
    file = CheckedFileField(label=_("Chọn tệp"), help_text=TAKEN)

    @property
    def said(self) -> dict[str, Any]:
        """Return what is told of the file: number, issuer, day and section."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class DocumentForm(forms.Form):
    """A document named, not sent: number, issuer, date, section and page."""

    number = NFCCharField(label=_("Số, ký hiệu văn bản"), max_length=100)
    issuer = NFCCharField(label=_("Cơ quan ban hành"), max_length=200)
    issued_on = VNDateField(label=_("Ngày ban hành"), required=False)
    section = NFCCharField(label=_("Mục, trang cần xem"), required=False, max_length=200)


class SignedCopyForm(ActingForm):
    """The report as signed and stamped."""

    file = CheckedFileField(label=_("Bản đã ký (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"}))
    number = NFCCharField(label=_("Số văn bản"), max_length=100)
    signed_on = VNDateField(label=_("Ngày ký"))

    @property
    def report(self) -> dict[str, Any]:
        """Return the keywords of ``actions.attach_signed_copy``."""
        names = {"upload": "file", "number": "number", "signed_on": "signed_on"}
        return {keyword: self.cleaned_data[name] for keyword, name in names.items()}
