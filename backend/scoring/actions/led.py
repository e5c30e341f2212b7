"""What led to a leaf's mark: its marks in order of steps, and the points of the step before."""

from __future__ import annotations

from decimal import Decimal

from backend.audit.chaining import Head
from backend.rounds.models import Step
from backend.scoring import arising
from backend.scoring.actions.locking import head_beside, with_head
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import scored_itself, steps_of


def marks_on(card: Scorecard, score: Score) -> list[Mark]:
    """Return every mark of a leaf of a locked card in order of steps, read once."""
    if "marks_in_order" not in score.__dict__:
        steps = {step.pk: step for step in steps_of(card)}
        found = list(with_head(Mark.objects.filter(score=score), card.history_chain))
        for mark in found:
            mark.score, mark.step = score, steps[mark.step_id]
        score.__dict__["marks_in_order"] = sorted(found, key=lambda mark: mark.step.order)
    marks: list[Mark] = score.__dict__["marks_in_order"]
    return marks


def heads_led(card: Scorecard, score: Score) -> dict[str, Head]:
    """Return the head of the locked card's chain as it was read with the leaf's marks; nothing where it has none."""
    marks = marks_on(card, score)
    return {card.history_chain: head_beside(marks[0])} if marks else {}


def forget_led(score: Score) -> None:
    """Let the leaf's marks be read anew: something was written to the card's chain since."""
    score.__dict__.pop("marks_in_order", None)


def before_of(card: Scorecard, score: Score, step: Step) -> Decimal | None:
    """Return the points of one leaf at the newest step before ``step`` that gave any, as ``points_before`` does for all."""
    known: dict[int, Decimal | None] = score.__dict__.setdefault("points_led_to", {})
    if step.pk not in known:
        known[step.pk] = _newest_before(card, score, step)
    return known[step.pk]


def _newest_before(card: Scorecard, score: Score, step: Step) -> Decimal | None:
    led = [mark for mark in marks_on(card, score) if mark.step.order < step.order and mark.points is not None]
    led = [mark for mark in led if mark.step.kind != Step.Kind.SURVEY]
    if led and led[-1].step.kind == Step.Kind.SELF and (not scored_itself(card) or _is_claim(led[-1])):
        return None
    return led[-1].points if led else None


def _is_claim(mark: Mark) -> bool:
    return arising.is_claim(mark.score.node, mark.inputs)
