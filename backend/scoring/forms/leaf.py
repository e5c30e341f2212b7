"""One leaf's inputs as its rule asks for them; what can't be read or is off the rule is told at its field."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.core.dates import format_moment
from backend.core.errors import Invalid
from backend.core.forms import VersionField
from backend.core.points import format_points, parse_points
from backend.core.text import NFCCharField
from backend.core.widgets import Select, Text
from backend.criteria.models import Node
from backend.criteria.rules import InputKind, InputSpec, RuleError
from backend.scoring import arising
from backend.scoring.models import Mark, Score
from backend.scoring.tally import above_ceiling, typed_points

PREFIX = "input_"


class NumberField(forms.CharField):
    """A number with a decimal comma or point; "12.500" is refused with both readings."""

    def __init__(self, spec: InputSpec) -> None:
        self.spec = spec
        whole = spec.kind is InputKind.COUNT
        attrs = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off", "size": "8"}
        attrs["enterkeyhint"] = "next"
        if not spec.always:
            attrs["data-optional"] = ""
        super().__init__(label=spec.label, required=False, max_length=30, widget=Text(attrs))

    def clean(self, value: Any) -> Decimal | None:
        """Return the number, None when nothing was typed."""
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return parse_points(typed)
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="number") from None


# A page holds a hundred forms and changes none of their fields: they are made once and shared, not copied.
_VERSION = VersionField()
_ANY_VERSION = VersionField(required=False)
_NOTE = NFCCharField(
    label=_("Giải trình"),
    required=False,
    max_length=10_000,
    widget=forms.Textarea(attrs={"rows": 4}),
    help_text=_("Cần có khi thiếu tài liệu kiểm chứng hoặc số liệu khác thường."),
)


class LeafForm(forms.Form):
    """The inputs of one leaf, and the unit's explanation where the page asks for it.

    ``mark`` is what stands now. After ``is_valid``, ``entry`` goes to the action. ``trying``: only the rule
    is asked, whoever saved meanwhile.
    """

    overtaken = False

    def __init__(
        self, data: Any = None, *, score: Score, mark: Mark, trying: bool = False, **options: Any
    ) -> None:
        self.score, self.mark, self.trying = score, mark, trying
        self.rule = score.node.parsed_rule()
        options.setdefault("auto_id", f"{score.pk}-%s")
        super().__init__(data, initial=self._standing(mark), **options)
        self.fields |= {"version": _ANY_VERSION if trying else _VERSION, "note": _NOTE}
        for spec in self.rule.inputs:
            self.fields[PREFIX + spec.name] = _field(spec, score.max_points)
        if score.node.not_arisen:
            self.fields[PREFIX + arising.NAME] = _not_arisen_field(score)

    def _standing(self, mark: Mark) -> dict[str, Any]:
        # Stored as machine text ("8.5"); shown as people write it..
        kept = {PREFIX + name: shown_input(value) for name, value in mark.inputs.items()}
        if arising.is_answer(mark.inputs):
            kept[PREFIX + arising.NAME] = True
        return {"version": mark.version, "note": mark.note, **kept}

    @property
    def asked(self) -> list[forms.BoundField]:
        """Return the fields of the rule's inputs, in its order, and "không phát sinh" where the set knows it."""
        names = [spec.name for spec in self.rule.inputs]
        names += [arising.NAME] if self.score.node.not_arisen else []
        return [self[PREFIX + name] for name in names]

    @property
    def inputs(self) -> dict[str, Any]:
        """Return what was read, by the rule's names; empty where the leaf is cleared."""
        read = {spec.name: self.cleaned_data.get(PREFIX + spec.name) for spec in self.rule.inputs}
        given = {name: value for name, value in read.items() if value not in ("", None)}
        return given | arising.ANSWER if self.cleaned_data.get(PREFIX + arising.NAME) else given

    @property
    def typed_note(self) -> str | None:
        """Return the explanation, None where the page did not ask for it."""
        return self.cleaned_data.get("note", "") if "note" in self.data else None

    def clean_note(self) -> str:
        """Return the explanation with the line ends of a program, however it was sent."""
        return self.cleaned_data["note"].replace("\r\n", "\n")

    @property
    def seen_version(self) -> int:
        """Return the version the person has seen."""
        seen: int = self.cleaned_data["version"]
        return seen

    @property
    def entry(self) -> dict[str, Any]:
        """Return what was read as the words of ``HeldLeaf.save``."""
        return {"version": self.seen_version, "inputs": self.inputs, "note": self.typed_note}

    def clean(self) -> dict[str, Any]:
        """Ask the rule, so that its sentence stands at the input; then look whether somebody was faster."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.inputs:
            self._ask()
        if not self.errors and not self.trying and self._overtaken():
            self.add_error(None, self._faster())
        return cleaned

    def _ask(self) -> None:
        if arising.is_answer(self.inputs):
            self._check_answer()
        elif sentence := above_ceiling(self.score.card, self.score, typed_points(self.inputs, None)):
            self.add_error(None, sentence)
        else:
            self._ask_rule()

    def _check_answer(self) -> None:
        if self.inputs != arising.ANSWER:
            self.add_error(
                PREFIX + arising.NAME, _("Đã trả lời “không phát sinh” thì để trống các số liệu khác.")
            )
        note = self.mark.note if self.typed_note is None else self.typed_note
        if not note.strip():
            where = "note" if "note" in self.data else None
            self.add_error(where, _("Hãy giải trình vì sao trong năm không phát sinh."))

    def _ask_rule(self) -> None:
        try:
            self.outcome = self.rule.apply(self.inputs, self.score.max_points)
        except RuleError as problem:
            at_fields = {PREFIX + name: sentences for name, sentences in problem.fields.items()}
            for name, sentences in at_fields.items():
                self.add_error(name, sentences)
            if not at_fields:
                self.add_error(None, problem.problems)

    def _overtaken(self) -> bool:
        return self.seen_version != self.mark.version and not self._same_as_standing()

    def _same_as_standing(self) -> bool:
        outcome = getattr(self, "outcome", None)
        same_note = self.typed_note is None or self.typed_note.strip() == self.mark.note
        given = arising.ANSWER if arising.is_answer(self.inputs) else {}
        return same_note and (dict(outcome.inputs) if outcome else given) == self.mark.inputs

    @property
    def both(self) -> list[tuple[str, str, str]]:
        """Return each input's label with what stands and what was typed, in words."""
        return [
            (str(asked.label), _in_words(asked, asked.initial), _in_words(asked, asked.value()))
            for asked in self.asked
        ]

    @property
    def both_notes(self) -> tuple[str, str] | None:
        """Return the explanation that stands and the one typed; None where the page did not ask for it."""
        return None if self.typed_note is None else (self.mark.note, self.typed_note)

    def _faster(self) -> ValidationError:
        self.overtaken = True
        outcome = getattr(self, "outcome", None)
        faster = _(
            "%(who)s vừa lưu tiêu chí này lúc %(when)s. Đang lưu: %(theirs)s điểm. Bạn nhập: %(yours)s điểm."
        )
        unknown = _(
            "Trang này mở từ một lần lưu mà hệ thống không có. Đang lưu: %(theirs)s điểm. Bạn nhập: %(yours)s điểm."
        )
        return ValidationError(
            unknown if self.seen_version > self.mark.version else faster,
            code="stale",
            params={
                "who": self.mark.author or _("Người khác"),
                "when": format_moment(self.mark.saved_at) if self.mark.saved_at else "",
                "theirs": _said(self.mark.points),
                "yours": _said(outcome.points if outcome else None),
            },
        )


