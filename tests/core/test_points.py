"""Points as people type and read them, and as exact numbers."""

import contextlib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.points import format_percent, format_points, parse_points, round_half_up, to_points

thousandths = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-3))


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("8,5", "8.5"),
        ("8.5", "8.5"),
        (" 8, 5 ", "8.5"),
        ("8\u00a0", "8"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("8,125", "8.125"),
        ("12,50", "12.5"),
        ("12.50", "12.5"),
        ("8.1250", "8.125"),
        ("1234.5", "1234.5"),
        ("-1", "-1"),
    ],
)
def test_a_comma_and_a_point_are_both_read(typed, points):
    assert parse_points(typed) == Decimal(points)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("12.500", ("12500", "12,5")),
        ("8.125", ("8125", "8,125")),
        ("1.234,5", ("1234,5", "1,2345")),
        ("1,234.5", ("1,2345", "1234,5")),
        ("1.234.567", ("1234567",)),
        ("1,234,567", ("1234567",)),
    ],
)
def test_what_could_be_thousands_is_refused_with_its_readings(typed, readings):
    with pytest.raises(Invalid) as refusal:
        parse_points(typed)
    assert all(reading in refusal.value.message for reading in (typed, *readings))


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "abc", "1e3", "8,", ",", "8,,5", "8.5.", "NaN", "Infinity", "٣", "0x1F", "8,1234", "9" * 30],
)
def test_what_is_not_points_is_refused_in_words(typed):
    with pytest.raises(Invalid) as refusal:
        parse_points(typed)
    assert refusal.value.message.endswith(".")


@given(thousandths)
def test_what_is_printed_is_read_back(points):
    assert parse_points(format_points(points)) == points


@given(st.text(max_size=12))
def test_any_text_is_points_or_a_refusal(text):
    with contextlib.suppress(Invalid):
        assert parse_points(text).as_tuple().exponent == -3


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ("7.5", "7,50"),
        ("8.125", "8,125"),
        ("8.120", "8,12"),
        ("0", "0,00"),
        ("-0.5", "-0,50"),
        ("1234.5", "1234,50"),
    ],
)
def test_points_are_printed_with_two_decimals_and_a_third_when_needed(points, text):
    assert format_points(Decimal(points)) == text


def test_a_fraction_is_rounded_half_up_for_print():
    assert format_points(Fraction(2, 3)) == "0,67"
    assert format_percent(Fraction(93575, 1000)) == "93,58"
    assert format_percent(Fraction(935749, 10000)) == "93,57"
    assert format_percent(Fraction(90)) == "90,00"


@pytest.mark.parametrize("value", [0.5, True, None, 1j])
def test_only_exact_numbers_become_points(value):
    with pytest.raises(TypeError):
        to_points(value)


@pytest.mark.parametrize("value", ["0.0001", "NaN", "Infinity", "x", "1e15", Fraction(1, 3)])
def test_what_thousandths_can_not_hold_is_refused(value):
    with pytest.raises(ValueError, match=r"points|number"):
        to_points(value)


@pytest.mark.parametrize(
    ("value", "points"), [("0.0005", "0.001"), ("0.0004999", "0"), ("-0.0005", "-0.001"), ("2.6665", "2.667")]
)
def test_a_half_is_rounded_up(value, points):
    assert round_half_up(Decimal(value)) == round_half_up(Fraction(value)) == Decimal(points)


@given(st.fractions(min_value=-1000, max_value=1000))
def test_rounding_never_moves_by_more_than_half_a_thousandth(value):
    rounded = round_half_up(value)
    assert rounded.as_tuple().exponent == -3
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2000)


def test_a_float_is_never_rounded():
    with pytest.raises(TypeError):
        round_half_up(0.5)
