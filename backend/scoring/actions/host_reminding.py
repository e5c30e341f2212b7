"""A reminder that somebody of the host writes, sees unit by unit before it goes, and sends; recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import start_of_day, time_left, vn_date
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.actions import Message, tell_all
from backend.notices.models import Kind
from backend.rounds import queries as rounds
from backend.rounds.actions import hold_round, note_reminder
from backend.rounds.models import HostReminder, RemindedUnit, Round
from backend.rounds.rules import said_closing
from backend.scoring.actions.reminding import missing, said, topic_of
from backend.scoring.deadlines import Waiting, waiting
from backend.scoring.mailing import Reach, reach_of
from permissions.actor import Actor
from permissions.roles import Verb

MOST_UNITS = 500
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SUBJECT = "{còn lại}: {đơn vị} chưa hoàn thành phiếu tự chấm"
BODY = "Đề nghị {đơn vị} hoàn thành trước hạn: {hạn}.\n{còn thiếu}"


@dataclass(frozen=True)
class Prepared:
    """What one unit would get: the text, who is told and how that works, when it was last reminded."""

    row: Waiting
    subject: str
    body: str
    reach: Reach
    reminded_at: datetime | None = None


def may_remind(actor: Actor, round_: Round) -> bool:
    """Return whether the person reminds units of the round: who runs it, or may give them more time."""
    place = round_.place()
    by_seat = any(seat.gives(Verb.REOPEN, place) for seat in actor.seats)
    return by_seat or actor.may(Verb.MANAGE_ROUND, at=place)


def require_reminding(actor: Actor, round_: Round) -> None:
    """Raise Refused unless the person reminds units of the round."""
    if not may_remind(actor, round_):
        raise Refused(_("Bạn không có quyền nhắc các đơn vị trong đợt này."))


def prepare(round_: Round, cards: Iterable[int], *, subject: str, body: str, now: datetime) -> list[Prepared]:
    """Return what each of the units would get; those that have nothing to finish now are left out.

    Seven statements for any number of units. Raises Invalid for a placeholder that is not known.
    """
    rows = waiting(now, round=round_, pk__in=list(cards))
    reach = reach_of([row.card.unit_id for row in rows])
    today = rounds.reminded_since(round_, start_of_day(vn_date(now)))
    return [
        Prepared(
            row,
            fill(subject, row, now, "subject"),
            fill(body, row, now, "body"),
            reach[row.card.unit_id],
            today.get(row.card.unit_id),
        )
        for row in rows
    ]


def fill(text: str, row: Waiting, now: datetime, name: str) -> str:
    """Return the text with the unit's own words in place of {đơn vị}, {còn lại}, {hạn}, {còn thiếu}.

    Raises Invalid at the field ``name`` for any other word in braces.
    """
    words = {
        "đơn vị": row.card.unit_name,
        "còn lại": time_left(row.closes, now),
        "hạn": said_closing(row.closes),
        "còn thiếu": missing(row),
    }

    def word(found: re.Match[str]) -> str:
        key = " ".join(found[1].lower().split())
        if key not in words:
            raise _wrong(
                name,
                _("Không có chỗ điền “{%s}”. Dùng được: {đơn vị}, {còn lại}, {hạn}, {còn thiếu}.") % found[1],
            )
        return words[key]

    return PLACEHOLDER.sub(word, text)


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={name: [sentence]})


@transaction.atomic
def send_reminder(
    round_: Round, cards: Iterable[int], *, by: Actor, subject: str, body: str, again: bool = False
) -> HostReminder:
    """Tell the officers and leaders of the units, and record who sent what to whom when.

    Raises Refused; OutOfStep where no unit has anything to finish; Invalid for an empty text, for too many units,
    or where one was reminded today already and ``again`` does not confirm it.
    """
    round_ = hold_round(round_)
    require_reminding(by, round_)
    keys = list(cards)
    _require_text(subject, body, keys)
    now = clock.now()
    units = prepare(round_, keys, subject=subject, body=body, now=now)
    _require_units(units, again)
    made = note_reminder(
        round_, by=by, now=now, subject=subject, body=body, units=[_noted(unit) for unit in units]
    )
    tell_all(_messages(made, units, now), kind=Kind.DEADLINE, urgent=True)
    return made


def _require_text(subject: str, body: str, keys: Sequence[int]) -> None:
    if not subject.strip():
        raise _wrong("subject", _("Hãy ghi tiêu đề."))
    if not body.strip():
        raise _wrong("body", _("Hãy ghi nội dung."))
    if len(keys) > MOST_UNITS:
        raise _wrong("cards", _("Mỗi lần nhắc nhiều nhất %d đơn vị; hãy lọc bớt.") % MOST_UNITS)


def _require_units(units: Sequence[Prepared], again: bool) -> None:
    if not units:
        raise OutOfStep(_("Không có đơn vị nào còn việc phải làm trong hạn; chưa gửi gì."))
    names = [unit.row.card.unit_name for unit in units if unit.reminded_at]
    if names and not again:
        shown = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
        raise _wrong(
            "again",
            _("Hôm nay đã nhắc %(number)d đơn vị này rồi (%(names)s). Muốn nhắc thêm lần nữa, hãy xác nhận.")
            % {"number": len(names), "names": shown},
        )


def _noted(unit: Prepared) -> RemindedUnit:
    return RemindedUnit(
        unit_id=unit.row.card.unit_id,
        unit_name=unit.row.card.unit_name,
        people=len(unit.reach.people),
        mails=unit.reach.mails,
        without_address=", ".join(unit.reach.without),
    )


def _messages(made: HostReminder, units: Iterable[Prepared], now: datetime) -> list[Message]:
    return [
        Message(
            person,
            f"host-{made.pk}-{unit.row.card.pk}",
            unit.subject,
            f"{unit.body}\n\n{made.sender_name}",
            said(unit.row, now)[2],
            topic_of(unit.row),
        )
        for unit in units
        for person in unit.reach.people
    ]
