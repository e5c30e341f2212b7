"""One small season for the tests of the card's life: a host, a unit, seats, an open round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round, Step
from backend.scoring import actions
from backend.scoring.models import Mark, Scorecard
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tiers.models import Unit

LEAVES = {"1.1": "2", "1.2": "3", "2.1": "5"}


@dataclass
class World:
    """A host with its council and one scored unit with its officer and leader."""

    host: Unit
    unit: Unit
    round: Round
    card: Scorecard
    officer: Actor
    leader: Actor
    secretary: Actor
    chair: Actor
    users: dict[str, Any]

    def fresh(self) -> Scorecard:
        """Return the card as the database holds it."""
        return Scorecard.objects.select_related("unit", "round__host", "step").get(pk=self.card.pk)

    def mark(self, code: str, order: int = 1) -> Mark:
        """Return the mark of a leaf at the step of that order."""
        return Mark.objects.get(
            score__card=self.card, score__code=code, step__order=order, step__round=self.round
        )

    def fill(self, **points: str) -> None:
        """Give self-points to every leaf, full unless said, with a note in place of evidence."""
        for code, most in LEAVES.items():
            mark = self.mark(code)
            actions.set_points(
                self.card,
                code,
                by=self.officer,
                version=mark.version,
                points=Decimal(points.get("p" + code.replace(".", "_"), most)),
                note="Theo báo cáo số 12/BC-UBND",
            )

    def submitted(self) -> None:
        """Fill and submit the card."""
        self.fill()
        actions.move(self.card, "submit", by=self.officer)

    def approved(self) -> None:
        """Fill, submit and approve the card."""
        self.submitted()
        actions.move(self.card, "approve", by=self.leader)

    def close(self, order: int) -> None:
        """End the step of that order a second ago and start the next ones."""
        now = clock.now()
        with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
            for step in Step.objects.filter(round=self.round):
                if step.order <= order:
                    step.opens_at, step.closes_at = now - 9 * make.DAY, now - timedelta(seconds=1)
                else:
                    step.opens_at, step.closes_at = now - 8 * make.DAY, now + 9 * make.DAY
                step.save()


def world(*, asked: dict[str, str] | None = None, **fields: Any) -> World:
    """Make a host with one scored unit in an open round, self-scoring open since yesterday.

    ``asked``: which document the criteria ask for on a leaf.
    """
    host = make.unit("Thành phố thử", kind="city")
    unit = make.unit("Phường thử", parent=host)
    users, actors = {}, {}
    for name, role, at in (
        ("officer", Role.OFFICER, unit),
        ("leader", Role.LEADER, unit),
        ("secretary", Role.SECRETARY, host),
        ("chair", Role.CHAIR, host),
    ):
        users[name], actors[name] = make.seated(role, at)
    round_ = make.round_(host, _criteria(host, asked or {}), **fields)
    card = actions.open_round(round_, by=SYSTEM)[0]
    return World(host=host, unit=unit, round=round_, card=card, users=users, **actors)


def _criteria(host: Unit, asked: dict[str, str]) -> CriteriaSet:
    if not asked:
        return make.criteria_set(host, leaves=LEAVES)
    chosen = make.criteria_set(host, leaves=LEAVES, state=CriteriaSet.State.DRAFT)
    for code, words in asked.items():
        Node.objects.filter(criteria_set=chosen, code=code).update(evidence_asked=words)
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM):
        chosen.save()
    return chosen
