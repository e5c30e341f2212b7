"""A rule tried with numbers before anybody is scored by it: what was typed, what it gives."""

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
from backend.criteria.models import Node
from backend.criteria.rules import InputKind, InputSpec, Outcome, Rule, RuleError, RuleType
from backend.criteria.wording import Wording, in_words

PREFIX = "input_"


class RuleTryForm(forms.Form):
    """A rule as it is typed, saved or not: the way, its parameters as text, the leaf's maximum."""

    rule = forms.ChoiceField(
        label=_("Cách chấm"), choices=[("", _("Chưa chọn")), *((kind.value, kind.label) for kind in RuleType)],
        required=False,
    )  # fmt: skip
    source = forms.ChoiceField(label=_("Nguồn điểm"), choices=Node.Source.choices, required=False)
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
    """A rule tried: in words with an example, what it asks, the points it gives and why, or what is wrong."""

    words: Wording | None = None
    asked: tuple[Asked, ...] = ()
    outcome: Outcome | None = None
    problems: list[str] = field(default_factory=list)


def try_text(form: RuleTryForm, typed: Mapping[str, str]) -> Trial:
    """Return the trial of a rule as typed in ``form``; ``typed`` holds the inputs by ``Asked.name``."""
    if not form.is_valid():
        return Trial(problems=[line for lines in form.errors.values() for line in lines])
    kind, points = form.cleaned_data["rule"], form.cleaned_data["max_points"]
    if not kind or points is None:
        return Trial()
    if points <= ZERO:
        return Trial(problems=[_("Điểm tối đa phải lớn hơn 0.")])
    try:
        rule = read_compact(kind, form.cleaned_data["params_text"])
    except RuleError as wrong:
        return Trial(problems=wrong.problems)
    by_host = form.cleaned_data["source"] in (Node.Source.SURVEY, Node.Source.EXTERNAL)
    return try_rule(rule, points, typed, by_host=by_host)


def try_rule(rule: Rule, max_points: Decimal, typed: Mapping[str, str], *, by_host: bool = False) -> Trial:
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
        words=in_words(rule, max_points, by_host=by_host),
        asked=tuple(Asked(spec, given[spec.name], wrong.get(spec.name, "")) for spec in rule.inputs),
        outcome=outcome,
        problems=[*rule.problems(max_points), *general],
    )
