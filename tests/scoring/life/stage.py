"""The program as the machine plays it: two units of a city, their people signed in, each act sent over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Extension, Step
from backend.scoring import actions
from backend.scoring.models import Deduction, Delegation
from permissions.actor import SYSTEM
from tests import make
from tests.scoring.life.plain_card import BEFORE, CHOICE, LEAVES, OPEN, PEOPLE
from tests.scoring.life.plain_moves import Act
from tests.scoring.pages import signed_in

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
        host, leaves={code: text(most) for code, most in LEAVES.items()}, state=CriteriaSet.State.DRAFT
    )
    node = Node.objects.get(criteria_set=chosen, code=CHOICE)
    node.rule, node.params = "option", {"options": CHOICES}
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        node.save()
        chosen.save()
    return chosen


def text(points: int) -> str:
    """Return thousandths as people type points."""
    return str(Decimal(points) / 1000)


Wire = tuple[str, dict[str, Any], dict[str, str]]


def _key(stage: Stage, act: Act) -> dict[str, str]:
    if act["foreign"]:
        whose = next(user for name, user in stage.users.items() if name != act.who)
        return {"Idempotency-Key": f"{whose.pk}-{'0' * 16}"}
    return {"Idempotency-Key": f"{stage.users[act.who].pk}-{act['key']}"} if act["key"] else {}


def _typed(act: Act) -> dict[str, str]:
    if act["option"] is not None:
        return {"option": act["option"]}
    return {} if act["points"] is None else {"points": text(act["points"])}


def _at(stage: Stage, act: Act, tail: str) -> str:
    return f"scorecards/{stage.cards[act.unit].pk}/{tail}/"


def _points(stage: Stage, act: Act) -> Wire:
    sent: dict[str, Any] = {"code": act["code"], "version": act["version"]}
    sent |= {"points": "1"} if act["bare"] else {"inputs": _typed(act)}
    sent |= {} if act["note"] is None else {"note": act["note"]}
    return _at(stage, act, "points"), sent, _key(stage, act)


def _points_form(stage: Stage, act: Act) -> Wire:
    sent = {"version": act["version"]} | {f"input_{name}": value for name, value in _typed(act).items()}
    sent |= {} if act["note"] is None else {"note": act["note"]}
    return "/" + _at(stage, act, f"leaves/{act['code']}"), sent, _key(stage, act)


def _texts(stage: Stage, act: Act) -> Wire:
    from backend.scoring.fingerprints import texts_seen  # what a page or program would send back as read

    sent = dict(zip(("difficulties", "proposals"), act["texts"], strict=True))
    return _at(stage, act, "texts"), sent | ({"seen": texts_seen(*act["seen"])} if act["seen"] else {}), {}


def _move(stage: Stage, act: Act) -> Wire:
    sent = {"reason": act["reason"] or "", "document": act["document"] or "", "secret": make.PASSWORD}
    sent["seen"] = stage.prints.get(act["seen"], "0" * 64) if act["seen"] is not None else ""
    if act["new_close"]:
        days = {"later": 20, "earlier": -20}[act["new_close"]]
        sent["new_close"] = (clock.now() + timedelta(days=days)).isoformat()
    return _at(stage, act, f"moves/{act['move']}"), sent, {}


def _move_form(stage: Stage, act: Act) -> Wire:
    _address, sent, _none = _move(stage, act)
    card = stage.cards[act.unit].pk
    if act["new_close"]:
        sent["new_close"] = (
            f"{clock.now() + timedelta(days=20 if act['new_close'] == 'later' else -20):%d/%m/%Y}"
        )
    pages = {"approve": f"/scorecards/{card}/approval/approve/", "conclude": f"/conclusions/{card}/conclude/"}
    return pages.get(act["move"], f"/scorecards/{card}/moves/{act['move']}/"), sent, {}


def _form_council(stage: Stage, act: Act) -> Wire:
    members = [{"person": stage.users[who].username, "part": part} for who, part in act["members"].items()]
    sent = {"decision_number": "12/QĐ-UBND", "decision_date": "2026-01-15", "members": members}
    return _at(stage, act, "own-council"), sent, {}


def _with(tail: str, *names: str) -> Any:
    """Return the wire of an act whose words are sent as they are, points as text."""

    def wire(stage: Stage, act: Act) -> Wire:
        sent = {name: act[name] for name in names if act[name] is not None}
        if act["points"] is not None and "points" in names:
            sent["points"] = text(act["points"])
        return _at(stage, act, tail), sent, {}

    return wire


def _ask(stage: Stage, act: Act) -> Wire:
    return _at(stage, act, "ask"), {"code": act["code"], "question": act["reason"]}, {}


def _lend(stage: Stage, act: Act) -> Wire:
    stage.lent += 1  # two loans to one person begin at different moments
    begins = clock.now() - timedelta(days=1, seconds=stage.lent)
    ends = begins + timedelta(days=-1 if act["backwards"] else 30)
    sent = {
        "taker": stage.users[act["taker"]].username,
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat(),
    }
    return _at(stage, act, "delegations"), sent | {"document": "05/UQ"}, {}


def _revoke(stage: Stage, act: Act) -> Wire:
    rows = Delegation.objects.filter(card=stage.cards[act.unit]).order_by("pk")
    return _at(stage, act, f"delegations/{rows[act['row']].pk}/revoke"), {"reason": act["reason"]}, {}


def _undeduct(stage: Stage, act: Act) -> Wire:
    rows = Deduction.objects.filter(card=stage.cards[act.unit], withdraws__isnull=True).order_by("pk")
    return _at(stage, act, f"deductions/{rows[act['row']].pk}/withdraw"), {"reason": act["reason"]}, {}


def _publish(stage: Stage, act: Act) -> Wire:
    return f"results/{stage.round.pk}/publish/", {"secret": make.PASSWORD, "decision": "99/QĐ-UBND"}, {}


def _council_form(page: str, *names: str) -> Any:
    """Return the wire of a form on the council's pages about one leaf."""

    def wire(stage: Stage, act: Act) -> Wire:
        sent = {name: act[name] for name in names if act[name] is not None}
        sent |= {"points": text(act["points"])} if "points" in names else {"question": act["reason"]}
        card = stage.cards[act.unit].pk
        return page.format(card=card, code=act["code"]), sent, {}

    return wire


