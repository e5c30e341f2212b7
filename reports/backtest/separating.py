"""How far each leaf and field tells units apart. Exact sums of whole numbers; pure, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

from reports.backtest.cases import Leaf
from reports.backtest.reckoning import Parts


@dataclass(frozen=True)
class Spread:
    """What one leaf (or field) does among the units it applies to.

    ``mean`` is in percent of the maximum, ``deviation`` the standard deviation (of all units, not a sample) in
    thousandths of a point, ``share`` the part of the variance of the index it brings, in percent: the covariance
    of its part with the whole index; the shares of all leaves add up to 100. Bonus, penalty and deductions are
    no leaves: the index is the one before them.
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


def spreads(parts: Parts) -> Spreads:
    """Return how far leaves and fields tell units apart."""
    common = parts.common
    shares = _shares(parts.of_leaves(common, (len(parts.rows) * common) ** 2))
    places: dict[str, list[int]] = {}
    for place, leaf in enumerate(parts.leaves):
        places.setdefault(leaf.field, []).append(place)
    maxima = [leaf.maximum for leaf in parts.leaves]
    return Spreads(
        tuple(_all(parts.points, parts.applies, maxima, shares)),
        _fields(parts.leaves, places, parts.points, parts.applies, shares),
    )


def _fields(
    leaves: Sequence[Leaf],
    places: dict[str, list[int]],
    points: Any,
    applies: Any,
    shares: Sequence[Fraction],
) -> dict[str, Spread]:
    """Return the spread of every field; a field's points are those of its leaves together."""
    sums = [points[:, own].sum(axis=1) for own in places.values()]
    any_applies = [applies[:, own].max(axis=1) for own in places.values()]
    maxima = [sum(leaves[place].maximum for place in own) for own in places.values()]
    of_fields = [sum((shares[place] for place in own), Fraction(0)) for own in places.values()]
    found = _all(_side_by_side(sums), _side_by_side(any_applies), maxima, of_fields)
    return dict(zip(places, found, strict=True))


def _side_by_side(columns: list[Any]) -> Any:
    import numpy as np  # deferred: starting the server must not load it

    return np.stack(columns, axis=1)


def _shares(parts: Any) -> list[Fraction]:
    """Return the part of the variance of the index each leaf brings, in percent."""
    whole, units = parts.sum(axis=1), len(parts)
    together = units * (parts.T @ whole) - parts.sum(axis=0) * whole.sum()
    variance = int(units * (whole @ whole) - whole.sum() ** 2)
    return [Fraction(100 * one, variance) if variance else Fraction(0) for one in together.tolist()]


def _all(points: Any, applies: Any, maxima: Sequence[int], shares: Sequence[Fraction]) -> list[Spread]:
    full = ((points == maxima) & applies).sum(axis=0)
    sums = (applies.sum(axis=0), full, points.sum(axis=0), (points * points).sum(axis=0))
    columns = zip(*(numbers.tolist() for numbers in sums), maxima, shares, strict=True)
    return [_spread(*values) for values in columns]


def _spread(units: int, full: int, total: int, squares: int, maximum: int, share: Fraction) -> Spread:
    if not units:
        return Spread(0, 0, Fraction(0), 0, share)
    mean = Fraction(100 * total, maximum * units)
    return Spread(units, full, mean, _deviation(units, units * squares - total**2), share)


def _deviation(units: int, squared: int) -> int:
    """Return the standard deviation, half rounded up; at least 1 where any two values differ."""
    rounded = (isqrt(4 * squared // units**2) + 1) // 2
    return max(rounded, 1) if squared else 0
