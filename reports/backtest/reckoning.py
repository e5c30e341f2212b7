"""Totals of units as the round itself works them out, in whole numbers (dossier, section 5). Exact; pure, no Django."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from reports.backtest.cases import PLAIN, Leaf, Making, Row, maximum_of, whole_numbers
from reports.rankings import rescaled

# A percent has two decimals, so a total brought up by it is whole in ten-thousandths of a thousandth.
FINE = 10_000


def totals(leaves: Sequence[Leaf], rows: Sequence[Row], making: Making = PLAIN) -> Iterator[tuple[int, int]]:
    """Give for every row the total in ten-thousandths of a thousandth, and the maximum in thousandths.

    Never below zero. With ``rescales`` the council's points of the leaves that apply are brought up to all its
    leaves by their percent with two decimals, the only rounding.
    """
    full = sum(leaf.maximum for leaf in leaves)
    for place, row in enumerate(rows):
        extra = making.of(place).points
        if None not in row:
            yield max(sum(row) + extra, 0) * FINE, full  # type: ignore[arg-type]  # no None in it
        elif making.rescales:
            yield _rescaled(leaves, row, extra)
        else:
            yield max(sum(filter(None, row)) + extra, 0) * FINE, maximum_of(leaves, row)


def _rescaled(leaves: Sequence[Leaf], row: Row, extra: int) -> tuple[int, int]:
    points, others = sum_of(leaves, row, council=True), sum_of(leaves, row, council=False)
    own, full = council_maxima(leaves, row)
    brought = Fraction(points)
    if 0 < own < full:
        brought = rescaled(Fraction(points), Decimal(own), Decimal(full))
    maximum = maximum_of(leaves, row) + (full - own if own else 0)
    return int(max(brought + others + extra, Fraction(0)) * FINE), maximum


def sum_of(leaves: Sequence[Leaf], row: Row, *, council: bool) -> int:
    """Return the points on the council's leaves, or on the others."""
    return sum(points or 0 for leaf, points in zip(leaves, row, strict=True) if leaf.council is council)


def council_maxima(leaves: Sequence[Leaf], row: Row) -> tuple[int, int]:
    """Return what the council's leaves that apply to the unit give at most, and all of the council's leaves."""
    own = sum(
        leaf.maximum for leaf, points in zip(leaves, row, strict=True) if leaf.council and points is not None
    )
    return own, sum(leaf.maximum for leaf in leaves if leaf.council)


# Numerator and denominator in lowest terms.
Weight = tuple[int, int]


@dataclass(frozen=True)
class Parts:
    """Units with their points, and what each has of its index (1 is all) from each leaf before a percent is rounded.

    Exact. Every row needs a maximum above zero.
    """

    leaves: Sequence[Leaf]
    rows: Sequence[Row]
    making: Making = PLAIN

    @cached_property
    def partly(self) -> bool:
        """Whether some leaf does not apply to some unit."""
        return any(None in row for row in self.rows)

    @cached_property
    def points(self) -> Any:
        """The points as whole numbers, a row a unit; 0 where a leaf does not apply."""
        return whole_numbers(self.rows, 1)

    @cached_property
    def applies(self) -> Any:
        """Which leaf applies to which unit."""
        import numpy as np  # deferred: starting the server must not load it

        if not self.partly:
            return np.ones(self.points.shape, dtype=bool)
        return np.array([[value is not None for value in row] for row in self.rows])

    @cached_property
    def common(self) -> int:
        """The denominator over which all parts are whole numbers."""
        return lcm(*{denominator for own in self._weights for _, denominator in own})

    @property
    def most(self) -> int:
        """No part is above this many times an index of 1."""
        return 1 + max((abs(extra.points) for extra in self.making.extras), default=0)

    def of_leaves(self, common: int, most: int) -> Any:
        """Return the parts over ``common``, a row a unit; ``most`` is above all that is worked out of them."""
        council = [0 if leaf.council else 1 for leaf in self.leaves]
        return self.points * self._scales(common, most)[:, council]

    def of_extras(self, common: int, most: int) -> Any:
        """Return the same of bonus, penalty and deductions together, one column."""
        extras = [[self.making.of(place).points] for place in range(len(self.rows))]
        return whole_numbers(extras, most) * self._scales(common, most)[:, 1:]

    @cached_property
    def _weights(self) -> list[tuple[Weight, Weight]]:
        """What a thousandth on a leaf of the council, and on another, is of each unit's index."""
        full = (1, sum(leaf.maximum for leaf in self.leaves))
        return [_weights(self.leaves, row, self.making) if None in row else (full, full) for row in self.rows]

    def _scales(self, common: int, most: int) -> Any:
        return whole_numbers(
            [
                [numerator * (common // denominator) for numerator, denominator in own]
                for own in self._weights
            ],
            most,
        )


def _weights(leaves: Sequence[Leaf], row: Row, making: Making) -> tuple[Weight, Weight]:
    maximum = maximum_of(leaves, row)
    own, full = council_maxima(leaves, row)
    if not making.rescales or not own:
        return (1, maximum), (1, maximum)
    whole = maximum + full - own
    return Fraction(full, own * whole).as_integer_ratio(), (1, whole)
