"""A council that concludes in session: a chair, a secretary and two members, with the first unit's card appraised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Round
from backend.scoring import actions, queries
from backend.scoring.models import Proposal, Score, Session
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tests.scoring import councils


@dataclass
class Sitting:
    """The world of ``councils.council`` with the council's members by name, and its session once begun."""

    world: councils.Council
    members: dict[str, Actor] = field(default_factory=dict)
    session: Session | None = None

    @property
    def now(self) -> Session:
        """Return the session as the database holds it."""
        return Session.objects.select_related("round__host").get(pk=self.session.pk if self.session else 0)

    def begin(self, *, present: str = "chair secretary one two") -> Session:
        """Begin a session at which these are there; the others are excused."""
        self.session = actions.begin_session(
            self.world.round, by=self.members["secretary"], venue="Phòng họp số 2"
        )
        self.attend(present)
        return self.session

    def attend(self, present: str) -> None:
        """Note who is there."""
        there = present.split()
        rows = {
            actor.user_id: ("present", "") if name in there else ("excused", "Đi công tác")
            for name, actor in self.members.items()
        }
        actions.mark_attendance(self.now, by=self.members["secretary"], rows=rows)

    def propose(self, code: str = "1.1", points: str = "1", *, by: str = "one") -> Proposal:
        """Propose points for a leaf of the first card."""
        value = make.Decimal(points)
        reason = "Văn bản bổ sung có ngày ban hành đúng hạn"
        return actions.propose(
            self.now, self.world.card, code, by=self.members[by], points=value, reason=reason
        )

    def vote(self, proposal: Proposal, **choices: str) -> None:
        """Let members vote: one="for", two="against"."""
        for name, choice in choices.items():
            actions.vote(fresh(proposal), by=self.members[name], choice=choice)

    def score(self, code: str) -> Score:
        """Return a score of the first card."""
        return Score.objects.get(card=self.world.card, code=code)


def fresh(proposal: Proposal) -> Proposal:
    """Return the proposal as the database holds it."""
    return Proposal.objects.select_related("session__round__host", "score__card").get(pk=proposal.pk)


def sitting(
    way: str = Round.Sitting.BY_NAME, *, quorum: str = "two_thirds", explained: bool = True
) -> Sitting:
    """Make the world with the first card appraised and waiting for the council's session."""
    world = councils.council()
    made = Sitting(world, {"chair": world.chair, "secretary": world.secretary})
    for name in ("one", "two"):
        user, made.members[name] = make.seated(Role.MEMBER, world.host)
        world.users[name] = user
    change(world.round, sitting=way, quorum=quorum)
    if explained:
        world.explained()
        actions.appraise(
            world.card,
            "1.1",
            by=world.secretary,
            version=0,
            points=make.Decimal("0.5"),
            reason="Vẫn thiếu bản quét",
        )
        actions.move(world.card, "appraise", by=world.secretary)
        world.close(4)
    return made


def change(round_: Round, **values: Any) -> None:
    """Set fields of the round as it runs."""
    for name, value in values.items():
        setattr(round_, name, value)
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        round_.save(update_fields=list(values))


def concluded(*, sign_off: bool = False) -> Sitting:
    """Make the world with the first card concluded outside a session; the unit may be asked to sign."""
    made = sitting(Round.Sitting.NONE)
    if sign_off:
        change(made.world.round, sign_off_until=clock.now() + timedelta(days=5))
    actions.move(made.world.fresh(), "conclude", by=made.world.chair)
    return made


def result(made: Sitting) -> str:
    """Return the fingerprint of what stands concluded on the first card."""
    return queries.results_of([made.world.card])[made.world.card.pk]
