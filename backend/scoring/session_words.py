"""The words of what happens in and after a council's session: who is there, agenda, proposals, votes by name, changes; canned reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from backend.core.exact import format_points
from backend.scoring.models import AgendaCard, Amendment, Attendance, Ballot, CannedReason, Proposal, Session


def _canned(row: Any, names: Any) -> str:
    named = {"code": row.code, "text": row.text}
    if row.retired_at:
        return _("Bỏ lý do mẫu %(code)s: %(text)s") % named
    if row.history_type == "+":
        return _("Thêm lý do mẫu %(code)s: %(text)s") % named
    return _("Sửa lý do mẫu %(code)s: %(text)s") % named


def _session(row: Any, names: Any) -> str:
    named = {"number": row.number, "venue": row.venue}
    if row.closed_at:
        return _("Kết thúc phiên họp Hội đồng số %(number)s, biên bản không thay đổi được nữa") % named
    return _("Mở phiên họp Hội đồng số %(number)s tại %(venue)s") % named


def _attendance(row: Any, names: Any) -> str:
    if row.history_type == "+":
        return _("%s là thành viên của phiên họp") % row.person_name
    because = f" ({row.reason})" if row.reason else ""
    return f"{row.person_name}: {Attendance.Presence(row.presence).label}{because}"


def _agenda(row: Any, names: Any) -> str:
    return _("Đưa phiếu vào chương trình phiên họp Hội đồng")


def _proposal(row: Any, names: Any) -> str:
    named = {"who": row.author_name, "points": format_points(row.points), "why": row.reason}
    if row.ended_at:
        return _("Kết thúc biểu quyết về đề xuất %(points)s điểm của %(who)s") % named
    return _("%(who)s đề xuất %(points)s điểm tại phiên họp: %(why)s") % named


def _amendment(row: Any, names: Any) -> str:
    asked = f"{_asked(row)}: {row.reason} ({row.document})"
    if row.state == Amendment.State.WAITING:
        return _capital(asked)
    answer = f" - {row.answer}" if row.answer else ""
    return f"{_capital(str(Amendment.State(row.state).label))}: {asked}{answer}"


def _asked(row: Any) -> str:
    if row.kind == Amendment.Kind.REOPEN:
        return _("đề nghị mở lại kết luận")
    before = "–" if row.from_points is None else format_points(row.from_points)
    return _("đề nghị đổi điểm sau kết luận từ %(before)s thành %(after)s") % {
        "before": before,
        "after": format_points(row.points),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ballot(row: Any, names: Any) -> str:
    """Tell a vote by name; a closed one has no line and never comes here."""
    points = names.proposals.get(row.proposal_id)
    named = {
        "who": row.voter_name,
        "said": Ballot.Choice(row.choice).label,
        "points": "–" if points is None else format_points(points),
    }
    return _("%(who)s biểu quyết về đề xuất %(points)s điểm: %(said)s") % named


# Which rows, their words, and which columns are compared with the row before.
SESSIONS: tuple[tuple[Any, Callable[[Any, Any], str], tuple[str, ...]], ...] = (
    (CannedReason, _canned, ()),
    (Session, _session, ()),
    (Attendance, _attendance, ()),
    (AgendaCard, _agenda, ()),
    (Proposal, _proposal, ()),
    (Ballot, _ballot, ()),
    (Amendment, _amendment, ()),
)
