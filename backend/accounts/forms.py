"""Shapes of what people type about their own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.forms import ActingForm

_CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-short"}


def _password(label: Any, *, known: bool) -> forms.CharField:
    hint = "current-password" if known else "new-password"
    widget = forms.PasswordInput(attrs={"autocomplete": hint})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class SignInForm(forms.Form):
    """Name and password; the name is taken in small letters, as accounts are made."""

    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password(gettext_lazy("Mật khẩu"), known=True)

    def clean_username(self) -> str:
        """Return the name as accounts hold it."""
        return str(self.cleaned_data["username"]).lower()


class CodeForm(ActingForm):
    """Six digits from the authenticator app."""

    code = forms.CharField(
        label=gettext_lazy("Mã 6 chữ số trên ứng dụng xác thực"),
        max_length=12,
        widget=forms.TextInput(attrs=_CODE),
    )


class NewPasswordForm(ActingForm):
    """A new password twice, after a one-time one."""

    new = _password(gettext_lazy("Mật khẩu mới"), known=False)
    new.help_text = gettext_lazy(
        "Ít nhất 10 ký tự, không chỉ có chữ số, không phổ biến và không giống tên của bạn."
    )
    again = _password(gettext_lazy("Nhập lại mật khẩu mới"), known=False)

    def clean(self) -> dict[str, Any]:
        """Return what was typed if both are the same."""
        typed = super().clean() or {}
        if "again" in typed and typed.get("new") != typed["again"]:
            self.add_error("again", ValidationError(_("Hai lần nhập mật khẩu mới chưa giống nhau.")))
        return typed


class PasswordForm(NewPasswordForm):
    """The old password and a new one twice."""

    password = _password(gettext_lazy("Mật khẩu đang dùng"), known=True)
    field_order = ("password", "new", "again")


class AnswerForm(ActingForm):
    """The password, or a code where the second factor is on: is it she?"""

    answer = forms.CharField(
        label=gettext_lazy("Mật khẩu hoặc mã 6 chữ số của bạn"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
