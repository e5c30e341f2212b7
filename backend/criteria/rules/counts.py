"""R6, R7: points won or lost for each case counted."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import POINT, ZERO, format_points

from .base import InputSpec, Rule, RuleType, Values
from .inputs import measured, shown
from .reading import Params, plain

# More values than this are not offered as a list.
LISTED = 100


def _unit(unit: str) -> dict[str, object]:
    return {"unit": unit} if unit else {}


def _steps(step: Decimal, max_points: Decimal) -> list[Decimal] | None:
    """0, one step, two steps, ... up to the maximum; None where they are too many to be listed."""
    whole = int(max_points // step)
    return None if whole > LISTED else [step * cases for cases in range(whole + 1)]


@dataclass(frozen=True)
class _PerCase(Rule):
    """``step`` points for each case counted; what a case is called and in what unit it is counted."""

    step: Decimal
    title: str = ""
    unit: str = ""

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(
            params.number("step", low=POINT), params.heading("title", cls.title), params.optional("unit")
        )

    def to_params(self) -> dict[str, object]:
        return {"step": plain(self.step), "title": self.title, **_unit(self.unit)}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return (InputSpec("cases", self.title, unit=self.unit),)


@dataclass(frozen=True)
class CountedRule(_PerCase):
    """R6: ``step`` points for each case, not above the maximum. Max 2, 0,5 each: 3 give 1,5; 5 give 2."""

    title: str = "Số việc được tính điểm"
    kind: ClassVar[RuleType] = RuleType.COUNTED

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        cases, most = values.numbers["cases"], Fraction(max_points)
        won = cases * Fraction(self.step)
        work = f"{measured(cases, self.unit)} × {shown(self.step)} ="
        if won <= most:
            return won, work
        return most, f"{work} {shown(won)}, vượt điểm tối đa nên chỉ tính:"

    def problems(self, max_points: Decimal) -> list[str]:
        if self.step <= max_points:
            return []
        return [
            f"Mỗi việc được {format_points(self.step)} điểm, cao hơn điểm tối đa {format_points(max_points)}."
        ]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...] | None:
        won = _steps(self.step, max_points)
        return None if won is None else tuple(sorted({*won, max_points}, reverse=True))

    def gives(self, points: Decimal, max_points: Decimal) -> bool:
        # Worked out, not listed: 100 points in steps of 0,001 make a hundred thousand values.
        return points == max_points or points % self.step == 0


@dataclass(frozen=True)
class DecliningRule(_PerCase):
    """R7: the maximum minus ``step`` for each case, not below zero. Max 2, 0,5 each: 3 cases 0,5; 5 cases 0."""

    title: str = "Số trường hợp bị trừ"
    kind: ClassVar[RuleType] = RuleType.DECLINING

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        cases = values.numbers["cases"]
        left = Fraction(max_points) - cases * Fraction(self.step)
        work = f"{shown(max_points)} − {measured(cases, self.unit)} × {shown(self.step)}"
        return (left, f"{work} =") if left >= 0 else (Fraction(0), f"{work} nhỏ hơn 0:")

    def problems(self, max_points: Decimal) -> list[str]:
        if self.step <= max_points:
            return []
        return [f"Mức trừ {format_points(self.step)} lớn hơn điểm tối đa {format_points(max_points)}."]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...] | None:
        lost = _steps(self.step, max_points)
        return None if lost is None else tuple(sorted({*(max_points - n for n in lost), ZERO}, reverse=True))

    def gives(self, points: Decimal, max_points: Decimal) -> bool:
        return points == ZERO or (max_points - points) % self.step == 0
