"""How each act on a card is sent: its address, what goes with it, as JSON or as a page's form."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from backend.core import clock
from backend.scoring.fingerprints import texts_seen
from backend.scoring.models import Deduction, Delegation
from tests import make
from tests.scoring.life import wires_after
from tests.scoring.life.plain_moves import Act


def text(points: int) -> str:
    """Return thousandths as people type points; with a point "1.001" might be a thousand and one."""
    return str(Decimal(points) / 1000).replace(".", ",")


Wire = tuple[str, dict[str, Any], dict[str, str]]


def _key(stage: Any, act: Act) -> dict[str, str]:
    if act["foreign"]:
        whose = next(user for name, user in stage.users.items() if name != act.who)
        return {"Idempotency-Key": f"{whose.pk}-{'0' * 16}"}
    return {"Idempotency-Key": f"{stage.users[act.who].pk}-{act['key']}"} if act["key"] else {}


def _typed(act: Act) -> dict[str, str]:
    if act["option"] is not None:
        return {"option": act["option"]}
    return {} if act["points"] is None else {"points": text(act["points"])}


def _at(stage: Any, act: Act, tail: str) -> str:
    return f"scorecards/{stage.cards[act.unit].pk}/{tail}/"


def _points(stage: Any, act: Act) -> Wire:
    sent: dict[str, Any] = {"code": act["code"], "version": act["version"]}
    sent |= {"points": "1"} if act["bare"] else {"inputs": _typed(act)}
    sent |= {} if act["note"] is None else {"note": act["note"]}
    return _at(stage, act, "points"), sent, _key(stage, act)


def _points_form(stage: Any, act: Act) -> Wire:
    sent = {"version": act["version"]} | {f"input_{name}": value for name, value in _typed(act).items()}
    sent |= {} if act["note"] is None else {"note": act["note"]}
    return "/" + _at(stage, act, f"leaves/{act['code']}"), sent, _key(stage, act)


def _texts(stage: Any, act: Act) -> Wire:
    sent = dict(zip(("difficulties", "proposals"), act["texts"], strict=True))
    return _at(stage, act, "texts"), sent | ({"seen": texts_seen(*act["seen"])} if act["seen"] else {}), {}


def _move(stage: Any, act: Act) -> Wire:
    sent = {"reason": act["reason"] or "", "document": act["document"] or "", "secret": make.PASSWORD}
    sent["seen"] = stage.prints.get(act["seen"], "0" * 64) if act["seen"] is not None else ""
    if act["new_close"]:
        days = {"later": 20, "earlier": -20}[act["new_close"]]
        sent["new_close"] = (clock.now() + timedelta(days=days)).isoformat()
    return _at(stage, act, f"moves/{act['move']}"), sent, {}


def _move_form(stage: Any, act: Act) -> Wire:
    _address, sent, _none = _move(stage, act)
    card = stage.cards[act.unit].pk
    if act["new_close"]:
        sent["new_close"] = (
            f"{clock.now() + timedelta(days=20 if act['new_close'] == 'later' else -20):%d/%m/%Y}"
        )
    pages = {
        "approve": f"/scorecards/{card}/approval/approve/",
        "explain": f"/scorecards/{card}/explanation/send/",
        "sign_off": f"/scorecards/{card}/sign-off/",
        "conclude": f"/conclusions/{card}/conclude/",
    }
    return pages.get(act["move"], f"/scorecards/{card}/moves/{act['move']}/"), sent, {}


def _form_council(stage: Any, act: Act) -> Wire:
    members = [{"person": stage.users[who].username, "part": part} for who, part in act["members"].items()]
    sent = {"decision_number": "12/QĐ-UBND", "decision_date": "2026-01-15", "members": members}
    return _at(stage, act, "own-council"), sent, {}


def _with(tail: str, *names: str) -> Any:
    """Return the wire of an act whose words are sent as they are, points as text."""

    def wire(stage: Any, act: Act) -> Wire:
        sent = {name: act[name] for name in names if act[name] is not None}
        if act["points"] is not None and "points" in names:
            sent["points"] = text(act["points"])
        return _at(stage, act, tail), sent, {}

    return wire


def _ask(stage: Any, act: Act) -> Wire:
    return _at(stage, act, "ask"), {"code": act["code"], "question": act["reason"]}, {}


def _lend(stage: Any, act: Act) -> Wire:
    stage.lent += 1  # two loans to one person begin at different moments
    begins = clock.now() - timedelta(days=1, seconds=stage.lent)
    ends = begins + timedelta(days=-1 if act["backwards"] else 30)
    sent = {
        "taker": stage.users[act["taker"]].username,
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat(),
    }
    return _at(stage, act, "delegations"), sent | {"document": "05/UQ"}, {}


def _revoke(stage: Any, act: Act) -> Wire:
    rows = Delegation.objects.filter(card=stage.cards[act.unit]).order_by("pk")
    return _at(stage, act, f"delegations/{rows[act['row']].pk}/revoke"), {"reason": act["reason"]}, {}


def _undeduct(stage: Any, act: Act) -> Wire:
    rows = Deduction.objects.filter(card=stage.cards[act.unit], withdraws__isnull=True).order_by("pk")
    return _at(stage, act, f"deductions/{rows[act['row']].pk}/withdraw"), {"reason": act["reason"]}, {}


def _publish(stage: Any, act: Act) -> Wire:
    return f"results/{stage.round.pk}/publish/", {"secret": make.PASSWORD, "decision": "99/QĐ-UBND"}, {}


def _council_form(page: str, *names: str) -> Any:
    """Return the wire of a form on the council's pages about one leaf."""

    def wire(stage: Any, act: Act) -> Wire:
        sent = {name: act[name] for name in names if act[name] is not None}
        sent |= {"points": text(act["points"])} if "points" in names else {"question": act["reason"]}
        card = stage.cards[act.unit].pk
        return page.format(card=card, code=act["code"]), sent, {}

    return wire


def _answer_form(stage: Any, act: Act) -> Wire:
    address = f"/scorecards/{stage.cards[act.unit].pk}/explanation/{act['code']}/"
    return address, {"version": act["version"], "answer": act["answer"]}, {}


WIRES: dict[str, Any] = {
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
    **wires_after.WIRES,
}
FORMS: dict[str, Any] = {
    "points": _points_form,
    "move": _move_form,
    "appraise": _council_form("/appraisals/{card}/leaves/{code}/points/", "version", "points", "reason"),
    "decide": _council_form("/conclusions/{card}/leaves/{code}/points/", "version", "points", "reason"),
    "ask": _council_form("/appraisals/{card}/leaves/{code}/question/"),
    "answer": _answer_form,
    **wires_after.FORMS,
}
