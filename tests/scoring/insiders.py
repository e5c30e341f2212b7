"""One unit with several people inside, for the tests of what they share: officers, leaders, divisions, a council."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.core import clock
from backend.core.dates import end_of_day_exclusive, vn_date
from backend.scoring import actions
from backend.scoring.models import Division, OwnCouncil
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World, world
from tiers.seating import actor_for

# Who sits in the unit's own council.
SEATS = {"deputy": "chair", "clerk": "secretary", "leader": "member"}


@dataclass
class Inside(World):
    """A world with more people of the unit: ``clerk`` and ``writer`` are officers, ``deputy`` a deputy leader.

    ``inspector`` oversees the city; ``stranger`` is an officer of another unit.
    """

    people: dict[str, Any] = field(default_factory=dict)

    def actor(self, who: str) -> Any:
        """Return a person of the world as an actor."""
        return actor_for(self.users[who])

    def key(self, who: str) -> str:
        """Return what names a person as an assignee."""
        return f"p-{self.users[who].pk}"

    def division(self, name: str, *people: str) -> Division:
        """Make a division of the unit with these people."""
        keys = [self.users[who].pk for who in people]
        return actions.save_division(self.card, by=SYSTEM, name=name, people=keys)

    def council(self, **seats: str) -> OwnCouncil:
        """Put the unit's own council before its leader: ``SEATS`` unless said."""
        members = {self.users[who].pk: role for who, role in (seats or SEATS).items()}
        return actions.form_council(
            self.card,
            by=self.officer,
            decision_number="12/QĐ-UBND",
            decision_date=date(2026, 1, 5),
            members=members,
        )

    def referred(self) -> None:
        """Fill the card and submit it, with a council before the leader."""
        self.council()
        self.submitted()


def inside(**fields: Any) -> Inside:
    """Return a world with more people of the unit, and strangers."""
    here = world(**fields)
    other = make.unit("Phường khác", parent=here.host)
    users = dict(here.users)
    for who, role, at, name in (
        ("clerk", Role.OFFICER, here.unit, "Trần Thị Bưởi"),
        ("writer", Role.OFFICER, here.unit, "Lê Ổi"),
        ("deputy", Role.DEPUTY, here.unit, "Phạm Đào"),
        ("inspector", Role.INSPECTOR, here.host, "Ngô Mận"),
        ("stranger", Role.OFFICER, other, "Vũ Hồng"),
    ):
        users[who] = make.seat(make.person(name), role, at=at).user
    return Inside(**{**vars(here), "users": users}, people=users)


def in_days(number: int) -> date:
    """Return the day in Vietnam so many days from today."""
    return vn_date(clock.now() + number * make.DAY)


def until(number: int) -> Any:
    """Return the first moment after that day."""
    return end_of_day_exclusive(in_days(number))
