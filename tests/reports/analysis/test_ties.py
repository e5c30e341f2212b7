"""Ties in substance, and rank intervals under moving points, against a plain reckoning with Fractions."""

from fractions import Fraction

import numpy as np
import pytest

from reports.analysis.ties import ties
from reports.backtest.cases import PLAIN, Extra, Leaf, Making
from reports.backtest.reckoning import Parts
from reports.backtest.shaking import HIGH, LOW, SEED, shake

LEAVES = tuple(Leaf(f"1.{n}", "", "1", maximum) for n, maximum in enumerate((2000, 1500, 3000, 500), 1))
ROWS = ((1900, 1500, 2500, 500), (2000, 1000, 2700, 250), (1500, 1500, None, 500), (0, 700, 3000, 0))
DRAWS, NOISE = 40, 50


def test_units_belong_together_while_they_reach_into_the_leaders_interval():
    assert ties([(1, 2), (1, 3), (3, 5), (4, 6), (5, 6), (7, 7)]) == [1, 1, 2, 2, 2, 3]
    assert ties([]) == []


def test_a_tie_is_measured_from_its_leader_and_does_not_creep_on():
    assert ties([(1, 2), (2, 3), (3, 4), (4, 5)]) == [1, 1, 2, 2]


def plainly(rows, making=PLAIN):
    """Return the ranks of every unit in every draw, worked out one by one."""
    weights = np.random.RandomState(SEED).randint(LOW, HIGH + 1, size=(DRAWS, len(LEAVES)))
    chances = np.random.RandomState(SEED + 1)
    found = [[] for _row in rows]
    for draw in range(DRAWS):
        shares = chances.randint(-NOISE, NOISE + 1, size=(len(rows), len(LEAVES)))
        indices = [
            _index(row, weights[draw].tolist(), shares[place].tolist(), making.of(place).points)
            for place, row in enumerate(rows)
        ]
        for place, own in enumerate(indices):
            found[place].append(1 + sum(other > own for other in indices))
    return found


def _index(row, weights, shares, extra):
    total = most = Fraction(0)
    for leaf, points, weight, share in zip(LEAVES, row, weights, shares, strict=True):
        if points is not None:
            moved = points + int(Fraction(leaf.maximum * share, 1000))  # towards zero
            total += weight * min(max(moved, 0), leaf.maximum)
            most += weight * leaf.maximum
    return max(total + 1000 * extra, Fraction(0)) / most


@pytest.mark.parametrize(
    "making", [PLAIN, Making(extras=(Extra(), Extra(bonus=120), Extra(), Extra(penalty=90)))]
)
def test_intervals_are_those_of_a_plain_reckoning(making):
    found = shake(Parts(LEAVES, ROWS, making), [1, 2, 3, 4], draws=DRAWS, noise=NOISE)
    for interval, ranks in zip(found, plainly(ROWS, making), strict=True):
        ordered = sorted(ranks)
        assert (interval.best, interval.worst) == (ordered[0], ordered[-1])
        assert (interval.low, interval.middle, interval.high) == (ordered[1], ordered[19], ordered[37])


def test_memory_that_is_cut_into_parts_changes_nothing():
    rows = [tuple((37 * unit + 11 * leaf.maximum) % leaf.maximum for leaf in LEAVES) for unit in range(25)]
    parts = Parts(LEAVES, rows, Making(rescales=True))
    whole = shake(parts, list(range(1, 26)), draws=100, noise=NOISE)
    assert shake(parts, list(range(1, 26)), draws=100, noise=NOISE, at_once=150) == whole


def test_points_that_stand_still_are_the_backtests_own_intervals():
    parts = Parts(LEAVES, ROWS)
    assert shake(parts, [1, 2, 3, 4], noise=0) == shake(parts, [1, 2, 3, 4])
