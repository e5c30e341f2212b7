"""The progress of a season: units by state, and how many had come and were concluded day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from backend.core.dates import format_date, last_day_before
from backend.rounds.models import Step
from backend.scoring.models import State
from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.groups import DISTRIBUTION
from reports.analysis.sections import Part, Section
from reports.queries.analysed import Analysed
from reports.queries.progress import CardNow, cards_now, ends_of

# Days of the table that show at once, the newest.
SHOWN = 30


def sections(seen: Analysed) -> list[Section]:
    """Return every group with its states and days."""
    cards, steps = cards_now(seen.round), ends_of(seen.round)
    groups = seen.round.groups.order_by("order", "pk")
    empty = _("Nhóm này chưa có phiếu nào.")
    return [
        Section(
            f"nhom-{number}", group.title, _parts([c for c in cards if c.group_id == group.pk], steps), empty
        )
        for number, group in enumerate(groups, 1)
    ]


def _parts(cards: Sequence[CardNow], steps: Iterable[Step]) -> tuple[Part, ...]:
    if not cards:
        return ()
    return _states(cards, steps), _days(cards)


def _states(cards: Sequence[CardNow], steps: Iterable[Step]) -> Part:
    counts = Counter(card.state for card in cards)
    known = [(state, counts[state]) for state in State if counts[state]]
    columns = (Column("state", _("Tình trạng")), Column("units", _("Số đơn vị"), Form.WHOLE))
    lines = tuple(Line((_said(state), number)) for state, number in known)
    drawn = [(_said(state), number, str(500 * number // len(cards))) for state, number in known]
    ends = "; ".join(f"{step.title}: {format_date(last_day_before(step.closes_at))}" for step in steps)
    words = _("Ngày cuối của mỗi bước (chưa kể gia hạn): %(ends)s.") % {"ends": ends}
    return Part(Grid("states", _("Đơn vị theo tình trạng"), columns, lines), DISTRIBUTION, drawn, (words,))


def _said(state: State) -> str:
    words = str(state.label)
    return words[:1].upper() + words[1:]


def _days(cards: Sequence[CardNow]) -> Part:
    came, done = Counter(card.arrived for card in cards), Counter(card.concluded for card in cards)
    days = sorted({day for day in (*came, *done) if day})
    columns = (
        Column("day", _("Ngày")),
        Column("came", _("Phiếu đến trong ngày"), Form.WHOLE),
        Column("all_came", _("Đã đến, cộng dồn"), Form.WHOLE),
        Column("done", _("Kết luận trong ngày"), Form.WHOLE),
        Column("all_done", _("Đã kết luận, cộng dồn"), Form.WHOLE),
    )
    lines = tuple(
        Line((format_date(day), came[day], _until(came, day), done[day], _until(done, day))) for day in days
    )
    drawn = [
        (format_date(day), _until(came, day), str(500 * _until(came, day) // len(cards)))
        for day in days[-SHOWN:]
    ]
    title = _("Phiếu đến cơ quan tổ chức và được kết luận, theo ngày")
    grid = Grid("days", title, columns, lines[-SHOWN:])
    whole = Grid("days", title, columns, lines) if len(lines) > SHOWN else None
    return Part(grid, DISTRIBUTION, drawn, _day_words(cards), whole)


def _until(counts: Counter[date | None], day: date) -> int:
    return sum(number for one, number in counts.items() if one is not None and one <= day)


def _day_words(cards: Sequence[CardNow]) -> tuple[str, ...]:
    came = sum(card.arrived is not None for card in cards)
    words = _("Thanh: số phiếu đã đến, cộng dồn, trên %(all)d phiếu của nhóm; nay đã đến %(came)d.")
    return (words % {"all": len(cards), "came": came},)
