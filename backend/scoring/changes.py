"""The words of each kind of change, and the life of one score for one viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.audit.queries import covering
from backend.core import clock
from backend.core.dates import format_date, last_day_before
from backend.core.exact import format_points
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Extension, Round, Step
from backend.scoring import queries
from backend.scoring.council_words import COUNCIL
from backend.scoring.lifecycle import MOVES
from backend.scoring.models import (
    Deduction,
    Delegation,
    Evidence,
    Explanation,
    Mark,
    ReturnedLeaf,
    Score,
    Scorecard,
    Signature,
)
from backend.scoring.session_words import SESSIONS
from backend.scoring.wording import Entry, Reader, applied, because, mark_change
from permissions.actor import Actor
from permissions.roles import ROLE_TITLES, Role
from tiers.models import Appointment, Unit

KINDS = {
    "marks": gettext_lazy("Điểm"),
    "answers": gettext_lazy("Giải trình"),
    "evidence": gettext_lazy("Tài liệu kiểm chứng"),
    "cards": gettext_lazy("Phiếu"),
    "rounds": gettext_lazy("Đợt đánh giá"),
    "council": gettext_lazy("Hội đồng thẩm định"),
    "criteria": gettext_lazy("Bộ tiêu chí"),
    "units": gettext_lazy("Đơn vị"),
    "seats": gettext_lazy("Phân công"),
    "people": gettext_lazy("Tài khoản"),
    "survey": gettext_lazy("Điểm điều tra và nguồn"),
    "results": gettext_lazy("Kết quả công bố"),
    "reads": gettext_lazy("Xem tài liệu"),
    "exports": gettext_lazy("Xuất dữ liệu"),
    "refused": gettext_lazy("Việc bị từ chối"),
}


@dataclass
class Names:
    """What rows name by key only, looked up once for a page."""

    steps: dict[int, Step] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    proposals: dict[int, Decimal] = field(default_factory=dict)


Teller = Callable[[Any, Names], str]


@dataclass(frozen=True)
class Source:
    """One kind of row: its words, and which of its columns they compare with the row before."""

    model: Any
    tell: Teller
    compared: tuple[str, ...] = ()


# --- one leaf ------------------------------------------------------------------------------------------


def entries_for(card: Scorecard, score: Score, viewer: Actor) -> list[Entry]:
    """Return the score's life in words for one viewer, oldest first: hidden steps and names left out."""
    now = clock.now()
    steps = queries.steps_of(card)
    shown = {step.pk: step for step in steps if queries.sees_step(card, step, viewer, now)}
    names = queries.works_for_host(viewer, card)
    hidden = frozenset(step.pk for step in steps if step.kind == Step.Kind.SELF and step.pk not in shown)
    sent, drafts = (None, queries.draft_steps(card)) if names else (_sent(card), frozenset())
    reader = Reader(steps=shown, hidden=hidden, sent=sent, drafts=drafts, names=names)
    entries = reader.entries(queries.timeline(score))
    chain = card.history_chain
    covered = covering((chain, entry.sequence) for entry in entries)
    return [replace(entry, checkpoint=covered.get((chain, entry.sequence))) for entry in entries]


def _sent(card: Scorecard) -> frozenset[int]:
    """Return the keys of the explanation steps whose questions have gone out to the unit."""
    return frozenset(
        key for key in card.signatures.filter(move="ask").values_list("step_id", flat=True) if key
    )


# --- the words of each kind ---------------------------------------------------------------------------


def _mark(row: Any, names: Names) -> str:
    step = names.steps.get(row.step_id)
    if row.history_type == "-":
        return _("Xoá điểm")
    kind = step.kind if step else Step.Kind.SELF
    if row.points == row.prior_points and row.prior_version is not None:
        return _("%(step)s: sửa giải trình hoặc lý do") % {"step": step.title if step else ""}
    return mark_change(kind, row.prior_points, row.points, row.reason, row.from_points)


def _deduction(row: Any, names: Names) -> str:
    words = _("Rút lại %s điểm trừ ở %s: %s") if row.withdraws_id else _("Trừ %s điểm ở %s: %s")
    document = f" ({row.document})" if row.document else ""
    return words % (format_points(row.points), row.code, row.reason + document)


def _explanation(row: Any, names: Names) -> str:
    if row.history_type == "-":
        return _("Bỏ yêu cầu giải trình: %s") % row.question
    if row.answer and row.answer != row.prior_answer:
        return _("Đơn vị giải trình: %s") % row.answer
    return _("Yêu cầu giải trình: %s") % row.question


def _evidence(row: Any, names: Names) -> str:
    named = row.file_name or f"{row.number}, {row.issuer}"
    if row.history_type == "+":
        return (_("Thay bằng bản mới: %s") if row.replaces_id else _("Thêm tài liệu: %s")) % named
    return _("Gỡ tài liệu: %s") % named if row.removed_at else _("Sửa tài liệu: %s") % named


def _score(row: Any, names: Names) -> str:
    return applied(row)


