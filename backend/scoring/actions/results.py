"""What becomes the result: the latest appraised points of each leaf, copied at conclusion."""

from __future__ import annotations

from datetime import datetime

from backend.audit.recording import create_all, update_all
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.actions.locking import recount
from backend.scoring.models import Mark, Scorecard
from permissions.actor import Actor


def latest_marks(card: Scorecard) -> dict[int, Mark]:
    """Return the newest appraised mark with points of each score that applies, by score key."""
    marks = Mark.objects.filter(
        score__card=card,
        score__applies=True,
        score__source=Node.Source.ASSESSED,
        step__kind=Step.Kind.APPRAISAL,
        points__isnull=False,
    )
    return {mark.score_id: mark for mark in marks.order_by("step__order")}


def copy_results(card: Scorecard, step: Step, *, by: Actor, now: datetime) -> None:
    """Write the conclusion mark of every assessed leaf that has none yet, from its latest mark."""
    decided = set(Mark.objects.filter(score__card=card, step=step).values_list("score_id", flat=True))
    latest = latest_marks(card)
    made = [
        Mark(
            score_id=key,
            step=step,
            max_points=mark.max_points,
            from_points=mark.points,
            points=mark.points,
            author=by.name,
            saved_at=now,
            version=1,
        )
        for key, mark in latest.items()
        if key not in decided
    ]
    create_all(Mark, made)
    recount(card.pk, step.pk)


def clear_appraisal(card: Scorecard) -> None:
    """Take back appraised marks not yet finished, because the unit scores itself anew."""
    marks = Mark.objects.filter(score__card=card, step__kind=Step.Kind.APPRAISAL, points__isnull=False)
    taken = list(marks)
    for mark in taken:
        mark.points, mark.from_points, mark.reason = None, None, ""
        mark.version += 1
    update_all(Mark, taken, ["points", "from_points", "reason", "version"])
    for step_id in {mark.step_id for mark in taken}:
        recount(card.pk, step_id)
