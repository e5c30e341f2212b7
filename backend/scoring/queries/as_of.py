"""A card as it stood at a moment, from history alone, and what is different between two moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.lifecycle import State
from backend.scoring.models import Deduction, Evidence, Explanation, Mark, Score, Scorecard
from backend.scoring.queries.answers import draft_steps
from backend.scoring.queries.cards import step_of, steps_of
from backend.scoring.queries.seeing import is_sent, of_unit, sees_step, works_for_host
from permissions.actor import Actor


@dataclass
class LeafThen:
    """One leaf at that moment: points and reasons by the key of the step, the unit's words, its documents."""

    code: str
    title: str
    maximum: Decimal
    applies: bool
    counts: bool
    left_out_reason: str = ""
    points: dict[int, Decimal | None] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    note: str = ""
    documents: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class CardThen:
    """A card at a moment as far as its viewer may know it. ``steps`` are those whose marks she sees.

    ``exists`` is False before the round was opened; ``is_own_hidden`` says that she may not see yet what the unit
    gives itself. ``texts`` are the report's own, by their title.
    """

    card: Scorecard
    at: datetime
    steps: list[Step]
    exists: bool = True
    is_own_hidden: bool = False
    state: str = ""
    leaves: list[LeafThen] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    deductions: list[str] = field(default_factory=list)

    @property
    def marked(self) -> list[Step]:
        """Return the steps at which points stood."""
        return [
            step for step in self.steps if any(leaf.points.get(step.pk) is not None for leaf in self.leaves)
        ]

    @property
    def totals(self) -> dict[int, Decimal | None]:
        """Return the sum of the leaves within the scale that applied, by the key of the step; None without points."""
        counted = [leaf for leaf in self.leaves if leaf.applies and leaf.counts]
        sums = {
            step.pk: sum((leaf.points.get(step.pk) or ZERO for leaf in counted), ZERO) for step in self.marked
        }
        return {step.pk: sums.get(step.pk) for step in self.steps}


@dataclass(frozen=True)
class Changed:
    """What is different of one leaf, or of the card itself where ``code`` is empty: lines "before → after"."""

    code: str
    title: str
    lines: tuple[tuple[str, str, str], ...]


def card_at(card: Scorecard, moment: datetime, viewer: Actor) -> CardThen:
    """Return the card as it stood at ``moment``, that moment's own change included."""
    now = clock.now()
    steps = [step for step in steps_of(card) if sees_step(card, step, viewer, now)]
    then = CardThen(card, moment, steps)
    rows = _newest(Scorecard, moment, id=card.pk)
    if not rows:
        then.exists = False
        return then
    own = step_of(card, Step.Kind.SELF)
    then.is_own_hidden = own is not None and own not in steps
    if own is not None and own in steps:
        _tell_card(then, rows[card.pk])
    leaves = _leaves(card, moment)
    shown = {step.pk for step in steps}
    _add_marks(leaves, moment, shown, own)
    drafts = frozenset() if of_unit(viewer, card) else draft_steps(card)
    open_to_all = {step.pk for step in steps_of(card) if step.kind == Step.Kind.EXPLANATION}
    _add_documents(leaves, moment, (shown | open_to_all) - drafts)
    _add_questions(leaves, moment, card, viewer, drafts)
    then.leaves = list(leaves.values())
    off = _newest(Deduction, moment, card_id=card.pk, step_id__in=shown)
    then.deductions = [f"{row.code}: {format_points(row.points)} - {row.reason}" for row in off.values()]
    return then


def _newest(model: Any, moment: datetime, **where: Any) -> dict[int, Any]:
    """Return the newest row of history of each thing at ``moment``, by the thing's key; what was deleted is left out."""
    rows = model.history.filter(history_date__lte=moment, **where).order_by("sequence")
    newest = {row.id: row for row in rows}
    return {key: row for key, row in newest.items() if row.history_type != "-"}


def _tell_card(then: CardThen, row: Any) -> None:
    then.state = str(State(row.state).label)
    told = {
        _("Khó khăn, vướng mắc"): row.difficulties,
        _("Đề xuất, kiến nghị"): row.proposals,
        _("Số văn bản đã ký"): row.signed_number,
    }
    then.texts = {title: text for title, text in told.items() if text}


