"""Shapes of what people type about issued documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.actions import re_authenticate
from backend.core.dates import VNDateField
from backend.core.errors import Invalid
from reports.issuing.actions import Stated
from reports.issuing.models import IssuedDocument


class IssueForm(forms.Form):
    """Number and day in the register, who signs, and the password (or second factor) again."""

    number = forms.CharField(
        label=_("Số, ký hiệu"), max_length=60, help_text=_("Số của sổ văn bản đi, ví dụ 123/TB-UBND.")
    )
    issued_on = VNDateField(label=_("Ngày ban hành"))
    signer_name = forms.CharField(label=_("Người ký"), max_length=200)
    signer_capacity = forms.ChoiceField(
        label=_("Thẩm quyền ký"), required=False, choices=IssuedDocument.Capacity.choices
    )
    signer_title = forms.CharField(
        label=_("Chức vụ người ký"), max_length=200, help_text=_("Ví dụ: Chủ tịch, Phó Chủ tịch, Giám đốc.")
    )
    secret = forms.CharField(
        label=_("Mật khẩu của bạn"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Nhập lại để xác nhận chính bạn ban hành; nếu dùng mã xác thực thì nhập mã 6 số."),
    )

    def __init__(self, data: Any = None, *, user: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.user = user

    def clean_secret(self) -> str:
        """Make sure of the person; wrong answers are counted and slow the next ones."""
        try:
            re_authenticate(self.user, self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="secret") from None
        return ""

    @property
    def stated(self) -> Stated:
        """Return what was typed, without the password."""
        return Stated(**{name: value for name, value in self.cleaned_data.items() if name != "secret"})


class WithdrawForm(forms.Form):
    """Why the document counts no more."""

    reason = forms.CharField(
        label=_("Lý do thu hồi"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ai tra cứu văn bản này cũng đọc được lý do. Văn bản đã thu hồi không dùng lại được."),
    )


class CheckForm(forms.Form):
    """A code, a file, or both: the file is compared with what was issued under the code."""

    code = forms.CharField(
        label=_("Mã tra cứu"), required=False, max_length=60, help_text=_("12 ký tự in ở cuối văn bản.")
    )
    file = forms.FileField(
        label=_("Tệp PDF"),
        required=False,
        allow_empty_file=True,
        help_text=_("Tệp chỉ được đọc để so với bản đã ban hành, không được lưu lại."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean(self) -> dict[str, Any]:
        """Make sure that there is something to look up."""
        given = super().clean() or {}
        if not given.get("code") and not given.get("file"):
            raise ValidationError(_("Hãy nhập mã tra cứu hoặc chọn tệp PDF."))
        return given
