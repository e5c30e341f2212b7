"""Changes after conclusion: one person proposes, another confirms; by reason and document.

Points may be changed after publication too: what was published stands until it is corrected (reports.correcting).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.models import Step
from backend.scoring.actions.locking import about, lock, score_of, shift_total
from backend.scoring.actions.moves import move
from backend.scoring.actions.points import Entry, require_allowed
from backend.scoring.actions.reasons import completed, rule_said
from backend.scoring.actions.remaining import over_deducted
from backend.scoring.actions.rights import require_verb
from backend.scoring.actions.survey import worked_out
from backend.scoring.lifecycle import State
from backend.scoring.models import Amendment, Mark, Score, Scorecard, StepTotal
from backend.scoring.queries import step_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.seating import holders


@transaction.atomic
def propose_change(
    card: Scorecard,
    code: str,
    *,
    by: Actor,
    reason: str,
    document: str,
    points: Decimal | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Amendment:
    """Propose other points for a leaf of a concluded or published card; nothing changes before another person confirms.

    A survey leaf whose rule works the points out takes ``inputs``. Raises Refused (no right, own unit),
    OutOfStep (not concluded, one waits already), or Invalid.
    """
    card = _concluded(card, published=True)
    score = score_of(card, code)
    assessed = score.source == Node.Source.ASSESSED
    require_verb(card, Verb.ASK if assessed else Verb.ENTER_SURVEY, by)
    reason = completed(score, card.round.host_id, reason)
    _require_said(reason=reason, document=document)
    mark = _standing(card, score)
    entry = _entry(score, points, inputs or {}, assessed=assessed)
    if (mark.points, mark.inputs if not assessed else {}) == (entry.points, entry.inputs):
        sentence = _("Tiêu chí %(code)s đang là %(points)s điểm.") % {
            "code": code,
            "points": format_points(entry.points or Decimal(0)),
        }
        raise Invalid(sentence, fields={"points": [sentence]})
    made = Amendment(card=card, kind=Amendment.Kind.POINTS, score=score, max_points=score.max_points)
    made.from_points, made.points, made.inputs = mark.points, entry.points, entry.inputs
    return _propose(made, by=by, reason=reason, document=document)


@transaction.atomic
def propose_reopening(card: Scorecard, *, by: Actor, reason: str, document: str) -> Amendment:
    """Propose to open a conclusion again; another person does it by the move "reconsider".

    Raises Refused, OutOfStep (not concluded, one waits already), or Invalid without reason and document.
    """
    card = _concluded(card)
    require_verb(card, Verb.ASK, by)
    _require_said(reason=reason, document=document)
    return _propose(Amendment(card=card, kind=Amendment.Kind.REOPEN), by=by, reason=reason, document=document)


@transaction.atomic
def confirm_change(amendment: Amendment, *, by: Actor) -> Amendment:
    """Confirm as the second person what another proposed, and make the change.

    Raises Refused (no right, or she proposed it), OutOfStep (settled, not concluded any more, the points changed
    since, more taken off than would be left).
    """
    card = lock(amendment.card_id)
    require_verb(card, Verb.CONCLUDE, by)
    amendment = _waiting(amendment, card)
    if amendment.proposed_by_id == by.user_id:
        raise Refused(_("Người đề nghị không được tự xác nhận. Cần một người khác xác nhận."))
    if amendment.kind == Amendment.Kind.REOPEN:
        move(card, "reconsider", by=by, reason=amendment.reason, document=amendment.document)
        amendment.refresh_from_db()
        return amendment
    now = clock.now()
    with recording(by=by, reason=_explained(amendment), at=now, about=card.history_about):
        _change(amendment, card, by)
        amendment.state, amendment.settled_at = Amendment.State.CONFIRMED, now
        amendment.settled_by_id, amendment.settler_name = by.user_id, by.name
        amendment.save()
    if over := over_deducted(card):
        raise OutOfStep(_("Điểm bị trừ sẽ lớn hơn điểm còn lại ở %s.") % ", ".join(over))
    _tell_changed(amendment, card)
    return amendment


@transaction.atomic
def refuse_change(amendment: Amendment, *, by: Actor, answer: str) -> Amendment:
    """Turn a proposed change down, or take one's own back, with a reason. Raises Refused, OutOfStep or Invalid."""
    card = lock(amendment.card_id)
    amendment = _waiting(amendment, card)
    if amendment.proposed_by_id != by.user_id:
        require_verb(card, Verb.CONCLUDE, by)
    if not answer.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"answer": [_("Còn trống.")]})
    amendment.state, amendment.settled_at = Amendment.State.REFUSED, clock.now()
    amendment.settled_by_id, amendment.settler_name = by.user_id, by.name
    amendment.answer = answer.strip()
    with recording(by=by, reason=amendment.answer, at=amendment.settled_at, about=card.history_about):
        amendment.save()
    tell(
        [amendment.proposed_by] if amendment.proposed_by_id != by.user_id else [],
        key=f"amendment-{amendment.pk}-refused",
        subject=_("%(unit)s: không chấp nhận đề nghị thay đổi") % {"unit": card.unit_name},
        body=amendment.answer,
        url=f"/conclusions/{card.pk}/",
        kind=Kind.CARD,
    )
    return amendment


