"""R1, R2, R8: one answer of several, each with its points or its percentage of the maximum."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import ZERO, round_half_up

from .base import Choice, InputKind, InputSpec, Rule, RuleType, Values
from .inputs import HUNDRED, part_of, shown
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
        _check_keys(params, [option.key for option in options])
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

    def problems(self, max_points: Decimal) -> list[str]:
        return [*super().problems(max_points), *_twice([o.title for o in self.options])]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        return tuple(sorted({o.points for o in self.options}, reverse=True))


def _check_keys(params: Params, keys: Sequence[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            params.wrong(f"Mã mức “{key}” bị trùng.")


def _twice(titles: Sequence[str]) -> list[str]:
    return [f"Hai mức trùng tên “{title}”." for title, times in Counter(titles).items() if times > 1]


def _option(row: Params, number: int) -> Option:
    option = Option(row.key(number), row.text("title"), row.number("points"))
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
        choices = (Choice("yes", self.passed, percent=HUNDRED), Choice("no", self.failed, ZERO))
        return (InputSpec("passed", self.title, InputKind.CHOICE, choices),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        if values.chosen["passed"] == "yes":
            return Fraction(max_points), f"{self.passed}:"
        return Fraction(0), f"{self.failed}:"

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        return (max_points, ZERO) if max_points else (ZERO,)


@dataclass(frozen=True)
class Level:
    """One level: its stored key, its title, its percentage of the leaf's maximum."""

    key: str
    title: str
    percent: Decimal


@dataclass(frozen=True)
class LevelsRule(Rule):
    """R8: a level is a percentage of the maximum. Xuất sắc 100 %, tốt 75 %, hoàn thành 50 %: of 2, 2 / 1,5 / 1."""

    levels: tuple[Level, ...]
    title: str = "Mức hoàn thành"
    kind: ClassVar[RuleType] = RuleType.LEVELS

    @classmethod
    def read(cls, params: Params) -> Self:
        rows = params.rows("levels")
        levels = tuple(_level(row, number) for number, row in enumerate(rows, 1))
        _check_keys(params, [level.key for level in levels])
        return cls(levels, params.text("title", cls.title))

    def to_params(self) -> dict[str, object]:
        rows = [{"key": v.key, "title": v.title, "percent": plain(v.percent)} for v in self.levels]
        return {"title": self.title, "levels": rows}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        choices = tuple(Choice(v.key, v.title, percent=v.percent) for v in self.levels)
        return (InputSpec("level", self.title, InputKind.CHOICE, choices),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        level = next(v for v in self.levels if v.key == values.chosen["level"])
        return part_of(
            max_points, level.percent
        ), f"{level.title}: {shown(level.percent)} % × {shown(max_points)} ="

    def problems(self, max_points: Decimal) -> list[str]:
        return [*super().problems(max_points), *_twice([v.title for v in self.levels])]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        worth = {round_half_up(part_of(max_points, v.percent)) for v in self.levels}
        return tuple(sorted(worth, reverse=True))


def _level(row: Params, number: int) -> Level:
    level = Level(row.key(number), row.text("title"), row.number("percent", high=HUNDRED))
    row.close()
    return level
