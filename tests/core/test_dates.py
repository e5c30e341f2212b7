"""Days as people in Việt Nam type and read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.utils import translation
from django.utils.formats import date_format, number_format
from hypothesis import given
from hypothesis import strategies as st

from backend.core.dates import (
    VNDateField,
    end_of_day_exclusive,
    format_date,
    format_moment,
    last_day_before,
    long_date,
    parse_date,
    start_of_day,
    vn_date,
)
from backend.core.errors import Invalid

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 30))


@pytest.mark.parametrize(
    "typed", ["05/06/2026", "5/6/2026", " 05 / 06 / 2026 ", "05-06-2026", "5.6.2026", "2026-06-05"]
)
def test_the_day_comes_first(typed):
    assert parse_date(typed) == date(2026, 6, 5)


@pytest.mark.parametrize(
    "typed", ["06/2026", "31/02/2026", "06/25/2026", "5/6/26", "", "hôm nay", "٥/٦/٢٠٢٦"]
)
def test_what_is_not_a_day_is_refused_with_an_example(typed):
    with pytest.raises(Invalid, match="ví dụ"):
        parse_date(typed)


@given(days)
def test_a_printed_day_is_read_back(day):
    assert parse_date(format_date(day)) == day == VNDateField().clean(format_date(day))


@given(days)
def test_a_day_ends_where_the_next_one_starts(day):
    assert end_of_day_exclusive(day) == start_of_day(day + timedelta(days=1))
    assert last_day_before(end_of_day_exclusive(day)) == day
    assert vn_date(start_of_day(day)) == day


def test_a_lock_after_the_seventh_is_the_first_moment_of_the_eighth_in_viet_nam():
    assert end_of_day_exclusive(date(2027, 1, 7)) == datetime(2027, 1, 7, 17, 0, tzinfo=UTC)


def test_a_moment_is_shown_in_viet_nams_time():
    assert format_moment(datetime(2026, 12, 18, 7, 5, tzinfo=UTC)) == "14:05 ngày 18/12/2026"
    assert format_date(datetime(2026, 12, 18, 20, 0, tzinfo=UTC)) == "19/12/2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2025, 10, 2), "ngày 02 tháng 10 năm 2025"),
        (date(2027, 1, 7), "ngày 07 tháng 01 năm 2027"),
        (date(2023, 9, 18), "ngày 18 tháng 9 năm 2023"),
    ],
)
def test_documents_print_the_day_as_the_decree_does(day, words):
    assert long_date(day) == words


def test_the_date_field_shows_the_day_first_and_explains_a_refusal():
    field = VNDateField()
    assert field.prepare_value(date(2026, 6, 5)) == "05/06/2026"
    assert field.clean(date(2026, 6, 5)) == date(2026, 6, 5)
    assert not field.has_changed(date(2026, 6, 5), "5/6/2026")
    assert field.has_changed(date(2026, 6, 5), "6/2026")
    assert VNDateField(required=False).clean("") is None
    with pytest.raises(forms.ValidationError, match="ngày/tháng/năm"):
        field.clean("x")


def test_djangos_own_fields_read_the_day_first_as_well():
    with translation.override("vi"):
        assert forms.DateField().clean("05/06/2026") == date(2026, 6, 5)
        assert forms.DateField().clean("25-06-2026") == date(2026, 6, 25)
        assert date_format(date(2026, 6, 5), "SHORT_DATE_FORMAT") == "05/06/2026"
        assert number_format("12345.5", use_l10n=True) == "12345,5"
