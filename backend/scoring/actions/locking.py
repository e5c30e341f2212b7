"""Lock the card, then the step, then read the clock: the order of every write."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Subquery
from django.utils.translation import gettext as _

from backend.audit.chaining import Head
from backend.audit.models import Chain
from backend.audit.recording import About
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import ZERO
from backend.core.fields import points_value
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.rounds.queries import hold_step, hold_step_of, window
from backend.scoring import gates
from backend.scoring.gates import Facts
from backend.scoring.models import Mark, Score, Scorecard, StepTotal
from backend.scoring.queries import CARD_PARTS, Window, step_of


def lock(card_id: int) -> Scorecard:
    """Return the card with its row locked until the transaction ends."""
    rows = Scorecard.objects.select_for_update(of=("self",)).select_related(*CARD_PARTS)
    return rows.get(pk=card_id)


def window_of(card: Scorecard, kind: str) -> Window:
    """Hold the step of that kind, then read the clock. Raises OutOfStep where there is no such step."""
    if kind == Step.Kind.SELF:  # it comes once: no need to look through the steps for it
        own = hold_step_of(card.round_id, kind)
        return _read_clock(card, _there(own))
    return held(card, _there(step_of(card, kind)))


def held(card: Scorecard, step: Step) -> Window:
    """Hold the step's row against changes of its dates, then read the clock."""
    return _read_clock(card, hold_step(step.pk))


def _there(step: Step | None) -> Step:
    if step is None:
        raise OutOfStep(_("Đợt đánh giá này không có bước này."))
    return step


def _read_clock(card: Scorecard, step: Step) -> Window:
    dates = window(step, card.unit_id)
    return Window.of(step, dates, clock.now())


def require_open(window: Window) -> None:
    """Raise OutOfStep, with the closing moment in words, unless the step takes writes now."""
    facts = Facts(now=window.now, opens=window.opens, closes=window.closes)
    if reason := gates.in_time(facts):
        raise OutOfStep(reason, now=window.now.isoformat())


def about(card: Scorecard, step: Step | None = None) -> About:
    """Return what the history rows of this write are about."""
    return replace(card.history_about, step_name=step.title if step else "")


def score_of(card: Scorecard, code: str) -> Score:
    """Return the score of a leaf by code. Raises Invalid where the card has no such leaf."""
    score = Score.objects.select_related("node").filter(card=card, code=code).first()
    if score is None:
        raise Invalid(_("Phiếu này không có tiêu chí %(code)s.") % {"code": code})
    return score


def not_own(score: Score) -> str:
    """Return why the unit does not work on the leaf, in words; empty where it scores it itself."""
    if score.applies and score.source == Node.Source.ASSESSED:
        return ""
    return _("Tiêu chí %(code)s không do đơn vị tự chấm.") % {"code": score.code}


def own_score_of(card: Scorecard, code: str) -> Score:
    """Return the score of a leaf that the unit scores itself. Raises Invalid where there is no such leaf."""
    score = score_of(card, code)
    if words := not_own(score):
        raise Invalid(words)
    return score


# Where the points of a leaf are summed, by how it counts.
COLUMNS = {Node.Counting.BASE: "total", Node.Counting.BONUS: "bonus", Node.Counting.PENALTY: "penalty"}


def shift_total(mark: Mark, before: Decimal | None, card_id: int) -> bool:
    """Move the derived total of the card at the mark's step by the difference: base, bonus or penalty.

    Return False where there is no total yet to be moved.
    """
    delta = (mark.points or ZERO) - (before or ZERO)
    column = COLUMNS[Node.Counting(mark.score.counting)]
    given = (mark.points is not None) - (before is not None) if column == "total" else 0
    if not delta and not given:
        return True
    rows = StepTotal.objects.filter(card_id=card_id, step_id=mark.step_id)
    return bool(rows.update(**{column: F(column) + points_value(delta)}, given=F("given") + given))


def with_head(marks: QuerySet[Mark], chain: Any) -> QuerySet[Mark]:
    """Let the head of a chain come along with marks; it is to be gone on from only where the card is locked."""
    heads = Chain.objects.filter(name=chain)
    return marks.annotate(
        head_length=Subquery(heads.values("length")), head_digest=Subquery(heads.values("head"))
    )


def head_beside(mark: Any) -> Head:
    """Return the head of the card's chain that was read with the mark."""
    return Head(mark.head_length, mark.head_digest) if mark.head_digest else Head()


def count(row: StepTotal, score: Score, points: Decimal) -> None:
    """Add points of a leaf to a total in hand, where its kind belongs."""
    column = COLUMNS[Node.Counting(score.counting)]
    setattr(row, column, getattr(row, column) + points)
    row.given += column == "total"


def recount(card_id: int, step_id: int) -> StepTotal:
    """Compute the derived total of a card at a step anew, after writes of many marks."""
    marks = Mark.objects.filter(
        score__card_id=card_id, score__applies=True, step_id=step_id, points__isnull=False
    )
    row, _made = StepTotal.objects.get_or_create(card_id=card_id, step_id=step_id)
    row.total, row.bonus, row.penalty, row.given = ZERO, ZERO, ZERO, 0
    for mark in marks.select_related("score"):
        count(row, mark.score, mark.points or ZERO)
    row.save(update_fields=["total", "bonus", "penalty", "given"])
    return row
