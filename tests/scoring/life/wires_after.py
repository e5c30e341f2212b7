"""How acts in session and after the conclusion are sent, as JSON or as a page's form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.scoring.models import Amendment, Proposal, Session
from tests import make
from tests.scoring.life.plain_moves import Act

Wire = tuple[str, dict[str, Any], dict[str, str]]


def _session(stage: Any, act: Act) -> int:
    return int(
        Session.objects.filter(round=stage.round).order_by("number").values_list("pk")[act["session"]][0]
    )


def _proposal(stage: Any, act: Act) -> int:
    rows = Proposal.objects.filter(session=_session(stage, act)).order_by("pk")
    return int(rows.values_list("pk")[act["row"]][0])


def _amendment(stage: Any, act: Act) -> int:
    rows = Amendment.objects.filter(card=stage.cards[act.unit]).order_by("pk")
    return int(rows.values_list("pk")[act["row"]][0])


def _points(act: Act) -> dict[str, str]:
    return {} if act["points"] is None else {"points": str(Decimal(act["points"]) / 1000).replace(".", ",")}


def _begin(stage: Any, act: Act) -> Wire:
    return "sessions/", {"round": stage.round.pk, "venue": act["venue"]}, {}


def _begin_form(stage: Any, act: Act) -> Wire:
    return f"/rounds/{stage.round.pk}/sessions/", {"venue": act["venue"]}, {}


def _attend(stage: Any, act: Act) -> Wire:
    rows = [
        {"person": stage.users[who].pk, "presence": presence, "reason": reason}
        for who, (presence, reason) in act["rows"].items()
    ]
    return f"sessions/{_session(stage, act)}/attendance/", {"rows": rows}, {}


def _add_waiting(stage: Any, act: Act) -> Wire:
    return f"sessions/{_session(stage, act)}/agenda/", {}, {}


def _propose(stage: Any, act: Act) -> Wire:
    sent = {"card": stage.cards[act.unit].pk, "code": act["code"], "reason": act["reason"]} | _points(act)
    return f"sessions/{_session(stage, act)}/proposals/", sent, {}


def _vote(stage: Any, act: Act) -> Wire:
    at = f"sessions/{_session(stage, act)}/proposals/{_proposal(stage, act)}/vote/"
    return at, {"choice": act["choice"]}, {}


def _vote_form(stage: Any, act: Act) -> Wire:
    return f"/proposals/{_proposal(stage, act)}/vote/", {"choice": act["choice"]}, {}


def _end_vote(stage: Any, act: Act) -> Wire:
    return f"sessions/{_session(stage, act)}/proposals/{_proposal(stage, act)}/end/", {}, {}


def _close(stage: Any, act: Act) -> Wire:
    return f"sessions/{_session(stage, act)}/close/", {"secret": make.PASSWORD}, {}


def _propose_change(stage: Any, act: Act) -> Wire:
    sent = {"code": act["code"], "reason": act["reason"], "document": act["document"]} | _points(act)
    return f"scorecards/{stage.cards[act.unit].pk}/amendments/", sent, {}


def _propose_form(stage: Any, act: Act) -> Wire:
    card = stage.cards[act.unit].pk
    sent = {"reason": act["reason"], "document": act["document"]} | _points(act)
    if act["code"]:
        return f"/conclusions/{card}/leaves/{act['code']}/change/", sent, {}
    return f"/conclusions/{card}/changes/reopening/", sent, {}


def _confirm(stage: Any, act: Act) -> Wire:
    at = f"scorecards/{stage.cards[act.unit].pk}/amendments/{_amendment(stage, act)}/confirm/"
    return at, {"secret": make.PASSWORD}, {}


def _confirm_form(stage: Any, act: Act) -> Wire:
    return f"/changes/{_amendment(stage, act)}/", {"secret": make.PASSWORD}, {}


def _refuse(stage: Any, act: Act) -> Wire:
    at = f"scorecards/{stage.cards[act.unit].pk}/amendments/{_amendment(stage, act)}/refuse/"
    return at, {"answer": act["reason"]}, {}


def _refuse_form(stage: Any, act: Act) -> Wire:
    return f"/changes/{_amendment(stage, act)}/refuse/", {"answer": act["reason"]}, {}


WIRES = {
    "begin_session": _begin,
    "attend": _attend,
    "add_waiting": _add_waiting,
    "propose": _propose,
    "vote": _vote,
    "end_vote": _end_vote,
    "close_session": _close,
    "propose_change": _propose_change,
    "confirm_change": _confirm,
    "refuse_change": _refuse,
}
FORMS = {
    "begin_session": _begin_form,
    "vote": _vote_form,
    "propose_change": _propose_form,
    "confirm_change": _confirm_form,
    "refuse_change": _refuse_form,
}
