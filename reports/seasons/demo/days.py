"""When the seasons of the demonstration run, for any day on which it is loaded. Pure, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from backend.core.dates import end_of_day_exclusive, last_day_before, start_of_day
from backend.rounds.rules import Span

EARLIEST = date(2026, 1, 1)  # the season before it must lie on the tree of 01/07/2025

# What follows the lock: kind, title, days. Together from 08/01 to 28/02.
_AFTER_LOCK = (
    ("appraisal", "Thẩm định lần 1", 18),
    ("explanation", "Giải trình", 10),
    ("appraisal", "Thẩm định lần 2", 10),
    ("conclusion", "Kết luận", 14),
)
_SURVEY = "Nhập điểm điều tra, chỉ số ngoài"


@dataclass(frozen=True)
class Season:
    """One season: its year and its steps."""

    year: int
    steps: tuple[Span, ...]

    @property
    def ends(self) -> date:
        """Return the last day of the last step, on which results are made known."""
        return last_day_before(max(span.closes_at for span in self.steps))


@dataclass(frozen=True)
class Days:
    """The season before the present one and the present one."""

    before: Season
    present: Season


def season_days(today: date) -> Days:
    """Return the two seasons as seen on ``today``.

    The present one is that of the year of ``today``; self-scoring opened on 01/11, or today where
    that is still to come, and locks after 07/01. The one before ended yesterday at the latest.
    """
    present = _season(today.year, opens=min(date(today.year, 11, 1), today))
    before = _season(today.year - 1, opens=date(today.year - 1, 11, 1))
    late = max(before.ends - (today - timedelta(days=1)), timedelta(0))
    return Days(_earlier(before, late), present)


def season_of_2021(place: int = 0) -> Season:
    """Return the season of 2021: of the city, or of the district in ``place`` with its own lock."""
    lock = date(2021, 12, 15) + timedelta(days=place) if place else date(2022, 1, 7)
    return Season(2021, _steps(date(2021, 11, 15), lock, survey=not place))


def _season(year: int, *, opens: date) -> Season:
    return Season(year, _steps(opens, date(year + 1, 1, 7), survey=True))


def _steps(opens: date, lock: date, *, survey: bool) -> tuple[Span, ...]:
    steps = [_span("self", "Tự chấm điểm", opens, lock)]
    for kind, title, days in _AFTER_LOCK:
        first = last_day_before(steps[-1].closes_at) + timedelta(days=1)
        steps.append(_span(kind, title, first, first + timedelta(days=days - 1)))
    if survey:
        steps.append(_span("survey", _SURVEY, opens, last_day_before(steps[-2].closes_at)))
    return tuple(steps)


def _span(kind: str, title: str, first: date, last: date) -> Span:
    return Span(kind, title, start_of_day(first), end_of_day_exclusive(last))


def _earlier(season: Season, by: timedelta) -> Season:
    moved = [Span(s.kind, s.title, s.opens_at - by, s.closes_at - by) for s in season.steps]
    return Season(season.year, tuple(moved))
