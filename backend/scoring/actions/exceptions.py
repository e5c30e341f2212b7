"""Exceptions on one card: left-out leaves, delegation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.models import Step
from backend.rounds.rules import said_closing, said_opening
from backend.scoring.actions.doubles import reset_doubles
from backend.scoring.actions.locking import lock, recount, score_of
from backend.scoring.actions.moves import require_verb
from backend.scoring.actions.results import take_back
from backend.scoring.lifecycle import State
from backend.scoring.models import (
    Delegation,
    Explanation,
    Mark,
    Score,
    Scorecard,
    ScorecardGrant,
)
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Appointment


@transaction.atomic
def leave_out(card: Scorecard, code: str, *, by: Actor, reason: str) -> Score:
    """Leave a leaf out for this unit: its points leave the maximum, the host's marks are taken back.

    By the host, until the card is concluded. What the unit gave itself stays as it was signed.
    Raises Refused, OutOfStep (left out already), or Invalid without reason.
    """
    return _set_applies(card, code, by=by, applies=False, reason=reason.strip())


@transaction.atomic
def put_back(card: Scorecard, code: str, *, by: Actor, reason: str) -> Score:
    """Let a leaf apply again with the unit's own points; the host marks it anew.

    Raises Refused, OutOfStep (it applies already), or Invalid without reason.
    """
    return _set_applies(card, code, by=by, applies=True, reason=reason.strip())


def _set_applies(card: Scorecard, code: str, *, by: Actor, applies: bool, reason: str) -> Score:
    card = lock(card.pk)
    require_verb(card, Verb.REOPEN, by)
    if card.state in (State.CONCLUDED, State.PUBLISHED):
        raise OutOfStep(_("Phiếu đã kết luận nên không thay đổi tiêu chí áp dụng được."))
    if not reason:
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Còn trống.")]})
    score = score_of(card, code)
    if score.applies == applies:
        said = _("đang áp dụng") if applies else _("đã không áp dụng")
        raise OutOfStep(_("Tiêu chí %(code)s %(said)s cho đơn vị.") % {"code": code, "said": said})
    with recording(by=by, reason=reason, about=card.history_about):
        if not applies:
            take_out(card, score, reason)
            return score
        score.applies, score.left_out_reason = True, ""
        score.save(update_fields=["applies", "left_out_reason"])
        _take_back_marks(card, score)
    return score


def take_out(card: Scorecard, score: Score, reason: str) -> None:
    """Let a leaf apply no more, inside a recording and under the card's lock."""
    score.applies, score.left_out_reason = False, reason
    score.save(update_fields=["applies", "left_out_reason"])
    _take_back_marks(card, score)


def _take_back_marks(card: Scorecard, score: Score) -> None:
    given = Mark.objects.filter(score=score, points__isnull=False)
    own = given.filter(step__kind=Step.Kind.SELF).values_list("step_id", flat=True)
    touched = {*own, *take_back(given.exclude(step__kind=Step.Kind.SELF))}
    for step_id in touched:
        recount(card.pk, step_id)
    reset_doubles([score.pk])
    for asked in Explanation.objects.filter(score=score, answer=""):
        asked.delete()


