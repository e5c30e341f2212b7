"""The arithmetic of a backtest: numbers worked out by hand, and intervals that never change."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from backend.criteria.rules import parse_rule
from reports.backtest.carrying import Asked, Carrier, Way, proportional
from reports.backtest.cases import Case, Leaf
from reports.backtest.comparing import Order, movers, sides
from reports.backtest.findings import findings
from reports.backtest.reckoning import Parts
from reports.backtest.separating import spreads as spreads_of
from reports.backtest.shaking import SEED, Interval
from reports.backtest.shaking import shake as shaken
from reports.rankings import Band, TieRule


def leaf(code: str, maximum: int) -> Leaf:
    return Leaf(code, f"Tiêu chí {code}", code.partition(".")[0], maximum)


def moved(case):
    return movers(Parts(case.before, case.old), Parts(case.after, case.new), case.origin, case.codes)


def spreads(leaves, rows):
    return spreads_of(Parts(leaves, rows))


def shake(leaves, rows, ranks, **options):
    return shaken(Parts(leaves, rows), ranks, **options)


def rule(kind: str, **params):
    return parse_rule(kind, params)


OPTIONS = [
    {"key": "1", "title": "Kịp thời", "points": "1"},
    {"key": "2", "title": "Không kịp thời", "points": "0.5"},
    {"key": "3", "title": "Không", "points": "0"},
]


def options(*points: str):
    rows = [{**row, "points": value} for row, value in zip(OPTIONS, points, strict=True)]
    return rule("option", title="Mức", options=rows)


class TestCarrying:
    def test_an_unchanged_leaf_keeps_its_points(self):
        asked = Asked(options("1", "0.5", "0"), Decimal("1.000"))
        assert Carrier(asked, asked).carry(750, {}) == (750, Way.SAME)

    def test_the_new_rule_works_the_old_inputs_out(self):
        old = Asked(rule("declining", step="0.5"), Decimal("2.000"))
        new = Asked(rule("declining", step="0.25"), Decimal("3.000"))
        # 3 cases: 2 - 1.5 = 0.5 before; 3 - 0.75 = 2.25 by the draft.
        assert Carrier(old, new).carry(500, {"cases": 3}) == (2250, Way.RECOMPUTED)

    def test_points_the_council_set_otherwise_go_by_proportion(self):
        old = Asked(rule("declining", step="0.5"), Decimal("2.000"))
        new = Asked(rule("declining", step="0.25"), Decimal("3.000"))
        assert Carrier(old, new).carry(1000, {}) == (1500, Way.PROPORTION)

    def test_the_level_is_told_from_the_appraised_points(self):
        old = Asked(options("1", "0.5", "0"), Decimal("1.000"))
        new = Asked(options("2", "0.25", "0"), Decimal("2.000"))
        assert Carrier(old, new).carry(500, {}) == (250, Way.LEVEL)

    def test_a_level_of_other_words_is_not_the_same_level(self):
        old = Asked(options("1", "0.5", "0"), Decimal("1.000"))
        moved = [{**OPTIONS[1], "key": "1"}, {**OPTIONS[0], "key": "2", "points": "2"}, OPTIONS[2]]
        new = Asked(rule("option", title="Mức", options=moved), Decimal("2.000"))
        assert Carrier(old, new).carry(1000, {"option": "1"}) == (2000, Way.PROPORTION)

    def test_inputs_the_new_rule_refuses_go_by_proportion(self):
        old = Asked(
            rule("formula", formula="x", variables=[{"name": "x", "title": "X", "measure": "count"}]),
            Decimal(5),
        )
        new = Asked(
            rule("formula", formula="x * 9", variables=[{"name": "x", "title": "X", "measure": "count"}]),
            Decimal(10),
        )
        assert Carrier(old, new).carry(4000, {"x": 4}) == (8000, Way.PROPORTION)

    def test_points_without_a_rule_go_by_proportion(self):
        assert Carrier(Asked(None, Decimal(4)), Asked(None, Decimal(3))).carry(3333, {}) == (
            2500,
            Way.PROPORTION,
        )

    @pytest.mark.parametrize(
        ("points", "old", "new", "made"),
        [
            (1000, 3000, 1000, 333),
            (2000, 3000, 1000, 667),
            (1, 2000, 1000, 1),
            (0, 7, 5, 0),
            (7000, 7000, 5000, 5000),
        ],
    )
    def test_a_proportion_is_rounded_half_up_once(self, points, old, new, made):
        assert proportional(points, old, new) == made


# Two units, two leaves before; the first of them was split in two in the draft.
CASE = Case(
    units=(11, 12),
    before=(leaf("1.1", 4000), leaf("2.1", 6000)),
    after=(leaf("1.1", 2000), leaf("1.2", 3000), leaf("2.1", 5000)),
    origin=(0, 0, 1),
    old=((4000, 3000), (2000, 4500)),
    new=((2000, 3000, 2000), (1000, 1500, 4500)),
)


class TestComparing:
    def test_totals_ranks_and_classes_are_exact(self):
        bands = (Band("Tốt", Decimal(70)), Band("Khá", Decimal(0)))
        old = sides(CASE.units, CASE.before, CASE.old, Order(bands=bands))
        new = sides(CASE.units, CASE.after, CASE.new, Order(bands=bands))
        assert (old[11].total, old[11].maximum, old[11].rank, old[11].band) == (7000, 10000, 1, "Tốt")
        assert (old[12].total, old[12].rank, old[12].band) == (6500, 2, "Khá")
        assert [(new[key].total, new[key].rank, new[key].shared) for key in (11, 12)] == [
            (7000, 1, True),
            (7000, 1, True),
        ]

    def test_a_tie_is_broken_by_the_fields_in_their_order(self):
        first_two = sides(CASE.units, CASE.after, CASE.new, Order(TieRule.ORDERED, ("2",)))
        first_one = sides(CASE.units, CASE.after, CASE.new, Order(TieRule.ORDERED))
        assert [first_two[key].rank for key in (11, 12)] == [2, 1]
        assert [first_one[key].rank for key in (11, 12)] == [1, 2]

    def test_a_leaf_that_does_not_apply_leaves_the_maximum(self):
        found = sides((1, 2), CASE.before, ((None, 3000), (4000, 1000)), Order())
        assert (found[1].maximum, found[1].index, found[1].rank) == (6000, 50, 1)
        assert found[2].index == 50
        assert found[1].shared

    def test_a_unit_without_a_common_leaf_is_not_ranked(self):
        assert 1 not in sides((1, 2), CASE.before, ((None, None), (1, 1)), Order())

    def test_movers_are_shares_of_the_index_split_leaves_together(self):
        # 11: 40 + 30 percent points, now 50 + 20. 12: 20 + 45, now 25 + 45. On the mean +7.5 and -5.
        found = moved(CASE)
        assert [[(one.code, one.shift) for one in own] for own in found] == [
            [("2.1", Fraction(-5)), ("1.1, 1.2", Fraction(5, 2))],
            [("2.1", Fraction(5)), ("1.1, 1.2", Fraction(-5, 2))],
        ]

    def test_what_all_units_gain_alike_moves_nobody(self):
        case = replace(CASE, old=((1000, 0), (1000, 0)), new=((2000, 0, 0), (2000, 0, 0)))
        assert moved(case) == [[], []]

    def test_units_of_other_maxima_are_compared_exactly(self):
        case = replace(CASE, old=((4000, None), (2000, 4500)), new=((2000, 3000, None), (1000, 1500, 4500)))
        (first, second) = moved(case)
        # 11 had 100 of its own maximum and has it still; 12 goes from 20 to 25.
        assert [(one.code, one.shift) for one in first] == [("1.1, 1.2", Fraction(-5, 2))]
        assert [(one.code, one.shift) for one in second] == [("1.1, 1.2", Fraction(5, 2))]


class TestSeparating:
    LEAVES = (leaf("1.1", 2000), leaf("1.2", 1000), leaf("2.1", 3000))
    ROWS = ((2000, 1000, 0), (1000, 1000, 3000), (0, 1000, 3000))

    def test_a_leaf_where_all_have_full_points_separates_nobody(self):
        found = spreads(self.LEAVES, self.ROWS).leaves[1]
        assert not found.separates
        assert (found.full, found.units, found.share, found.mean) == (3, 3, 0, 100)

    def test_deviation_and_shares_by_hand(self):
        first, _second, third = spreads(self.LEAVES, self.ROWS).leaves
        # 2, 1, 0 points: sqrt(2/3) = 0.8165; 0, 3, 3 points: sqrt(2) = 1.4142.
        assert (first.deviation, third.deviation) == (816, 1414)
        # Totals 3, 5, 4: variance 2/3; covariances -1/3 and 1.
        assert (first.share, third.share) == (-50, 150)

    def test_shares_add_up_to_all_of_the_variance_where_some_leaves_do_not_apply(self):
        rows = ((2000, 1000, 0), (None, 1000, 2500), (500, 700, None), (0, 0, 3000))
        found = spreads(self.LEAVES, rows)
        assert sum(one.share for one in found.leaves) == 100
        assert sum(one.share for one in found.fields.values()) == 100
        assert found.leaves[0].units == 3

    def test_a_field_counts_its_leaves_together(self):
        found = spreads(self.LEAVES, self.ROWS).fields["1"]
        assert (found.mean, found.full, found.deviation) == (Fraction(200, 3), 1, 816)

    def test_units_that_are_all_the_same_have_no_variance_to_share(self):
        assert [one.share for one in spreads(self.LEAVES, self.ROWS[:1] * 3).leaves] == [0, 0, 0]


def season(units: int, leaves: int) -> tuple[tuple[Leaf, ...], list[list[int]], list[int]]:
    chance = random.Random(7)
    made = tuple(leaf(f"{1 + n // 4}.{1 + n % 4}", 1000 * (1 + n % 3)) for n in range(leaves))
    rows = [[chance.randrange(0, one.maximum + 1, 250) for one in made] for _ in range(units)]
    ranks = sides(range(units), made, rows, Order())
    return made, rows, [ranks[unit].rank for unit in range(units)]


def ranked_exactly(leaves, rows, weights) -> list[int]:
    best = sum(weight * one.maximum for weight, one in zip(weights, leaves, strict=True))
    found = [Fraction(sum(w * p for w, p in zip(weights, row, strict=True)), best) for row in rows]
    return [1 + sum(other > own for other in found) for own in found]


class TestShaking:
    def test_the_same_seed_gives_the_same_intervals(self):
        leaves, rows, ranks = season(6, 8)
        assert ranks == GOLDEN_RANKS
        assert shake(leaves, rows, ranks) == GOLDEN

    def test_exact_fractions_give_the_same_intervals(self):
        leaves, rows, ranks = season(6, 8)
        weights = np.random.RandomState(SEED).randint(900, 1101, size=(1000, 8)).tolist()
        drawn = [ranked_exactly(leaves, rows, own) for own in weights]
        for unit, found in enumerate(shake(leaves, rows, ranks)):
            own = sorted(draw[unit] for draw in drawn)
            assert (found.best, found.low, found.middle, found.high, found.worst) == (
                own[0], own[49], own[499], own[949], own[-1]
            )  # fmt: skip

    def test_parts_of_the_draws_change_nothing(self):
        leaves, rows, ranks = season(9, 12)
        whole = shake(leaves, rows, ranks)
        heard: list[int] = []
        assert shake(leaves, rows, ranks, told=heard.append, at_once=9 * 7) == whole
        assert (heard[0], heard[-1], len(heard)) == (7, 1000, 143)

    def test_a_unit_better_on_every_leaf_never_leaves_the_top(self):
        leaves = (leaf("1.1", 1000), leaf("1.2", 2000))
        assert shake(leaves, [[500, 500], [1000, 2000], [400, 400]], [2, 1, 3]) == [
            Interval(2, 2, 2, 2, 2, 0),
            Interval(1, 1, 1, 1, 1, 0),
            Interval(3, 3, 3, 3, 3, 0),
        ]

    def test_equal_units_share_the_better_rank_in_every_draw(self):
        leaves = (leaf("1.1", 1000), leaf("1.2", 2000), leaf("1.3", 3000))
        rows = [[700, 350, 900], [100, 0, 0], [700, 350, 900]]
        found = shake(leaves, rows, [1, 3, 1])
        assert found == [Interval(1, 1, 1, 1, 1, 0), Interval(3, 3, 3, 3, 3, 0), Interval(1, 1, 1, 1, 1, 0)]

    def test_a_leaf_that_does_not_apply_moves_nothing_for_the_unit(self):
        leaves = (leaf("1.1", 1000), leaf("1.2", 1000))
        # The second unit stands at exactly 50 % whatever the weights; the first moves round it.
        first, second = shake(leaves, [[1000, 0], [500, None]], [1, 1])
        assert (first.best, first.worst) == (1, 2)
        assert (second.best, second.worst) == (1, 2)
        assert first.shift + second.shift <= 1000

    def test_a_thousand_units_need_no_thousand_draws_at_once(self):
        leaves, rows, ranks = season(1100, 3)
        assert len(shake(leaves, rows, ranks)) == 1100


def test_findings_leave_out_units_without_a_common_leaf():
    case = Case(
        CASE.units,
        CASE.before,
        CASE.after,
        CASE.origin,
        (CASE.old[0], (None, None)),
        (CASE.new[0], (None,) * 3),
    )
    found = findings(case, Order(), Order())
    assert [line["card"] for line in found["lines"]] == [11]
    assert [one["code"] for one in found["leaves"]] == ["1.1", "1.2", "2.1"]


def test_findings_of_nobody_are_empty():
    assert findings(Case((), CASE.before, CASE.after, CASE.origin, (), ()), Order(), Order())["lines"] == []


GOLDEN_RANKS = [3, 4, 6, 5, 1, 1]
GOLDEN = [
    Interval(*values)
    for values in [
        (3, 3, 3, 3, 4, 13),
        (3, 4, 4, 4, 4, 13),
        (6, 6, 6, 6, 6, 0),
        (5, 5, 5, 5, 5, 0),
        (1, 1, 2, 2, 2, 514),
        (1, 1, 1, 2, 2, 485),
    ]
]
