"""The council asks about a leaf; the unit answers."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Stale
from backend.rounds.models import Step
from backend.scoring.actions.appraisal import her_field, require_field
from backend.scoring.actions.locking import about, lock, require_open, score_of, window_of
from backend.scoring.actions.moves import require_verb
from backend.scoring.actions.reasons import completed
from backend.scoring.lifecycle import READY, State
from backend.scoring.models import Explanation, Mark, Scorecard
from backend.scoring.queries import Window
from permissions.actor import Actor
from permissions.roles import Verb

# Once explained, the next questions wait for the next appraisal: these are answered and stand.
MAY_ASK = READY | {State.APPRAISED}


@transaction.atomic
def ask(card: Scorecard, code: str, *, by: Actor, question: str) -> Explanation:
    """Ask the unit to explain one leaf. Raises Refused, OutOfStep, or Invalid without a question."""
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = _asking_window(card)
    _require_answerable(window)
    if not question.strip():
        raise Invalid(_("Hãy ghi nội dung cần giải trình."), fields={"question": [_("Còn trống.")]})
    score = score_of(card, code)
    require_field(card, score, by)
    question = completed(score, card.round.host_id, question, field="question")
    asked = Explanation.objects.filter(score=score, step=window.step).first()
    asked = asked or Explanation(score=score, step=window.step)
    asked.question, asked.asked_by, asked.asked_at = question, by.name, window.now
    with recording(by=by, reason=asked.question, at=window.now, about=about(card, window.step)):
        asked.save()
    return asked


@transaction.atomic
def ask_for_cuts(card: Scorecard, *, by: Actor) -> int:
    """Ask about every leaf of her fields that the finished or running appraisal cut, by its reason.

    Return how many.
    """
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = _asking_window(card)
    _require_answerable(window)
    rows = [
        Explanation(
            score_id=mark.score_id,
            step=window.step,
            question=mark.reason,
            asked_by=by.name,
            asked_at=window.now,
        )
        for mark in _cuts(card, window.step)
        if her_field(card, mark.score, by)
    ]
    with recording(by=by, at=window.now, about=about(card, window.step)):
        for row in rows:
            row.save()
    return len(rows)


def _cuts(card: Scorecard, asking: Step) -> list[Mark]:
    """Return each leaf's newest appraised mark where it is a cut that nobody has asked about yet."""
    marks = Mark.objects.filter(
        score__card=card,
        step__order__lt=asking.order,
        step__kind=Step.Kind.APPRAISAL,
        points__isnull=False,
    ).exclude(score__explanations__step=asking)
    newest = {mark.score_id: mark for mark in marks.select_related("score").order_by("step__order")}
    return [
        mark for mark in newest.values() if mark.from_points is not None and mark.points < mark.from_points
    ]


@transaction.atomic
def unask(card: Scorecard, code: str, *, by: Actor, reason: str) -> None:
    """Take a question back before it is sent. Raises Refused or OutOfStep."""
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = _asking_window(card)
    score = score_of(card, code)
    require_field(card, score, by)
    with recording(by=by, reason=reason, at=window.now, about=about(card, window.step)):
        for asked in Explanation.objects.filter(score=score, step=window.step):
            asked.delete()


@transaction.atomic
def answer(card: Scorecard, code: str, *, by: Actor, version: int, answer: str) -> Explanation:
    """Save the unit's answer on one leaf. Raises Refused, OutOfStep, Stale or Invalid."""
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.EXPLANATION)
    require_open(window)
    if card.state != State.EXPLAINING:
        raise OutOfStep(_("Phiếu không ở bước giải trình."))
    asked = Explanation.objects.filter(score__card=card, score__code=code, step=window.step).first()
    if asked is None:
        raise Invalid(_("Tiêu chí %(code)s không được yêu cầu giải trình.") % {"code": code})
    if asked.version != version:
        raise Stale(
            _("%(who)s vừa lưu giải trình này. Hãy xem hai nội dung và chọn.")
            % {"who": asked.answered_by or _("Người khác")},
            theirs=asked.answer,
            yours=answer,
            version=asked.version,
        )
    return _save_answer(card, asked, answer, window, by)


def _save_answer(card: Scorecard, asked: Explanation, answer: str, window: Window, by: Actor) -> Explanation:
    if asked.answer == answer.strip():
        return asked
    asked.answer, asked.answered_by, asked.answered_at = answer.strip(), by.name, window.now
    asked.version += 1
    with recording(by=by, at=window.now, about=about(card, window.step)):
        asked.save()
    return asked


def _asking_window(card: Scorecard) -> Window:
    if State(card.state) not in MAY_ASK:
        raise OutOfStep(_("Lúc này không yêu cầu giải trình được."))
    return window_of(card, Step.Kind.EXPLANATION)


def _require_answerable(window: Window) -> None:
    if window.now >= window.closes:
        raise OutOfStep(_("Bước giải trình đã khoá nên không yêu cầu giải trình được nữa."))
