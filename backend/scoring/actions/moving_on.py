"""Go to the next step early, once no unit is owed any of the time that is left."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import OutOfStep
from backend.rounds.actions import end_early, hold_round
from backend.rounds.models import Round, Step
from backend.scoring.lifecycle import BEFORE_APPRAISAL, READY, State
from backend.scoring.models import Explanation, Scorecard
from permissions.actor import Actor
from permissions.roles import Verb

OWES_APPRAISAL = BEFORE_APPRAISAL | {State.EXPLAINING, State.EXPLAINED}


@transaction.atomic
def end_step_early(round_: Round, *, by: Actor, reason: str, document: str) -> Step:
    """Close the step that is on and open the next one now; return the closed step.

    Self-scoring ends early only in a round of the demonstration: in a real one a unit that is
    approved may still withdraw and correct its card until the date it was promised.

    Raises Refused, OutOfStep where no step is on or a unit still works in it, or Invalid without
    reason and document.
    """
    by.require(Verb.MANAGE_ROUND, at=round_.place())
    round_ = hold_round(round_)
    cards = list(Scorecard.objects.select_for_update().filter(round=round_).order_by("pk"))
    step = step_on(round_)
    if step is None:
        raise OutOfStep(_("Hiện không có bước nào đang mở để kết thúc sớm."))
    if step.kind == Step.Kind.SELF and not round_.is_illustration:
        raise OutOfStep(
            _("Bước tự chấm chỉ khoá đúng hạn: đơn vị đã phê duyệt vẫn được rút lại để sửa đến lúc đó.")
        )
    if waiting := still_working(step, cards):
        names = ", ".join(waiting[:8])
        raise OutOfStep(
            _("Chưa kết thúc sớm được: %(n)d đơn vị chưa xong bước “%(step)s”: %(names)s.")
            % {"n": len(waiting), "step": step.title, "names": names}
        )
    return end_early(step, by=by, reason=reason, document=document)


def step_on(round_: Round) -> Step | None:
    """Return the step open now that another one follows; survey entry runs beside the others."""
    now = clock.now()
    rows = Step.objects.filter(round=round_, opens_at__lte=now, closes_at__gt=now)
    return rows.exclude(kind__in=[Step.Kind.SURVEY, Step.Kind.CONCLUSION]).order_by("order").first()


def still_working(step: Step, cards: list[Scorecard]) -> list[str]:
    """Return the names of the units whose cards are not done with ``step``."""
    return [card.unit_name for card in cards if not _done(step, card)]


def _done(step: Step, card: Scorecard) -> bool:
    state = State(card.state)
    if step.kind == Step.Kind.SELF:
        return state not in BEFORE_APPRAISAL or state in READY
    if step.kind == Step.Kind.APPRAISAL:
        return state not in OWES_APPRAISAL
    unsent = Explanation.objects.filter(score__card=card, step=step).exists()
    return state != State.EXPLAINING and not (state == State.APPRAISED and unsent)
