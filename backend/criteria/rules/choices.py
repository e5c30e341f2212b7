"""R1, R2: one answer of several, each with its points."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import ZERO

from .base import Choice, InputKind, InputSpec, Rule, RuleType, Values
from .reading import Params, plain


@dataclass(frozen=True)
class Option:
    """One level: its stored key, its title, its points."""

    key: str
    title: str
    points: Decimal


@dataclass(frozen=True)
class OptionRule(Rule):
    """R1: the unit picks a level. Kịp thời 1 / không kịp thời 0,5 / không 0."""

    options: tuple[Option, ...]
    title: str = "Mức đạt được"
    kind: ClassVar[RuleType] = RuleType.OPTION

    @classmethod
    def read(cls, params: Params) -> Self:
        rows = params.rows("options")
        options = tuple(_option(row, number) for number, row in enumerate(rows, 1))
        for key, times in Counter(option.key for option in options).items():
            if times > 1:
                params.wrong(f"Mã mức “{key}” bị trùng.")
        return cls(options, params.text("title", cls.title))

    def to_params(self) -> dict[str, object]:
        rows = [{"key": o.key, "title": o.title, "points": plain(o.points)} for o in self.options]
        return {"title": self.title, "options": rows}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        choices = tuple(Choice(o.key, o.title, o.points) for o in self.options)
        return (InputSpec("option", self.title, InputKind.CHOICE, choices),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        option = next(o for o in self.options if o.key == values.chosen["option"])
        return Fraction(option.points), f"{option.title}:"

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        return tuple(sorted({o.points for o in self.options}, reverse=True))


def _option(row: Params, number: int) -> Option:
    option = Option(row.text("key", str(number)), row.text("title"), row.number("points"))
    row.close()
    return option


@dataclass(frozen=True)
class PassFailRule(Rule):
    """R2: full points or none."""

    title: str = "Kết quả"
    passed: str = "Đạt"
    failed: str = "Không đạt"
    kind: ClassVar[RuleType] = RuleType.PASS_FAIL

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(
            params.text("title", cls.title),
            params.text("passed", cls.passed),
            params.text("failed", cls.failed),
        )

    def to_params(self) -> dict[str, object]:
        return {"title": self.title, "passed": self.passed, "failed": self.failed}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        choices = (Choice("yes", self.passed), Choice("no", self.failed, ZERO))
        return (InputSpec("passed", self.title, InputKind.CHOICE, choices),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        if values.chosen["passed"] == "yes":
            return Fraction(max_points), f"{self.passed}:"
        return Fraction(0), f"{self.failed}:"

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        return (max_points, ZERO) if max_points else (ZERO,)
