"""What would have given a unit more: the next step of a leaf's own rule, worked out by that rule. Exact, pure.

A step is the next better answer of a choice, the next band of a percentage, one case more or fewer. Nothing is
guessed: every step is put into the rule and the rule says the points. Where the numbers behind the points are not
known only rules with fixed values have a next step; what the unit does not answer itself has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from backend.core.exact import ZERO
from backend.criteria.rules import (
    BandsRule,
    CountedRule,
    DecliningRule,
    DirectRule,
    ExternalRule,
    FormulaRule,
    InputKind,
    InputSpec,
    Rule,
    RuleError,
    SurveyRule,
    ThresholdRule,
)

Given = str | int
Inputs = Mapping[str, Given]
# Given by others or by hand: there is no answer of the unit that one step could change.
WITHOUT_STEPS = (DirectRule, ExternalRule, SurveyRule)


@dataclass(frozen=True)
class Change:
    """One input that changes: its title and both answers in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """The next step of a rule: the points it gives, the rule's own words, and what changes (empty: not known)."""

    points: Decimal
    words: str
    changes: tuple[Change, ...] = ()


def next_step(rule: Rule, inputs: Inputs, points: Decimal, maximum: Decimal) -> Step | None:
    """Return the step that gives the least more than ``points``; None at the maximum or where the rule has none.

    ``inputs`` count only where the rule makes exactly these points of them; else the council set others.
    """
    if points >= maximum or isinstance(rule, WITHOUT_STEPS):
        return None
    found = _tried(rule, inputs, maximum) if _explain(rule, inputs, points, maximum) else ()
    better = [step for step in found if step.points > points]
    return min(better, key=lambda step: step.points) if better else _by_values(rule, points, maximum)


def _explain(rule: Rule, inputs: Inputs, points: Decimal, maximum: Decimal) -> bool:
    try:
        return bool(inputs) and rule.apply(inputs, maximum).points == points
    except RuleError:
        return False


def _tried(rule: Rule, inputs: Inputs, maximum: Decimal) -> Iterator[Step]:
    """Put every answer that is one step away into the rule; what it refuses is no step."""
    specs = {spec.name: spec for spec in rule.inputs}
    for name, answer in _moves(rule, inputs):
        try:
            outcome = rule.apply({**inputs, name: answer}, maximum)
        except RuleError:
            continue
        change = Change(specs[name].label, _said(specs[name], inputs[name]), _said(specs[name], answer))
        yield Step(outcome.points, outcome.explained, (change,))


def _moves(rule: Rule, inputs: Inputs) -> Iterator[tuple[str, Given]]:
    """Give every single answer that is one step away, whatever it does to the points."""
    if isinstance(rule, BandsRule):
        yield from (("done", done) for done in _into_bands(rule, inputs))
    elif isinstance(rule, ThresholdRule):
        yield from (("done", done) for done in _over_threshold(rule, inputs))
    elif isinstance(rule, CountedRule | DecliningRule):
        yield from (("cases", int(inputs["cases"]) + change) for change in (1, -1))
    elif isinstance(rule, FormulaRule):
        yield from _one_case(rule, inputs)
    else:
        yield from ((spec.name, choice.key) for spec in rule.inputs for choice in spec.choices)


def _into_bands(rule: BandsRule, inputs: Inputs) -> Iterator[Given]:
    """Give for every band the number nearest to the unit's own that stands in it."""
    done, assigned = _number(inputs["done"]), _number(inputs["assigned"])
    counts = rule.ratio.measure is InputKind.COUNT
    for place, band in enumerate(rule.bands):
        bound = Fraction(band.lower) * assigned / 100
        if bound > done or (bound == done and not band.inclusive):
            yield from _least(bound, counts=counts, inclusive=band.inclusive)
        elif place:
            above = rule.bands[place - 1]
            bound = Fraction(above.lower) * assigned / 100
            yield from _most(bound, counts=counts, inclusive=not above.inclusive)