def _leaves(card: Scorecard, moment: datetime) -> dict[int, LeafThen]:
    rows = _newest(Score, moment, card_id=card.pk)
    titles = dict(Node.objects.filter(criteria_set=card.criteria_set_id).values_list("pk", "title"))
    order = list(card.scores.order_by("order").values_list("pk", flat=True))
    return {
        key: LeafThen(
            row.code,
            titles.get(row.node_id, ""),
            row.max_points,
            row.applies,
            row.counting == Node.Counting.BASE,
            row.left_out_reason,
        )
        for key in order
        if (row := rows.get(key))
    }


def _add_marks(leaves: dict[int, LeafThen], moment: datetime, shown: set[int], own: Step | None) -> None:
    for row in _newest(Mark, moment, score_id__in=list(leaves), step_id__in=shown).values():
        leaf = leaves[row.score_id]
        leaf.points[row.step_id] = row.points
        if row.reason:
            leaf.reasons[row.step_id] = row.reason
        if own is not None and row.step_id == own.pk:
            leaf.note = row.note


def _add_documents(leaves: dict[int, LeafThen], moment: datetime, shown: set[int]) -> None:
    pieces = _newest(Evidence, moment, score_id__in=list(leaves), step_id__in=shown)
    for row in sorted(pieces.values(), key=lambda row: (row.added_at, row.id)):
        if row.removed_at is None:
            leaves[row.score_id].documents.append(row.file_name or f"{row.number}, {row.issuer}")


def _add_questions(
    leaves: dict[int, LeafThen], moment: datetime, card: Scorecard, viewer: Actor, drafts: frozenset[int]
) -> None:
    """Add the questions that went out, with the answers that the unit's leader sent."""
    steps = {step.pk: step for step in steps_of(card)}
    of_host = works_for_host(viewer, card)
    for row in _newest(Explanation, moment, score_id__in=list(leaves)).values():
        if of_host or is_sent(card, Explanation(step=steps[row.step_id])):
            answer = "" if row.step_id in drafts else row.answer
            leaves[row.score_id].asked.append((row.question, answer))


# --- two moments ----------------------------------------------------------------------------------------------


def differences(before: CardThen, after: CardThen) -> list[Changed]:
    """Return what is different between two moments of one card: first the card itself, then leaf by leaf."""
    old = {leaf.code: leaf for leaf in before.leaves}
    of_card = tuple(_differing(_card_lines(before), _card_lines(after)))
    found = [Changed("", _("Phiếu"), of_card)] if of_card else []
    new = {leaf.code: leaf for leaf in after.leaves}
    for code in dict.fromkeys([*new, *old]):
        was = _leaf_lines(old[code], before.steps) if code in old else {}
        is_now = _leaf_lines(new[code], after.steps) if code in new else {}
        if lines := tuple(_differing(was, is_now)):
            found.append(Changed(code, (new.get(code) or old[code]).title, lines))
    return found


def _differing(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    names = dict.fromkeys([*before, *after])
    pairs = [(name, before.get(name, ""), after.get(name, "")) for name in names]
    return [(name, old or "–", new or "–") for name, old, new in pairs if old != new]


def _card_lines(then: CardThen) -> dict[str, str]:
    totals = then.totals
    sums = {
        _("Tổng điểm: %s") % step.title: format_points(total)
        for step in then.steps
        if (total := totals[step.pk]) is not None
    }
    return {_("Trạng thái"): then.state, **sums, **then.texts, _("Điểm bị trừ"): "; ".join(then.deductions)}


def _leaf_lines(leaf: LeafThen, steps: list[Step]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for step in steps:
        points = leaf.points.get(step.pk)
        lines[step.title] = "" if points is None else format_points(points)
        lines[_("Lý do: %s") % step.title] = leaf.reasons.get(step.pk, "")
    lines[_("Giải trình của đơn vị")] = leaf.note
    lines[_("Tài liệu kiểm chứng")] = "; ".join(leaf.documents)
    lines[_("Không áp dụng")] = "" if leaf.applies else leaf.left_out_reason
    lines[_("Yêu cầu giải trình")] = "; ".join(" - ".join(filter(None, pair)) for pair in leaf.asked)
    return lines
