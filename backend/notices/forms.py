"""Shape of HTML input about messages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.forms import ActingForm
from backend.notices.models import COMPULSORY, Kind, Way

USUAL = ("usual", _("Như thường lệ"))
WAYS = (
    (Way.NOW, _("Gửi thư ngay")),
    (Way.DIGEST, _("Gộp vào thư hằng ngày")),
    (Way.PAGE, _("Chỉ hiện trên trang")),
)
ALWAYS = _("Không tắt được thư loại này; ngày cuối trước hạn luôn gửi ngay.")


class NoticeFilterForm(forms.Form):
    """The row above the list of messages."""

    kind = forms.ChoiceField(label=_("Loại"), choices=[("", _("Tất cả")), *Kind.choices], required=False)
    unread = forms.BooleanField(label=_("Chưa đọc"), required=False)

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen; a wrong choice filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PreferencesForm(ActingForm):
    """For each kind of messages, how the person is told."""

    def __init__(self, *args: Any, chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Kind:
            always = kind in COMPULSORY
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=[USUAL, *(way for way in WAYS if not (always and way[0] == Way.PAGE))],
                initial=chosen.get(kind.value, USUAL[0]),
                help_text=ALWAYS if always else "",
            )

    def ways(self) -> dict[str, str]:
        """Return the chosen way by kind, empty for the usual one."""
        return {kind: "" if way == USUAL[0] else way for kind, way in self.cleaned_data.items()}
