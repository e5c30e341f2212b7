"""Paths and spans, without a database."""

from datetime import date

import pytest

from tiers.rules import in_being, outlives, overlap, path_of

OLD, TURN, LATE = date(2004, 1, 1), date(2025, 7, 1), date(2026, 1, 1)


def test_the_path_of_a_unit_as_old_as_its_parent_ends_in_its_code():
    assert path_of("31117", OLD, parent_path="/92/916/", parent_from=OLD) == "/92/916/31117/"


def test_the_path_of_a_younger_unit_carries_its_first_day():
    assert path_of("31120", TURN, parent_path="/92/", parent_from=OLD) == "/92/31120-20250701/"


def test_the_path_at_the_top_is_the_code():
    assert path_of("92", OLD) == "/92/"


@pytest.mark.parametrize(
    ("day", "there"), [(date(2003, 12, 31), False), (OLD, True), (date(2025, 6, 30), True), (TURN, False)]
)
def test_a_unit_is_in_being_from_its_first_day_up_to_the_day_after_its_last(day, there):
    assert in_being(day, OLD, TURN) is there


def test_spans_that_touch_do_not_overlap():
    assert not overlap((OLD, TURN), (TURN, None))
    assert overlap((OLD, LATE), (TURN, None))
    assert overlap((TURN, None), (OLD, None))


def test_nothing_outlives_a_parent_without_end():
    assert not outlives(None, None)
    assert outlives(None, TURN)
    assert outlives(LATE, TURN)
    assert not outlives(TURN, TURN)