def _not_arisen_field(score: Score) -> forms.BooleanField:
    full = score.node.not_arisen == Node.NotArisen.FULL
    label = (
        _("Không phát sinh trong năm (được đủ điểm)")
        if full
        else _("Không phát sinh trong năm (đề nghị không tính)")
    )
    return forms.BooleanField(label=label, required=False)


def shown_input(value: Any) -> str:
    """Return an input as stored ("8.5") the way people write it."""
    text = str(value)
    return text.replace(".", ",") if text.replace(".", "", 1).isdigit() else text


def _in_words(asked: forms.BoundField, value: Any) -> str:
    if isinstance(asked.field, forms.BooleanField):
        return _("có") if value else _("không")
    chosen = dict(getattr(asked.field, "choices", ())).get(value) if value else None
    return str(chosen or value or "–")


def _said(points: Decimal | None) -> str:
    return "–" if points is None else format_points(points)


@lru_cache(maxsize=2000)
def _field(spec: InputSpec, max_points: Decimal) -> forms.Field:
    if spec.kind is not InputKind.CHOICE:
        return NumberField(spec)
    choices = [("", _("Chọn mức"))]
    for choice in spec.choices:
        worth = choice.worth(max_points)
        choices.append(
            (choice.key, choice.title if worth is None else f"{choice.title} ({format_points(worth)})")
        )
    return forms.ChoiceField(label=spec.title, required=False, choices=choices, widget=Select)
