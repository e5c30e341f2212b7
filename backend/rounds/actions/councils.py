"""The council of a round: its decision, who sits in it, who presides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.core.errors import Invalid, OutOfStep, Stale
from backend.criteria.models import Node
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds import rules
from backend.rounds.actions.setup import hold_round
from backend.rounds.models import Council, CouncilMember, Office, Round
from backend.rounds.queries.councils import candidates, council_of, sitting
from permissions.actor import Actor
from permissions.roles import Verb


@dataclass(frozen=True)
class Seated:
    """Who is to sit in a council: her office, what the decision calls her, the codes she is limited to."""

    person: int
    office: str
    title: str = ""
    limit: str = ""


@transaction.atomic
def form_council(
    round: Round,
    members: Sequence[Seated],
    *,
    by: Actor,
    decision_number: str,
    decision_date: date,
    version: int = 0,
) -> Council:
    """Give the round its council by a decision, or change it: who is not named leaves now.

    ``version`` is that of the council seen, 0 where there was none. Raises Refused, OutOfStep (published), Stale;
    Invalid: no decision, a day to come, not exactly one chair, two standing vice-chairs, nobody beside the chair,
    an office without its seat at the host, a code that no criteria of the round have.
    """
    round = hold_round(round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    _require_running(round)
    now = clock.now()
    standing = council_of(round)
    _require_fresh(standing, version)
    _require_decision(decision_number.strip(), decision_date, now)
    _require_members(round, members)
    council = standing or Council(round=round, version=0)
    council.decision_number, council.decision_date = decision_number.strip(), decision_date
    council.version += 1
    reason = _("Hội đồng thẩm định theo Quyết định số %(number)s ngày %(day)s") % {
        "number": council.decision_number,
        "day": format_date(decision_date),
    }
    with recording(by=by, at=now, reason=reason):
        council.save()
        came, gone = _set_members(council, members, now)
    _tell_members(council, came, gone, by=by)
    return council


@transaction.atomic
def hand_presiding(council: Council, *, by: Actor, to_vice: bool, reason: str, document: str = "") -> Council:
    """Hand the presiding over to the standing vice-chair, or take it back.

    The chair herself, or who runs the round with a document. Raises Refused, OutOfStep (published, nobody to
    hand it to, nothing changed), or Invalid without reason or document.
    """
    round = hold_round(council.round)
    herself = require_presiding(council, by)
    _require_running(round)
    council = Council.objects.select_for_update(of=("self",)).select_related("round__host").get(pk=council.pk)
    if council.vice_presides == to_vice:
        raise OutOfStep(_("Việc chủ trì đang như vậy rồi."))
    if to_vice and not any(row.office == Office.VICE_CHAIR for row in sitting(council)):
        raise OutOfStep(_("Hội đồng chưa có Phó Chủ tịch thường trực để giao chủ trì."))
    _require_said(reason=reason, document=document if not herself else "-")
    council.vice_presides = to_vice
    said = f"{reason.strip()} ({document.strip()})" if document.strip() else reason.strip()
    with recording(by=by, reason=said):
        council.save(update_fields=["vice_presides"])
    _tell_presiding(council, said, by=by)
    return council


def require_presiding(council: Council, by: Actor) -> bool:
    """Raise Refused unless the person is the chair or runs the round; return whether she is the chair."""
    if by.user_id is not None and _chair_of(council) == by.user_id:
        return True
    by.require(Verb.MANAGE_ROUND, at=council.round.place())
    return False


def _chair_of(council: Council) -> int | None:
    return next((row.person_id for row in sitting(council) if row.office == Office.CHAIR), None)


def _require_running(round: Round) -> None:
    if round.state == Round.State.PUBLISHED:
        raise OutOfStep(_("Đợt đánh giá đã công bố nên không thay đổi Hội đồng được nữa."))


def _require_fresh(standing: Council | None, version: int) -> None:
    found = standing.version if standing else 0
    if found != version:
        raise Stale(
            _("Hội đồng vừa được người khác thay đổi. Hãy tải lại trang rồi sửa."),
            theirs=None,
            yours=None,
            version=found,
        )


def _require_said(**texts: str) -> None:
    words = {"reason": _("Hãy ghi lý do."), "document": _("Hãy ghi số, ký hiệu văn bản làm căn cứ.")}
    fields = {name: [words[name]] for name, text in texts.items() if not text.strip()}
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _require_decision(number: str, day: date, now: datetime) -> None:
    if not number:
        sentence = _("Hãy ghi số quyết định lập Hội đồng.")
        raise Invalid(sentence, fields={"decision_number": [sentence]})
    if day > vn_date(now):
        sentence = _("Ngày quyết định không được sau hôm nay.")
        raise Invalid(sentence, fields={"decision_date": [sentence]})


def _require_members(round: Round, members: Sequence[Seated]) -> None:
    offices = [member.office for member in members]
    people = [member.person for member in members]
    sentence = ""
    if offices.count(Office.CHAIR) != 1:
        sentence = _("Hội đồng phải có đúng một chủ tịch.")
    elif offices.count(Office.VICE_CHAIR) > 1:
        sentence = _("Hội đồng chỉ có một Phó Chủ tịch thường trực.")
    elif len(people) != len(set(people)):
        sentence = _("Mỗi người chỉ giữ một chức danh trong Hội đồng.")
    elif len([office for office in offices if office != Office.SUPPORT]) < 2:
        sentence = _("Ngoài chủ tịch, Hội đồng cần ít nhất một thành viên nữa (không kể tổ giúp việc).")
    else:
        sentence = _without_seat(round, members) or _unknown_codes(round, members)
    if sentence:
        raise Invalid(sentence, fields={"members": [sentence]})


def _without_seat(round: Round, members: Iterable[Seated]) -> str:
    seats = {(seat.user_id, seat.role) for seat in candidates(round)}
    wrong = [member for member in members if (member.person, str(member.office)) not in seats]
    if not wrong:
        return ""
    return _("Chức danh trong Hội đồng phải đúng với vai trò đang được phân công ở %(host)s.") % {
        "host": round.host.name
    }


def _unknown_codes(round: Round, members: Iterable[Seated]) -> str:
    wanted = {code for member in members for code in rules.codes_in(member.limit)}
    sets = round.groups.values("criteria_set")
    bare = {code.rpartition(":")[2] for code in wanted}
    rows = Node.objects.filter(criteria_set__in=sets, code__in=bare)
    known = set(rows.values_list("criteria_set__kind__code", "code"))
    unknown = sorted(
        code for code in wanted if not any(rules.reaches([code], one, kind) for kind, one in known)
    )
    if not unknown:
        return ""
    return _("Không có lĩnh vực, tiêu chí nào của đợt mang mã %(codes)s.") % {"codes": ", ".join(unknown)}


def _set_members(
    council: Council, members: Iterable[Seated], now: datetime
) -> tuple[list[CouncilMember], list[CouncilMember]]:
    """Let who changes or goes leave, then seat who is new; return both. So there is one chair at any time."""
    wanted = {member.person: member for member in members}
    standing = {row.person_id: row for row in sitting(council)}
    gone = [row for key, row in standing.items() if not _same(row, wanted.get(key))]
    for row in gone:
        row.ends_at = max(now, row.starts_at)
        row.save(update_fields=["ends_at"])
    came = [
        CouncilMember.objects.create(
            council=council,
            person_id=key,
            office=member.office,
            title=member.title.strip(),
            limit=_tidy(member.limit),
            starts_at=now,
        )
        for key, member in wanted.items()
        if key not in standing or standing[key] in gone
    ]
    return came, [row for row in gone if row.person_id not in wanted]


def _same(row: CouncilMember, wanted: Seated | None) -> bool:
    if wanted is None:
        return False
    asked = (str(wanted.office), wanted.title.strip(), _tidy(wanted.limit))
    return (row.office, row.title, row.limit) == asked


def _tidy(limit: str) -> str:
    return ", ".join(rules.codes_in(limit))


def _tell_members(
    council: Council, came: Iterable[CouncilMember], gone: Iterable[CouncilMember], *, by: Actor
) -> None:
    url = f"/rounds/{council.round_id}/council/"
    named = {"round": council.round.title, "number": council.decision_number}
    for row in came:
        body = _(
            "Bạn là %(office)s Hội đồng thẩm định của đợt “%(round)s”, theo Quyết định số %(number)s."
        ) % {
            **named,
            "office": row.get_office_display(),
        }
        if row.limit:
            body += "\n" + _("Phạm vi thẩm định: %s") % row.limit
        _tell_one(row, f"council-{row.pk}", _("Hội đồng thẩm định: bạn là thành viên"), body, url, by)
    for row in gone:
        body = (
            _("Bạn không còn trong Hội đồng thẩm định của đợt “%(round)s” (Quyết định số %(number)s).")
            % named
        )
        _tell_one(row, f"council-{row.pk}-left", _("Hội đồng thẩm định: bạn đã thôi tham gia"), body, url, by)


def _tell_one(row: CouncilMember, key: str, subject: str, body: str, url: str, by: Actor) -> None:
    if row.person_id != by.user_id:
        tell([row.person], key=key, subject=subject, body=body, url=url, kind=Kind.CARD)


def _tell_presiding(council: Council, said: str, *, by: Actor) -> None:
    named = {"round": council.round.title, "who": by.name, "reason": said}
    handed = _(
        "%(who)s giao Phó Chủ tịch thường trực chủ trì Hội đồng thẩm định đợt “%(round)s”.\n%(reason)s"
    )
    back = _("%(who)s nhận lại việc chủ trì Hội đồng thẩm định đợt “%(round)s”.\n%(reason)s")
    people: list[Any] = [row.person for row in sitting(council) if row.person_id != by.user_id]
    tell(
        people,
        key=f"council-{council.pk}-presides-{int(council.vice_presides)}-{clock.now().timestamp():.0f}",
        subject=_("Hội đồng thẩm định: người chủ trì"),
        body=(handed if council.vice_presides else back) % named,
        url=f"/rounds/{council.round_id}/council/",
        kind=Kind.CARD,
    )
