"""Which dates and bands make sense."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from backend.core.dates import VN
from backend.rounds.rules import BandLine, Span, missing_steps, said_closing, wrong_bands, wrong_steps


def at(day: int, month: int = 1, hour: int = 0) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=VN)


def span(kind: str, title: str, opens: datetime, closes: datetime) -> Span:
    return Span(kind=kind, title=title, opens_at=opens, closes_at=closes)


SELF = span("self", "Tự chấm điểm", at(1), at(8))
FIRST = span("appraisal", "Thẩm định lần 1", at(8), at(20))
EXPLAIN = span("explanation", "Giải trình", at(20), at(25))
SECOND = span("appraisal", "Thẩm định lần 2", at(25), at(30))
END = span("conclusion", "Kết luận", at(30), at(5, 2))
USUAL = [SELF, FIRST, EXPLAIN, SECOND, END]


@pytest.mark.parametrize(
    "spans",
    [USUAL, [SELF, FIRST, END], [SELF, END], [SELF, FIRST, SECOND, END], [SELF], []],
    ids=["usual", "one appraisal", "none", "twice running", "unfinished", "empty"],
)
def test_a_step_may_repeat_or_be_left_out(spans):
    assert wrong_steps(spans) == []


def test_a_step_that_opens_before_the_one_before_it_closes_names_both_dates():
    early = span("appraisal", "Thẩm định lần 1", at(5), at(20))
    [sentence] = wrong_steps([SELF, early, END])
    assert "ngày 05/01/2027" in sentence
    assert "hết ngày 07/01/2027" in sentence
    assert "Tự chấm điểm" in sentence
    assert "Thẩm định lần 1" in sentence


def test_a_step_that_closes_before_it_opens_names_both_dates():
    [sentence] = wrong_steps([span("self", "Tự chấm điểm", at(8), at(3))])
    assert "ngày 08/01/2027" in sentence
    assert "hết ngày 02/01/2027" in sentence


@pytest.mark.parametrize(
    "spans",
    [[FIRST, SELF], [SELF, EXPLAIN], [FIRST], [SELF, FIRST, END, SECOND], [SELF, SELF], [END]],
    ids=["self later", "nothing to explain", "no self", "after the end", "self twice", "only the end"],
)
def test_a_step_out_of_place_is_refused(spans):
    assert wrong_steps(spans)


def test_survey_points_run_beside_the_other_steps_until_the_end():
    survey = span("survey", "Điều tra xã hội học", at(1), at(5, 2))
    assert wrong_steps([SELF, survey, FIRST, END]) == []
    late = span("survey", "Điều tra xã hội học", at(1), at(6, 2))
    [sentence] = wrong_steps([SELF, late, FIRST, END])
    assert "05/02/2027" in sentence
    assert "04/02/2027" in sentence


def test_a_round_needs_self_scoring_an_appraisal_and_a_conclusion():
    assert len(missing_steps(["explanation"])) == 3
    assert missing_steps(["self", "appraisal", "conclusion"]) == []


def test_an_exclusive_midnight_is_said_as_the_day_before_and_an_hour_as_itself():
    assert said_closing(at(8)) == "hết ngày 07/01/2027"
    assert said_closing(at(8) + timedelta(hours=17)) == "17:00 ngày 08/01/2027"


def bands(*lines: tuple[str, str] | tuple[str, str, bool]) -> list[BandLine]:
    return [BandLine(label, Decimal(lower), *rest) for label, lower, *rest in lines]


def test_bands_down_to_nothing_make_sense_in_any_order():
    assert wrong_bands(bands(("Kém", "0"), ("Tốt", "80"), ("Rất tốt", "90", False))) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (bands(("Tốt", "80")), "còn hở"),
        (bands(("Tốt", "80"), ("Kém", "0", False)), "còn hở"),
        (bands(("Tốt", "100.5"), ("Kém", "0")), "từ 0 đến 100"),
        (bands(("Tốt", "100", False), ("Kém", "0")), "không bao giờ"),
        (bands(("Tốt", "80"), ("Khá", "80"), ("Kém", "0")), "80,00 %"),
        (bands(("Tốt", "80"), ("Tốt", "0")), "bị trùng"),
    ],
)
def test_bands_that_make_no_sense_are_told(lines, said):
    assert any(said in sentence for sentence in wrong_bands(lines))
