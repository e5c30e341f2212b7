"""How far each leaf and field tells units apart. Exact sums of whole numbers; pure, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from operator import mul

from reports.backtest.cases import Leaf, Row, maxima_of, total_of


@dataclass(frozen=True)
class Spread:
    """What one leaf (or field) does among the units it applies to.

    ``mean`` is in percent of the maximum, ``deviation`` the standard deviation (of all units, not a sample) in
    thousandths of a point, ``share`` the part of the variance of the index it brings, in percent: the covariance
    of its part with the whole index; the shares of all leaves add up to 100.
    """

    units: int
    full: int
    mean: Fraction
    deviation: int
    share: Fraction

    @property
    def separates(self) -> bool:
        """Return whether any two units have different points."""
        return self.deviation > 0


@dataclass(frozen=True)
class Spreads:
    """The spread of every leaf, in their order, and of every field by its code."""

    leaves: tuple[Spread, ...]
    fields: dict[str, Spread]


def spreads(leaves: Sequence[Leaf], rows: Sequence[Row]) -> Spreads:
    """Return how far leaves and fields tell units apart. Every row needs a maximum above zero."""
    columns: list[Row] = list(zip(*rows, strict=True))
    shares = _shares(leaves, rows, columns)
    single = tuple(_spread(leaf.maximum, *both) for leaf, *both in zip(leaves, columns, shares, strict=True))
    return Spreads(single, _fields(leaves, columns, shares))


def _fields(leaves: Sequence[Leaf], columns: Sequence[Row], shares: Sequence[Fraction]) -> dict[str, Spread]:
    """Return the spread of every field; a field's points are those of its leaves together."""
    places: dict[str, list[int]] = {}
    for place, leaf in enumerate(leaves):
        places.setdefault(leaf.field, []).append(place)
    return {
        field: _spread(
            sum(leaves[place].maximum for place in own),
            [_sum(values) for values in zip(*(columns[place] for place in own), strict=True)],
            sum((shares[place] for place in own), Fraction(0)),
        )
        for field, own in places.items()
    }


def _sum(values: Row) -> int | None:
    return None if values.count(None) == len(values) else sum(filter(None, values))


def _shares(leaves: Sequence[Leaf], rows: Sequence[Row], columns: Sequence[Row]) -> list[Fraction]:
    """Return the part of the variance of the index each leaf brings, in percent."""
    maxima = maxima_of(leaves, rows)
    common = lcm(*set(maxima))
    # Each unit's points brought to one maximum for all, so that parts of an index stay whole numbers.
    scale = [common // maximum for maximum in maxima]
    parts = [[(p or 0) * s for p, s in zip(column, scale, strict=True)] for column in columns]
    whole = [total_of(row) * times for row, times in zip(rows, scale, strict=True)]
    variance = _covariance(whole, whole)
    if not variance:
        return [Fraction(0)] * len(leaves)
    return [Fraction(100 * _covariance(part, whole), variance) for part in parts]


def _covariance(one: Sequence[int], other: Sequence[int]) -> int:
    """Return the covariance times the square of the number of units."""
    return len(one) * sum(map(mul, one, other)) - sum(one) * sum(other)


def _spread(maximum: int, column: Row, share: Fraction) -> Spread:
    known = [points for points in column if points is not None]
    if not known:
        return Spread(0, 0, Fraction(0), 0, share)
    mean = Fraction(100 * sum(known), maximum * len(known))
    return Spread(len(known), known.count(maximum), mean, _deviation(known), share)


def _deviation(values: Sequence[int]) -> int:
    """Return the standard deviation, half rounded up; at least 1 where any two values differ."""
    squared = _covariance(values, values)
    rounded = (isqrt(4 * squared // len(values) ** 2) + 1) // 2
    return max(rounded, 1) if squared else 0
