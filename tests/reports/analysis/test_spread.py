"""Quartiles and distributions against another way of working them out."""

from fractions import Fraction
from statistics import quantiles

from hypothesis import given
from hypothesis import strategies as st

from reports.analysis.spread import distribution, spread

PERCENTS = st.lists(st.fractions(0, 105, max_denominator=1000), min_size=2, max_size=60)


@given(PERCENTS)
def test_quartiles_are_those_of_a_spreadsheet(values):
    found = spread(values)
    assert [found.lower, found.median, found.upper] == quantiles(values, n=4, method="inclusive")
    assert (found.least, found.best) == (min(values), max(values))
    assert found.mean * len(values) == sum(values)


def test_one_unit_is_its_own_spread_and_none_has_none():
    found = spread([Fraction(80)])
    assert {found.least, found.lower, found.median, found.upper, found.best} == {Fraction(80)}
    assert spread([]) is None
    assert distribution([]) == ()


@given(PERCENTS)
def test_every_unit_stands_in_exactly_one_step(values):
    found = distribution(values)
    assert sum(one.units for one in found) == len(values)
    for one in found:
        top = one.upper if one.upper is not None else 10**6
        inside = [v for v in values if one.lower <= v < top or (v == 100 and one.upper == 100)]
        assert one.units == len([v for v in inside if not (v == 100 and one.lower == 100)])


def test_a_step_begins_with_its_bound_and_the_last_holds_one_hundred():
    found = distribution(map(Fraction, (79, 80, 84, 95, 100, 101)))
    assert [(one.lower, one.upper, one.units) for one in found] == [
        (75, 80, 1), (80, 85, 2), (85, 90, 0), (90, 95, 0), (95, 100, 2), (100, None, 1),
    ]  # fmt: skip
