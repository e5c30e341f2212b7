"""A round's council and the people around it: everybody seated at the host, a council formed where asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.rounds.actions import Seated, form_council
from backend.rounds.models import Council as RoundCouncil
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tests.scoring import councils
from tiers.seating import actor_for

DECISION = {"decision_number": "12/QĐ-UBND", "decision_date": date(2026, 1, 5)}
# Who is seated at the host besides secretary and chair: role, fields of the seat.
MORE: dict[str, tuple[Role, str]] = {
    "vice": (Role.VICE_CHAIR, ""),
    "member": (Role.MEMBER, ""),
    "second": (Role.MEMBER, ""),
    "support": (Role.SUPPORT, ""),
    "lead": (Role.APPRAISER, "2"),
    "outsider": (Role.MEMBER, ""),
}


@dataclass
class Bench:
    """A world of the council with more people; ``actors`` and ``users`` by name."""

    here: councils.Council
    users: dict[str, Any] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def card(self) -> Scorecard:
        """Return the first unit's card as the database holds it."""
        return self.here.fresh()

    def fresh(self, who: str) -> Actor:
        """Return a person with the seats she has now."""
        return actor_for(self.users[who])

    def council(self, version: int = 0, **limits: str) -> RoundCouncil:
        """Give the round a council of all but the outsider; ``limits`` by name of the person."""
        names = {"chair": Role.CHAIR, "secretary": Role.SECRETARY}
        names |= {name: role for name, (role, _fields) in MORE.items() if name not in ("lead", "outsider")}
        members = [
            Seated(self.users[name].pk, str(role), limit=limits.get(name, "")) for name, role in names.items()
        ]
        return form_council(self.here.round, members, by=SYSTEM, version=version, **DECISION)


def bench(*, units: int = 2) -> Bench:
    """Make the world with its first card under appraisal, and every seat; no council yet."""
    here = councils.council(units=units)
    here.under_appraisal()
    made = Bench(here, dict(here.users))
    agency = make.unit("Sở Tư pháp thử", parent=here.host, kind="office")
    for name, (role, fields) in MORE.items():
        where = {"workplace": agency} if name == "lead" else {}
        made.users[name], _actor = make.seated(role, here.host, fields_limit=fields, **where)
    made.actors = {name: actor_for(user) for name, user in made.users.items()}
    return made
