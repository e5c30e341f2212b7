"""Old against new: totals, ranks and classes of each unit, and the leaves that moved it. Exact; pure, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from reports.backtest.cases import Case, Leaf, Row, maxima_of, total_of, whole_numbers
from reports.rankings import Band, Entry, TieRule, band_for, rank

# Leaves named beside a unit that moves.
MOST_MOVERS = 3


@dataclass(frozen=True)
class Side:
    """One unit on one side; points in thousandths, of the leaves that apply to it."""

    total: int
    maximum: int
    rank: int
    shared: bool
    band: str

    @property
    def index(self) -> Fraction:
        """The index in percent, exact."""
        return Fraction(self.total, self.maximum) * 100


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


def sides(units: Sequence[int], leaves: Sequence[Leaf], rows: Sequence[Row], order: Order) -> dict[int, Side]:
    """Return each unit's total, rank and class by key; a unit to which no leaf applies is left out."""
    maxima = dict(zip(units, maxima_of(leaves, rows), strict=True))
    totals = dict(zip(units, map(total_of, rows), strict=True))
    entries = [
        Entry(unit, Fraction(totals[unit]), Fraction(maxima[unit]), _tie_keys(leaves, row, order))
        for unit, row in zip(units, rows, strict=True)
        if maxima[unit]
    ]
    return {
        unit: Side(totals[unit], maxima[unit], one.rank, one.shared, _band(one.entry, order))
        for one in rank(entries, order.tie_rule)
        if isinstance(unit := one.entry.key, int)
    }


def _tie_keys(leaves: Sequence[Leaf], row: Row, order: Order) -> tuple[int, ...]:
    if order.tie_rule is not TieRule.ORDERED:
        return ()
    sums: dict[str, int] = dict.fromkeys(order.fields_first, 0)
    for leaf, points in zip(leaves, row, strict=True):
        sums[leaf.field] = sums.get(leaf.field, 0) + (points or 0)
    return tuple(sums.values())


def _band(entry: Entry, order: Order) -> str:
    band = band_for(entry.percent, order.bands) if order.bands else None
    return band.label if band else ""


def movers(case: Case, moved: Sequence[tuple[int, Side, Side]]) -> list[list[Mover]]:
    """Return for each unit (its place in the case, old and new) the leaves that moved it most, largest first.

    A leaf's share of an index is its points over the unit's whole maximum. What all units gain or lose alike moves
    nobody: a shift is what the unit's index gained from the leaf above the mean gain of all. Leaves split from one
    count together.
    """
    import numpy as np  # deferred: starting the server must not load it

    wholes = [old.maximum * new.maximum for _, old, new in moved]
    common = lcm(*set(wholes))
    most = 4 * len(moved) * common
    # Over one denominator for all leaves and units, so that shifts stay whole numbers.
    old_weights = whole_numbers([[common // old.maximum] for _, old, _ in moved], most)
    new_weights = whole_numbers([[common // new.maximum] for _, _, new in moved], most)
    shifts = -whole_numbers([case.old[place] for place, _, _ in moved], most) * old_weights
    gained = whole_numbers([case.new[place] for place, _, _ in moved], most) * new_weights
    np.add.at(shifts.T, np.array(case.origin), gained.T)
    apart = len(moved) * shifts - shifts.sum(axis=0)
    first = np.argsort(-np.abs(apart), axis=1, kind="stable")[:, :MOST_MOVERS]
    pairs = _pairs(first, np.take_along_axis(apart, first, axis=1))
    return [
        [
            Mover(case.codes[place], Fraction(100 * shift, len(moved) * common))
            for place, shift in own
            if shift
        ]
        for own in pairs
    ]


def _pairs(places: Any, shifts: Any) -> list[list[tuple[int, int]]]:
    return [
        list(zip(one, other, strict=True))
        for one, other in zip(places.tolist(), shifts.tolist(), strict=True)
    ]