def _signature(row: Any, names: Names) -> str:
    if row.history_type != "+":
        kept = _("Phê duyệt ngày %s giữ hiệu lực sau khi thay đổi tiêu chí áp dụng")
        void = _("Phê duyệt ngày %s không còn hiệu lực")
        return (void if row.voided_at else kept) % format_date(row.signed_at)
    done = MOVES[row.move].done if row.move in MOVES else row.move
    document = _(" (văn bản %s)") % row.document if row.document else ""
    return f"{_capital(str(done))}{because(row.reason)}{document}"


def _card(row: Any, names: Names) -> str:
    if row.signed_number and row.signed_number != row.prior_signed_number:
        return _("Đính kèm bản ký số %s") % row.signed_number
    if row.prior_signed_number and not row.signed_number:
        return _("Bỏ bản ký số %s vì phiếu trở lại để sửa") % row.prior_signed_number
    return _("Sửa phần khó khăn, đề xuất của báo cáo")


def _returned(row: Any, names: Names) -> str:
    if row.answered_at and not row.prior_answered_at:
        return _("Đơn vị đánh dấu đã xử lý") + (f": {row.answer}" if row.answer else "")
    return _("Lãnh đạo trả lại: %s") % row.reason


def _delegation(row: Any, names: Names) -> str:
    named = {"who": names.people.get(row.taker_id, ""), "until": format_date(last_day_before(row.ends_at))}
    if row.history_type == "+":
        return _("Ủy quyền phê duyệt cho %(who)s đến hết ngày %(until)s") % named
    return _("Ủy quyền phê duyệt cho %(who)s đổi thành đến hết ngày %(until)s") % named


def _round(row: Any, names: Names) -> str:
    if row.history_type == "+":
        return _("Lập %s") % row.title
    if row.state != row.prior_state:
        return f"{row.title}: {Round.State(row.state).label}"
    return _("Sửa %s") % row.title


def _step(row: Any, names: Names) -> str:
    named = {"step": row.title, "new": format_date(last_day_before(row.closes_at))}
    if row.history_type == "+":
        return _("Đặt bước “%(step)s”: khoá sau ngày %(new)s") % named
    if row.history_type == "-":
        return _("Bỏ bước “%(step)s”") % named
    if row.prior_closes_at and row.closes_at != row.prior_closes_at:
        named["old"] = format_date(last_day_before(row.prior_closes_at))
        return _("Bước “%(step)s”: khoá sau ngày %(old)s đổi thành %(new)s") % named
    return _("Sửa bước “%(step)s”") % named


def _extension(row: Any, names: Names) -> str:
    step = names.steps.get(row.step_id)
    until = format_date(last_day_before(row.closes_at))
    named = {"step": step.title if step else "", "until": until, "document": row.document}
    return _("Gia hạn bước “%(step)s” đến hết ngày %(until)s (văn bản %(document)s)") % named


def _criteria(row: Any, names: Names) -> str:
    named = f"{row.title} ({_('phiên bản')} {row.version})"
    if row.history_type == "+":
        return _("Lập %s") % named
    if row.history_type == "-":
        return _("Xoá %s") % named
    if row.state != row.prior_state:
        return f"{named}: {CriteriaSet.State(row.state).label}"
    return _("Sửa %s") % named


def _unit(row: Any, names: Names) -> str:
    if row.history_type == "+":
        return _("Thêm đơn vị %s") % row.name
    if row.valid_to and row.valid_to != row.prior_valid_to:
        return _("%(unit)s: kết thúc trước ngày %(day)s") % {
            "unit": row.name,
            "day": format_date(row.valid_to),
        }
    if row.name != row.prior_name:
        return _("Đổi tên %(old)s thành %(new)s") % {"old": row.prior_name, "new": row.name}
    return _("Sửa đơn vị %s") % row.name


def _seat(row: Any, names: Names) -> str:
    role = ROLE_TITLES[Role(row.role)]
    named = {"who": names.people.get(row.user_id, ""), "role": role}
    if row.history_type == "+":
        return _("Phân công %(who)s: %(role)s") % named
    if row.ends_at and row.ends_at != row.prior_ends_at:
        named["day"] = format_date(last_day_before(row.ends_at))
        return _("Phân công của %(who)s (%(role)s) kết thúc ngày %(day)s") % named
    return _("Sửa phân công của %(who)s (%(role)s)") % named


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SOURCES = (
    Source(Mark, _mark, ("points", "version")),
    Source(Score, _score),
    Source(Deduction, _deduction),
    Source(Explanation, _explanation, ("answer",)),
    Source(Evidence, _evidence),
    Source(Signature, _signature),
    Source(Scorecard, _card, ("signed_number",)),
    Source(ReturnedLeaf, _returned, ("answered_at",)),
    Source(Delegation, _delegation),
    Source(Round, _round, ("state",)),
    Source(Step, _step, ("closes_at",)),
    Source(Extension, _extension),
    Source(CriteriaSet, _criteria, ("state",)),
    Source(Unit, _unit, ("name", "valid_to")),
    Source(Appointment, _seat, ("ends_at",)),
    *(Source(*kind) for kind in (*COUNCIL, *SESSIONS)),
)
