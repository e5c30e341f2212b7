"""Sessions of the host's council: who sits in it, what is open on a card, how the votes stand, what keeps a card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.rounds.queries.councils import council_of, sitting
from backend.rounds.rules import wanted_for_quorum
from backend.scoring import fingerprints
from backend.scoring.models import (
    AgendaCard,
    Attendance,
    Ballot,
    DoubleLeaf,
    Explanation,
    Mark,
    Proposal,
    Score,
    Session,
)
from backend.scoring.models import Scorecard as Card
from backend.scoring.queries.answers import given_answers
from permissions.actor import Actor
from permissions.roles import Role, Verb
from tiers.models import Appointment

# Who sits in the council, in this order; its support team neither counts nor votes.
SITTING = (Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARY, Role.MEMBER)
PRESIDING = frozenset({Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARY})


@dataclass(frozen=True)
class Member:
    """One member of the council with her part in it."""

    person: Any
    role: Role
    title: str


def council_members(round_: Round) -> list[Member]:
    """Return who sits in the round's council now, by office, each person once.

    Where the round has no council of its own, that is everybody with such a seat at its host.
    """
    seats = Appointment.objects.in_force().filter(
        acts_for=round_.host_id, role__in=SITTING, user__is_active=True
    )
    council = council_of(round_)
    sits = {row.person_id: row for row in sitting(council)} if council else None
    found: dict[int, Member] = {}
    for seat in sorted(
        seats.select_related("user"), key=lambda seat: (SITTING.index(Role(seat.role)), seat.pk)
    ):
        title = seat.title
        if sits is not None:
            named = sits.get(seat.user_id)
            if named is None or named.office != seat.role:
                continue
            title = named.title or title
        found.setdefault(seat.user_id, Member(seat.user, Role(seat.role), title))
    return list(found.values())


def require_presiding(members: Iterable[Member], by: Actor) -> None:
    """Raise Refused unless the person is chair, standing vice-chair or secretary of the council."""
    if by.user_id not in {member.person.pk for member in members if member.role in PRESIDING}:
        raise not_presiding()


def not_presiding() -> Refused:
    """Return the refusal of who runs no session."""
    return Refused(
        _("Chỉ Chủ tịch, Phó Chủ tịch thường trực hoặc Thư ký Hội đồng thẩm định điều hành phiên họp.")
    )


def may_close(session: Session, actor: Actor) -> bool:
    """Return whether the person closes the session: its chair, or the vice-chair in whose hands the presiding is."""
    if actor.system:
        return True
    rows = {row.person_id: row for row in session.attendances.all()}
    mine = rows.get(actor.user_id or 0)
    if mine is None or not actor.may(Verb.CONCLUDE, at=session.place()):
        return False
    if mine.role != Role.VICE_CHAIR:
        return mine.role == Role.CHAIR
    council = council_of(session.round)
    chairs = [row for row in rows.values() if row.role == Role.CHAIR and row.is_present]
    return not chairs or (council is not None and council.vice_presides)


def open_session(round_id: int) -> Session | None:
    """Return the session of the round that is on; None without one."""
    rows = Session.objects.filter(round=round_id, closed_at__isnull=True)
    return rows.select_related("round__host").first()


@dataclass
class Quorum:
    """Who is there of a session's members, and how many have to be."""

    members: int
    present: int
    wanted: int

    @property
    def holds(self) -> bool:
        """Return whether enough are there."""
        return bool(self.members) and self.present >= self.wanted

    @property
    def sentence(self) -> str:
        """Return how it stands in words."""
        said = _("Có mặt %(present)d trên %(members)d thành viên; cần ít nhất %(wanted)d.") % vars(self)
        return said + " " + (_("Đủ số để họp.") if self.holds else _("Chưa đủ số để họp."))


def quorum_of(session: Session) -> Quorum:
    """Return how the quorum of the session stands."""
    presences = list(Attendance.objects.filter(session=session).values_list("presence", flat=True))
    members = len(presences)
    present = presences.count(Attendance.Presence.PRESENT)
    return Quorum(members, present, wanted_for_quorum(session.quorum, members))


def seen_of(rows: Iterable[Attendance]) -> str:
    """Return the fingerprint of an attendance list, by which a page says what it showed."""
    said = sorted([str(row.person_id), row.presence, row.reason] for row in rows)
    return fingerprints.of_content({"attendance": said})


