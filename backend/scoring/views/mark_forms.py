"""The forms of one leaf on the council's pages: its mark, a draft of it, a question about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backend.rounds.models import Round
from backend.scoring import queries
from backend.scoring.forms import DraftForm, MarkForm, QuestionForm
from backend.scoring.models import CannedReason, FirstMark, Mark, Scorecard
from backend.scoring.queries.canned import canned_in
from permissions.actor import Actor
from permissions.roles import Verb

if TYPE_CHECKING:
    from backend.scoring.views.marking import Line


def offer(lines: Sequence[Line], round_: Round) -> None:
    """Give each leaf with a form the canned reasons that may be used on it: its own first, then the general ones."""
    if not any(line.form for line in lines):
        return
    by_leaf: dict[int | None, list[CannedReason]] = defaultdict(list)
    for row in canned_in(round_):
        by_leaf[row.leaf.pk if row.leaf else None].append(row)
    for line in lines:
        line.canned = [*by_leaf[line.leaf.node.pk], *by_leaf[None]]


def fit_forms(line: Line, actor: Actor, card: Scorecard, *, drafting: bool) -> None:
    """Give the leaf the form of its mark, of her own mark where two mark it, or of her draft."""
    if line.may_touch and line.double and not line.double.may_mark:
        line.may_touch = False
    if line.may_touch:
        line.form = mark_form(line)
    may_draft = drafting and line.assessed and not line.double
    if may_draft and queries.her_leaf(actor, card, line.leaf.code, Verb.PREPARE):
        line.draft_form = draft_form(line)


def mark_form(line: Line, data: Any = None, shape: type[MarkForm] = MarkForm) -> MarkForm:
    """Return the form of a leaf's mark at the step now on; where two mark it, of her own or of who settles."""
    standing = line.leaf.marks.get(line.step.pk) if line.step else None
    seen = line.double
    if seen and not seen.is_third:
        standing = _own_mark(seen.mine) if seen.mine else None
    form = shape(data, score=line.leaf.score, mark=standing, before=line.before, draft=line.draft)
    form.fields["reason"].required = seen is not None and seen.is_third
    return form


def _own_mark(mine: FirstMark) -> Mark:
    """Return her own mark of a leaf that two mark, in the shape of a mark; it is never saved."""
    return Mark(
        points=mine.points,
        reason=mine.reason,
        version=mine.version,
        author=mine.person_name,
        saved_at=mine.saved_at,
    )


def draft_form(line: Line, data: Any = None) -> DraftForm:
    """Return the form of the support team's draft of a leaf."""
    return DraftForm(data, score=line.leaf.score, draft=line.draft)


def question_form(line: Line, data: Any = None) -> QuestionForm:
    """Return the form of a leaf's question; a cut's reason is its first wording."""
    newest = line.newest
    first = newest.reason if line.is_cut and newest else ""
    standing = {"question": line.question.question if line.question else first}
    return QuestionForm(data, initial=standing, auto_id=f"ask-{line.leaf.score.pk}-%s")
