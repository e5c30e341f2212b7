"""Leaves returned with a reason each: written while the leader reads, sent with the return, dealt with by the unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.rounds.models import Step
from backend.scoring.actions.locking import about, lock, own_score_of, require_open, score_of, window_of
from backend.scoring.actions.points import require_with_unit
from backend.scoring.actions.rights import require_verb
from backend.scoring.lifecycle import State
from backend.scoring.models import ReturnedLeaf, Scorecard, Signature
from permissions.actor import Actor
from permissions.roles import Verb


@transaction.atomic
def note_return(card: Scorecard, code: str, *, by: Actor, reason: str) -> ReturnedLeaf | None:
    """Keep why the leader means to return one leaf; an empty reason takes it off her list (None).

    Nobody else reads it until she returns the card. Raises Refused, OutOfStep or Invalid.
    """
    card = lock(card.pk)
    require_verb(card, Verb.APPROVE, by)
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    if card.state != State.SUBMITTED:
        raise OutOfStep(_("Phiếu không chờ phê duyệt nên không trả lại được."))
    with recording(by=by, reason=reason.strip(), at=window.now, about=about(card, window.step)):
        return _note(card, code, by, reason.strip(), window.now)


def _note(card: Scorecard, code: str, by: Actor, reason: str, now: datetime) -> ReturnedLeaf | None:
    # A note on a leaf that left the card since may still be taken off.
    score = own_score_of(card, code) if reason else score_of(card, code)
    row = ReturnedLeaf.objects.filter(score=score, author_id=by.user_id, signature__isnull=True).first()
    if not reason:
        if row is not None:
            row.delete()
        return None
    if row is None:
        row = ReturnedLeaf(score=score, author_id=by.user_id, author_name=by.name)
    if row.reason != reason:
        row.reason, row.written_at = reason, now
        row.save()
    return row


def send_notes(card: Scorecard, signature: Signature, leaves: Mapping[str, str], *, by: Actor) -> None:
    """Put the signature of a return on the leader's notes, with ``leaves`` (code to reason) among them.

    Call it in the move, under its lock and recording. Raises Invalid for a leaf without a reason.
    """
    for code, reason in leaves.items():
        if _note(card, code, by, reason.strip(), signature.signed_at) is None:
            raise Invalid(_("Hãy ghi lý do trả lại tiêu chí %(code)s.") % {"code": code})
    for row in _own_notes(card, by):
        row.signature = signature
        row.save(update_fields=["signature"])


def drop_notes(card: Scorecard, *, by: Actor) -> None:
    """Take away the leader's notes that were not sent: she approves after all."""
    for row in _own_notes(card, by):
        row.delete()


def _own_notes(card: Scorecard, by: Actor) -> list[ReturnedLeaf]:
    rows = ReturnedLeaf.objects.filter(score__card=card, author_id=by.user_id, signature__isnull=True)
    return list(rows.order_by("score__order"))


@transaction.atomic
def answer_return(
    card: Scorecard, code: str, *, by: Actor, answer: str = "", done: bool = True
) -> ReturnedLeaf:
    """Mark a returned leaf as dealt with, or with ``done`` False as not yet. ``answer`` says what was done.

    Raises Refused, OutOfStep, or Invalid where the newest return names no such leaf.
    """
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    require_with_unit(card)
    row = _returned(card, code)
    row.answer = answer.strip() if done else ""
    row.answered_by, row.answered_at = (by.name, window.now) if done else ("", None)
    with recording(by=by, reason=row.answer, at=window.now, about=about(card, window.step)):
        row.save(update_fields=["answer", "answered_by", "answered_at"])
    return row


def _returned(card: Scorecard, code: str) -> ReturnedLeaf:
    last = card.signatures.filter(move="return").order_by("signed_at", "pk").last()
    row = ReturnedLeaf.objects.filter(signature=last, score__code=code).first() if last else None
    if row is None:
        raise Invalid(_("Lần trả lại gần nhất không nêu tiêu chí %(code)s.") % {"code": code})
    return row
