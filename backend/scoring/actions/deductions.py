"""Points taken off after appraisal ("bị trừ", R13): entered, and taken back by a second row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import ZERO, format_points
from backend.rounds.models import Step
from backend.scoring import files
from backend.scoring.actions.keeping import record
from backend.scoring.actions.locking import about, lock, window_of
from backend.scoring.actions.moves import require_verb
from backend.scoring.actions.reasons import completed_from
from backend.scoring.actions.remaining import remaining
from backend.scoring.lifecycle import State
from backend.scoring.models import Deduction, Scorecard
from backend.scoring.queries import Window
from backend.scoring.queries.canned import canned_for
from permissions.actor import Actor
from permissions.roles import Verb


def deduct(
    card: Scorecard, code: str, *, by: Actor, points: Decimal, reason: str, document: str, upload: Any = None
) -> Deduction:
    """Take points off a field or leaf of an appraised card, by reason and document, before it is concluded.

    ``upload`` is the document itself; its bytes are on disk, whole, before the row says so, and right, state and
    clock are asked before and again under the lock. Raises Refused (no right, own unit), OutOfStep (not appraised,
    concluded, too late), or Invalid: no reason, no document, nothing or more than the field or leaf has left.
    """
    told = {"points": points, "reason": reason, "document": document}
    if upload is None:
        return _deduct(card, code, by=by, **told)
    received = files.receive(upload)
    _judged(card, code, by=by, **told)
    files.store(received, unit_id=card.round.host_id)
    return _deduct(card, code, by=by, received=received, **told)


@transaction.atomic
def _judged(card: Scorecard, code: str, *, by: Actor, **told: Any) -> tuple[Deduction, Scorecard, Window]:
    """Return the row that may be written now, with its card, locked, and its window."""
    card = lock(card.pk)
    require_verb(card, Verb.ASK, by)
    window = _window(card)
    _require_said(reason=told["reason"], document=told["document"])
    reason = completed_from(canned_for(card.round.host_id, _leaf_key(card, code)), told["reason"].strip())
    _require_left(card, code, told["points"])
    made = Deduction(card=card, step=card.step, code=code, points=told["points"])
    made.reason, made.document = reason, told["document"].strip()
    return made, card, window


def _leaf_key(card: Scorecard, code: str) -> int:
    """Return the leaf of that code; 0 where it is a field's, which has only the general canned reasons."""
    return card.scores.filter(code=code).values_list("node_id", flat=True).first() or 0


@transaction.atomic
def _deduct(
    card: Scorecard, code: str, *, by: Actor, received: files.Received | None = None, **told: Any
) -> Deduction:
    made, card, window = _judged(card, code, by=by, **told)
    if received is not None:
        made.file, made.file_name = record(card.round.host, received), received.name
    return _save(made, card, window, by)


@transaction.atomic
def withdraw_deduction(deduction: Deduction, *, by: Actor, reason: str) -> Deduction:
    """Take a deduction back by a second row with a reason, and return that row; nothing is deleted.

    Raises Refused, OutOfStep (taken back already, concluded, too late), or Invalid without a reason.
    """
    card = lock(deduction.card_id)
    require_verb(card, Verb.ASK, by)
    window = _window(card)
    _require_said(reason=reason)
    if deduction.withdraws_id or Deduction.objects.filter(withdraws=deduction).exists():
        raise OutOfStep(_("Điểm trừ này đã được rút lại."))
    made = Deduction(card=card, step=card.step, code=deduction.code, points=deduction.points)
    made.withdraws, made.reason = deduction, reason.strip()
    return _save(made, card, window, by)


def _window(card: Scorecard) -> Window:
    """Return the conclusion's window; points come off any time after appraisal until it closes."""
    window = window_of(card, Step.Kind.CONCLUSION)
    if card.state != State.APPRAISED:
        raise OutOfStep(_("Chỉ trừ điểm khi phiếu đã thẩm định và chưa kết luận."))
    if window.now >= window.closes:
        raise OutOfStep(_("Bước kết luận đã khoá nên không trừ điểm được nữa."), now=window.now.isoformat())
    return window


def _require_said(**texts: str) -> None:
    words = {"reason": _("Hãy ghi lý do."), "document": _("Hãy ghi số, ký hiệu văn bản làm căn cứ.")}
    fields = {name: [words[name]] for name, text in texts.items() if not text.strip()}
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _require_left(card: Scorecard, code: str, points: Decimal) -> None:
    left = remaining(card)
    if code not in left.points:
        sentence = _("Phiếu này không có điểm thẩm định ở lĩnh vực hoặc tiêu chí %(code)s.") % {"code": code}
        raise Invalid(sentence, fields={"code": [sentence]})
    if not ZERO < points <= left.left(code):
        sentence = _(
            "Điểm trừ ở %(code)s phải lớn hơn 0 và không quá %(left)s điểm còn lại; bạn nhập %(points)s."
        ) % {
            "code": code,
            "left": format_points(left.left(code)),
            "points": format_points(points),
        }
        raise Invalid(sentence, fields={"points": [sentence]})


def _save(made: Deduction, card: Scorecard, window: Window, by: Actor) -> Deduction:
    made.author, made.made_at = by.name, window.now
    with recording(by=by, reason=made.reason, at=window.now, about=about(card, window.step)):
        made.save()
    return made
