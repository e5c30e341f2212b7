"""What is typed with an act on a whole card: a move, the approval, texts, answers, a delegation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.actions import re_authenticate
from backend.core import clock
from backend.core.dates import VNDateField, end_of_day_exclusive, start_of_day
from backend.core.errors import Invalid
from backend.core.forms import VersionField
from backend.core.text import NFCCharField
from backend.scoring.lifecycle import MOVES

# What the reason of a move is called, where "reason" is not the word.
REASONS = {
    "pass_on": _("Kết quả xem xét của Hội đồng (biên bản tóm tắt)"),
    "send_back": _("Kết luận của Hội đồng khi trả lại"),
}


class MoveForm(forms.Form):
    """The reason and document of one move of ``lifecycle.MOVES``; only what that move needs is asked."""

    reason = NFCCharField(label=_("Lý do"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    document = NFCCharField(
        label=_("Văn bản làm căn cứ"), max_length=200, help_text=_("Số, ký hiệu, ngày, cơ quan ban hành")
    )
    new_close = VNDateField(label=_("Hạn mới: khoá sau ngày"))

    def __init__(self, name: str, data: Any = None, **options: Any) -> None:
        options.setdefault("auto_id", f"{name}-%s")
        super().__init__(data, **options)
        move = MOVES[name]
        if name != "reopen":
            del self.fields["new_close"]
        if not move.needs_document:
            del self.fields["document"]
        if move.note:
            self.fields["reason"].label, self.fields["reason"].required = move.note, False
        elif not move.needs_reason:
            del self.fields["reason"]
        elif name in REASONS:
            self.fields["reason"].label = REASONS[name]

    def clean_new_close(self) -> Any:
        """Return the first moment after the day."""
        return end_of_day_exclusive(self.cleaned_data["new_close"])


class ApproveForm(forms.Form):
    """The password (or second factor) again, and a note that stays with the approval.

    ``seen`` is the fingerprint of what the page showed, ``at`` the moment it did: what changed since is refused.
    """

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    reason = NFCCharField(
        label=_("Ý kiến kèm theo"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    secret = forms.CharField(
        label=_("Mật khẩu của bạn"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Nhập lại để xác nhận chính bạn phê duyệt; nếu dùng mã xác thực thì nhập mã 6 số."),
    )

    def __init__(self, data: Any = None, *, user: Any, **options: Any) -> None:
        super().__init__(data, auto_id="approve-%s", **options)
        self.user = user

    @property
    def moment(self) -> datetime | None:
        """Return when the page was shown, whatever else was typed; None where it does not say."""
        try:
            found: datetime | None = self.fields["at"].clean(self.data.get("at", ""))
        except ValidationError:
            return None
        return found

    def clean_seen(self) -> str:
        """Return the fingerprint; a page that does not say what it showed has to be opened again."""
        if not self.cleaned_data["seen"]:
            self.add_error(None, _("Trang này đã cũ. Hãy tải lại trang, xem lại rồi phê duyệt."))
        return str(self.cleaned_data["seen"])

    def clean_secret(self) -> str:
        """Make sure of the person; wrong answers are counted and slow the next ones."""
        try:
            re_authenticate(self.user, self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="secret") from None
        return ""


class ReturnNoteForm(forms.Form):
    """Why the leader means to return one leaf; empty takes it off her list."""

    reason = NFCCharField(
        label=_("Lý do trả lại tiêu chí này"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReturnAnswerForm(forms.Form):
    """What the unit did about a returned leaf."""

    answer = NFCCharField(
        label=_("Đã xử lý thế nào"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SeenForm(forms.Form):
    """What the person has looked at: the digest of a leaf (empty: not seen), the moment of the page."""

    digest = forms.CharField(required=False, max_length=16)
    at = forms.DateTimeField()


class TextsForm(forms.Form):
    """Difficulties and proposals of the self-assessment report; ``seen`` marks what was read."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)

    difficulties = NFCCharField(
        label=_("Khó khăn, vướng mắc"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    proposals = NFCCharField(
        label=_("Đề xuất, kiến nghị"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class AnswerForm(forms.Form):
    """The unit's answer to one question of the council."""

    version = VersionField()
    answer = NFCCharField(
        label=_("Giải trình của đơn vị"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5})
    )


class DelegateForm(forms.Form):
    """To whom the approval of one card is lent, from which day to which."""

    taker = forms.ModelChoiceField(label=_("Người được ủy quyền"), queryset=None, empty_label=_("Chọn người"))
    first_day = VNDateField(label=_("Từ ngày"))
    last_day = VNDateField(label=_("Đến hết ngày"))
    document = NFCCharField(label=_("Văn bản ủy quyền"), max_length=200)

    def __init__(self, data: Any = None, *, people: Any, **options: Any) -> None:
        super().__init__(data, auto_id="delegate-%s", **options)
        self.fields["taker"].queryset = people

    @property
    def period(self) -> dict[str, Any]:
        """Return the moments between which the delegation holds; one that begins today begins now."""
        return {
            "starts_at": max(start_of_day(self.cleaned_data["first_day"]), clock.now()),
            "ends_at": end_of_day_exclusive(self.cleaned_data["last_day"]),
        }
