"""Reminders of deadlines that come near, computed from dates: a worker that was dead for a day catches up once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import time_left
from backend.notices.actions import Message, tell_all
from backend.notices.models import Kind
from backend.notices.queries import told
from backend.rounds.queries import distances
from backend.rounds.rules import due_distance, said_closing
from backend.scoring.deadlines import Waiting, waiting
from backend.scoring.lifecycle import State
from backend.scoring.queries import takers_on
from backend.scoring.queries.own_council import members_on
from permissions.roles import Verb
from tiers.seating import holders_at

A_BATCH = 500
LAST_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A reminder that is due: of which card, at which distance in hours, told once under ``key``."""

    row: Waiting
    hours: int
    key: str


def remind() -> int:
    """Tell of every deadline at its distances, each person once; return how many messages that made.

    While a unit scores or explains its officers are told, while its card lies with the leader, the leaders, while
    with the unit's own council, its members beside the officers. Who got the card after a distance had come is not
    told of that one any more.
    """
    now = clock.now()
    due = list(_due(now))
    return sum(_tell(due[start : start + A_BATCH], now) for start in range(0, len(due), A_BATCH))


def _due(now: datetime) -> Iterator[Due]:
    rows = waiting(now)
    steps = distances({row.step.pk for row in rows})
    for row in rows:
        hours = due_distance(steps[row.step.pk], row.given_at, row.closes, now)
        if hours is None:
            continue
        came = row.closes - timedelta(hours=hours)
        if row.moved_at is None or row.moved_at <= came:
            yield Due(row, hours, f"remind-{row.card.pk}-{row.step.pk}-{row.closes:%y%m%d%H%M}-{hours}")


@transaction.atomic
def _tell(due: Sequence[Due], now: datetime) -> int:
    known = told([one.key for one in due])
    fresh = [one for one in due if one.key not in known]
    people = _people([one.row for one in fresh])
    made = 0
    for urgent in (True, False):
        chosen = [one for one in fresh if (one.row.closes - now <= LAST_DAY) is urgent]
        messages = [
            Message(person, one.key, *said(one.row, now), topic=topic_of(one.row))
            for one in chosen
            for person in people[one.row.card.pk]
        ]
        made += len(tell_all(messages, kind=Kind.DEADLINE, urgent=urgent))
    return made


def _people(rows: Sequence[Waiting]) -> dict[int, list[Any]]:
    """Return, by card, whose turn it is.

    Two statements, one more where cards are before a council of a unit, one where they lie with leaders: those to
    whom the approval is lent are told too.
    """
    sitting = members_on([row.card.pk for row in rows if row.card.state == State.REVIEWING])
    with_leader = [row.card.unit_id for row in rows if _with_leader(row)]
    officers = holders_at([row.card.unit_id for row in rows if not _with_leader(row)], [Verb.SCORE])
    leaders = holders_at(with_leader, [Verb.APPROVE])
    turn = {row.card.pk: (leaders if _with_leader(row) else officers)[row.card.unit_id] for row in rows}
    lent = takers_on([row.card.pk for row in rows if _with_leader(row)])
    return {
        card: list(dict.fromkeys([*sitting.get(card, []), *people, *lent.get(card, [])]))
        for card, people in turn.items()
    }


def _with_leader(row: Waiting) -> bool:
    answered = row.card.state == State.EXPLAINING and not row.missing
    return row.card.state == State.SUBMITTED or answered


def topic_of(row: Waiting) -> str:
    """Return what the reminder urges to; the next move of the card calls it off."""
    return f"card-{row.card.pk}"


def said(row: Waiting, now: datetime) -> tuple[str, str, str]:
    """Return subject, text and address of a reminder."""
    words = {"left": time_left(row.closes, now), "unit": row.card.unit_name, "round": row.card.round.title}
    page = "explanation/" if row.card.state == State.EXPLAINING else ""
    if row.card.state == State.SUBMITTED:
        subject, page = _("%(left)s: phiếu của %(unit)s chờ phê duyệt"), "approval/"
    elif row.card.state == State.REVIEWING:
        subject, page = _("%(left)s: phiếu của %(unit)s chờ Hội đồng của đơn vị"), "own-council/"
    elif row.card.state == State.EXPLAINING:
        subject = _("%(left)s: %(unit)s chưa gửi giải trình")
    else:
        subject = _("%(left)s: %(unit)s chưa trình phiếu tự chấm")
    lines = [str(row.card.round.title), _("Hạn: %s.") % said_closing(row.closes), missing(row)]
    return subject % words, "\n".join(line for line in lines if line), f"/scorecards/{row.card.pk}/{page}"


def missing(row: Waiting) -> str:
    """Return what the unit still owes, in words; empty where nothing."""
    if row.card.state == State.SUBMITTED:
        return _("Đã trình lãnh đạo, chưa được phê duyệt.")
    if row.card.state == State.REVIEWING:
        return _("Hội đồng của đơn vị đang xem xét, chưa chuyển lãnh đạo.")
    if row.card.state == State.EXPLAINING:
        sentence = _("Còn %d yêu cầu chưa trả lời.") if row.missing else _("Đã trả lời đủ, chưa gửi.")
    else:
        sentence = _("Còn %d tiêu chí chưa chấm.") if row.missing else _("Đã chấm đủ, chưa trình.")
    return sentence % row.missing if row.missing else sentence
