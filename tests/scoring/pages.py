"""Helpers of the tests that go through HTTP: one signed-in browser per seat of a world."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.scoring import actions
from backend.scoring.models import Mark, Scorecard
from permissions.actor import NOBODY, SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World

HTMX = {"HX-Request": "true"}


@dataclass
class Browsers:
    """The people of a world, each with a browser of her own."""

    world: World
    made: dict[str, Client] = field(default_factory=dict)

    def of(self, who: str) -> Client:
        """Return the browser of "officer", "leader", "secretary" or "chair"."""
        if who not in self.made:
            self.made[who] = signed_in(self.world.users[who])
        return self.made[who]


def signed_in(user: Any) -> Client:
    """Return a browser in which ``user`` has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, card: Scorecard, *args: Any) -> str:
    """Return the address of a page of the card."""
    return reverse(f"scoring:{name}", args=[card.pk, *args])


def typed(mark: Mark, **values: Any) -> dict[str, Any]:
    """Return what a row's form sends: its version and the inputs by the rule's names."""
    return {"version": mark.version} | {f"input_{name}": value for name, value in values.items()}


def world_of(leaves: dict[str, str], *, ratio: str = "") -> World:
    """Return a season whose set has these leaves; leaf ``ratio`` is scored by "done of assigned, from 80 %"."""
    host = make.unit("Thành phố lớn", kind="city")
    unit = make.unit("Phường lớn", parent=host)
    chosen = make.criteria_set(host, leaves=leaves, state=CriteriaSet.State.DRAFT)
    params = {"threshold": "80", "done": "Đã làm", "assigned": "Được giao", "measure": "count"}
    Node.objects.filter(criteria_set=chosen, code=ratio).update(rule="threshold", params=params)
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM):
        chosen.save()
    made = make.round_(host, chosen)
    card = actions.open_round(made, by=SYSTEM)[0]
    officer, actor = make.seated(Role.OFFICER, unit)
    nobody = dict.fromkeys(("leader", "secretary", "chair"), NOBODY)
    return World(host, unit, made, card, officer=actor, users={"officer": officer}, **nobody)


def text(answer: Any) -> str:
    """Return the page as text."""
    return answer.content.decode()


def explaining(here: World) -> None:
    """Lower one leaf, ask about it and send the card out."""
    here.approved()
    here.close(1)
    actions.appraise(
        here.card, "1.1", by=here.secretary, version=0, points=Decimal("1"), reason="Thiếu trang 3"
    )
    actions.agree_rest(here.card, by=here.secretary)
    actions.move(here.card, "appraise", by=here.secretary)
    actions.ask(here.card, "1.1", by=here.secretary, question="Vì sao thiếu trang 3?")


def send(leader: Client, card: Scorecard, **typed: Any) -> Any:
    """Approve and send the explanation as the leader's page shows it; return the answer."""
    page = leader.get(url("explanation", card)).context
    shown = {"seen": page.get("seen", ""), "secret": make.PASSWORD}
    return leader.post(url("explain", card), shown | typed)
