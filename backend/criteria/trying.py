"""A rule tried with numbers before anybody is scored by it: what was typed, what it gives, an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.exact import ZERO
from backend.core.fields import PointsFormField
from backend.core.text import NFCCharField
from backend.criteria.compact import read_compact
from backend.criteria.rules import InputKind, InputSpec, Outcome, Rule, RuleError, RuleType
from backend.criteria.wording import Wording, in_words

PREFIX = "input_"
_SAMPLES = (
    ("47", "50", "3", "2"),
    ("97", "100", "2", "1"),
    ("3", "2", "1", "1"),
    ("1", "2", "3", "4"),
    ("50", "50", "50", "50"),
)


class RuleTryForm(forms.Form):
    """A rule as it is typed, saved or not: the way, its parameters as text, the leaf's maximum."""

    rule = forms.ChoiceField(
        label=_("Cách chấm"), choices=[("", _("Chưa chọn")), *((kind.value, kind.label) for kind in RuleType)],
        required=False,
    )  # fmt: skip
    max_points = PointsFormField(label=_("Điểm tối đa"), required=False)
    params_text = NFCCharField(
        label=_("Tham số"), required=False, widget=forms.Textarea(attrs={"rows": 5}), max_length=20_000
    )


@dataclass(frozen=True)
class Asked:
    """One input of the rule with what was typed and what is wrong with it."""

    spec: InputSpec
    typed: str
    wrong: str = ""

    @property
    def name(self) -> str:
        """Return the name it is sent by."""
        return PREFIX + self.spec.name

    @property
    def is_choice(self) -> bool:
        """Return whether one of several answers is picked."""
        return self.spec.kind is InputKind.CHOICE

    @property
    def inputmode(self) -> str:
        """Return which keys a phone shows."""
        return "numeric" if self.spec.kind is InputKind.COUNT else "decimal"


@dataclass(frozen=True)
class Trial:
    """A rule tried: in words, what it asks, the points it gives and why, or what is wrong."""

    words: Wording | None = None
    asked: tuple[Asked, ...] = ()
    outcome: Outcome | None = None
    example: Outcome | None = None
    problems: list[str] = field(default_factory=list)


def try_text(form: RuleTryForm, typed: Mapping[str, str]) -> Trial:
    """Return the trial of a rule as typed in ``form``; ``typed`` holds the inputs by ``Asked.name``."""
    if not form.is_valid():
        return Trial(problems=[line for lines in form.errors.values() for line in lines])
    kind, points = form.cleaned_data["rule"], form.cleaned_data["max_points"]
    if not kind or not points:
        return Trial()
    try:
        rule = read_compact(kind, form.cleaned_data["params_text"])
    except RuleError as wrong:
        return Trial(problems=wrong.problems)
    return try_rule(rule, points, typed)


def try_rule(rule: Rule, max_points: Decimal, typed: Mapping[str, str]) -> Trial:
    """Return the trial of a rule of a leaf of ``max_points`` with what was typed, by ``Asked.name``."""
    given = {spec.name: typed.get(PREFIX + spec.name, "").strip() for spec in rule.inputs}
    outcome, wrong, general = None, {}, []
    if any(given.values()):
        try:
            outcome = rule.apply({name: text for name, text in given.items() if text}, max_points)
        except RuleError as problem:
            wrong = {name: " ".join(lines) for name, lines in problem.fields.items()}
            general = [] if wrong else problem.problems
    return Trial(
        words=in_words(rule, max_points),
        asked=tuple(Asked(spec, given[spec.name], wrong.get(spec.name, "")) for spec in rule.inputs),
        outcome=outcome,
        example=worked_example(rule, max_points),
        problems=[*rule.problems(max_points), *general],
    )


def worked_example(rule: Rule, max_points: Decimal) -> Outcome | None:
    """Return what the rule gives for made-up numbers that suit it; None where none of ours do."""
    found = [outcome for sample in _SAMPLES if (outcome := _applied(rule, sample, max_points))]
    return next((outcome for outcome in found if outcome.points > ZERO), found[0] if found else None)


def _applied(rule: Rule, sample: tuple[str, ...], max_points: Decimal) -> Outcome | None:
    numbers = iter(sample * (len(rule.inputs) + 1))
    given = {
        spec.name: spec.choices[0].key if spec.kind is InputKind.CHOICE else next(numbers)
        for spec in rule.inputs
    }
    try:
        return rule.apply(given, max_points)
    except RuleError:
        return None