def present_in(session: Session, person_id: int | None) -> Attendance | None:
    """Return the person's attendance where she is there; None otherwise."""
    rows = session.attendances.filter(person=person_id, presence=Attendance.Presence.PRESENT)
    return rows.first()


def kept_by_session(card: Card, signer: int | None = None, *, score: Score | None = None) -> str:
    """Return why nothing of the card can be decided now by the round's way of concluding; empty where it can.

    In a round that concludes in session: a session is on, the card is on its agenda, enough members and ``signer``
    are there, and no vote on the card (or on ``score``) is still going on.
    """
    if card.round.sitting == Round.Sitting.NONE:
        return ""
    session = open_session(card.round_id)
    if session is None:
        return _("Đợt này kết luận tại phiên họp Hội đồng; hiện không có phiên họp nào đang diễn ra.")
    if not session.agenda.filter(card=card).exists():
        return _("Phiếu này không có trong chương trình của phiên họp đang diễn ra.")
    quorum = quorum_of(session)
    if not quorum.holds:
        return quorum.sentence
    if signer is not None and present_in(session, signer) is None:
        return _("Bạn chưa được điểm danh có mặt tại phiên họp.")
    return _kept_by_votes(session, card, score)


def _kept_by_votes(session: Session, card: Card, score: Score | None) -> str:
    """Return which votes keep the card, or one leaf of it; at conclusion also what was carried and not decided."""
    running = session.proposals.filter(score__card=card, ended_at__isnull=True)
    running = running.filter(score=score) if score else running
    codes = sorted(set(running.values_list("score__code", flat=True)))
    if codes:
        return _("Chưa kết thúc biểu quyết ở %s.") % ", ".join(codes)
    waiting = [] if score else _carried_undecided(session, card)
    if not waiting:
        return ""
    return _("Hội đồng đã thông qua đề xuất nhưng Chủ tịch chưa ghi điểm kết luận ở %s.") % ", ".join(waiting)


def _carried_undecided(session: Session, card: Card) -> list[str]:
    """Return the codes of the leaves for which the council carried other points and no decision is written."""
    decided = Mark.objects.filter(
        score__card=card,
        step__kind=Step.Kind.CONCLUSION,
        points__isnull=False,
        saved_at__gte=session.opened_at,
    )
    rows = votings(session, score__card=card, score__applies=True)
    left = set(decided.values_list("score_id", flat=True))
    return sorted(
        {row.proposal.score.code for row in rows if row.carried and row.proposal.score_id not in left}
    )


