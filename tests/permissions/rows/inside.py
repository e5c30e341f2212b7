"""What a unit's people share among themselves, as pages and as JSON: for them only, whatever seat the host's hold."""

from __future__ import annotations

from typing import Any

from tests.permissions.rows.cards import OWN, PLACES, REASON, card, moves, typed
from tests.permissions.table import Row, Scene, Values, row

# Who works for the unit; who sees the card without being of the unit is told no.
OWN_ACT = {"ok": "UNIT", "refused": "HOST", "hidden": "STRANGERS"}
WRITER = {"ok": "officer", "refused": "lent LEADERS HOST", "hidden": "STRANGERS"}
PRESIDES = {"ok": "officer", "refused": "lent LEADERS HOST", "hidden": "STRANGERS"}
SITS = {"ok": "officer leader", "refused": "lent deputy HOST", "hidden": "STRANGERS"}
NEW = typed(name="Phòng Tổng hợp", order=3)
WORDS = typed(text="Nhờ xem lại")


def act(name: str, columns: dict[str, str], body: Values | None = None, **more: Any) -> Row:
    """Return the row of a write on the draft card."""
    more.setdefault("at", card("draft"))
    return row(name, "POST", body=body, places=PLACES, **columns, **more)


def to_clerk(scene: Scene) -> dict[str, Any]:
    """Return a leaf given to the scene's clerk."""
    return {"codes": ["1.1"], "assignee": f"p-{scene.clerk.pk}"}


def division(**values: str) -> Values:
    """Return the values of the address of the unit's division."""
    return lambda scene: {"pk": scene.cards["draft"].pk, values.get("named", "division"): scene.division.pk}


def remark(named: str) -> Values:
    """Return the values of the address of the officer's remark."""
    return lambda scene: {"pk": scene.cards["draft"].pk, named: scene.remark.pk}


def decision(scene: Scene) -> dict[str, Any]:
    """Return what the form of the unit's own council sends."""
    members = {f"member_{scene.clerk.pk}": "chair", f"member_{scene.remark.author_id}": "member"}
    return {"decision_number": "3/QĐ-UBND", "decision_date": "05/01/2026", **members}


def decision_json(scene: Scene) -> dict[str, Any]:
    """Return the same as JSON."""
    people = {scene.clerk.username: "chair", scene.remark.author.username: "member"}
    members = [{"person": name, "part": part} for name, part in people.items()]
    return {"decision_number": "3/QĐ-UBND", "decision_date": "2026-01-05", "members": members}


PAGES = [
    row("scoring:sharing", at=card("draft"), places=PLACES, **OWN),
    row("scoring:divisions", at=card("draft"), places=PLACES, **OWN),
    row("scoring:own_council", at=card("reviewing"), places=PLACES, **OWN),
    act("scoring:assign", OWN_ACT, to_clerk),
    act("scoring:unassign", OWN_ACT, typed(codes=["1.2"])),
    act("scoring:copy_assignments", OWN_ACT, shut=True),
    act("scoring:divisions", OWN_ACT, NEW),
    act("scoring:division", OWN_ACT, NEW, at=division(named="division_pk")),
    act("scoring:add_remark", OWN_ACT, WORDS, at=card("draft", code="1.1")),
    act("scoring:read_remarks", OWN_ACT, at=card("draft", code="1.1")),
    act("scoring:withdraw_remark", WRITER, at=remark("remark_pk")),
    act("scoring:form_council", OWN_ACT, decision),
    act("scoring:dismiss_council", OWN_ACT, REASON, shut=True),
    act("scoring:opine", SITS, typed(verdict="agree"), at=card("reviewing", code="1.1")),
    act("scoring:agree_with_rest", SITS, at=card("reviewing")),
    moves("pass_on", "reviewing", REASON, **PRESIDES),
    moves("send_back", "reviewing", REASON, **PRESIDES),
    moves("refer", "draft", ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS", shut=True),
]
API = [
    row("api:scorecard-sharing", at=card("draft"), places=PLACES, **OWN_ACT),
    row("api:scorecard-remarks", at=card("draft"), query="code=1.1", places=PLACES, **OWN_ACT),
    row("api:scorecard-own-council", at=card("reviewing"), places=PLACES, **OWN_ACT),
    act("api:scorecard-assign", OWN_ACT, to_clerk),
    act("api:scorecard-unassign", OWN_ACT, typed(codes=["1.2"])),
    act("api:scorecard-copy-assignments", OWN_ACT, shut=True),
    act("api:scorecard-divisions", OWN_ACT, NEW),
    act("api:scorecard-division", OWN_ACT, NEW, at=division()),
    act("api:scorecard-remarks", OWN_ACT, typed(code="1.1", text="Nhờ xem lại")),
    act("api:scorecard-read-remarks", OWN_ACT, typed(code="1.1")),
    act("api:scorecard-withdraw-remark", WRITER, at=remark("remark")),
    act("api:scorecard-own-council", OWN_ACT, decision_json),
    act("api:scorecard-dismiss-council", OWN_ACT, REASON, shut=True),
    act("api:scorecard-opinions", SITS, typed(code="1.1", verdict="agree"), at=card("reviewing")),
    act("api:scorecard-agree-with-rest", SITS, at=card("reviewing")),
    act("api:scorecard-moves", PRESIDES, REASON, at=card("reviewing", name="pass_on"), note="pass_on"),
    act("api:scorecard-moves", PRESIDES, REASON, at=card("reviewing", name="send_back"), note="send_back"),
]
ROWS = [*PAGES, *API]
