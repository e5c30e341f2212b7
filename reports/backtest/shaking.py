"""How far ranks hold when the weights move: Monte Carlo over the weights of the leaves.

After the OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7, uncertainty analysis. In every draw
each leaf counts 90,0 % to 110,0 % of its points, evenly and independently, in steps of 0,1 %; every unit's index is
worked out again over its own maximum, and ranked (a rank is one more than the number of units above).

This is the one place with floating point. Weights and points are whole numbers and their sums stay far below 2**53,
so sums are exact; only the last division rounds, the same way for equal indices. The seed is fixed and numpy's
``RandomState`` is frozen: the same season and draft give the same intervals on every machine. Memory is bounded:
draws are worked out in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.backtest.cases import Leaf, Row

DRAWS = 1000
SEED = 20261
LOW, HIGH = 900, 1100  # thousandths of a leaf's weight
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
    leaves: Sequence[Leaf],
    rows: Sequence[Row],
    ranks: Sequence[int],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    told: Callable[[int], object] = int,
    at_once: int = AT_ONCE,
) -> list[Interval]:
    """Return the interval of each unit in the order of ``rows``; ``ranks`` are those without moved weights.

    ``told`` hears now and then how many draws are done. Every row needs a maximum above zero.
    """
    import numpy as np  # deferred: starting the server must not load it

    partly = any(None in row for row in rows)
    points = np.array([[value or 0 for value in row] for row in rows] if partly else rows, dtype=np.float64)
    possible = _possible(leaves, rows if partly else [rows[0]])
    weights = np.random.RandomState(seed).randint(LOW, HIGH + 1, size=(draws, len(leaves)))
    found = np.empty((draws, len(rows)), dtype=np.uint16 if len(rows) < 2**16 else np.uint32)
    part = max(1, at_once // len(rows))
    for begin in range(0, draws, part):
        some = weights[begin : begin + part].astype(np.float64)
        best = some @ possible.T
        found[begin : begin + part] = _ranks((some @ points.T) / best)
        told(min(begin + part, draws))
    return _intervals(found, np.array(ranks, dtype=np.int32))


def _possible(leaves: Sequence[Leaf], rows: Sequence[Row]) -> Any:
    """Return what can be had on each leaf: nothing where it does not apply."""
    import numpy as np

    maxima = [
        [0 if value is None else leaf.maximum for leaf, value in zip(leaves, row, strict=True)]
        for row in rows
    ]
    return np.array(maxima, dtype=np.float64)


def _ranks(indices: Any) -> Any:
    """Return the ranks within each draw (one a row); equal indices share the better rank."""
    import numpy as np

    order = np.argsort(-indices, axis=1)
    places = np.argsort(order, axis=1)
    ordered = np.sort(indices, axis=1)
    equal = ordered[:, 1:] == ordered[:, :-1]
    tied = np.flatnonzero(equal.any(axis=1))
    if tied.size:
        places[tied] = _shared(equal[tied, ::-1], places[tied])
    return places + 1


def _shared(equal: Any, places: Any) -> Any:
    """Return the places with those of equal neighbours brought to the first of them."""
    import numpy as np

    first = np.tile(np.arange(equal.shape[1] + 1), (len(equal), 1))
    first[:, 1:][equal] = 0
    return np.take_along_axis(np.maximum.accumulate(first, axis=1), places, axis=1)


def _intervals(found: Any, ranks: Any) -> list[Interval]:
    import numpy as np

    draws = len(found)
    shifts = np.abs(found.astype(np.int32) - ranks).sum(axis=0) * 1000 // draws
    ordered = np.sort(found, axis=0, kind="stable")
    # The smallest rank that at least 5, 50, 95 % of the draws do not exceed.
    places = [0, *((percent * draws + 99) // 100 - 1 for percent in (5, 50, 95)), draws - 1]
    columns = [*(ordered[place].tolist() for place in places), shifts.tolist()]
    return [Interval(*values) for values in zip(*columns, strict=True)]
