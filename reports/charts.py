"""Bars as plain numbers for SVG: widths are text with a point, 0 to 500. Every chart has its table beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from backend.core.exact import round_half_up
from reports.analysis.spread import Spread
from reports.standings import FieldPoints, Standing, Table

# Percent from which the next, better shade begins.
SHADES = (50, 65, 80, 90)


@dataclass(frozen=True)
class Bar:
    """One labelled bar in percent, and what it is compared with (None where there is nothing)."""

    label: str
    percent: Fraction | None
    other: Fraction | None = None

    @property
    def width(self) -> str:
        """Return the length of the bar for SVG."""
        return _width(self.percent)

    @property
    def shade(self) -> str:
        """Return the class of a heat map cell for it."""
        return shade_of(self.percent)

    @property
    def other_width(self) -> str:
        """Return the length of the bar it is compared with, for SVG."""
        return _width(self.other)


@dataclass(frozen=True)
class Box:
    """One line of a box chart in percent: the least, quartiles and best of a group, and where one unit stands."""

    label: str
    spread: Spread
    own: Fraction | None = None

    @property
    def marks(self) -> dict[str, str]:
        """Return where everything stands and how long it is, for SVG."""
        least, lower, median, upper, best = (
            _cut(getattr(self.spread, name)) for name in ("least", "lower", "median", "upper", "best")
        )
        return {
            "least": _width(least),
            "whole": _width(best - least),
            "lower": _width(lower),
            "half": _width(upper - lower),
            "median": _place(median),
            "own": "" if self.own is None else _place(_cut(self.own)),
        }


# How wide the mark of one value is, in percent points of the whole line.
_MARK = Fraction(4, 5)


def _place(percent: Fraction) -> str:
    return _width(min(max(percent - _MARK / 2, Fraction(0)), 100 - _MARK))


def _cut(percent: Fraction) -> Fraction:
    """Return the percent as the line shows it: a bonus may bring it above 100."""
    return min(percent, Fraction(100))


def shade_of(index: Fraction | None) -> str:
    """Return the class of a shade for an index, "heat-0" (worst) to "heat-4"; empty where there is none."""
    return "" if index is None else f"heat-{sum(index >= bound for bound in SHADES)}"


def field_bars(table: Table, line: Standing | None = None) -> list[Bar]:
    """Return a bar per field: the unit's beside the group's mean, or without a unit the mean alone."""
    means = means_by_field(table.standings)
    own = {part.code: part.index for part in line.fields} if line else means
    return [
        Bar(f"{code}. {title}" if title else code, own.get(code), means.get(code) if line else None)
        for code, title in table.field_titles
    ]


def means_by_field(lines: Iterable[Standing]) -> dict[str, Fraction]:
    """Return the plain mean of the indices of each field, in percent, over units it applies to."""
    found: dict[str, list[Fraction]] = {}
    for line in lines:
        for part in line.fields:
            if part.index is not None:
                found.setdefault(part.code, []).append(part.index)
    return {code: sum(values, Fraction(0)) / len(values) for code, values in found.items()}


def shade(part: FieldPoints) -> str:
    """Return the class of a heat map cell, "heat-0" (worst) to "heat-4"; empty where nothing applies."""
    return shade_of(part.index)


def width(line: Standing) -> str:
    """Return the length of a unit's index bar for SVG."""
    return _width(line.index)


def _width(percent: Fraction | None) -> str:
    return "0" if percent is None else str(round_half_up(percent * 5, 1))
