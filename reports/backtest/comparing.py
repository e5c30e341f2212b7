"""Old against new: totals, ranks and classes of each unit, and the leaves that moved it. Exact; pure, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from reports.backtest.cases import PLAIN, Extra, Leaf, Making, Row
from reports.backtest.reckoning import FINE, Parts, totals
from reports.rankings import Band, Entry, Ranked, TieRule, band_for, rank

# Leaves named beside a unit that moves.
MOST_MOVERS = 3
# Stands for a leaf where bonus, penalty or deductions moved a unit.
EXTRAS = "thưởng, phạt, bị trừ"


@dataclass(frozen=True)
class Side:
    """One unit on one side; points in thousandths.

    ``rest`` is what the exact total is above the rounded ``total``, in ten-thousandths of a thousandth: a total
    brought up by its percent is ranked before it is rounded.
    """

    total: int
    maximum: int
    rank: int
    shared: bool
    band: str
    rest: int = 0

    @property
    def index(self) -> Fraction:
        """The index in percent, exact."""
        return Fraction(100 * (self.total * FINE + self.rest), self.maximum * FINE)


@dataclass(frozen=True)
class Mover:
    """A leaf that moved a unit among the others, by ``shift`` percent points of its index (exact), up or down."""

    code: str
    shift: Fraction


@dataclass(frozen=True)
class Order:
    """How a group is ranked: its tie rule, the fields asked first at a tie, its bands."""

    tie_rule: TieRule = TieRule.SHARED
    fields_first: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()


def sides(
    units: Sequence[int], leaves: Sequence[Leaf], rows: Sequence[Row], order: Order, making: Making = PLAIN
) -> dict[int, Side]:
    """Return each unit's total, rank and class by key; a unit to which no leaf applies is left out."""
    made = dict(zip(units, totals(leaves, rows, making), strict=True))
    entries = [
        Entry(unit, Fraction(total, FINE), Fraction(maximum), _tie_keys(leaves, row, order, making.of(place)))
        for place, (row, (unit, (total, maximum))) in enumerate(zip(rows, made.items(), strict=True))
        if maximum
    ]
    return {
        unit: _side(*made[unit], one, order)
        for one in rank(entries, order.tie_rule)
        if isinstance(unit := one.entry.key, int)
    }


def _side(fine: int, maximum: int, made: Ranked, order: Order) -> Side:
    total = (fine + FINE // 2) // FINE
    band = band_for(made.entry.percent, order.bands) if order.bands else None
    return Side(total, maximum, made.rank, made.shared, band.label if band else "", fine - total * FINE)


def _tie_keys(leaves: Sequence[Leaf], row: Row, order: Order, extra: Extra) -> tuple[int, ...]:
    if order.tie_rule is not TieRule.ORDERED:
        return ()
    sums: dict[str, int] = dict.fromkeys(order.fields_first, 0)
    for leaf, points in zip(leaves, row, strict=True):
        sums[leaf.field] = sums.get(leaf.field, 0) + (points or 0)
    return tuple(max(points - extra.deducted.get(code, 0), 0) for code, points in sums.items())


def movers(old: Parts, new: Parts, origin: Sequence[int], codes: Sequence[str]) -> list[list[Mover]]:
    """Return for each unit (in the order of both) the leaves that moved it most, largest first.

    ``origin`` and ``codes`` are those of the case. A leaf's share of an index is its points over the unit's whole
    maximum, brought up where the set rescales. What all units gain or lose alike moves nobody: a shift is what the
    unit's index gained from the leaf above the mean gain of all. Leaves split from one count together; bonus, penalty
    and deductions count as one more leaf.
    """
    import numpy as np  # deferred: starting the server must not load it

    units = len(old.rows)
    # Over one denominator for all leaves and units, so that shifts stay whole numbers.
    common = lcm(old.common, new.common)
    most = 4 * units * common * max(old.most, new.most)
    gained = -old.of_leaves(common, most)
    np.add.at(gained.T, np.array(origin), new.of_leaves(common, most).T)
    extras = new.of_extras(common, most) - old.of_extras(common, most)
    shifts = np.hstack([gained, extras])
    apart = units * shifts - shifts.sum(axis=0)
    first = np.argsort(-np.abs(apart), axis=1, kind="stable")[:, :MOST_MOVERS]
    pairs = _pairs(first, np.take_along_axis(apart, first, axis=1))
    named, whole = (*codes, EXTRAS), units * common
    return [
        [Mover(named[place], Fraction(100 * shift, whole)) for place, shift in own if shift] for own in pairs
    ]


def _pairs(places: Any, shifts: Any) -> list[list[tuple[int, int]]]:
    return [
        list(zip(one, other, strict=True))
        for one, other in zip(places.tolist(), shifts.tolist(), strict=True)
    ]
