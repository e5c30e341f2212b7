"""A draft out for opinions: the city's Home Affairs asks two communes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.actions import consulting, responding
from backend.criteria.models import Consultation, CriteriaSet, Node, Opinion, Response
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tiers.models import Unit

LEAVES = {"1.1": "2", "1.2": "1", "2.1": "3"}


@dataclass
class Commune:
    """A unit that is asked, with its officer and leader."""

    unit: Unit
    officer: Actor
    leader: Actor
    officer_user: User
    leader_user: User


@dataclass
class Asking:
    """Who asks, what, and who is asked."""

    city: Unit
    manager: Actor
    manager_user: User
    draft: CriteriaSet
    one: Commune
    two: Commune
    asked: Consultation

    def response(self, commune: Commune | None = None) -> Response:
        """Return the response of a commune (the first) as it stands."""
        unit = (commune or self.one).unit
        return Response.objects.select_related("consultation", "unit").get(consultation=self.asked, unit=unit)

    def node(self, code: str) -> Node:
        """Return a node of the draft."""
        return self.draft.nodes.get(code=code)

    def write(self, text: str, *, code: str = "", commune: Commune | None = None, **more: Any) -> Opinion:
        """Let the officer of a commune (the first) write."""
        who = commune or self.one
        node = self.node(code) if code else None
        return responding.write_opinion(self.response(who), by=who.officer, node=node, text=text, **more)

    def send(self, commune: Commune | None = None) -> Response:
        """Submit and approve what a commune (the first) wrote."""
        who = commune or self.one
        responding.move_response(self.response(who), "submit", by=who.officer)
        return responding.move_response(self.response(who), "approve", by=who.leader)

    def close(self) -> None:
        """Let the deadline pass a second ago."""
        _pass_deadline(self.asked)

    def end(self) -> None:
        """End the asking after its deadline."""
        self.close()
        consulting.end_consultation(self.asked, by=self.manager)


def commune(city: Unit, name: str) -> Commune:
    """Return a new commune below the city with an officer and a leader."""
    unit = make.unit(name, parent=city)
    (officer_user, officer), (leader_user, leader) = (
        make.seated(role, unit) for role in (Role.OFFICER, Role.LEADER)
    )
    return Commune(unit, officer, leader, officer_user, leader_user)


def ask() -> Asking:
    """Return a consultation open for ten days."""
    city = make.unit("Thành phố")
    manager_user, manager = make.seated(Role.CRITERIA_MANAGER, city)
    one, two = commune(city, "Xã Một"), commune(city, "Xã Hai")
    draft = make.criteria_set(city, leaves=LEAVES, state=CriteriaSet.State.DRAFT)
    asked = consulting.open_consultation(
        draft, by=manager, closes_at=clock.now() + 10 * make.DAY, document="01/SNV"
    )
    draft.refresh_from_db()
    return Asking(city, manager, manager_user, draft, one, two, asked)


def at_each_stage(host: Unit, kind: str, acting: list[Unit], *, unsent: str) -> dict[str, Consultation]:
    """Return consultations of a host, by stage.

    In the open one ``acting`` wrote ``unsent``; in the others they were heard: submitted only, over the
    deadline, ended.
    """
    made = {}
    for year, stage in enumerate(("open", "submitted", "closed", "ended"), start=2033):
        draft = make.criteria_set(host, kind=kind, year=year, state=CriteriaSet.State.DRAFT)
        asked = consulting.open_consultation(
            draft, by=SYSTEM, closes_at=clock.now() + 10 * make.DAY, document="01/SNV"
        )
        for response in asked.responses.filter(unit__in=acting):
            said = unsent if stage == "open" else "Giảm điểm"
            responding.write_opinion(response, by=SYSTEM, node=draft.nodes.get(code="1.1"), text=said)
            _sent_on(response, stage)
        made[stage] = _moved_on(asked, stage)
    return made


def _sent_on(response: Response, stage: str) -> None:
    if stage != "open":
        responding.move_response(response, "submit", by=SYSTEM)
    if stage in ("closed", "ended"):
        responding.move_response(response, "approve", by=SYSTEM)


def _moved_on(asked: Consultation, stage: str) -> Consultation:
    if stage in ("closed", "ended"):
        _pass_deadline(asked)
    if stage == "ended":
        consulting.end_consultation(asked, by=SYSTEM)
    return asked


def _pass_deadline(asked: Consultation) -> None:
    now = clock.now()
    with recording(by=SYSTEM, reason="Đổi hạn trong thử nghiệm"):
        asked.opened_at, asked.closes_at = now - make.DAY, now - timedelta(seconds=1)
        asked.save()
