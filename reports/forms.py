"""Shapes of what people type about results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.actions import re_authenticate
from backend.core.errors import Invalid
from backend.rounds.models import Round
from reports.models import Document


class PublishForm(forms.Form):
    """The publishing document, and the password (or second factor) again."""

    decision = forms.CharField(
        label=_("Số, ngày văn bản công bố"),
        required=False,
        max_length=200,
        help_text=_("Ví dụ: Quyết định số 123/QĐ-UBND ngày 05/03/2027. Có thể để trống."),
    )
    secret = forms.CharField(
        label=_("Mật khẩu của bạn"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Nhập lại để xác nhận chính bạn công bố; nếu dùng mã xác thực thì nhập mã 6 số."),
    )

    def __init__(self, data: Any = None, *, user: Any, round_: Round) -> None:
        super().__init__(data)
        self.user = user
        if round_.is_illustration:
            del self.fields["decision"]  # number, signer and seal of a demonstration stay empty

    def clean_secret(self) -> str:
        """Make sure of the person; wrong answers are counted and slow the next ones."""
        try:
            re_authenticate(self.user, self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="secret") from None
        return ""


class AskForm(forms.Form):
    """Which document to make."""

    kind = forms.ChoiceField(choices=Document.Kind.choices)


class BacktestForm(forms.Form):
    """Which of ``rounds`` (keys) a set is tried on, and whether leaves may be matched by code and title."""

    round = forms.TypedChoiceField(
        coerce=int,
        error_messages={"required": _("Hãy chọn một đợt."), "invalid_choice": _("Hãy chọn một đợt.")},
    )
    with_guesses = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, rounds: list[int]) -> None:
        super().__init__(data)
        self.fields["round"].choices = [(key, key) for key in rounds]  # type: ignore[attr-defined]
