"""Which changes of the history are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VN, format_date, is_in_reach, parse_moment, parse_start
from backend.core.errors import Invalid
from backend.core.forms import points_field, short
from backend.core.text import NFCCharField
from backend.rounds.models import Round, Step
from backend.scoring.changes import KINDS
from backend.scoring.room import Asked, inspected_rounds, people_named
from permissions.actor import Actor

_MORE = ("round", "step", "points_before", "points_after", "first", "last")
TURNS = {1: _("Nâng điểm"), -1: _("Cắt điểm")}


class MomentField(forms.Field):
    """A moment typed as "18/12/2026 14:05", or a day; gives an aware ``datetime``.

    It is the last instant of what was typed, or the first where the field ``starts`` something.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("dd/mm/yyyy giờ:phút")})

    def __init__(self, *, starts: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.read = parse_start if starts else parse_moment

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment. Raises ValidationError where it can't be read."""
        if value in self.empty_values:
            return None
        try:
            return self.read(str(value))
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="moment") from None

    def prepare_value(self, value: Any) -> Any:
        """Return the moment of a link as a person types it, to the second."""
        try:
            exact = datetime.fromisoformat(str(value))
        except ValueError:
            return value
        if not is_in_reach(exact):
            return value
        exact = exact.astimezone(VN)
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
    """Every filter of the history room; both moments count. ``namesakes`` are some of too many who are meant."""

    people: tuple[int, ...] | None = None
    namesakes: Sequence[tuple[str, str]] = ()

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
    points_before = points_field(label=_("Từ điểm"), required=False)
    points_after = points_field(label=_("Thành điểm"), required=False)
    reason = NFCCharField(label=_("Chữ trong lý do"), required=False)
    first = MomentField(label=_("Từ ngày, giờ"), required=False, starts=True)
    last = MomentField(label=_("Đến hết ngày, giờ"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = inspected_rounds(actor)
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]
        titles = Step.objects.filter(round__in=rounds.values("pk")).order_by("order", "title")
        seen = dict.fromkeys(titles.values_list("title", flat=True))
        self.fields["step"].choices = [("", _("Tất cả")), *((title, title) for title in seen)]  # type: ignore[attr-defined]

    def clean_person(self) -> str:
        """Return the words, and keep who is meant by them. Raises ValidationError where they fit too many."""
        words: str = self.cleaned_data["person"]
        try:
            self.people = tuple(people_named(words)) if words else None
        except Invalid as refusal:
            self.namesakes = refusal.details["some"]
            raise ValidationError(refusal.message, code="person") from None
        return words

    def clean(self) -> dict[str, Any]:
        """Return what was given. Raises ValidationError where the time ends before it begins."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            raise ValidationError({"last": gettext("Thời điểm cuối phải sau thời điểm đầu.")})
        return given

    def asked(self, words: str) -> Asked | None:
        """Return what is asked for; None where the filters can't be read."""
        if not self.is_bound:
            return Asked(words=words)
        if not self.is_valid():
            return None
        given = dict(self.cleaned_data)
        chosen = given.pop("round")
        return Asked(words=words, round=chosen.pk if chosen else None, people=self.people, **given)

    @property
    def main(self) -> list[forms.BoundField]:
        """Return the fields that stand open."""
        return [field for field in self if field.name not in _MORE]

    @property
    def more(self) -> list[forms.BoundField]:
        """Return the fields that unfold."""
        return [self[name] for name in _MORE]

    @property
    def more_is_used(self) -> bool:
        """Return whether one of those is filled in."""
        return any(field.data for field in self.more)

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """Return each filter that was given: its label and what was chosen or typed."""
        return [(str(field.label), _said(field)) for field in self if field.data not in (None, "", "0")]


def _said(field: forms.BoundField) -> str:
    """Return what a field asks for as people read it."""
    choices = getattr(field.field, "choices", ())
    return str({str(key): title for key, title in choices}.get(str(field.data), field.data))
