"""Answers to a leaf's rule, drawn from a seed: good, short, or weaker than another. Pure, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from backend.core.exact import round_half_up
from backend.criteria.rules import InputSpec, Rule, RuleType

MONTHS = 12
MANY = ("hồ sơ", "văn bản", "kinh phí", "vốn", "số tiền")
_RATIO = {RuleType.BANDS, RuleType.THRESHOLD, RuleType.FORMULA}


@dataclass(frozen=True)
class Answer:
    """What a unit puts in for a leaf: the inputs, their points, and the rule's own words."""

    inputs: dict[str, str | int]
    points: Decimal
    words: str = ""


def luck(*seed: object) -> Random:
    """Return the same chances for the same seed."""
    return Random("/".join(map(str, seed)))  # noqa: S311 (nothing to keep secret)


def answer(rule: Rule, most: Decimal, *, good: bool, rng: Random) -> Answer:
    """Return an answer that reaches (nearly) all of ``most`` points, or one that falls short."""
    if rule.kind is RuleType.DIRECT:
        return Answer({}, part_of(most, 1000 if good else rng.randint(700, 950)))
    return _applied(rule, most, _drawer(rule)(rule.inputs, good, rng))


def weaker(rule: Rule, most: Decimal, than: Answer, *, rng: Random) -> Answer | None:
    """Return the next answer down with fewer points than ``than``; None where there is none near."""
    if rule.kind is RuleType.DIRECT:
        less = part_of(than.points, rng.randint(700, 950))
        return Answer({}, less) if less < than.points else None
    step = _lowerer(rule)
    inputs: dict[str, str | int] | None = than.inputs
    for _try in range(4):
        inputs = step(rule.inputs, inputs) if inputs else None
        if inputs and (found := _applied(rule, most, inputs)).points < than.points:
            return found
    return None


def part_of(most: Decimal, permille: int) -> Decimal:
    """Return ``permille`` of ``most`` points, to two decimals."""
    return round_half_up(most * permille / 1000, 2)


def _applied(rule: Rule, most: Decimal, inputs: dict[str, str | int]) -> Answer:
    outcome = rule.apply(inputs, most)
    return Answer(outcome.inputs, outcome.points, outcome.explained)


Inputs = dict[str, str | int]
Specs = tuple[InputSpec, ...]
Draw = Callable[[Specs, bool, Random], Inputs]
Lower = Callable[[Specs, Inputs], Inputs | None]


def _drawer(rule: Rule) -> Draw:
    if rule.kind in _RATIO:
        return _ratio
    return _choice if rule.inputs[0].choices else _DRAWN.get(rule.kind, _cases)


def _lowerer(rule: Rule) -> Lower:
    if rule.kind in _RATIO:
        return _less_done
    return _lower_choice if rule.inputs[0].choices else _LOWERED.get(rule.kind, _more_cases)


def _choice(specs: Specs, good: bool, rng: Random) -> Inputs:
    keys = [choice.key for choice in specs[0].choices]
    return {specs[0].name: keys[0] if good else keys[min(1, len(keys) - 1)]}


def _cases(specs: Specs, good: bool, rng: Random) -> Inputs:
    return {specs[0].name: 0 if good else 1}


def _ratio(specs: Specs, good: bool, rng: Random) -> Inputs:
    done, assigned = specs[0], specs[1]
    whole = _size(assigned, rng)
    missing = rng.choice((0, 0, whole // 100)) if good else max(1, whole * rng.randint(4, 14) // 100)
    return {done.name: whole - missing, assigned.name: whole}


def _size(spec: InputSpec, rng: Random) -> int:
    title = spec.title.lower()
    if "tháng trong năm" in title:
        return MONTHS
    return rng.randint(200, 900) if any(word in title for word in MANY) else rng.randint(12, 60)


def _lower_choice(specs: Specs, inputs: Inputs) -> Inputs | None:
    keys = [choice.key for choice in specs[0].choices]
    place = keys.index(str(inputs[specs[0].name])) + 1
    return {specs[0].name: keys[place]} if place < len(keys) else None


def _more_cases(specs: Specs, inputs: Inputs) -> Inputs:
    return {specs[0].name: int(inputs[specs[0].name]) + 1}


def _less_done(specs: Specs, inputs: Inputs) -> Inputs:
    done, assigned = int(inputs[specs[0].name]), int(inputs[specs[1].name])
    less = max(0, done - max(1, assigned // 25))
    return {specs[0].name: less, specs[1].name: assigned}


def _counted(specs: Specs, good: bool, rng: Random) -> Inputs:
    return {specs[0].name: rng.randint(4, 6) if good else rng.randint(2, 3)}


def _fewer_cases(specs: Specs, inputs: Inputs) -> Inputs | None:
    cases = int(inputs[specs[0].name])
    return {specs[0].name: cases - 1} if cases else None


def _answers(specs: Specs, good: bool, rng: Random) -> Inputs:
    best = rng.randint(80, 120) if good else rng.randint(20, 60)
    return {spec.name: best if place == 0 else rng.randint(0, 20) for place, spec in enumerate(specs)}


def _worse_answers(specs: Specs, inputs: Inputs) -> Inputs | None:
    first, last = specs[0].name, specs[-1].name
    moved = min(5, int(inputs[first]))
    return {**inputs, first: int(inputs[first]) - moved, last: int(inputs[last]) + moved} if moved else None


def _index(specs: Specs, good: bool, rng: Random) -> Inputs:
    return {specs[0].name: rng.randint(88, 96) if good else rng.randint(70, 85)}


def _lower_index(specs: Specs, inputs: Inputs) -> Inputs:
    return {specs[0].name: int(inputs[specs[0].name]) - 5}


_DRAWN: dict[RuleType, Draw] = {
    RuleType.COUNTED: _counted,
    RuleType.SURVEY: _answers,
    RuleType.EXTERNAL: _index,
}
_LOWERED: dict[RuleType, Lower] = {
    RuleType.COUNTED: _fewer_cases,
    RuleType.SURVEY: _worse_answers,
    RuleType.EXTERNAL: _lower_index,
}
