"""A set tried on its own season gives what the season itself gave: left out, bonus, penalty, deductions, survey."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from backend.audit.recording import recording
from backend.criteria.models import Applicability, CriteriaSet, Node
from permissions.actor import SYSTEM
from reports import queries
from reports.actions import publish_ranking
from reports.backtest import running
from reports.backtest.cases import PLAIN, Case, Extra, Leaf, Making
from reports.backtest.comparing import EXTRAS, Order, movers, sides
from reports.backtest.findings import findings
from reports.backtest.reckoning import FINE, Parts, totals
from reports.backtest.seasons import seasons_for, sets_for_round
from reports.backtest.shaking import SEED, shake
from reports.backtest.tables import tables
from reports.rankings import TieRule
from tests import make
from tests.reports import backtests, seasons
from tests.reports.test_left_out import CEILINGS, LEAVES, NODES, UNITS, season

WAYS = ("own_maximum", "rescaled", "full_points")


def leaf(code: str, maximum: int, *, council: bool = True) -> Leaf:
    return Leaf(code, code, code.partition(".")[0], maximum, council)


# The dossier's own numbers: 70 points of the council, 5 of them left out, and 30 of a survey.
DOSSIER = (leaf("1.1", 65_000), leaf("1.2", 5_000), leaf("2.1", 30_000, council=False))


class TestTotals:
    """By hand, from the dossier, section 5."""

    def of(self, row, *, rescales=True, extra=None):
        ((total, maximum),) = totals(DOSSIER, [row], Making(rescales, (extra,) if extra else ()))
        return Fraction(total, FINE), maximum

    def test_58_5_of_65_is_63_of_70(self):
        assert self.of((58_500, None, 20_000)) == (63_000 + 20_000, 100_000)

    def test_the_percent_is_the_only_rounding(self):
        # 48.5 of 65 is 74.62 % and so 52.234 of 70; 33.333 is 51.28 %, 35.896; 33.337 is 51.29 %, 35.903.
        assert self.of((48_500, None, 0))[0] == 52_234
        assert self.of((33_333, None, 0))[0] == 35_896
        assert self.of((33_337, None, 0))[0] == 35_903

    def test_the_unit_s_own_maximum(self):
        assert self.of((58_500, None, 20_000), rescales=False) == (78_500, 95_000)

    def test_what_is_left_out_of_the_survey_is_not_brought_up(self):
        assert self.of((58_500, 4_000, None)) == (62_500, 70_000)

    def test_nothing_of_the_council_applies(self):
        assert self.of((None, None, 20_000)) == (20_000, 30_000)

    def test_extras_come_off_at_the_end_and_never_below_zero(self):
        extra = Extra(bonus=2_000, penalty=500, deducted={"1": 250})
        assert self.of((58_500, None, 20_000), extra=extra)[0] == 83_000 + 1_250
        assert self.of((0, 0, 1_000), extra=Extra(penalty=3_000))[0] == 0
        assert self.of((0, None, 1_000), extra=Extra(penalty=3_000))[0] == 0

    def test_a_percent_finer_than_thousandths_ranks_before_it_is_rounded(self):
        leaves = (leaf("1.1", 7_001), leaf("1.2", 3_000))
        # 33.33 % of 10.001 is 3.333 333 3; the other has 3.333.
        rows = ((2_333, None), (3_333, 0))
        found = sides((1, 2), leaves, rows, Order(), Making(rescales=True))
        assert (found[1].total, found[1].rest, found[1].rank) == (3_332, 3_332, 2)
        assert found[1].index == Fraction("33.32")
        assert found[2].index == Fraction(333_300, 10_001)

    def test_deductions_count_where_fields_break_a_tie(self):
        leaves = (leaf("1.1", 4_000), leaf("2.1", 4_000))
        making = Making(extras=(Extra(deducted={"1": 1_000}), Extra(deducted={"2": 1_000})))
        found = sides((1, 2), leaves, ((4_000, 2_000), (4_000, 2_000)), Order(TieRule.ORDERED), making)
        assert (found[1].rank, found[2].rank) == (2, 1)

    def test_rescaling_and_extras_move_units_too(self):
        old = Parts(DOSSIER, [(58_500, None, 20_000), (60_000, 5_000, 20_000)])
        new = Parts(DOSSIER, old.rows, Making(True, (Extra(), Extra(bonus=1_000))))
        first, second = movers(old, new, (0, 1, 2), ("1.1", "1.2", "2.1"))
        # Leaf 1.1: 58.5/95 before, 0.9 of 70 after; 2.1: 20/95 before and 20/100 after; the other only gains a point.
        shift = Fraction(63) - Fraction(5850, 95)
        assert [(one.code, one.shift) for one in first] == [
            ("1.1", shift / 2),
            ("2.1", (20 - Fraction(2000, 95)) / 2),
            (EXTRAS, Fraction(-1, 2)),
        ]
        assert [one.shift for one in second] == [-shift / 2, (Fraction(2000, 95) - 20) / 2, Fraction(1, 2)]


def shaken_exactly(leaves, rows, making, weights) -> list[int]:
    """Return the ranks under some weights, worked out with plain fractions."""
    found = []
    for place, row in enumerate(rows):
        drawn = [
            Leaf("", "", "", one.maximum * w, one.council) for one, w in zip(leaves, weights, strict=True)
        ]
        points = [None if p is None else p * w for p, w in zip(row, weights, strict=True)]
        extra = Extra(bonus=1000 * making.of(place).points)
        ((total, maximum),) = totals(drawn, [points], Making(making.rescales, (extra,)))
        found.append(Fraction(total, maximum))
    return [1 + sum(other > own for other in found) for own in found]


def test_ranks_under_moved_weights_are_those_of_exact_totals():
    import numpy as np

    leaves = (*DOSSIER, leaf("1.3", 10_000))
    rows = [
        (58_500, None, 20_000, 9_000),
        (60_000, 5_000, 20_000, 4_000),
        (59_000, None, 21_000, 8_500),
        (58_500, None, 20_000, 9_000),
        (None, None, 24_000, None),
    ]
    making = Making(True, (Extra(), Extra(bonus=500), Extra(), Extra(), Extra(deducted={"1": 250})))
    weights = np.random.RandomState(SEED).randint(900, 1101, size=(1000, 4)).tolist()
    drawn = [shaken_exactly(leaves, rows, making, own) for own in weights]
    for unit, found in enumerate(shake(Parts(leaves, rows, making), [1] * 5)):
        own = sorted(draw[unit] for draw in drawn)
        assert (found.best, found.low, found.middle, found.high, found.worst) == (
            own[0], own[49], own[499], own[949], own[-1]
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_a_set_on_its_own_season_gives_the_results_of_that_season(way):
    round_ = season(way)
    (real,) = queries.preview(round_)
    made = running.start(round_.groups.get().criteria_set, round_, by=SYSTEM)
    (table,) = tables(made)
    found = {line.name: line for line in table.lines}
    for line in real.standings:
        mine = found[line.unit_name]
        for side in (mine.old, mine.new):
            assert (side.index, side.rank, side.shared, side.band) == (
                line.index, line.rank, line.shared, line.band
            )  # fmt: skip
        assert mine.points[0:2] == (line.totals.total, line.totals.maximum)
    assert len(found) == len(real.standings) == len(UNITS)
    assert [one.code for one in table.extras] == ["9.1", "9.2", "8.1"]
    assert table.coverage == 100


def draft_of(round_, **fields) -> CriteriaSet:
    """Make a draft like the season's set, every leaf linked."""
    scale = Decimal(100)
    made = make.criteria_set(
        round_.host, leaves=LEAVES, state="draft", year=2027, **{"scale": scale, **CEILINGS, **fields}
    )
    backtests.link(made, round_.groups.get().criteria_set, {code: code for code in LEAVES})
    for code, changes in NODES.items():
        backtests.change(made, code, **changes)
    return made


