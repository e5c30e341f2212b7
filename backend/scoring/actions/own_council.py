"""The unit's own council: formed by the unit for its card, opinions of its members. They never change points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core.dates import vn_date
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.exact import format_points
from backend.rounds.models import Step
from backend.scoring.actions.locking import about, lock, require_open, window_of
from backend.scoring.actions.points import own_mark, require_allowed, require_with_unit
from backend.scoring.actions.sharing import require_own
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, OwnCouncil, OwnMember, OwnOpinion, Scorecard, Signature
from backend.scoring.queries import Window, people_of, seat_in
from backend.scoring.queries.own_council import PRESIDES, sitting_of
from permissions.actor import Actor

Verdict = OwnOpinion.Verdict


def require_presiding(card: Scorecard, by: Actor) -> None:
    """Raise Refused unless the person is chair or secretary of the unit's own council on the card."""
    if by.system:
        return
    seat = seat_in(card, by)
    if seat is None or seat.role not in PRESIDES:
        raise Refused(_("Chỉ chủ tịch hoặc thư ký Hội đồng thẩm định của đơn vị làm được việc này."))


def require_member(card: Scorecard, by: Actor) -> None:
    """Raise Refused unless the person sits in the unit's own council on the card."""
    if seat_in(card, by) is None:
        raise Refused(_("Chỉ thành viên Hội đồng thẩm định của đơn vị được cho ý kiến."))


@transaction.atomic
def form_council(
    card: Scorecard,
    *,
    by: Actor,
    decision_number: str,
    decision_date: date,
    members: Mapping[int, str],
) -> OwnCouncil:
    """Put the unit's own council before its leader for this card; ``members`` are roles by key of person.

    Once formed it can be changed as long as the card is in the officers' hands. Raises Refused, OutOfStep, or
    Invalid: no decision, a day to come, not exactly one chair, no second member, somebody without a seat.
    """
    card, window = _in_hand(card, by)
    number = decision_number.strip()
    _require_decision(number, decision_date, window)
    _require_members(card, members)
    council = OwnCouncil.objects.filter(card=card).first() or OwnCouncil(card=card)
    council.decision_number, council.decision_date, council.is_on = number, decision_date, True
    with recording(by=by, at=window.now, about=about(card, window.step)):
        council.save()
        _set_members(council, members)
    return council


@transaction.atomic
def dismiss_council(card: Scorecard, *, by: Actor, reason: str) -> OwnCouncil:
    """Let the card go straight to the leader again. Raises Refused, OutOfStep (none, not in hand), or Invalid."""
    card, window = _in_hand(card, by)
    council = OwnCouncil.objects.filter(card=card, is_on=True).first()
    if council is None:
        raise OutOfStep(_("Phiếu này không qua Hội đồng thẩm định của đơn vị."))
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Còn trống.")]})
    council.is_on = False
    with recording(by=by, reason=reason.strip(), at=window.now, about=about(card, window.step)):
        council.save(update_fields=["is_on"])
    return council


@transaction.atomic
def opine(
    card: Scorecard,
    code: str,
    *,
    by: Actor,
    verdict: str,
    points: Decimal | None = None,
    reason: str = "",
) -> OwnOpinion:
    """Say as a member what she thinks of one leaf; a second time replaces the first. Points stay as they are.

    Raises Refused (not a member), OutOfStep (the card is not before the council, locked), or Invalid: points
    off the leaf's rule or the same as given, no reason where one is owed.
    """
    card, window = _sitting(card, by)
    mark = own_mark(card, code, window.step)
    if mark is None:
        raise Invalid(_("Tiêu chí %(code)s không thuộc phần đơn vị tự chấm.") % {"code": code})
    proposed = points if verdict == Verdict.PROPOSE else None
    _require_said(mark, verdict, proposed, reason.strip())
    sitting = _newest(card)
    row = OwnOpinion.objects.filter(score=mark.score, sitting=sitting, person=by.user_id).first()
    row = row or _opinion(mark, sitting, by)
    row.verdict, row.points, row.reason, row.made_at = verdict, proposed, reason.strip(), window.now
    with recording(by=by, at=window.now, about=about(card, window.step)):
        row.save()
    return row


