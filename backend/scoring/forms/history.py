"""Which changes of the history are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VN, VNDateField, format_date, parse_moment
from backend.core.errors import Invalid
from backend.core.forms import short
from backend.core.text import NFCCharField
from backend.rounds.models import Round, Step
from backend.scoring.changes import KINDS
from backend.scoring.room import Asked, inspected_rounds
from permissions.actor import Actor

TURNS = {1: _("Nâng điểm"), -1: _("Cắt điểm")}


class MomentField(forms.Field):
    """A moment typed as "18/12/2026 14:05", or a day, which is then over; gives an aware ``datetime``."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("dd/mm/yyyy giờ:phút")})

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment. Raises ValidationError where it can't be read."""
        if value in self.empty_values:
            return None
        try:
            return parse_moment(str(value))
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="moment") from None

    def prepare_value(self, value: Any) -> Any:
        """Return the moment of a link as a person types it, to the second."""
        try:
            exact = datetime.fromisoformat(str(value)).astimezone(VN)
        except ValueError:
            return value
        return f"{format_date(exact)} {exact:%H:%M:%S}"


class AsOfForm(forms.Form):
    """At which moment a card is shown, and with which other one it is compared."""

    at = MomentField(label=_("Tại thời điểm"))
    other = MomentField(label=_("So với thời điểm sau đó"), required=False)

    def clean(self) -> dict[str, Any]:
        """Return both moments, the earlier first. Raises ValidationError for a comparison backwards."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("at") and given.get("other") and given["other"] <= given["at"]:
            raise ValidationError({"other": gettext("Thời điểm so sánh phải sau thời điểm thứ nhất.")})
        return given


class HistoryFilter(forms.Form):
    """Every filter of the history room; both days count."""

    kind = forms.ChoiceField(label=_("Nội dung"), required=False, choices=[("", _("Tất cả")), *KINDS.items()])
    person = NFCCharField(label=_("Người"), required=False)
    code = NFCCharField(label=_("Tiêu chí, lĩnh vực"), required=False, max_length=30, widget=short())
    round = forms.ModelChoiceField(
        Round.objects.none(), label=_("Đợt đánh giá"), required=False, empty_label=_("Tất cả")
    )
    step = forms.ChoiceField(label=_("Bước"), required=False)
    turn = forms.TypedChoiceField(
        label=_("Nâng, cắt"),
        required=False,
        coerce=int,
        empty_value=0,
        choices=[("", _("Tất cả")), *TURNS.items()],
    )
    reason = NFCCharField(label=_("Chữ trong lý do"), required=False)
    first = VNDateField(label=_("Từ ngày"), required=False)
    last = VNDateField(label=_("Đến hết ngày"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = inspected_rounds(actor)
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]
        titles = Step.objects.filter(round__in=rounds.values("pk")).order_by("order", "title")
        seen = dict.fromkeys(titles.values_list("title", flat=True))
        self.fields["step"].choices = [("", _("Tất cả")), *((title, title) for title in seen)]  # type: ignore[attr-defined]

    def asked(self, words: str) -> Asked:
        """Return what is asked for; nothing but the unit's name where the filters can't be read."""
        if not (self.is_bound and self.is_valid()):
            return Asked(words=words)
        given = dict(self.cleaned_data)
        chosen = given.pop("round")
        return Asked(words=words, round=chosen.pk if chosen else None, **given)
