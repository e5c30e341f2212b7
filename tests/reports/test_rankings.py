"""Index, ranks, ties and bands, down to a published result."""

import csv
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rankings import Band, Entry, TieRule, band_for, index, rank, rescaled

PUBLISHED = Path(__file__).parent.parent / "data" / "ranking_vinhphuc_2019.csv"
HUNDRED = Decimal("100")


def published_rows():
    with PUBLISHED.open(encoding="utf-8") as file:
        next(file)  # the line with the source
        return list(csv.DictReader(file))


def entries(*totals, maximum=HUNDRED, tie_keys=None):
    keys = tie_keys or [()] * len(totals)
    return [
        Entry(place, Decimal(total), maximum, key)
        for place, (total, key) in enumerate(zip(totals, keys, strict=True))
    ]


def ranks(entries, tie_rule=TieRule.SHARED):
    return [(ranked.entry.key, ranked.rank) for ranked in rank(entries, tie_rule)]


def test_a_published_ranking_comes_out_exactly_from_its_appraised_and_survey_points():
    rows = published_rows()
    assert len(rows) == 22
    for group, rows_of_group in groupby(rows, key=lambda row: row["group"]):
        members = list(rows_of_group)
        computed = rank(
            Entry(row["unit"], Decimal(row["direct_score"]) + Decimal(row["xhh_score"]), HUNDRED)
            for row in sorted(members, key=lambda row: row["unit"])
        )
        assert [(r.entry.key, r.rank, r.entry.total) for r in computed] == [
            (row["unit"], int(row["rank"]), Decimal(row["total"])) for row in members
        ], group


def test_equal_results_share_a_rank_and_the_next_rank_is_skipped():
    assert ranks(entries("90", "80", "80", "70")) == [(0, 1), (1, 2), (2, 2), (3, 4)]


def test_dense_ranks_leave_no_gap():
    assert ranks(entries("90", "80", "80", "70"), TieRule.DENSE) == [(0, 1), (1, 2), (2, 2), (3, 3)]


def test_tie_keys_decide_in_order_and_equal_keys_share_the_rank():
    units = entries("90", "80", "80", "80", tie_keys=[(0, 0), (5, 1), (5, 2), (5, 2)])
    assert ranks(units, TieRule.ORDERED) == [(0, 1), (2, 2), (3, 2), (1, 4)]


def test_tie_keys_are_not_looked_at_under_the_other_rules():
    units = entries("80", "80", tie_keys=[(1,), (2,)])
    assert ranks(units) == [(0, 1), (1, 1)]


def test_only_those_who_share_a_rank_are_marked_as_sharing():
    assert [ranked.shared for ranked in rank(entries("90", "80", "80"))] == [False, True, True]


def test_units_with_different_maxima_are_compared_by_index_and_not_by_points():
    units = [Entry("full", Decimal("63"), Decimal("70")), Entry("part", Decimal("58.6"), Decimal("65"))]
    assert ranks(units) == [("part", 1), ("full", 2)]


def test_a_hair_of_difference_that_print_does_not_show_still_ranks():
    third, nearly = Entry("third", Fraction(100, 3), HUNDRED), Entry("33.333", Decimal("33.333"), HUNDRED)
    assert ranks([nearly, third]) == [("third", 1), ("33.333", 2)]


def test_leaves_that_do_not_apply_are_rescaled_to_the_full_maximum():
    assert index(Decimal("58.5"), Decimal("65")) == 90
    assert rescaled(Decimal("58.5"), applicable=Decimal("65"), full=Decimal("70")) == 63


def test_without_a_survey_the_index_is_taken_of_the_appraised_maximum():
    assert index(Decimal("63"), Decimal("70")) == 90


def test_a_maximum_of_zero_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        index(Decimal("1"), Decimal("0"))


BANDS = [
    Band("Khá", Decimal("70")),
    Band("Xuất sắc", Decimal("90"), inclusive=False),
    Band("Tốt", Decimal("80")),
]


@pytest.mark.parametrize(
    ("percent", "label"),
    [("90.001", "Xuất sắc"), ("90", "Tốt"), ("80", "Tốt"), ("79.999", "Khá"), ("70", "Khá")],
)
def test_a_result_on_a_bound_falls_where_the_bound_says(percent, label):
    assert band_for(Decimal(percent), BANDS).label == label


def test_a_result_below_every_band_has_none():
    assert band_for(Fraction(6999, 100), BANDS) is None


def test_a_band_is_chosen_by_the_exact_result_and_not_by_the_printed_one():
    assert band_for(Fraction(90) - Fraction(1, 10**9), [Band("Xuất sắc", Decimal("90"))]) is None


@given(st.lists(st.integers(0, 100_000).map(lambda n: Decimal(n).scaleb(-3)), max_size=30))
def test_a_better_result_never_ranks_lower_and_equal_results_rank_equal(totals):
    ranked = rank(entries(*totals))
    for above, below in pairwise(ranked):
        assert above.entry.total >= below.entry.total
        assert (above.rank == below.rank) == (above.entry.total == below.entry.total)