def _answer_form(stage: Stage, act: Act) -> Wire:
    address = f"/scorecards/{stage.cards[act.unit].pk}/explanation/{act['code']}/"
    return address, {"version": act["version"], "answer": act["answer"]}, {}


WIRES = {
    "points": _points,
    "texts": _texts,
    "move": _move,
    "form_council": _form_council,
    "dismiss_council": _with("own-council/dismiss", "reason"),
    "opine": _with("own-council/opinions", "code", "verdict", "points", "reason"),
    "agree_opinions": _with("own-council/agree"),
    "appraise": _with("appraise", "code", "version", "points", "reason"),
    "decide": _with("decide", "code", "version", "points", "reason"),
    "agree": _with("agree"),
    "ask": _ask,
    "ask_cuts": _with("ask-for-cuts"),
    "unask": _with("unask", "code", "reason"),
    "answer": _with("answer", "code", "version", "answer"),
    "deduct": _with("deductions", "code", "points", "reason", "document"),
    "undeduct": _undeduct,
    "leave_out": _with("leave-out", "code", "reason"),
    "put_back": _with("put-back", "code", "reason"),
    "lend": _lend,
    "revoke": _revoke,
    "publish": _publish,
}
FORMS = {
    "points": _points_form,
    "move": _move_form,
    "appraise": _council_form("/appraisals/{card}/leaves/{code}/points/", "version", "points", "reason"),
    "decide": _council_form("/conclusions/{card}/leaves/{code}/points/", "version", "points", "reason"),
    "ask": _council_form("/appraisals/{card}/leaves/{code}/question/"),
    "answer": _answer_form,
}
