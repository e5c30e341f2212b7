"""The program as the machine plays it: two units of a city, their people signed in, each act sent over HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Extension, Round, Step
from backend.scoring import actions
from permissions.actor import SYSTEM
from tests import make
from tests.scoring.life.plain_card import BEFORE, CHOICE, LEAVES, OPEN, OVER, PEOPLE
from tests.scoring.life.plain_moves import Act
from tests.scoring.life.wires import FORMS, WIRES
from tests.scoring.pages import signed_in

_SHOWN = re.compile(r'class="fingerprint">([0-9a-f]{64})<')
CHOICES = [
    {"title": "Kịp thời", "points": "1"},
    {"title": "Chậm", "points": "0.5"},
    {"title": "Không", "points": "0"},
]


@dataclass
class Stage:
    """The round, its two cards by unit, and everybody's browser. ``prints`` are fingerprints by what they sign."""

    round: Any
    cards: dict[str, Any]
    users: dict[str, Any]
    browsers: dict[str, Client]
    prints: dict[Any, str] = field(default_factory=dict)
    lent: int = 0

    def send(self, act: Act) -> Any:
        """Send the act and return the answer."""
        browser = self.browsers[act.who]
        if act.name == "look":
            return browser.get(f"/api/scorecards/{self.cards[act.unit].pk}/")
        address, sent, headers = (FORMS if act.form else WIRES)[act.name](self, act)
        if act.form:
            return browser.post(address, sent, headers=headers)
        return browser.post(
            f"/api/{address}", json.dumps(sent), content_type="application/json", headers=headers
        )

    def read(self, move: str, unit: str) -> str:
        """Return the fingerprint of what the unit's leader reads before she signs the move; empty where it shows none."""
        leader, card = self.browsers[f"leader_{unit.lower()}"], self.cards[unit].pk
        if move == "sign_off":
            found = _SHOWN.search(leader.get(f"/scorecards/{card}/sign-off/").content.decode())
            return found[1] if found else ""
        tail = "explanation/" if move == "explain" else ""
        return str(leader.get(f"/api/scorecards/{card}/{tail}").json()["fingerprint"])

    def set_way(self, sitting: str, quorum: str, sign_off: str) -> None:
        """Say how the round concludes and whether the units' leaders sign the result, and until when."""
        round_ = Round.objects.get(pk=self.round.pk)
        round_.sitting, round_.quorum = sitting, quorum
        until = {OPEN: 9, OVER: -1}.get(sign_off)
        round_.sign_off_until = clock.now() + until * make.DAY if until else None
        with recording(by=SYSTEM, reason="Đổi cách kết luận trong thử nghiệm"):
            round_.save()

    def set_time(self, time: dict[int, str]) -> None:
        """Move the dates of the steps so that each is before, open or over."""
        now = clock.now()
        with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
            for step in Step.objects.filter(round=self.round):
                first, last = {BEFORE: (9, 19), OPEN: (-8, 9)}.get(time[step.order], (-9, -1))
                step.opens_at, step.closes_at = now + first * make.DAY, now + last * make.DAY
                step.save()

    def end_more_time(self, unit: str) -> None:
        """Let the time given to a unit end: a newer extension that has passed."""
        now = clock.now()
        step = Step.objects.get(round=self.round, kind=Step.Kind.SELF)
        with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
            Extension.objects.create(
                step=step,
                unit_id=self.cards[unit].unit_id,
                closes_at=now - make.DAY,
                reason="Hết hạn",
                document="01/QĐ",
                made_at=now,
            )


def build() -> Stage:
    """Make the city, its people and a round with the two cards, and sign everybody in."""
    host = make.unit("Thành phố", kind="city")
    places = {"host": host, "elsewhere": make.unit("Nơi khác", kind="city")}
    places |= {unit: make.unit(f"Phường {unit}", parent=host) for unit in ("A", "B")}
    users = {name: make.person(name, username=name) for name in PEOPLE}
    for name, person in PEOPLE.items():
        for seat in person.seats:
            limits = {"fields_limit": seat.field} if seat.field else {}
            make.seat(users[name], seat.role, at=places[seat.at], workplace=places[seat.works_at], **limits)
    opened = make.round_(host, _criteria(host), with_survey=False)
    cards = {card.unit.name[-1]: card for card in actions.open_round(opened, by=SYSTEM)}
    return Stage(opened, cards, users, {name: signed_in(user) for name, user in users.items()})


def _criteria(host: Any) -> CriteriaSet:
    chosen = make.criteria_set(
        host, leaves={code: str(most // 1000) for code, most in LEAVES.items()}, state=CriteriaSet.State.DRAFT
    )
    node = Node.objects.get(criteria_set=chosen, code=CHOICE)
    node.rule, node.params = "option", {"options": CHOICES}
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        node.save()
        chosen.save()
    return chosen