def require_amending(card: Scorecard, *, by: Actor) -> None:
    """Raise Refused unless the person may propose any change on the card: of points appraised, or entered."""
    if not by.may(Verb.ENTER_SURVEY, at=card.place()):
        require_verb(card, Verb.ASK, by)


def _concluded(card: Scorecard, *, published: bool = False) -> Scorecard:
    card = lock(card.pk)
    if card.state == State.PUBLISHED and not published:
        raise OutOfStep(
            _(
                "Kết quả đã công bố nên không mở lại kết luận được nữa. Hãy đề nghị thay đổi điểm của tiêu chí."
            )
        )
    if card.state not in (State.CONCLUDED, State.PUBLISHED):
        raise OutOfStep(_("Chỉ đề nghị thay đổi khi phiếu đã kết luận."))
    return card


def _waiting(amendment: Amendment, card: Scorecard) -> Amendment:
    rows = Amendment.objects.select_for_update(of=("self",)).select_related("score__node", "proposed_by")
    amendment = rows.get(pk=amendment.pk)
    amendment.card = card
    if amendment.state != Amendment.State.WAITING:
        raise OutOfStep(_("Đề nghị này đã được xử lý: %s.") % amendment.get_state_display())
    if card.state == State.PUBLISHED and amendment.kind == Amendment.Kind.REOPEN:
        raise OutOfStep(_("Kết quả đã công bố nên không mở lại kết luận được nữa."))
    return amendment


def _require_said(**texts: str) -> None:
    words = {"reason": _("Hãy ghi lý do."), "document": _("Hãy ghi số, ký hiệu văn bản làm căn cứ.")}
    fields = {name: [words[name]] for name, text in texts.items() if not text.strip()}
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _step_for(card: Scorecard, score: Score) -> Step:
    kind = Step.Kind.CONCLUSION if score.source == Node.Source.ASSESSED else Step.Kind.SURVEY
    step = step_of(card, kind)
    if step is None:
        raise OutOfStep(_("Đợt đánh giá này không có bước này."))
    return step


def _standing(card: Scorecard, score: Score) -> Mark:
    """Return the mark that is the result of the leaf. Raises OutOfStep where none stands."""
    marks = Mark.objects.filter(score=score, step=_step_for(card, score), points__isnull=False)
    mark = marks.select_related("score", "step").first() if score.applies else None
    if mark is None:
        raise OutOfStep(_("Tiêu chí %s chưa có điểm kết luận để thay đổi.") % score.code)
    return mark


