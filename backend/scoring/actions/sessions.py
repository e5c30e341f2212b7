"""The council in session: begin, who is there, proposals, votes, close with minutes. The chair decides and concludes."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backend.audit import queries as audit
from backend.audit.actions import CHECKPOINT
from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.exact import format_points
from backend.jobs.actions import enqueue
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.actions import hold_round
from backend.rounds.models import Round
from backend.scoring import fingerprints
from backend.scoring.actions.locking import lock, score_of
from backend.scoring.actions.points import require_allowed
from backend.scoring.actions.reasons import completed
from backend.scoring.actions.rights import require_verb
from backend.scoring.lifecycle import State
from backend.scoring.models import (
    AgendaCard,
    Attendance,
    Ballot,
    Proposal,
    Score,
    Scorecard,
    Session,
    Tally,
)
from backend.scoring.queries import CARD_PARTS, not_her_leaf
from backend.scoring.queries.minutes import minutes_of
from backend.scoring.queries.sessions import (
    Member,
    council_members,
    disagreements,
    may_close,
    not_presiding,
    open_session,
    present_in,
    quorum_of,
    require_presiding,
    seat_of,
)
from permissions.actor import Actor
from permissions.roles import Verb

COUNTED = {
    Ballot.Choice.FOR: "agreed",
    Ballot.Choice.AGAINST: "against",
    Ballot.Choice.ABSTAIN: "abstained",
}


@transaction.atomic
def begin_session(round_: Round, *, by: Actor, venue: str) -> Session:
    """Begin a session of the round's council: its members, and on its agenda every card that waits for conclusion.

    Whoever presides begins it (chair, standing vice-chair or secretary). Raises Refused, OutOfStep (the round does not conclude in
    session, one is on already, nothing waits), or Invalid without a place.
    """
    round_ = hold_round(round_)
    members = council_members(round_)
    require_presiding(members, by)
    if round_.state != Round.State.OPEN or round_.sitting == Round.Sitting.NONE:
        raise OutOfStep(_("Đợt này không kết luận tại phiên họp Hội đồng. Hãy đặt cách kết luận của đợt."))
    if open_session(round_.pk) is not None:
        raise OutOfStep(_("Phiên họp trước chưa kết thúc. Hãy kết thúc phiên đó trước khi mở phiên mới."))
    if not venue.strip():
        raise Invalid(_("Hãy ghi địa điểm họp."), fields={"venue": [_("Còn trống.")]})
    cards = _waiting(round_)
    if not cards:
        raise OutOfStep(_("Chưa có phiếu nào hoàn thành thẩm định để đưa ra phiên họp."))
    session = Session(
        round=round_,
        number=round_.sessions.count() + 1,
        venue=venue.strip(),
        by_name=round_.sitting == Round.Sitting.BY_NAME,
        quorum=round_.quorum,
        opened_at=clock.now(),
        opened_by=by.name,
    )
    with recording(by=by, at=session.opened_at, reason=_("Mở phiên họp"), about=round_.history_about):
        session.save()
        _seat(session, members)
        _put(session, cards, first=1)
    _tell_members(session, members, by=by)
    return session


def _waiting(round_: Round) -> list[Scorecard]:
    """Return the cards that wait for conclusion: those with most left open first."""
    rows = Scorecard.objects.filter(round=round_, state=State.APPRAISED).select_related(*CARD_PARTS)
    cards = list(rows.order_by("group__order", "unit__order", "pk"))
    found = disagreements(cards)

    def weight(card: Scorecard) -> tuple[int, int]:
        rows = found.get(card.pk, [])
        return -sum(row.explained for row in rows), -len(rows)

    return sorted(cards, key=weight)


def _seat(session: Session, members: list[Member]) -> None:
    for order, member in enumerate(members):
        Attendance.objects.create(
            session=session,
            person=member.person,
            person_name=member.person.full_name,
            role=member.role,
            title=member.title,
            order=order,
        )


def _put(session: Session, cards: list[Scorecard], *, first: int) -> None:
    for order, card in enumerate(cards, start=first):
        AgendaCard.objects.create(session=session, card=card, order=order)


def _tell_members(session: Session, members: list[Member], *, by: Actor) -> None:
    tell(
        [member.person for member in members if member.person.pk != by.user_id],
        key=f"session-{session.pk}",
        subject=_("Phiên họp Hội đồng số %(number)d đã bắt đầu") % {"number": session.number},
        body=_("%(round)s\nĐịa điểm: %(venue)s") % {"round": session.round.title, "venue": session.venue},
        url=f"/sessions/{session.pk}/",
        kind=Kind.CARD,
        urgent=True,
    )


@transaction.atomic
def add_waiting(session: Session, *, by: Actor) -> int:
    """Put on the agenda the cards whose appraisal was finished since; return how many. Raises Refused, OutOfStep."""
    session = running(session, by)
    known = set(session.agenda.values_list("card_id", flat=True))
    fresh = [card for card in _waiting(session.round) if card.pk not in known]
    with recording(by=by, reason=_("Bổ sung chương trình họp")):
        _put(session, fresh, first=len(known) + 1)
    return len(fresh)


@transaction.atomic
def propose(
    session: Session, card: Scorecard, code: str, *, by: Actor, points: Decimal, reason: str
) -> Proposal:
    """Propose points for a leaf, on which those present vote.

    Raises Refused (not present, her own unit or a card she is kept from), OutOfStep (closed, concluded, no
    quorum), or Invalid: no reason, points off the leaf's rule, proposed already.
    """
    card = lock(card.pk)
    session = hold(session)
    require_voter(session, card, by, code)
    score = score_of(card, code)
    reason = completed(score, card.round.host_id, reason)
    _require_proposable(session, score, points, reason)
    row = Proposal(
        session=session,
        score=score,
        author_id=by.user_id,
        author_name=by.name,
        max_points=score.max_points,
        points=points,
        reason=reason,
        made_at=clock.now(),
    )
    with recording(by=by, at=row.made_at, reason=row.reason, about=card.history_about):
        row.save()
    if not session.by_name:
        Tally.objects.create(proposal=row)
    return row


def _require_proposable(session: Session, score: Score, points: Decimal, reason: str) -> None:
    if not score.applies or score.source != score.node.Source.ASSESSED:
        raise OutOfStep(_("Tiêu chí %s không thuộc phần Hội đồng kết luận.") % score.code)
    if not reason:
        raise Invalid(_("Hãy ghi lý do của đề xuất."), fields={"reason": [_("Còn trống.")]})
    try:
        require_allowed(score, points)
    except Invalid as refusal:
        raise Invalid(refusal.message, fields={"points": [refusal.message]}) from None
    if Proposal.objects.filter(session=session, score=score, points=points).exists():
        sentence = _("Đã có đề xuất %s điểm. Hãy biểu quyết cho đề xuất đó.") % format_points(points)
        raise Invalid(sentence, fields={"points": [sentence]})


@transaction.atomic
def vote(proposal: Proposal, *, by: Actor, choice: str) -> Ballot:
    """Vote on a proposal, once. Of a closed vote only that she voted is kept beside her name.

    Raises Refused (not present, her own unit, kept from the card), OutOfStep (ended, voted already, no quorum),
    or Invalid for an unknown choice.
    """
    card = lock(proposal.score.card_id)
    session = hold(proposal.session)
    require_voter(session, card, by, proposal.score.code)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if choice not in Ballot.Choice.values:
        raise Invalid(_("Hãy chọn một ý kiến."), fields={"choice": [_("Hãy chọn một ý kiến.")]})
    if proposal.ended_at is not None:
        raise OutOfStep(_("Biểu quyết về đề xuất này đã kết thúc."))
    if proposal.ballots.filter(voter=by.user_id).exists():
        raise OutOfStep(_("Bạn đã biểu quyết về đề xuất này."))
    kept = choice if session.by_name else ""
    row = Ballot(
        proposal=proposal, voter_id=by.user_id, voter_name=by.name, by_name=session.by_name, choice=kept
    )
    with recording(by=by, about=card.history_about):
        row.save()
    if not session.by_name:
        column = COUNTED[Ballot.Choice(choice)]
        Tally.objects.filter(proposal=proposal).update(**{column: F(column) + 1})
    return row


@transaction.atomic
def end_vote(proposal: Proposal, *, by: Actor) -> Proposal:
    """Take no more votes on a proposal; its count is told from now on. Raises Refused or OutOfStep."""
    card = lock(proposal.score.card_id)
    running(proposal.session, by)
    proposal = Proposal.objects.select_for_update().select_related("session").get(pk=proposal.pk)
    if proposal.ended_at is not None:
        raise OutOfStep(_("Biểu quyết về đề xuất này đã kết thúc."))
    proposal.ended_at = clock.now()
    with recording(by=by, at=proposal.ended_at, about=card.history_about):
        proposal.save(update_fields=["ended_at"])
    return proposal


@transaction.atomic
def close_session(session: Session, *, by: Actor) -> Session:
    """Close the session and freeze its minutes with their fingerprint; the chair does it, or who is in her place.

    Raises Refused, or OutOfStep (closed already, a vote still going on).
    """
    _hold_cards(session)
    session = hold(session)
    require_closing(session, by)
    running = sorted(
        {
            f"{row.score.card.unit_name} {row.score.code}"
            for row in session.proposals.filter(ended_at__isnull=True).select_related("score__card")
        }
    )
    if running:
        raise OutOfStep(_("Chưa kết thúc biểu quyết ở: %s.") % "; ".join(running[:8]))
    session.closed_at, session.closed_by = clock.now(), by.name
    session.minutes = minutes_of(session) | {"checkpoint": audit.line()}
    session.fingerprint = fingerprints.of_content(session.minutes)
    with recording(by=by, at=session.closed_at, reason=_("Kết thúc phiên họp"), about=session.history_about):
        session.save(update_fields=["closed_at", "closed_by", "minutes", "fingerprint"])
    enqueue(CHECKPOINT, "conclusion")
    return session


def require_closing(session: Session, by: Actor) -> None:
    """Raise Refused unless the person closes the session."""
    if not may_close(session, by):
        raise Refused(
            _(
                "Chỉ Chủ tịch Hội đồng thẩm định kết thúc phiên họp; Phó Chủ tịch thường trực thay khi Chủ tịch "
                "vắng mặt hoặc đã giao chủ trì."
            )
        )


def _hold_cards(session: Session) -> None:
    """Lock the cards on the agenda, as every decision does first: the minutes miss none that is being made."""
    cards = session.agenda.order_by().values("card")
    list(Scorecard.objects.select_for_update().filter(pk__in=cards).order_by("pk").values("pk"))


def hold(session: Session) -> Session:
    """Return the session, locked and open. Raises OutOfStep once it is closed."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("round__host")
    session = rows.get(pk=session.pk)
    if not session.is_open:
        raise OutOfStep(_("Phiên họp đã kết thúc; biên bản không thay đổi được nữa."))
    return session


def running(session: Session, by: Actor) -> Session:
    """Return the session, locked and open, if the person presides over it."""
    session = hold(session)
    if not seat_of(session, by).presides:
        raise not_presiding()
    return session


def require_voter(session: Session, card: Scorecard, by: Actor, code: str = "") -> None:
    """Raise unless the person is there and may decide of the card, which is on the agenda and not concluded.

    Nobody votes on the unit where she works, on a card she is kept from, or on a leaf (``code``) beyond her limit.
    """
    if present_in(session, by.user_id) is None:
        raise Refused(_("Chỉ thành viên Hội đồng có mặt tại phiên họp được đề xuất, biểu quyết."))
    require_verb(card, Verb.APPRAISE, by)
    if code and (said := not_her_leaf(by, card, code)):
        raise Refused(said)
    if not session.agenda.filter(card=card).exists():
        raise OutOfStep(_("Phiếu này không có trong chương trình của phiên họp đang diễn ra."))
    if card.state != State.APPRAISED:
        raise OutOfStep(_("Phiếu %(state)s.") % {"state": State(card.state).label})
    quorum = quorum_of(session)
    if not quorum.holds:
        raise OutOfStep(quorum.sentence)
