"""What changed on the unit's part of a card since a moment, leaf by leaf, from history. Two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.utils.translation import gettext as _

from backend.core.exact import format_points
from backend.rounds.models import Step
from backend.scoring.models import Evidence, Mark, Score, Scorecard
from backend.scoring.queries.cards import step_of
from backend.scoring.queries.sheets import Leaf, Sheet

# Where the report's own texts stand among the rows of leaves.
_TEXTS = 0


@dataclass
class Changed:
    """What became of one leaf since a moment; ``code`` is empty for the report's own texts.

    ``before`` and ``after`` are its points then and now. ``who`` and ``at`` are of the last change.
    """

    code: str
    title: str
    before: Decimal | None
    after: Decimal | None
    who: str
    at: datetime
    notes: list[str] = field(default_factory=list)

    @property
    def moved(self) -> bool:
        """Return whether the points are others than before."""
        return self.before != self.after

    @property
    def words(self) -> str:
        """Return "1,00 → 1,50; sửa giải trình; thêm tài liệu Kế hoạch.pdf"."""
        points = f"{_said(self.before)} → {_said(self.after)}" if self.moved else ""
        return "; ".join(part for part in (points, *self.notes) if part)


@dataclass
class Trail:
    """The history rows of a card since ``since``, to be told from that moment or from any later one."""

    sheet: Sheet
    since: datetime | None
    marks: list[Any] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)

    def after(self, moment: datetime | None) -> list[Changed]:
        """Return what changed after ``moment``, in the order of the leaves; the report's texts last."""
        if moment is None:
            return []
        marks: dict[int, list[Any]] = defaultdict(list)
        others: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for mark in self.marks:
            if mark.history_date > moment:
                marks[mark.score_id].append(mark)
        for row in self.others:
            if row["history_date"] > moment:
                others[_TEXTS if row["kind"] == "card" else row["score_key"]].append(row)
        found = [_of_leaf(leaf, marks[leaf.score.pk], others[leaf.score.pk]) for leaf in self.sheet.leaves]
        return [one for one in (*found, _of_texts(others[_TEXTS])) if one is not None]


def _of_leaf(leaf: Leaf, marks: list[Any], others: list[dict[str, Any]]) -> Changed | None:
    if not marks and not others:
        return None
    before = marks[0].prior_points if marks else leaf.points
    after = marks[-1].points if marks else leaf.points
    notes = [*_of_marks(marks), *(_TOLD[row["kind"]](row) for row in others)]
    if before == after and not notes:
        return None
    who, at = _last(marks, others)
    return Changed(leaf.code, leaf.node.title, before, after, who, at, notes)


def _of_texts(rows: list[dict[str, Any]]) -> Changed | None:
    if not rows:
        return None
    who, at = _last([], rows)
    title = _("Khó khăn, đề xuất của báo cáo")
    return Changed("", title, None, None, who, at, [_("đã sửa nội dung")])


def trail(sheet: Sheet, since: Iterable[datetime | None]) -> Trail:
    """Return what is recorded of the unit's part of the card after the earliest of the moments; none: nothing."""
    known = [moment for moment in since if moment is not None]
    own = step_of(sheet.card, Step.Kind.SELF)
    if not known or own is None or not sheet.shows_own:
        return Trail(sheet, None)
    earliest = min(known)
    return Trail(sheet, earliest, _marks(sheet, own, earliest), _others(sheet, own, earliest))


def _marks(sheet: Sheet, own: Step, since: datetime) -> list[Any]:
    history = Mark.history
    earlier = history.filter(id=OuterRef("id"), sequence__lt=OuterRef("sequence")).order_by("-sequence")
    prior = {f"prior_{name}": Subquery(earlier.values(name)[:1]) for name in ("points", "note", "inputs")}
    scores = [leaf.score.pk for leaf in sheet.leaves]
    rows = history.filter(score_id__in=scores, step_id=own.pk, history_date__gt=since, history_type="~")
    return list(rows.annotate(**prior).order_by("history_date", "sequence"))


def _others(sheet: Sheet, own: Step, since: datetime) -> list[dict[str, Any]]:
    """Return rows of evidence, of leaves left out or put back, and of the report's texts, oldest first."""
    scores = [leaf.score.pk for leaf in sheet.leaves]
    late = Q(history_date__gt=since)
    pieces = Evidence.history.filter(late, score_id__in=scores, step_id=own.pk)
    leaves = Score.history.filter(late, id__in=scores, history_type="~")
    rows = _as_rows(pieces, "evidence", "score_id", "file_name", "number", Q(removed_at__isnull=False)).union(
        _as_rows(leaves, "score", "id", "left_out_reason", "code", Q(applies=False)),
        _as_rows(_texts(sheet.card, late), "card", "id", "signed_number", "unit_name", Q(state="")),
        all=True,
    )
    return sorted(rows, key=lambda row: row["history_date"])


def _texts(card: Scorecard, late: Q) -> QuerySet[Any]:
    history = Scorecard.history
    earlier = history.filter(id=OuterRef("id"), sequence__lt=OuterRef("sequence")).order_by("-sequence")
    prior = {f"prior_{name}": Subquery(earlier.values(name)[:1]) for name in ("difficulties", "proposals")}
    rows = history.filter(late, id=card.pk, history_type="~").annotate(**prior)
    return rows.exclude(difficulties=F("prior_difficulties"), proposals=F("prior_proposals"))


def _as_rows(rows: QuerySet[Any], kind: str, score: str, text: str, other: str, gone: Q) -> QuerySet[Any]:
    """Return rows of one kind as plain columns, the same for every kind."""
    shaped = rows.annotate(
        kind=Value(kind, output_field=CharField()),
        score_key=F(score),
        text=F(text),
        other=F(other),
        gone=ExpressionWrapper(gone, output_field=BooleanField()),
    )
    names = ("kind", "score_key", "text", "other", "gone", "history_type", "history_date", "actor_name")
    return shaped.order_by().values(*names)


def _of_marks(rows: list[Any]) -> list[str]:
    """Return what changed beside the points."""
    if not rows:
        return []
    notes = []
    if rows[0].prior_inputs != rows[-1].inputs and rows[0].prior_points == rows[-1].points:
        notes.append(_("sửa số liệu, điểm giữ nguyên"))
    if (rows[0].prior_note or "") != rows[-1].note:
        notes.append(_("sửa giải trình") if rows[-1].note else _("bỏ giải trình"))
    return notes


def _of_evidence(row: dict[str, Any]) -> str:
    named = row["text"] or row["other"]
    if row["gone"]:
        return _("gỡ tài liệu %s") % named
    return (_("thêm tài liệu %s") if row["history_type"] == "+" else _("sửa tài liệu %s")) % named


def _of_score(row: dict[str, Any]) -> str:
    return _("không áp dụng: %s") % row["text"] if row["gone"] else _("áp dụng lại")


_TOLD: dict[str, Callable[[dict[str, Any]], str]] = {"evidence": _of_evidence, "score": _of_score}


def _last(marks: list[Any], others: list[dict[str, Any]]) -> tuple[str, datetime]:
    made = [(row.history_date, row.actor_name) for row in marks]
    made += [(row["history_date"], row["actor_name"]) for row in others]
    at, who = max(made)
    return who, at


def _said(points: Decimal | None) -> str:
    return "–" if points is None else format_points(points)