def _entry(score: Score, points: Decimal | None, inputs: Mapping[str, Any], *, assessed: bool) -> Entry:
    if not assessed:
        return worked_out(score, points, inputs)
    if points is None:
        raise Invalid(_("Hãy nhập điểm mới."), fields={"points": [_("Còn trống.")]})
    try:
        require_allowed(score, points)
    except Invalid as refusal:
        raise Invalid(refusal.message, fields={"points": [refusal.message]}) from None
    return Entry(points, {})


def _propose(made: Amendment, *, by: Actor, reason: str, document: str) -> Amendment:
    card = made.card
    if by.user_id is None:
        raise Refused(_("Thay đổi sau kết luận phải do một người đề nghị."))
    same = Amendment.objects.filter(card=card, score=made.score, kind=made.kind)
    if same.filter(state=Amendment.State.WAITING).exists():
        raise OutOfStep(_("Đã có đề nghị như vậy đang chờ xác nhận."))
    made.reason, made.document = reason.strip(), document.strip()
    made.proposed_by_id, made.proposer_name, made.proposed_at = by.user_id, by.name, clock.now()
    with recording(by=by, reason=made.reason, at=made.proposed_at, about=card.history_about):
        made.save()
    tell(
        [person for person in holders(card.round.host, Verb.CONCLUDE) if person.pk != by.user_id],
        key=f"amendment-{made.pk}",
        subject=_("%(unit)s: đề nghị %(what)s sau kết luận, chờ bạn xác nhận")
        % {"unit": card.unit_name, "what": made.get_kind_display()},
        body=_("%(who)s đề nghị. Lý do: %(reason)s\nVăn bản: %(document)s")
        % {"who": by.name, "reason": made.reason, "document": made.document},
        url=f"/conclusions/{card.pk}/",
        kind=Kind.CARD,
        urgent=True,
    )
    return made


def _explained(amendment: Amendment) -> str:
    return _("%(reason)s (văn bản %(document)s; %(who)s đề nghị)") % {
        "reason": amendment.reason,
        "document": amendment.document,
        "who": amendment.proposer_name,
    }


def _change(amendment: Amendment, card: Scorecard, by: Actor) -> None:
    """Write the points that were proposed. Raises OutOfStep where others stand than those they were to replace."""
    if card.state not in (State.CONCLUDED, State.PUBLISHED) or amendment.score is None:
        raise OutOfStep(_("Phiếu %(state)s.") % {"state": State(card.state).label})
    mark = _standing(card, amendment.score)
    if mark.points != amendment.from_points:
        raise OutOfStep(_("Điểm của tiêu chí đã thay đổi sau khi có đề nghị. Hãy đề nghị lại."))
    before = mark.points
    mark.points, mark.reason = amendment.points, _explained(amendment)
    mark.rule_said = rule_said(amendment.score)
    if mark.step.kind == Step.Kind.SURVEY:
        mark.from_points, mark.inputs = before, amendment.inputs
    mark.author, mark.saved_at, mark.version = by.name, clock.now(), mark.version + 1
    with recording(by=by, reason=mark.reason, at=mark.saved_at, about=about(card, mark.step)):
        mark.save()
    StepTotal.objects.get_or_create(card=card, step_id=mark.step_id)
    shift_total(mark, before, card.pk)


def _tell_changed(amendment: Amendment, card: Scorecard) -> None:
    asked = card.round.sign_off_until is not None and card.state == State.CONCLUDED
    people = [*holders(card.unit, Verb.APPROVE), amendment.proposed_by]
    tell(
        list({person.pk: person for person in people}.values()),
        key=f"amendment-{amendment.pk}-done",
        subject=_("%(unit)s: điểm thay đổi sau kết luận") % {"unit": card.unit_name},
        body=_explained(amendment)
        + (
            _("\nKết quả đã công bố giữ nguyên đến khi công bố đính chính.")
            if card.state == State.PUBLISHED
            else ""
        )
        + (_("\nĐề nghị lãnh đạo đơn vị ký xác nhận lại kết quả.") if asked else ""),
        url=f"/scorecards/{card.pk}/sign-off/" if asked else f"/scorecards/{card.pk}/",
        kind=Kind.CARD,
    )
