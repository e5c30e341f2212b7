"""The floor of a backtest's arithmetic: the same numbers in bare numpy, floats throughout, nothing exact.

From the same rows: totals and ranks of both sides, the leaves that moved each unit most, deviation and share of
variance of every leaf and field, and the ranks under the same thousand draws of weights with their quantiles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DRAWS, SEED = 1000, 20261


def floor(case: Any) -> Any:
    """Return all the figures of a case as numpy arrays."""
    old, new = np.array(case.old, dtype=float), np.array(case.new, dtype=float)
    old_maxima = np.array([leaf.maximum for leaf in case.before], dtype=float)
    maxima = np.array([leaf.maximum for leaf in case.after], dtype=float)
    before, after = old.sum(axis=1) / old_maxima.sum(), new.sum(axis=1) / maxima.sum()
    gained = -old / old_maxima.sum()
    np.add.at(gained.T, np.array(case.origin), new.T / maxima.sum())
    movers = np.argsort(-np.abs(gained), axis=1)[:, :3]
    leaves = _spread(new, maxima, new.sum(axis=1))
    fields = _spread(*_fields(case, new, maxima), new.sum(axis=1))
    return _ranks(before), _ranks(after), movers, leaves, fields, _shaken(new, maxima, _ranks(after))


def _fields(case: Any, new: Any, maxima: Any) -> tuple[Any, Any]:
    codes = [leaf.field for leaf in case.after]
    names = list(dict.fromkeys(codes))
    places = [[place for place, code in enumerate(codes) if code == name] for name in names]
    return np.array([new[:, own].sum(axis=1) for own in places]).T, np.array(
        [maxima[own].sum() for own in places]
    )


def _spread(points: Any, maxima: Any, whole: Any) -> Any:
    apart = points - points.mean(axis=0)
    share = apart.T @ (whole - whole.mean()) / ((whole - whole.mean()) ** 2).sum()
    return points.mean(axis=0) / maxima, points.std(axis=0), share, (points == maxima).sum(axis=0)


def _shaken(new: Any, maxima: Any, ranks: Any) -> Any:
    weights = np.random.RandomState(SEED).randint(900, 1101, size=(DRAWS, len(maxima))).astype(float)
    drawn = _ranks((weights @ new.T) / (weights @ maxima)[:, None])
    places = [0, DRAWS // 20 - 1, DRAWS // 2 - 1, DRAWS * 19 // 20 - 1, DRAWS - 1]
    return np.sort(drawn, axis=0)[places], np.abs(drawn - ranks).mean(axis=0)


def _ranks(indices: Any) -> Any:
    """Return ranks along the last axis; equal ones share the better, as in every ranking here."""
    indices = np.atleast_2d(indices)
    order = np.argsort(-indices, axis=1)
    ordered = np.take_along_axis(indices, order, axis=1)
    first = np.tile(np.arange(1, indices.shape[1] + 1), (len(indices), 1))
    first[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    ranks = np.empty_like(first)
    np.put_along_axis(ranks, order, np.maximum.accumulate(first, axis=1), axis=1)
    return ranks