def _over_threshold(rule: ThresholdRule, inputs: Inputs) -> Iterator[Given]:
    done, assigned = _number(inputs["done"]), _number(inputs["assigned"])
    bound = Fraction(rule.threshold) * assigned / 100
    counts = rule.ratio.measure is InputKind.COUNT
    if done < bound:
        yield from _least(bound, counts=counts, inclusive=True)
    elif counts:
        yield int(done) + 1


def _least(bound: Fraction, *, counts: bool, inclusive: bool) -> Iterator[Given]:
    """Give the least number from (or above) the bound; of amounts there is none above it."""
    if counts:
        yield ceil(bound) if inclusive else floor(bound) + 1
    elif inclusive:
        yield _amount(bound)


def _most(bound: Fraction, *, counts: bool, inclusive: bool) -> Iterator[Given]:
    """Give the greatest number up to (or below) the bound; of amounts there is none below it."""
    if counts:
        yield floor(bound) if inclusive else ceil(bound) - 1
    elif inclusive:
        yield _amount(bound)


def _one_case(rule: FormulaRule, inputs: Inputs) -> Iterator[tuple[str, Given]]:
    """Give one more and one fewer of every count that is not itself the whole that another is counted of."""
    wholes = {variable.at_most for variable in rule.variables}
    for variable in rule.variables:
        known = variable.name in inputs and variable.measure is InputKind.COUNT
        if known and variable.name not in wholes:
            yield from ((variable.name, int(inputs[variable.name]) + change) for change in (1, -1))


def _by_values(rule: Rule, points: Decimal, maximum: Decimal) -> Step | None:
    values = [value for value in rule.reachable(maximum) or () if value > points]
    if not values:
        return None
    nearest = min(values)
    return Step(nearest, _words_for(rule, nearest, maximum))


def _words_for(rule: Rule, points: Decimal, maximum: Decimal) -> str:
    """Return the answer or band that gives those points in the rule's words; empty where it has none of its own."""
    if isinstance(rule, BandsRule):
        places = (place for place, band in enumerate(rule.bands) if band.points == points)
        return next((rule.words(place) for place in places), "")
    choices = (choice for spec in rule.inputs for choice in spec.choices)
    return next((choice.title for choice in choices if choice.worth(maximum) == points), "")


def _said(spec: InputSpec, answer: Given) -> str:
    titles = {choice.key: choice.title for choice in spec.choices}
    return titles.get(str(answer), str(answer).replace(".", ","))


def _number(answer: Given) -> Fraction:
    return Fraction(str(answer).replace(",", "."))


def _amount(bound: Fraction) -> str:
    """Return an amount as it is typed, rounded up to the six decimals an input has."""
    text = format(Decimal(ceil(bound * 10**6)).scaleb(-6).normalize(), "f")
    # Three decimals would be refused: they might mean thousands.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


@dataclass(frozen=True)
class LeafNow:
    """One leaf as a unit has it: its rule (None where it can't be read), points, maximum and inputs."""

    code: str
    title: str
    rule: Rule | None
    points: Decimal
    maximum: Decimal
    inputs: Inputs


@dataclass(frozen=True)
class Raise:
    """One leaf with its next step; ``gain`` in points."""

    leaf: LeafNow
    step: Step

    @property
    def gain(self) -> Decimal:
        """Return the points the step adds."""
        return self.step.points - self.leaf.points


@dataclass(frozen=True)
class Raises:
    """What one step would add, the most first, and the leaves below their maximum that have none."""

    steps: tuple[Raise, ...]
    without: tuple[LeafNow, ...]

    @property
    def gain(self) -> Decimal:
        """Return what all the steps add together."""
        return sum((one.gain for one in self.steps), ZERO)


def raises(leaves: Iterable[LeafNow]) -> Raises:
    """Return the next step of every leaf below its maximum; equal gains in the order of the leaves."""
    steps, without = [], []
    for leaf in leaves:
        if leaf.points >= leaf.maximum:
            continue
        step = next_step(leaf.rule, leaf.inputs, leaf.points, leaf.maximum) if leaf.rule else None
        if step is None:
            without.append(leaf)
        else:
            steps.append(Raise(leaf, step))
    return Raises(tuple(sorted(steps, key=lambda one: -one.gain)), tuple(without))
