"""Who may see what of a card: its self-scores, the marks of a step, the names of the council."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from backend.core import clock
from backend.rounds.models import Step
from backend.scoring.lifecycle import UNAPPROVED, State
from backend.scoring.models import DoubleLeaf, Explanation, Scorecard
from backend.scoring.queries.cards import scored_itself, step_of, still_writing
from permissions.actor import Actor
from permissions.roles import Verb


def sees_step(card: Scorecard, step: Step, viewer: Actor, now: datetime) -> bool:
    """Return whether ``viewer`` may see the marks of ``step`` on the card now.

    Who does not act for the unit sees self-scores once they are out of its hands; the unit, and who
    works there whatever other seat she holds, sees the host's marks from the step's ``shown_at``, when
    it is asked to explain or to sign the result, or when the card is published.
    """
    if card.state == State.PUBLISHED or viewer.system:
        return True
    if step.kind != Step.Kind.SELF:
        return not of_unit(viewer, card) or _unit_sees(card, step, now)
    if acts_for_unit(viewer, card):
        return True
    if card.state in UNAPPROVED:
        return not _writes(card, now)
    return scored_itself(card)


def _writes(card: Scorecard, now: datetime) -> bool:
    if hasattr(card, "is_writing"):  # a list has read it with its cards
        return bool(card.is_writing)
    return still_writing(now).filter(pk=card.pk).exists()


def sees_own_points(viewer: Actor, card: Scorecard) -> bool:
    """Return whether the viewer may read what the unit gave itself, with its report."""
    own = step_of(card, Step.Kind.SELF)
    return own is not None and sees_step(card, own, viewer, clock.now())


def _unit_sees(card: Scorecard, step: Step, now: datetime) -> bool:
    if step.shown_at is not None and now >= step.shown_at:
        return True
    if card.round.sign_off_until is not None and card.state == State.CONCLUDED:
        return step.kind in (Step.Kind.APPRAISAL, Step.Kind.CONCLUSION)  # its leader signs what was concluded
    return step.order <= _explained_up_to(card)


def _explained_up_to(card: Scorecard) -> int:
    """Return the order of the newest step at which the unit was asked to explain; 0 without one.

    What it was asked about it has read: that is not taken back when the card goes on.
    """
    if card.step is None:
        return 0
    if card.state in (State.EXPLAINING, State.EXPLAINED):
        return card.step.order
    if not hasattr(card, "explained_up_to"):
        sent = Explanation.objects.filter(score__card=card, step__order__lt=card.step.order)
        newest = sent.aggregate(order=Max("step__order"))["order"]
        card.explained_up_to = newest or 0  # type: ignore[attr-defined]
    return int(card.explained_up_to)  # type: ignore[attr-defined]


def of_unit(viewer: Actor, card: Scorecard) -> bool:
    """Return whether the viewer works at the card's unit or acts for it, other seats aside."""
    return viewer.works_at(card.place()) or acts_for_unit(viewer, card)


def acts_for_unit(viewer: Actor, card: Scorecard) -> bool:
    """Return whether a seat of the viewer acts for the card's unit itself."""
    return any(seat.path == card.place().unit for seat in viewer.seats)


def works_for_host(viewer: Actor, card: Scorecard) -> bool:
    """Return whether the viewer works on the card for its host or inspects it, and is not of its unit."""
    if viewer.system:
        return True
    if of_unit(viewer, card):
        return False
    place = card.place()
    return any(
        viewer.may(verb, at=place) for verb in (Verb.INSPECT, Verb.APPRAISE, Verb.PREPARE, Verb.MANAGE_ROUND)
    )


def sees_names(viewer: Actor, card: Scorecard, step: Step) -> bool:
    """Return whether the viewer may know which members of the council acted at ``step``."""
    return step.names_shown or works_for_host(viewer, card)


def kept_back(card: Scorecard, viewer: Actor) -> str:
    """Return why the card's whole history is not handed out to the viewer yet, in words; empty where it is.

    A bundle leaves no row out, so it waits until the card holds nothing that its pages hide from her.
    """
    if viewer.system:
        return ""
    if of_unit(viewer, card) and card.state != State.PUBLISHED:
        return _("Lịch sử phiếu của đơn vị bạn làm việc được giao sau khi công bố kết quả.")
    if not sees_own_points(viewer, card):
        return _("Đơn vị còn đang tự chấm điểm; lịch sử của phiếu được giao sau khi đơn vị gửi hoặc hết hạn.")
    if card.state == State.EXPLAINING:
        return _("Đơn vị đang chuẩn bị giải trình; lịch sử của phiếu được giao sau bước giải trình.")
    half = DoubleLeaf.objects.filter(score__card=card, settled_at__isnull=True, dropped_at__isnull=True)
    if half.annotate(given=Count("first_marks")).filter(given=1).exists():
        return _(
            "Còn tiêu chí mới có một trong hai điểm chấm độc lập; hãy lấy gói kiểm chứng khi đã đủ cả hai."
        )
    return ""


def is_sent(card: Scorecard, asked: Explanation) -> bool:
    """Return whether the card has gone out to the unit with this question."""
    done = card.step.order if card.step else 0
    return asked.step.order < done or card.state in (State.EXPLAINING, State.EXPLAINED)
