"""Numbers, dates and states as Vietnamese readers write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.paginator import Paginator

from backend.web.templatetags import vn

CLOSES = datetime(2027, 1, 7, 17, tzinfo=UTC)  # 00:00 on 08/01 in Vietnam


@pytest.mark.parametrize(
    ("value", "said"),
    [(Decimal("7.5"), "7,50"), (Decimal("8.125"), "8,125"), (None, "–"), (Decimal(0), "0,00")],
)
def test_points_have_a_comma_and_missing_points_a_dash(value, said):
    assert vn.points(value) == said


def test_percent_is_rounded_half_up_to_two_decimals():
    assert vn.percent(Fraction(655, 7)) == "93,57 %"
    assert vn.percent(None) == "–"


@pytest.mark.parametrize(
    ("value", "said"),
    [(Decimal("1.5"), "+1,50"), (Decimal("-0.25"), "−0,25"), (Decimal(0), "0"), (None, "–")],
)
def test_a_change_carries_its_sign(value, said):
    assert vn.signed(value) == said


def test_days_and_moments_are_vietnams():
    assert vn.vndate(date(2026, 6, 5)) == "05/06/2026"
    assert vn.vndate(CLOSES) == "08/01/2027"
    assert vn.moment(CLOSES) == "00:00 ngày 08/01/2027"
    assert vn.vndate(None) == ""


def test_the_last_day_is_the_day_before_an_exclusive_end():
    assert vn.last_day(CLOSES) == "07/01/2027"


@pytest.mark.parametrize(
    ("left", "said", "urgency"),
    [
        (timedelta(days=12, hours=23), "Còn 12 ngày", "calm"),
        (timedelta(days=3), "Còn 3 ngày", "soon"),
        (timedelta(hours=47, minutes=59), "Còn 47 giờ", "now"),
        (timedelta(hours=7, minutes=12, seconds=30), "Còn 7 giờ 12 phút", "now"),
        (timedelta(hours=7), "Còn 7 giờ", "now"),
        (timedelta(minutes=59), "Còn 59 phút", "now"),
        (timedelta(seconds=2), "Còn 1 phút", "now"),
        (timedelta(0), "Đã hết hạn", "past"),
        (timedelta(days=-1), "Đã hết hạn", "past"),
    ],
)
def test_what_is_left_is_said_in_days_then_hours_then_minutes(left, said, urgency):
    assert vn.days_left(CLOSES, CLOSES - left) == said
    assert vn.urgency(CLOSES, CLOSES - left) == urgency


def test_without_the_servers_time_nothing_is_counted():
    assert vn.days_left(CLOSES) == ""
    assert vn.urgency(CLOSES) == "calm"


def test_a_state_has_its_colour_and_an_unknown_one_is_grey():
    assert vn.status_tag("returned", "Bị trả lại") == {"label": "Bị trả lại", "tone": "red"}
    assert vn.status_tag("lạ")["tone"] == "grey"
    assert vn.status_tag("draft", "x", "plain")["tone"] == "plain"


def test_long_lists_of_pages_have_gaps():
    numbers = vn.page_numbers(Paginator(range(1000), 10).page(50))
    assert numbers == [1, 0, 48, 49, 50, 51, 52, 0, 100]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("7.5"), "7,50"),
        (None, "(chưa có)"),
        ("chữ", "chữ"),
        (date(2026, 6, 5), "05/06/2026"),
        (CLOSES, "00:00 ngày 08/01/2027"),
        ({"điểm": Decimal(8), "lý do": ""}, "điểm: 8,00\nlý do: (chưa có)"),
    ],
)
def test_any_value_can_be_said(value, said):
    assert vn.said(value) == said
