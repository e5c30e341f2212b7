"""Bars as plain numbers for SVG: widths are text with a point, 0 to 500. Every chart has its table beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from backend.core.exact import round_half_up
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
    def other_width(self) -> str:
        """Return the length of the bar it is compared with, for SVG."""
        return _width(self.other)


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
    index = part.index
    return "" if index is None else f"heat-{sum(index >= bound for bound in SHADES)}"


def width(line: Standing) -> str:
    """Return the length of a unit's index bar for SVG."""
    return _width(line.index)


def _width(percent: Fraction | None) -> str:
    return "0" if percent is None else str(round_half_up(percent * 5, 1))