def found_in(made) -> dict:
    (table,) = tables(made)
    return {line.name: line for line in table.lines}


@pytest.mark.django_db
class TestDrafts:
    def test_another_way_of_making_good(self):
        round_ = season("own_maximum")
        found = found_in(running.start(draft_of(round_, left_out_way="rescaled"), round_, by=SYSTEM))
        # Xã B: 58.5 of 65 and 25 of 30; so 63 of 70 and 25 of 30.
        assert found["Xã B"].points == tuple(map(Decimal, ("83.5", "95", "88", "100")))
        found = found_in(
            running.start(draft_of(round_, left_out_way="full_points", version=2), round_, by=SYSTEM)
        )
        assert found["Xã B"].points[2:] == (Decimal("88.5"), 100)

    def test_other_ceilings_of_bonus_and_penalty(self):
        round_ = season("own_maximum")
        made = draft_of(round_, bonus_ceiling=Decimal(1), penalty_ceiling=Decimal(1))
        found = found_in(running.start(made, round_, by=SYSTEM))
        # Xã C has 7 bonus points, 5 of them counted, now 1; 0.25 taken off. Xã D 1.5 - 2.5, now 1 - 1.
        assert [found["Xã C"].points[place] for place in (0, 2)] == [Decimal("73.75"), Decimal("69.75")]
        assert [found["Xã D"].points[place] for place in (0, 2)] == [Decimal("94"), Decimal("95")]

    def test_a_bonus_leaf_stands_for_no_leaf_within_the_scale(self):
        round_ = season("own_maximum")
        made = draft_of(round_)
        backtests.change(made, "9.1", counting="base")
        (table,) = tables(running.start(made, round_, by=SYSTEM))
        assert "9.1" in [one.code for one in table.new_only]
        assert [one.outside for one in table.old_only if one.code == "9.1"] == ["điểm thưởng"]

    def test_what_was_taken_off_a_leaf_that_is_not_tried_is_not_taken_off(self):
        round_ = season("own_maximum")
        made = make.criteria_set(round_.host, leaves={"2.1": "30"}, state="draft", year=2027)
        backtests.link(made, round_.groups.get().criteria_set, {"2.1": "2.1"})
        backtests.change(made, "2.1", source=Node.Source.SURVEY)
        found = found_in(running.start(made, round_, by=SYSTEM))
        assert found["Xã C"].points == (Decimal("20.5"), 30, Decimal("20.5"), 30)

    def test_beside_it_stands_what_was_published_of_all_leaves(self):
        round_ = season("rescaled")
        publish_ranking(round_, by=SYSTEM)
        made = make.criteria_set(round_.host, leaves={"1.1": "45"}, state="draft", year=2027)
        backtests.link(made, round_.groups.get().criteria_set, {"1.1": "1.1"})
        kept = found_in(running.start(made, round_, by=SYSTEM))["Xã B"].published
        assert (kept.total, kept.maximum, kept.index, kept.band) == (88, 100, 88, "Tốt")


