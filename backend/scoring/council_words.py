"""The words of what happens around a round's council: its members, conflicts, hand-overs, double marking, drafts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.core.exact import format_points
from backend.rounds.models import Conflict, Council, CouncilMember, Office
from backend.scoring.models import DoubleChoice, DoubleLeaf, Draft, HandOver


def _council(row: Any, names: Any) -> str:
    if row.prior_version == row.version:
        handed = _("Giao Phó Chủ tịch thường trực chủ trì Hội đồng thẩm định")
        return handed if row.vice_presides else _("Chủ tịch nhận lại việc chủ trì Hội đồng thẩm định")
    made = _("Lập Hội đồng thẩm định: Quyết định số %(number)s ngày %(day)s")
    changed = _("Thay đổi Hội đồng thẩm định: Quyết định số %(number)s ngày %(day)s")
    named = {"number": row.decision_number, "day": format_date(row.decision_date)}
    return (made if row.history_type == "+" else changed) % named


def _member(row: Any, names: Any) -> str:
    said = (
        _("%(who)s thôi là %(office)s Hội đồng%(limit)s")
        if row.ends_at
        else _("%(who)s là %(office)s Hội đồng%(limit)s")
    )
    return said % {
        "who": names.people.get(row.person_id, ""),
        "office": Office(row.office).label,
        "limit": f" ({row.limit})" if row.limit else "",
    }


def _conflict(row: Any, names: Any) -> str:
    document = f" ({row.document})" if row.document else ""
    if row.withdrawn_at:
        return _("Rút khai báo xung đột lợi ích của %(who)s: %(why)s") % {
            "who": row.person_name,
            "why": row.withdrawal,
        }
    return _("%(who)s không tham gia phiếu do xung đột lợi ích: %(why)s") % {
        "who": row.person_name,
        "why": row.reason + document,
    }


def _hand_over(row: Any, names: Any) -> str:
    named = {"agency": row.agency_name, "field": row.field, "why": row.sent_back_reason}
    if row.sent_back_at:
        return _("Trả lại %(agency)s lĩnh vực %(field)s: %(why)s") % named
    return _("%(agency)s bàn giao kết quả thẩm định lĩnh vực %(field)s") % named


def _choice(row: Any, names: Any) -> str:
    if row.share == 100:
        return _("Chọn một tiêu chí để chấm hai lần độc lập")
    return _("Chọn một tiêu chí để chấm hai lần độc lập, %(share)d %% đơn vị theo mã “%(seed)s”") % {
        "share": row.share,
        "seed": row.seed,
    }


def _double(row: Any, names: Any) -> str:
    if row.dropped_at:
        return _("Bỏ chấm hai lần độc lập: %s") % row.drop_reason
    if row.points is None:
        return _("Đưa vào chấm hai lần độc lập")
    return _("Hai điểm độc lập được thống nhất: %(points)s (%(who)s)") % {
        "points": format_points(row.points),
        "who": row.settled_by,
    }


def _draft(row: Any, names: Any) -> str:
    return _("Tổ giúp việc dự thảo: %(points)s. %(reason)s") % {
        "points": format_points(row.points),
        "reason": row.reason,
    }


# Which rows, their words, and which columns are compared with the row before. What one of two people gave a leaf
# alone (FirstMark) is told by nobody: it is shown once both are given.
COUNCIL: tuple[tuple[Any, Callable[[Any, Any], str], tuple[str, ...]], ...] = (
    (Council, _council, ("version",)),
    (CouncilMember, _member, ()),
    (Conflict, _conflict, ()),
    (HandOver, _hand_over, ()),
    (DoubleChoice, _choice, ()),
    (DoubleLeaf, _double, ()),
    (Draft, _draft, ()),
)
