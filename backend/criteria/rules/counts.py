"""R7: points lost for each case counted."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import POINT, ZERO, format_points, to_points

from .base import InputSpec, Rule, RuleType, Values, shown
from .reading import Params, plain

# More values than this are not offered as a list.
LISTED = 100


@dataclass(frozen=True)
class DecliningRule(Rule):
    """R7: the maximum minus ``step`` for each case, not below zero. Max 2, 0,5 each: 3 cases 0,5; 5 cases 0."""

    step: Decimal
    title: str = "Số trường hợp bị trừ"
    kind: ClassVar[RuleType] = RuleType.DECLINING

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(params.number("step", low=POINT), params.text("title", cls.title))

    def to_params(self) -> dict[str, object]:
        return {"step": plain(self.step), "title": self.title}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return (InputSpec("cases", self.title),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        cases = values.numbers["cases"]
        left = Fraction(max_points) - cases * Fraction(self.step)
        work = f"{shown(max_points)} − {shown(cases)} × {shown(self.step)}"
        return (left, f"{work} =") if left >= 0 else (Fraction(0), f"{work} nhỏ hơn 0:")

    def problems(self, max_points: Decimal) -> list[str]:
        if self.step <= max_points:
            return []
        return [f"Mức trừ {format_points(self.step)} lớn hơn điểm tối đa {format_points(max_points)}."]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...] | None:
        whole = int(max_points / self.step)
        if whole > LISTED:
            return None
        left = {max_points - self.step * cases for cases in range(whole + 1)}
        return tuple(sorted(left | {ZERO}, reverse=True))

    def allows(self, points: Decimal, max_points: Decimal) -> bool:
        # Worked out, not listed: 100 points in steps of 0,001 make a hundred thousand values.
        try:
            exact = to_points(points)
        except (TypeError, ValueError):
            return False
        return ZERO <= exact <= max_points and (exact == ZERO or (max_points - exact) % self.step == 0)
