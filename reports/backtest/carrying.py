"""The points one leaf of the draft would have given a unit for what the season appraised. Pure, no Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from backend.core.text import fold
from backend.criteria.rules import Choice, InputKind, InputSpec, Rule, RuleError, RuleType

Inputs = Mapping[str, str | int]


class Way(StrEnum):
    """How points came over."""

    SAME = "same"
    RECOMPUTED = "recomputed"
    LEVEL = "level"
    PROPORTION = "proportion"

    @property
    def label(self) -> str:
        """The Vietnamese words for it."""
        return _LABELS[self]


_LABELS = {
    Way.SAME: "giữ nguyên vì cách chấm không đổi",
    Way.RECOMPUTED: "tính lại từ số liệu cũ theo cách chấm mới",
    Way.LEVEL: "tính lại từ mức đã được thẩm định",
    Way.PROPORTION: "quy theo tỷ lệ điểm tối đa",
}


@dataclass(frozen=True)
class Asked:
    """One leaf as it asks: its rule (None where it has none that can be read), its maximum in points."""

    rule: Rule | None
    maximum: Decimal


@dataclass(frozen=True)
class Carrier:
    """Carries points from a leaf of the season to the leaf of the draft that stands for it.

    Unchanged rule and maximum keep the points. Where both rules ask the same, the new rule works the old inputs
    out; the inputs of a choice may be told from the points. All else is carried in proportion to the maximum.
    """

    old: Asked
    new: Asked

    def carry(self, points: int, inputs: Inputs) -> tuple[int, Way]:
        """Return the new points and how they came; both in thousandths.

        ``inputs`` are those the appraised points were worked out from; empty where the council set other points.
        """
        if self._unchanged:
            return points, Way.SAME
        if inputs and (made := self._applied(inputs)) is not None:
            return made, Way.RECOMPUTED
        if (key := self._levels.get(points)) and (made := self._applied(key)) is not None:
            return made, Way.LEVEL
        return proportional(
            points, thousandths(self.old.maximum), thousandths(self.new.maximum)
        ), Way.PROPORTION

    @cached_property
    def _unchanged(self) -> bool:
        return self.old == self.new

    @cached_property
    def _asks_the_same(self) -> bool:
        old, new = self.old.rule, self.new.rule
        if old is None or new is None or RuleType.DIRECT in (old.kind, new.kind):
            return False
        return _names(old.inputs) == _names(new.inputs)

    def _applied(self, inputs: Inputs) -> int | None:
        """Return what the new rule makes of the inputs; None where it does not take them."""
        old, new = self.old.rule, self.new.rule
        if old is None or new is None or not self._asks_the_same or not _means_the_same(old, new, inputs):
            return None
        try:
            return thousandths(new.apply(inputs, self.new.maximum).points)
        except RuleError:
            return None

    @cached_property
    def _levels(self) -> dict[int, Inputs]:
        """Return the one answer that gives some points, by points; nothing for rules that ask for numbers."""
        rule = self.old.rule
        if rule is None or len(rule.inputs) != 1 or rule.inputs[0].kind is not InputKind.CHOICE:
            return {}
        found: dict[int, list[Inputs]] = {}
        for choice in rule.inputs[0].choices:
            inputs = {rule.inputs[0].name: choice.key}
            found.setdefault(thousandths(rule.apply(inputs, self.old.maximum).points), []).append(inputs)
        return {points: answers[0] for points, answers in found.items() if len(answers) == 1}


def _names(specs: tuple[InputSpec, ...]) -> set[tuple[str, InputKind]]:
    return {(spec.name, spec.kind) for spec in specs}


def _means_the_same(old: Rule, new: Rule, inputs: Inputs) -> bool:
    """Return whether every chosen answer has the same words in both rules: keys may have moved."""
    theirs = {spec.name: spec for spec in new.inputs}
    return all(
        _words(spec.choices, inputs.get(spec.name))
        == _words(theirs[spec.name].choices, inputs.get(spec.name))
        for spec in old.inputs
        if spec.kind is InputKind.CHOICE
    )


def _words(choices: tuple[Choice, ...], key: object) -> str:
    return next((fold(choice.title) for choice in choices if choice.key == key), "")


def proportional(points: int, old_maximum: int, new_maximum: int) -> int:
    """Return ``points`` of the old maximum as points of the new one, a half rounded up."""
    return (2 * points * new_maximum + old_maximum) // (2 * old_maximum)


def thousandths(points: Decimal) -> int:
    """Return points as whole thousandths."""
    return int(points.scaleb(3))
