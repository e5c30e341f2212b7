"""What happened, in words: history rows of one leaf and of everything else. Reads nothing from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.audit.queries import Covering
from backend.core.dates import format_date
from backend.core.exact import format_points
from backend.rounds.models import Step

UNIT_KINDS = (Step.Kind.SELF, Step.Kind.EXPLANATION)


def moved(before: Decimal | None, after: Decimal | None) -> str:
    """Return "1,00 xuống 0,50", "0,50 lên 1,00", "1,00" where nothing stood before, "rút 1,00"."""
    if after is None:
        return _("rút điểm %s") % _said(before)
    if before is None or before == after:
        return _said(after)
    word = _("xuống") if after < before else _("lên")
    return f"{_said(before)} {word} {_said(after)}"


def _said(points: Decimal | None) -> str:
    return "–" if points is None else format_points(points)


def giver(kind: str) -> str:
    """Return who gives marks at a step of that kind."""
    return {
        Step.Kind.SELF: _("Đơn vị tự chấm"),
        Step.Kind.APPRAISAL: _("Tổ thẩm định"),
        Step.Kind.CONCLUSION: _("Kết luận"),
        Step.Kind.SURVEY: _("Điểm điều tra, chỉ số ngoài"),
        Step.Kind.EXPLANATION: _("Đơn vị giải trình"),
    }[Step.Kind(kind)]


def mark_change(
    kind: str,
    before: Decimal | None,
    after: Decimal | None,
    reason: str = "",
    start: Decimal | None = None,
) -> str:
    """Return "Tổ thẩm định: 1,00 xuống 0,50 - lý do: …".

    ``before`` is what stood at the same step, ``start`` the points of the step before.
    """
    who = giver(kind)
    if before is None and after is not None and after == start:
        agreed = _("giữ %s") if kind == Step.Kind.CONCLUSION else _("đồng ý %s")
        return f"{who}: {agreed % _said(after)}" + because(reason)
    text = f"{who}: {moved(start if before is None else before, after)}"
    return text + because(reason if after is not None else "")


def because(reason: str) -> str:
    """Return " - lý do: …", empty without a reason."""
    return _(" - lý do: %s") % reason.strip() if reason.strip() else ""


@dataclass(frozen=True)
class Entry:
    """One line of a leaf's life. ``who`` is empty where the viewer may not know.

    ``sequence`` is the row's place in its chain, ``checkpoint`` the first that covers it (None: not yet).
    """

    at: datetime
    text: str
    who: str = ""
    step: str = ""
    stated: str = ""
    council: bool = False
    sequence: int = 0
    checkpoint: Covering | None = None


@dataclass
class Reader:
    """Puts a leaf's history rows into words, oldest first, for one viewer.

    ``steps`` are those whose marks the viewer may see, by key; ``hidden`` the keys of those whose evidence
    she may not see either; ``drafts`` those of explanations the unit has not sent her; ``sent`` the keys of explanation steps
    whose questions have gone out (None: the viewer sees them before). ``names`` says whether she sees
    every name; without it, only those of her own unit and of steps that show names.
    """

    steps: Mapping[int, Step]
    hidden: frozenset[int] = frozenset()
    sent: frozenset[int] | None = None
    drafts: frozenset[int] = frozenset()
    names: bool = True
    last: dict[tuple[str, int], Any] = field(default_factory=dict)

    def entries(self, rows: Iterable[Any]) -> list[Entry]:
        """Return the lines of the rows that say something the viewer may know."""
        made = []
        for row in rows:
            kind = type(row).instance_type.__name__
            text = _TELLERS[kind](self, row, self.last.get((kind, row.id)))
            self.last[kind, row.id] = row
            if text:
                made.append(self._entry(row, kind, text))
        return made

    def _entry(self, row: Any, kind: str, text: str) -> Entry:
        step = self.steps.get(getattr(row, "step_id", 0))
        council = self._by_council(row, kind, step)
        shown = self.names or not council or bool(step and step.names_shown)
        return Entry(
            at=row.history_date,
            text=text,
            who=row.actor_name if shown else "",
            step=row.step_name,
            stated=stated(row),
            council=council,
            sequence=row.sequence,
        )

    def _by_council(self, row: Any, kind: str, step: Step | None) -> bool:
        if kind == "Explanation":
            return not row.answer
        return kind == "Score" or (kind == "Mark" and (step is None or step.kind not in UNIT_KINDS))

    def mark(self, row: Any, last: Any) -> str:
        """Return what a row of a mark changed."""
        step = self.steps.get(row.step_id)
        if step is None:
            return ""
        before = last.points if last else None
        if row.points != before or (last and step.kind == Step.Kind.APPRAISAL and row.reason != last.reason):
            return mark_change(step.kind, before, row.points, row.reason, row.from_points)
        if last and row.inputs != last.inputs and step.kind == Step.Kind.SURVEY:
            same = _("%(who)s: sửa số liệu, điểm vẫn là %(points)s")
            return same % {"who": giver(step.kind), "points": _said(row.points)} + because(row.reason)
        if last and row.note != last.note:
            return _("Đơn vị sửa giải trình: %s") % (row.note or _("(để trống)"))
        return ""

    def explanation(self, row: Any, last: Any) -> str:
        """Return what was asked or answered."""
        if self.sent is not None and row.step_id not in self.sent:
            return ""
        if row.history_type == "-":
            return _("Bỏ yêu cầu giải trình") + because(row.history_change_reason)
        if last and row.answer != last.answer:
            if row.step_id in self.drafts:
                return ""
            return _("Đơn vị giải trình: %s") % row.answer
        if last is None or row.question != last.question:
            return _("Yêu cầu giải trình: %s") % row.question
        return ""

    def evidence(self, row: Any, last: Any) -> str:
        """Return what was attached or taken away."""
        if row.step_id in self.hidden | self.drafts:
            return ""
        named = row.file_name or f"{row.number}, {row.issuer}"
        if last is None:
            return (_("Thay bằng bản mới: %s") if row.replaces_id else _("Thêm tài liệu: %s")) % named
        if row.removed_at:
            return "" if last.removed_at else _("Gỡ tài liệu: %s") % named
        told = list(_told_anew(row, last))
        return _("Sửa thông tin tài liệu: %s") % ", ".join([named, *told]) if told else ""

    def returned(self, row: Any, last: Any) -> str:
        """Return that the leader returned the leaf, or that the unit dealt with it; its own until its lock."""
        if self.hidden:
            return ""
        if last is None:
            return _("Lãnh đạo trả lại: %s") % row.reason
        if row.answered_at and not last.answered_at:
            return _("Đơn vị đánh dấu đã xử lý") + (f": {row.answer}" if row.answer else "")
        return ""

    def score(self, row: Any, last: Any) -> str:
        """Return that a leaf was left out, from the start too, or put back."""
        if row.applies if last is None else row.applies == last.applies:
            return ""
        return applied(row)


def _told_anew(row: Any, last: Any) -> Iterator[str]:
    """Yield what is told of a document now and was told otherwise before."""
    day = format_date(row.issued_on) if row.issued_on else ""
    told = {"number": (_("số"), row.number), "issued_on": (_("ngày"), day)}
    told |= {"issuer": (_("cơ quan ban hành"), row.issuer), "section": (_("mục, trang"), row.section)}
    for name, (label, said) in told.items():
        if getattr(row, name) != getattr(last, name):
            yield f"{label} {said or '–'}"


def applied(row: Any) -> str:
    """Return that the leaf was left out or put back, with the reason."""
    if row.applies:
        return _("Áp dụng lại tiêu chí") + because(row.history_change_reason)
    return _("Không áp dụng tiêu chí cho đơn vị") + because(row.left_out_reason)


def stated(row: Any) -> str:
    """Return what a paper said of a figure taken over from it: "theo …, ngày 05/06/2024"."""
    if not (row.stated_on or row.stated_source):
        return ""
    day = _(", ngày %s") % format_date(row.stated_on) if row.stated_on else ""
    return _("theo %s") % row.stated_source + day


_TELLERS: dict[str, Callable[[Reader, Any, Any], str]] = {
    "Mark": Reader.mark,
    "Explanation": Reader.explanation,
    "Evidence": Reader.evidence,
    "ReturnedLeaf": Reader.returned,
    "Score": Reader.score,
}
