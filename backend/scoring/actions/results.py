"""What becomes the result: the latest appraised points of each leaf, copied at conclusion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core.errors import OutOfStep
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.actions.doubles import reset_doubles
from backend.scoring.actions.locking import about, recount
from backend.scoring.models import Explanation, Mark, Score, Scorecard
from backend.scoring.queries import given_answers
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
    standing = {mark.score_id: mark for mark in Mark.objects.filter(score__card=card, step=step)}
    new, old = [], []
    for key, latest in latest_marks(card).items():
        mark = standing.get(key) or Mark(score_id=key, step=step, max_points=latest.max_points)
        if mark.points is None:
            mark.points = mark.from_points = latest.points
            mark.author, mark.saved_at, mark.version = by.name, now, mark.version + 1
            (old if mark.pk else new).append(mark)
    create_all(Mark, new)
    update_all(Mark, old, ["points", "from_points", "author", "saved_at", "version"])
    recount(card.pk, step.pk)


def unanswered(card: Scorecard, step: Step) -> set[int]:
    """Return the keys of the scores asked about before ``step`` that the unit never explained."""
    before: dict[str, Any] = {"score__card": card, "step__order__lt": step.order}
    answered = set(given_answers(**before).values_list("score_id", flat=True))
    return set(Explanation.objects.filter(**before).values_list("score_id", flat=True)) - answered


def require_explained(score: Score, step: Step) -> None:
    """Raise OutOfStep where the unit was asked about the leaf before ``step`` and explained nothing: its mark stands."""
    asked = Explanation.objects.filter(score=score, step__order__lt=step.order)
    answered = list(asked.values_list(Exists(given_answers(pk=OuterRef("pk"))), flat=True))
    if answered and not any(answered):
        raise OutOfStep(
            _(
                "Đơn vị không giải trình tiêu chí %(code)s nên giữ điểm thẩm định trước. Hội đồng chỉ thay đổi khi kết luận."
            )
            % {"code": score.code}
        )


def carry_unanswered(card: Scorecard, step: Step, *, by: Actor, now: datetime) -> None:
    """Let the earlier mark stand at ``step`` where the unit explained nothing and the council gave no other."""
    standing = {mark.score_id: mark for mark in Mark.objects.filter(score__card=card, step=step)}
    latest = latest_marks(card)
    for key in sorted(unanswered(card, step)):
        mark = standing.get(key) or Mark(score_id=key, step=step)
        if mark.points is not None or key not in latest:
            continue
        earlier = latest[key]
        mark.max_points = earlier.max_points
        mark.points = mark.from_points = earlier.points
        mark.reason = _("Đơn vị không giải trình; giữ điểm thẩm định trước đó.")
        mark.author, mark.saved_at, mark.version = by.name, now, mark.version + 1
        with recording(by=by, reason=mark.reason, at=now, about=about(card, step)):
            mark.save()
    recount(card.pk, step.pk)


def clear_appraisal(card: Scorecard) -> None:
    """Take back appraised marks not yet finished, because the unit scores itself anew."""
    _clear(card, Step.Kind.APPRAISAL)
    reset_doubles(card.scores.values_list("pk", flat=True))


def clear_decisions(card: Scorecard) -> None:
    """Take back what the chair decided before the card went out or was appraised again."""
    _clear(card, Step.Kind.CONCLUSION)


def clear_copies(card: Scorecard) -> None:
    """Take back the conclusion marks that were only copied, because the conclusion is opened again."""
    _clear(card, Step.Kind.CONCLUSION, reason="")


def _clear(card: Scorecard, kind: str, **where: Any) -> None:
    for step_id in take_back(Mark.objects.filter(score__card=card, step__kind=kind, **where)):
        recount(card.pk, step_id)


def take_back(marks: QuerySet[Mark]) -> set[int]:
    """Take back the points of ``marks`` that have any and return the keys of their steps."""
    taken = list(marks.filter(points__isnull=False))
    for mark in taken:
        mark.points, mark.from_points, mark.inputs, mark.reason = None, None, {}, ""
        mark.version += 1
    update_all(Mark, taken, ["points", "from_points", "inputs", "reason", "version"])
    return {mark.step_id for mark in taken}
