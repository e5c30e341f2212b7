"""How far ranks hold when the weights move: Monte Carlo over the weights of the leaves.

After the OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7, uncertainty analysis. In every draw
each leaf counts 90,0 % to 110,0 % of its points, evenly and independently, in steps of 0,1 %; every unit's index is
worked out again over its own maximum, and ranked (a rank is one more than the number of units above). Where points
are uncertain too, each unit's points on each leaf move in every draw by up to ``noise`` thousandths of the leaf's
maximum, evenly and independently, and stay between nothing and all of it.

This is the one place with floating point. Weights and points are whole numbers and their sums stay far below 2**53,
so sums are exact; only the last division rounds, the same way for equal indices. The seed is fixed and numpy's
``RandomState`` is frozen: the same season and draft give the same intervals on every machine. Memory is bounded:
draws are worked out in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.backtest.reckoning import FINE, Parts

DRAWS = 1000
SEED = 20261
LOW, HIGH = 900, 1100  # thousandths of a leaf's weight
LEAST = 1000  # a weight that is not moved
# Numbers held at once while a part of the draws is worked out.
AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Interval:
    """The ranks of one unit over all draws: the best, the middle, the worst, and from 5 % to 95 % of the draws.

    ``shift`` is the mean distance from the rank without moved weights, in thousandths of a place.
    """

    best: int
    low: int
    middle: int
    high: int
    worst: int
    shift: int


def shake(
    parts: Parts,
    ranks: Sequence[int],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    noise: int = 0,
    told: Callable[[int], object] = int,
    at_once: int = AT_ONCE,
) -> list[Interval]:
    """Return the interval of each unit in their order; ``ranks`` are those without moved weights.

    Totals are made as the set makes them; bonus, penalty and deductions keep their points. ``told`` hears now and
    then how many draws are done.
    """
    import numpy as np  # deferred: starting the server must not load it

    units = len(parts.rows)
    weights = np.random.RandomState(seed).randint(LOW, HIGH + 1, size=(draws, len(parts.leaves)))
    indices = _Indices(parts)
    moving = _Moving(indices.points, indices.possible, noise, seed) if noise else None
    found = np.empty((units, draws), dtype=np.uint16 if units < 2**16 else np.uint32)
    part = max(1, at_once // (units * (len(parts.leaves) if noise else 1)))
    for begin in range(0, draws, part):
        some = weights[begin : begin + part].astype(np.float64)
        points = moving.next(len(some)) if moving else indices.points
        found[:, begin : begin + part] = _ranks(indices.of(some, points)).T
        told(min(begin + part, draws))
    return _intervals(found, np.array(ranks, dtype=np.int32))


class _Moving:
    """The points of every unit on every leaf as they move from draw to draw; always the same for one seed."""

    def __init__(self, points: Any, possible: Any, noise: int, seed: int) -> None:
        import numpy as np

        self.points, self.noise = points, noise
        self.possible = np.broadcast_to(possible, points.shape)
        # Another row of chances than that of the weights.
        self.chances = np.random.RandomState(seed + 1)

    def next(self, draws: int) -> Any:
        """Return the points of the next draws, whole thousandths: draw, unit, leaf."""
        import numpy as np

        shares = self.chances.randint(-self.noise, self.noise + 1, size=(draws, *self.points.shape))
        moved = self.points + np.trunc(shares * self.possible / LEAST)
        return np.clip(moved, 0, self.possible)


def _weighted(weights: Any, points: Any) -> Any:
    """Return the weighted sums, draw by unit; ``points`` are the same in every draw, or have a draw of their own."""
    import numpy as np

    return weights @ points.T if points.ndim == 2 else np.einsum("dl,dul->du", weights, points)


class _Indices:
    """The index of every unit under given weights, in whole numbers up to the one division."""

    def __init__(self, parts: Parts) -> None:
        import numpy as np

        leaves, making = parts.leaves, parts.making
        self.points = parts.points.astype(np.float64)
        self.maxima = np.array([[leaf.maximum for leaf in leaves]], dtype=np.float64)
        self.council = np.array([leaf.council for leaf in leaves], dtype=np.float64)
        # What can be had on each leaf, nothing where it does not apply; one row for all where all apply.
        self.possible = self.maxima * parts.applies if parts.partly else self.maxima
        self.extras = np.array([LEAST * extra.points for extra in making.extras], dtype=np.float64)
        self.rescaled = self._rescaled() if making.rescales else np.array([], dtype=int)

    def _rescaled(self) -> Any:
        """Return the places of the units whose points of the council are brought up."""
        import numpy as np

        own = self.possible @ self.council
        return np.flatnonzero((own > 0) & (own < self.maxima @ self.council))

    def of(self, weights: Any, points: Any) -> Any:
        """Return the indices, a row a draw; equal ones come out equal."""
        import numpy as np

        totals, most = _weighted(weights, points), weights @ self.possible.T
        if self.extras.size:
            totals = np.maximum(totals + self.extras, 0)
        if self.rescaled.size:
            self._bring_up(weights, points, totals, most)
        return np.divide(totals, most, out=totals)

    def _bring_up(self, weights: Any, points: Any, totals: Any, most: Any) -> None:
        """Put the rescaled totals and maxima in, both in ten-thousandths, the percent rounded half up."""
        import numpy as np

        units = self.rescaled
        given = _weighted(weights, points[..., units, :] * self.council)
        own = weights @ (self.possible[units] * self.council).T
        full = weights @ (self.maxima * self.council).T
        percent = np.floor((2 * FINE * given + own) / (2 * own))
        rest = _weighted(weights, points[..., units, :] * (1 - self.council))
        rest += self.extras[units] if self.extras.size else 0
        totals[:, units] = np.maximum(percent * full + FINE * rest, 0)
        most[:, units] = FINE * (most[:, units] - own + full)


def _ranks(indices: Any) -> Any:
    """Return the ranks within each draw (one a row); equal indices share the better rank."""
    import numpy as np

    draws, units = indices.shape
    np.negative(indices, out=indices)
    order = np.argsort(indices, axis=1)
    order += np.arange(0, draws * units, units)[:, None]
    ordered = indices.ravel()[order]
    ranks = np.empty(draws * units, dtype=np.int32)
    ranks[order] = _shared(ordered[:, 1:] == ordered[:, :-1])
    return ranks.reshape(draws, units)


def _shared(equal: Any) -> Any:
    """Return the ranks along sorted rows; ``equal`` tells who is like the one before."""
    import numpy as np

    first = np.tile(np.arange(1, equal.shape[1] + 2, dtype=np.int32), (len(equal), 1))
    tied = np.flatnonzero(equal.any(axis=1))
    if tied.size:
        some = first[tied]
        some[:, 1:][equal[tied]] = 0
        first[tied] = np.maximum.accumulate(some, axis=1)
    return first


def _intervals(found: Any, ranks: Any) -> list[Interval]:
    import numpy as np

    draws = found.shape[1]
    shifts = np.abs(found - ranks[:, None]).sum(axis=1) * 1000 // draws
    found.sort(axis=1, kind="stable")
    # The smallest rank that at least 5, 50, 95 % of the draws do not exceed.
    places = [0, *((percent * draws + 99) // 100 - 1 for percent in (5, 50, 95)), draws - 1]
    columns = [*(found[:, place].tolist() for place in places), shifts.tolist()]
    return [Interval(*values) for values in zip(*columns, strict=True)]
