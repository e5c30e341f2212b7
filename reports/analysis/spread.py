"""How results lie among the units of a group: quartiles, and how many stand in each step of the index. Exact, pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

# Percent points of one step of the distribution.
STEP = 5
WHOLE = 100


@dataclass(frozen=True)
class Spread:
    """Values of a group in percent: their number, the least, the quartiles, the best and the plain mean."""

    units: int
    least: Fraction
    lower: Fraction
    median: Fraction
    upper: Fraction
    best: Fraction
    mean: Fraction

    @property
    def width(self) -> Fraction:
        """Return how far the best stands from the least, in percent points."""
        return self.best - self.least


def spread(values: Iterable[Fraction]) -> Spread | None:
    """Return the spread of the values; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    lower, median, upper = (quantile(ordered, Fraction(part, 4)) for part in (1, 2, 3))
    mean = sum(ordered, Fraction(0)) / len(ordered)
    return Spread(len(ordered), ordered[0], lower, median, upper, ordered[-1], mean)


def quantile(ordered: Sequence[Fraction], part: Fraction) -> Fraction:
    """Return the value below which ``part`` of them lie, between two of them in proportion.

    ``ordered`` from the least, not empty; as QUARTILE.INC of a spreadsheet works it out.
    """
    place = part * (len(ordered) - 1)
    whole = int(place)
    if whole + 1 == len(ordered):
        return ordered[whole]
    return ordered[whole] + (place - whole) * (ordered[whole + 1] - ordered[whole])


@dataclass(frozen=True)
class Bin:
    """One step of the distribution: from ``lower`` to below ``upper`` percent, and how many units stand in it.

    The step that ends at 100 holds 100 too; a bonus may bring a unit above it (``upper`` None: no end).
    """

    lower: int
    upper: int | None
    units: int


def distribution(values: Iterable[Fraction]) -> tuple[Bin, ...]:
    """Return the steps of five percent points from the least value to the best, empty ones between them too."""
    places = [_place(value) for value in values]
    if not places:
        return ()
    steps = range(min(places), max(places) + 1)
    above = WHOLE // STEP
    return tuple(
        Bin(step * STEP, None if step == above else (step + 1) * STEP, places.count(step)) for step in steps
    )


def _place(value: Fraction) -> int:
    if value > WHOLE:
        return WHOLE // STEP
    return min(int(value // STEP), WHOLE // STEP - 1)