@transaction.atomic
def agree_with_rest(card: Scorecard, *, by: Actor) -> int:
    """Agree as a member with every leaf she has said nothing of at this sitting; return how many.

    Raises Refused or OutOfStep.
    """
    card, window = _sitting(card, by)
    sitting = _newest(card)
    said = OwnOpinion.objects.filter(sitting=sitting, person=by.user_id).values("score")
    marks = Mark.objects.filter(score__card=card, score__applies=True, step=window.step, points__isnull=False)
    rows = []
    for mark in marks.exclude(score__in=said).select_related("score").order_by("score__order"):
        row = _opinion(mark, sitting, by)
        row.verdict, row.made_at = Verdict.AGREE, window.now
        rows.append(row)
    with recording(by=by, at=window.now, about=about(card, window.step)):
        return len(create_all(OwnOpinion, rows))


def _in_hand(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    """Return the card, locked, and its self-scoring window, not over; the council changes only before it sits."""
    card = lock(card.pk)
    require_own(card, by)
    window = window_of(card, Step.Kind.SELF)
    if window.now >= window.closes:
        require_open(window)
    require_with_unit(card)
    return card, window


def _sitting(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    """Return the card, locked and before the council of which the person is a member, and the window."""
    card = lock(card.pk)
    require_member(card, by)
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    if card.state != State.REVIEWING:
        raise OutOfStep(
            _("Phiếu %(state)s nên Hội đồng của đơn vị không cho ý kiến lúc này.")
            % {"state": State(card.state).label}
        )
    return card, window


def _newest(card: Scorecard) -> Signature:
    sitting = sitting_of(card)
    if sitting is None:
        raise OutOfStep(_("Phiếu chưa được trình Hội đồng của đơn vị."))
    return sitting


def _opinion(mark: Mark, sitting: Signature, by: Actor) -> OwnOpinion:
    return OwnOpinion(
        score=mark.score,
        sitting=sitting,
        person_id=by.user_id,
        person_name=by.name,
        max_points=mark.score.max_points,
    )


def _require_said(mark: Mark, verdict: str, points: Decimal | None, reason: str) -> None:
    if verdict not in Verdict.values:
        sentence = _("Hãy chọn một ý kiến.")
        raise Invalid(sentence, fields={"verdict": [sentence]})
    if verdict == Verdict.PROPOSE:
        _require_other_points(mark, points)
    if verdict != Verdict.AGREE and not reason:
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Hãy ghi lý do.")]})


def _require_other_points(mark: Mark, points: Decimal | None) -> None:
    sentence = ""
    if points is None:
        sentence = _("Hãy nhập điểm đề xuất.")
    elif points == mark.points:
        sentence = _("Điểm đề xuất bằng điểm đơn vị tự chấm (%s). Nếu đồng ý, hãy chọn “đồng ý”.") % (
            format_points(points)
        )
    if sentence:
        raise Invalid(sentence, fields={"points": [sentence]})
    try:
        require_allowed(mark.score, points or Decimal(0))
    except Invalid as refusal:
        raise Invalid(refusal.message, fields={"points": [refusal.message]}) from None


def _require_decision(number: str, day: date, window: Window) -> None:
    if not number:
        sentence = _("Hãy ghi số quyết định lập Hội đồng.")
        raise Invalid(sentence, fields={"decision_number": [sentence]})
    if day > vn_date(window.now):
        sentence = _("Ngày quyết định không được sau hôm nay.")
        raise Invalid(sentence, fields={"decision_date": [sentence]})


def _require_members(card: Scorecard, members: Mapping[int, str]) -> None:
    roles = list(members.values())
    sentence = ""
    if roles.count(OwnMember.Role.CHAIR) != 1:
        sentence = _("Hội đồng phải có đúng một chủ tịch.")
    elif roles.count(OwnMember.Role.SECRETARY) > 1:
        sentence = _("Hội đồng chỉ có một thư ký.")
    elif len(roles) < 2:
        sentence = _("Ngoài chủ tịch, Hội đồng cần ít nhất một người nữa.")
    elif set(members) - {person.pk for person in people_of(card.unit)}:
        sentence = _("Thành viên Hội đồng phải đang giữ vai trò ở đơn vị.")
    if sentence:
        raise Invalid(sentence, fields={"members": [sentence]})


def _set_members(council: OwnCouncil, members: Mapping[int, str]) -> None:
    """Make the members exactly these: who goes or changes goes first, so that there is one chair at any time."""
    standing: dict[int, Any] = {row.person_id: row for row in council.members.all()}
    for person_id, row in standing.items():
        if members.get(person_id) != row.role:
            row.delete()
    for person_id in _new(standing, members):
        OwnMember.objects.create(council=council, person_id=person_id, role=members[person_id])


def _new(standing: Mapping[int, Any], members: Mapping[int, str]) -> Iterable[int]:
    return [key for key in sorted(members) if key not in standing or standing[key].role != members[key]]
