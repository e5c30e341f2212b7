"""Old against new: totals, ranks and classes of each unit, and the leaves that moved it. Exact; pure, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.backtest.cases import Case, Leaf, Row, maxima_of, total_of
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
    """A leaf that moved a unit's index, by ``shift`` percent points (exact), up or down."""

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
        Entry(unit, Fraction(totals[unit]), Decimal(maxima[unit]), _tie_keys(leaves, row, order))
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


def movers(case: Case, unit: int, old: Side, new: Side) -> list[Mover]:
    """Return the leaves that moved the index of the unit at that place most, the largest first.

    A leaf's share of an index is its points over the unit's whole maximum; leaves split from one count together.
    """
    # Over one denominator for all leaves: whole numbers are enough to put them in order.
    shifts = [-(points or 0) * new.maximum for points in case.old[unit]]
    for origin, points in zip(case.origin, case.new[unit], strict=True):
        shifts[origin] += (points or 0) * old.maximum
    sizes = [-abs(shift) for shift in shifts]
    places = sorted(range(len(sizes)), key=sizes.__getitem__)[:MOST_MOVERS]
    whole = old.maximum * new.maximum
    return [
        Mover(case.codes[place], Fraction(100 * shifts[place], whole)) for place in places if shifts[place]
    ]
