"""Exceptions on one card: left-out leaves, delegation, exclusion, the signed copy."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording, update_all
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.rounds.models import Step
from backend.scoring.actions.facts import approval_stands, fingerprint_of
from backend.scoring.actions.locking import about, lock, recount, require_open, score_of, window_of
from backend.scoring.actions.moves import require_verb
from backend.scoring.lifecycle import State
from backend.scoring.models import (
    Delegation,
    Explanation,
    Mark,
    Score,
    Scorecard,
    ScorecardGrant,
    StoredFile,
)
from backend.scoring.queries import approval_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Appointment


@transaction.atomic
def leave_out(card: Scorecard, code: str, *, by: Actor, reason: str) -> Score:
    """Leave a leaf out for this unit: its points leave the maximum, its marks are taken back.

    By the host, until the card is concluded. Raises Refused, OutOfStep, or Invalid without reason.
    """
    return _set_applies(card, code, by=by, applies=False, reason=reason.strip())


@transaction.atomic
def put_back(card: Scorecard, code: str, *, by: Actor, reason: str) -> Score:
    """Let a leaf apply again; its points must be given anew. Raises Refused or OutOfStep."""
    return _set_applies(card, code, by=by, applies=True, reason=reason.strip())


def _set_applies(card: Scorecard, code: str, *, by: Actor, applies: bool, reason: str) -> Score:
    card = lock(card.pk)
    require_verb(card, Verb.REOPEN, by)
    if card.state in (State.CONCLUDED, State.PUBLISHED):
        raise OutOfStep(_("Phiếu đã kết luận nên không thay đổi tiêu chí áp dụng được."))
    if not applies and not reason:
        raise Invalid(_("Hãy ghi lý do không áp dụng."), fields={"reason": [_("Còn trống.")]})
    score = score_of(card, code)
    approval = approval_of(card) if approval_stands(card) else None
    score.applies, score.left_out_reason = applies, "" if applies else reason
    with recording(by=by, reason=reason, about=card.history_about):
        score.save(update_fields=["applies", "left_out_reason"])
        _take_back_marks(card, score)
        if approval is not None:
            # The host's decision is no change of what the unit signed: the rest stays approved.
            approval.fingerprint = fingerprint_of(card)
            approval.save(update_fields=["fingerprint"])
    return score


def _take_back_marks(card: Scorecard, score: Score) -> None:
    marks = list(Mark.objects.filter(score=score, points__isnull=False))
    for mark in marks:
        mark.points, mark.from_points, mark.inputs = None, None, {}
        mark.version += 1
    update_all(Mark, marks, ["points", "from_points", "inputs", "version"])
    for mark in marks:
        recount(card.pk, mark.step_id)
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

    Raises Refused, or Invalid for dates out of order, oneself, or somebody who holds no seat there.
    """
    card = lock(card.pk)
    require_verb(card, Verb.DELEGATE, by)
    if ends_at <= starts_at:
        raise Invalid(_("Ngày kết thúc ủy quyền phải sau ngày bắt đầu."))
    if taker.pk == by.user_id:
        raise Invalid(_("Không ủy quyền cho chính mình."))
    if not Appointment.objects.in_force().filter(user=taker, acts_for_id=card.unit_id).exists():
        raise Invalid(_("Chỉ ủy quyền cho người đang giữ vai trò ở đơn vị."))
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
    return lent


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
    return lent


@transaction.atomic
def exclude(card: Scorecard, person: Any, verb: Verb, *, by: Actor, reason: str) -> ScorecardGrant:
    """Keep one person from one act on one card, from now on. Raises Refused."""
    card = lock(card.pk)
    by.require(Verb.CONCLUDE, at=card.place())
    with recording(by=by, reason=reason, about=card.history_about) as made:
        row = ScorecardGrant(
            user=person,
            permission=_permission(verb),
            content_object=card,
            excludes=True,
            starts_at=made.at,
        )
        row.save()
    return row


@transaction.atomic
def attach_signed_copy(
    card: Scorecard, stored: StoredFile, *, by: Actor, number: str, signed_on: date
) -> Scorecard:
    """Attach the signed self-assessment report, until the lock. Raises Refused, OutOfStep, Invalid."""
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    if card.state not in (State.SUBMITTED, State.APPROVED):
        raise OutOfStep(_("Chỉ đính kèm bản ký khi phiếu đã trình hoặc đã phê duyệt."))
    if not number.strip():
        raise Invalid(_("Hãy ghi số văn bản đã ký."), fields={"number": [_("Còn trống.")]})
    card.signed_file, card.signed_number, card.signed_date = stored, number.strip(), signed_on
    with recording(by=by, reason=number, at=window.now, about=about(card, window.step)):
        card.save(update_fields=["signed_file", "signed_number", "signed_date"])
    return card


def _permission(verb: Verb) -> Permission:
    kind = ContentType.objects.get_for_model(Scorecard)
    return Permission.objects.get(content_type=kind, codename=str(verb))