# --- what is open on a card -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """A leaf on which the council and the unit differ, and how the unit answered; or two of the council do.

    ``unsettled``: two marked it independently and no third has settled it; their points are told elsewhere.
    """

    code: str
    own: Decimal | None
    appraised: Decimal | None
    explained: bool
    asked: bool
    unsettled: bool = False

    @property
    def words(self) -> str:
        """Return why it is open."""
        if self.unsettled:
            return _("chấm hai lần độc lập, chưa thống nhất")
        if self.explained:
            return _("còn khác nhau sau giải trình")
        return _("không giải trình") if self.asked else _("khác điểm tự chấm, không hỏi giải trình")


def disagreements(cards: Iterable[Card]) -> dict[int, list[Open]]:
    """Return, by card, the leaves where the newest appraised points are not the unit's own; explained ones first.

    Before them stand leaves marked by two that nobody settled. Four statements for any number of cards.
    """
    keys = [card.pk for card in cards]
    kinds = (Step.Kind.SELF, Step.Kind.APPRAISAL)
    marks = Mark.objects.filter(score__card__in=keys, score__applies=True, points__isnull=False)
    marks = marks.filter(step__kind__in=kinds, score__source=Node.Source.ASSESSED).order_by("step__order")
    own: dict[int, Decimal] = {}
    newest: dict[int, Mark] = {}
    for mark in marks.select_related("score", "step"):
        if mark.step.kind == Step.Kind.SELF:
            own[mark.score_id] = mark.points  # type: ignore[assignment]
        else:
            newest[mark.score_id] = mark
    asked = set(Explanation.objects.filter(score__card__in=keys).values_list("score_id", flat=True))
    explained = set(given_answers(score__card__in=keys).values_list("score_id", flat=True))
    found: dict[int, list[Open]] = defaultdict(list)
    unsettled = _unsettled(keys)
    for score in unsettled.values():
        row = Open(score.code, own.get(score.pk), None, explained=False, asked=False, unsettled=True)
        found[score.card_id].append(row)
    for key, mark in sorted(newest.items(), key=lambda item: item[1].score.order):
        if mark.points != own.get(key) and key not in unsettled:
            row = Open(mark.score.code, own.get(key), mark.points, key in explained, key in asked)
            found[mark.score.card_id].append(row)
    return {
        card: sorted(rows, key=lambda row: (not row.unsettled, not row.explained))
        for card, rows in found.items()
    }


def _unsettled(keys: list[int]) -> dict[int, Score]:
    rows = DoubleLeaf.objects.filter(score__card__in=keys, score__applies=True)
    rows = rows.filter(settled_at__isnull=True, dropped_at__isnull=True).select_related("score")
    return {row.score_id: row.score for row in rows.order_by("score__order")}


# --- votes ------------------------------------------------------------------------------------------------


@dataclass
class Count:
    """How a vote came out; None while a closed one goes on."""

    agreed: int = 0
    against: int = 0
    abstained: int = 0

    @property
    def carried(self) -> bool:
        """Return whether more than half of the votes are for it: the council decides by majority."""
        return 2 * self.agreed > self.agreed + self.against + self.abstained


@dataclass
class Voting:
    """One proposal with its votes as far as they may be told."""

    proposal: Proposal
    ballots: list[Ballot]
    count: Count | None
    by_name: bool

    @property
    def carried(self) -> bool:
        """Return whether the vote has ended and the proposal is carried."""
        return bool(self.proposal.ended_at and self.count and self.count.carried)

    @property
    def outcome(self) -> str:
        """Return how the vote came out, in words; empty while it goes on."""
        if not self.proposal.ended_at:
            return ""
        if self.carried:
            return _("Được thông qua: quá nửa số phiếu tán thành.")
        return _("Không được thông qua: chưa quá nửa số phiếu tán thành.")

    @property
    def voters(self) -> list[str]:
        """Return who has voted."""
        return [ballot.voter_name for ballot in self.ballots]

    def said_by(self, choice: str) -> list[str]:
        """Return who chose ``choice``, where the vote was by name."""
        return [ballot.voter_name for ballot in self.ballots if ballot.choice == choice]

    @property
    def named(self) -> list[tuple[str, list[str]]]:
        """Return (choice in words, names) of a vote by name."""
        rows = [(str(choice.label), self.said_by(choice)) for choice in Ballot.Choice]
        return [row for row in rows if row[1]] if self.by_name else []

    def has_voted(self, person_id: int | None) -> bool:
        """Return whether the person has voted."""
        return any(ballot.voter_id == person_id for ballot in self.ballots)


def votings(session: Session, **where: Any) -> list[Voting]:
    """Return the proposals of the session with their votes; at most two statements for any number."""
    rows = Proposal.objects.filter(session=session, **where).select_related("score__card__unit", "tally")
    ballots = Prefetch("ballots", Ballot.objects.order_by("voter_name", "pk"))
    return [_voting(row, session) for row in rows.prefetch_related(ballots)]


def _voting(row: Proposal, session: Session) -> Voting:
    ballots = list(row.ballots.all())
    if session.by_name:
        chosen = [ballot.choice for ballot in ballots]
        count: Count | None = Count(*(chosen.count(choice) for choice in Ballot.Choice.values))
    elif row.ended_at:
        kept = row.tally
        count = Count(kept.agreed, kept.against, kept.abstained)
    else:
        count = None
    return Voting(row, ballots, count, session.by_name)


def agenda_of(session: Session) -> list[AgendaCard]:
    """Return the session's cards in their order."""
    rows = session.agenda.select_related("card__unit", "card__round__host", "card__group", "card__step")
    return list(rows.order_by("order", "pk"))


@dataclass
class Seat:
    """What one person may do in a session."""

    attendance: Attendance | None = None
    presides: bool = False
    member: bool = field(default=False)


def seat_of(session: Session, actor: Actor) -> Seat:
    """Return the person's part in the session: whether she is a member, is there, and presides."""
    row = session.attendances.filter(person=actor.user_id).first()
    if row is None:
        return Seat()
    return Seat(row if row.is_present else None, Role(row.role) in PRESIDING, member=True)