@pytest.mark.django_db
class TestKinds:
    """A set that names another kind for some of its nodes is tried on that kind's groups too."""

    def here(self):
        host = make.unit("Thành phố", kind="city")
        asked = seasons.criteria(host, {"1.1": "4", "1.2": "6"}, year=2025)
        other = seasons.criteria(host, {"1.1": "4", "1.2": "6"}, year=2025, kind="department")
        commune, department = (
            make.unit("Xã A", parent=host),
            make.unit("Sở B", kind="department", parent=host),
        )
        round_ = seasons.season(host, asked, other, year=2025)
        seasons.finish(round_, {commune: {"1.1": "2", "1.2": "6"}, department: {"1.1": "1", "1.2": "3"}})
        made = make.criteria_set(host, leaves={"1.1": "4", "1.2": "6"}, year=2026, state="draft")
        backtests.link(made, asked, {"1.1": "1.1", "1.2": "1.2"})
        return round_, made, department.kind

    def test_one_group_of_its_own_kind(self):
        round_, made, _ = self.here()
        assert [table.title for table in tables(running.start(made, round_, by=SYSTEM))] == ["commune"]

    def test_both_groups_where_it_serves_both(self):
        round_, made, department = self.here()
        with recording(by=SYSTEM):
            for kind in (department, round_.groups.first().kind):
                Applicability.objects.create(node=Node.objects.get(criteria_set=made, code="1.2"), kind=kind)
        found = tables(running.start(made, round_, by=SYSTEM))
        assert sorted(line.name for table in found for line in table.lines) == ["Sở B", "Xã A"]

    def test_a_set_of_another_kind_is_offered_where_it_serves_one(self):
        round_, _, department = self.here()
        _user, officer = backtests.manager(round_)
        third = make.criteria_set(round_.host, leaves={"1.1": "4"}, kind="agency", year=2026, state="draft")
        assert (third in sets_for_round(officer, round_), seasons_for(officer, third)) == (False, [])
        with recording(by=SYSTEM):
            Applicability.objects.create(
                node=Node.objects.get(criteria_set=third, code="1.1"), kind=department
            )
        assert third in sets_for_round(officer, round_)
        assert [one.units for one in seasons_for(officer, third)] == [1]


class TestCorners:
    ONE = (leaf("1.1", 1_000),)

    def found(self, rows, making=PLAIN):
        units = tuple(range(len(rows)))
        case = Case(units, self.ONE, self.ONE, (0,), rows, rows, making, making)
        return findings(case, Order(), Order())["lines"]

    def test_a_single_unit_is_first_in_every_draw(self):
        ((line,),) = (self.found(((500,),)),)
        assert (line["new"]["rank"], line["ranks"]["best"], line["ranks"]["worst"]) == (1, 1, 1)

    def test_units_that_are_all_equal_are_all_first_in_every_draw(self):
        assert [line["ranks"]["worst"] for line in self.found(((500,),) * 3)] == [1, 1, 1]

    def test_a_penalty_above_all_points_leaves_nothing_and_ties(self):
        lines = self.found(((500,), (400,)), Making(extras=(Extra(penalty=9_000),) * 2))
        assert [(line["new"]["total"], line["new"]["rank"], line["ranks"]["worst"]) for line in lines] == [
            (0, 1, 1)
        ] * 2

    @pytest.mark.django_db
    def test_a_season_whose_units_were_all_left_out_compares_nobody(self):
        round_ = backtests.season()
        for card in round_.cards.all():
            for code in backtests.LEAVES:
                seasons.leave_out(card, code)
        (table,) = tables(running.start(backtests.draft(round_), round_, by=SYSTEM))
        assert (table.lines, table.units) == ([], 3)