@transaction.atomic
def delegate(
    card: Scorecard,
    *,
    by: Actor,
    taker: Any,
    starts_at: datetime,
    ends_at: datetime,
    document: str = "",
) -> Delegation:
    """Lend the approval of one card to a person of the unit for a period (ủy quyền).

    Raises Refused, or Invalid for dates out of order, oneself, somebody who holds no seat there, or who has
    been lent it for some of that time already.
    """
    card = lock(card.pk)
    require_verb(card, Verb.DELEGATE, by)
    if ends_at <= starts_at:
        raise Invalid(_("Ngày kết thúc ủy quyền phải sau ngày bắt đầu."))
    if taker.pk == by.user_id:
        raise Invalid(_("Không ủy quyền cho chính mình."))
    if not Appointment.objects.in_force().filter(user=taker, acts_for_id=card.unit_id).exists():
        raise Invalid(_("Chỉ ủy quyền cho người đang giữ vai trò ở đơn vị."))
    starts_at = _free_start(card, taker, starts_at, ends_at)
    lent = Delegation(
        card=card,
        giver_id=by.user_id,
        taker=taker,
        starts_at=starts_at,
        ends_at=ends_at,
        document=document.strip(),
    )
    with recording(by=by, reason=document, about=card.history_about):
        lent.save()
    ScorecardGrant.objects.create(
        user=taker,
        permission=_permission(Verb.APPROVE),
        content_object=card,
        delegation=lent,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _tell_taker(card, lent, by=by)
    return lent


def _free_start(card: Scorecard, taker: Any, starts_at: datetime, ends_at: datetime) -> datetime:
    """Return when the loan begins, a moment past one of the same start that was taken back. Raises Invalid."""
    standing = Delegation.objects.filter(card=card, taker=taker, starts_at__lt=ends_at)
    a_moment = timedelta(microseconds=1)
    until = standing.filter(ends_at__gt=max(clock.now(), starts_at + a_moment)).order_by("ends_at").last()
    if until is not None:
        raise Invalid(
            _(
                "Người này đã được ủy quyền phê duyệt phiếu đến %(last)s. Muốn đổi, hãy thu hồi ủy quyền đó trước."
            )
            % {"last": said_closing(until.ends_at)}
        )
    begun = set(standing.values_list("starts_at", flat=True))
    while starts_at in begun:
        starts_at += a_moment
    return starts_at


@transaction.atomic
def revoke(lent: Delegation, *, by: Actor, reason: str) -> Delegation:
    """End a delegation now. Raises Refused, or OutOfStep where it is over already."""
    card = lock(lent.card_id)
    require_verb(card, Verb.DELEGATE, by)
    now = clock.now()
    if lent.ends_at <= now:
        raise OutOfStep(_("Ủy quyền này đã hết hạn."))
    # One that has not begun ends the moment it would have begun, as its dates must stay in order.
    lent.ends_at = max(now, lent.starts_at + timedelta(microseconds=1))
    with recording(by=by, reason=reason, at=now, about=card.history_about):
        lent.save(update_fields=["ends_at"])
    lent.grants.update(ends_at=lent.ends_at)
    _tell_end(card, lent, by=by, reason=reason)
    return lent


def _tell_taker(card: Scorecard, lent: Delegation, *, by: Actor) -> None:
    begun = lent.starts_at <= clock.now()
    tell(
        [lent.taker],
        key=f"lent-{lent.pk}",
        subject=_("%(unit)s: bạn được ủy quyền phê duyệt phiếu") % {"unit": card.unit_name},
        body=_("%(who)s ủy quyền cho bạn phê duyệt phiếu %(card)s, từ %(first)s đến %(last)s.\n%(document)s")
        % {
            "who": by.name,
            "card": card,
            "first": said_opening(lent.starts_at),
            "last": said_closing(lent.ends_at),
            "document": lent.document,
        },
        url=f"/scorecards/{card.pk}/{'approval/' if begun else ''}",
        kind=Kind.CARD,
        urgent=True,
    )


def _tell_end(card: Scorecard, lent: Delegation, *, by: Actor, reason: str) -> None:
    tell(
        [lent.taker],
        key=f"lent-{lent.pk}-ended",
        subject=_("%(unit)s: ủy quyền phê duyệt phiếu đã chấm dứt") % {"unit": card.unit_name},
        body=_("%(who)s chấm dứt việc ủy quyền cho bạn phê duyệt phiếu %(card)s.\n%(reason)s")
        % {"who": by.name, "card": card, "reason": reason},
        url=f"/scorecards/{card.pk}/",
        kind=Kind.CARD,
        urgent=True,
    )


def _permission(verb: Verb) -> Permission:
    kind = ContentType.objects.get_for_model(Scorecard)
    return Permission.objects.get(content_type=kind, codename=str(verb))
