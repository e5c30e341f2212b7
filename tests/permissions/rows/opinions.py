"""Pages of consultations: the owner's side, and that of a unit which is asked."""

from __future__ import annotations

from typing import Any

from backend.criteria.models import Opinion
from permissions.roles import Verb
from tests.permissions.rows.cards import PLACES, typed
from tests.permissions.rows.setup import BOTH, DRAFTS, READS, both, set_
from tests.permissions.table import Row, Scene, Values, row

# Once it ended, whoever writes or approves for a unit that was asked reads the table of all.
ENDED = {"ok": "HOST UNIT OTHER_UNITS", "hidden": "BELOW OUTSIDE"}
ANSWERS = {
    "ok": "manager",
    "hidden": "UNIT appraiser COUNCIL inspector STRANGERS",
    "verb": Verb.MANAGE_CRITERIA,
}
OWN = {"ok": "UNIT", "hidden": "HOST STRANGERS"}
WRITES_OWN = {"ok": "SCORERS", "refused": "LEADERS", "hidden": "HOST STRANGERS"}
APPROVES_OWN = {"ok": "LEADERS", "refused": "SCORERS", "hidden": "HOST STRANGERS"}


def asked(stage: str, **more: Any) -> Values:
    """Return the values of an address of the consultation of a stage."""
    return lambda scene: {"pk": scene.asked[stage].pk, **more}


def said(stage: str, **more: Any) -> Values:
    """Return the values of an address of what the unit says at a stage."""
    return lambda scene: {"pk": scene.response(stage).pk, **more}


def opinion(scene: Scene, stage: str) -> Opinion:
    """Return the unit's one opinion at a stage."""
    return scene.response(stage).opinions.get()


def at_node(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of a node in what the unit says."""
    return {
        "pk": scene.response("open").pk,
        "node": scene.asked["open"].criteria_set.nodes.get(code="2.1").pk,
    }


def at_opinion(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of an opinion in what the unit says."""
    return {"pk": scene.response("open").pk, "opinion": opinion(scene, "open").pk}


def writes(name: str, at: Values, body: Values | None = None) -> Row:
    """Return the row of a write of the unit's officers."""
    return row(name, "POST", at=at, body=body, places=PLACES, verb=Verb.SCORE, **WRITES_OWN)


def moves(name: str, stage: str, verb: Verb, columns: dict[str, str]) -> Row:
    """Return the row of one move of what the unit says."""
    body = typed(reason="Sửa lại")
    at = said(stage, name=name)
    return row(
        "criteria:response_move", "POST", note=name, at=at, body=body, places=PLACES, verb=verb, **columns
    )


OWNER = [
    *both(
        "criteria:consultation_open", DRAFTS, set_("draft"), typed(document="1/SNV", closes="05/06/2027"),
    ),
    row("criteria:consultation", at=asked("open"), places=BOTH, note="open", ok="HOST", hidden="UNIT STRANGERS"),
    row("criteria:consultation", at=asked("ended"), note="ended", **ENDED),
    *both(
        "criteria:consultation_deadline", DRAFTS, asked("open"), typed(closes="05/06/2027", reason="Mưa bão"),
    ),
    row("criteria:consultation_remind", "POST", at=asked("open"), places=BOTH, **DRAFTS),
    row("criteria:consultation_end", "POST", at=asked("closed"), places=BOTH, **DRAFTS),
    row("criteria:consultation_file", at=asked("open", kind="xlsx"), places=BOTH, note="open", **ANSWERS),
    row("criteria:consultation_file", at=asked("ended", kind="xlsx"), note="ended", **ENDED),
    *both(
        "criteria:opinion_answer", ANSWERS, lambda scene: {"pk": opinion(scene, "closed").pk},
        typed(verdict="accepted"),
    ),
    row("criteria:set_detail", at=lambda scene: {"pk": scene.asked["open"].criteria_set_id}, note="asked", **READS),
]  # fmt: skip
UNIT = [
    row("criteria:response", at=said("open"), places=PLACES, **OWN),
    writes("criteria:response_whole", said("open"), typed(text="Ý kiến")),
    writes("criteria:response_node", at_node, typed(text="Ý kiến")),
    writes("criteria:response_remove", at_opinion),
    writes("criteria:response_agree", said("open"), typed(no="1")),
    moves("submit", "open", Verb.SUBMIT, WRITES_OWN),
    moves("withdraw", "submitted", Verb.SUBMIT, WRITES_OWN),
    moves("approve", "submitted", Verb.APPROVE, APPROVES_OWN),
    moves("return", "submitted", Verb.APPROVE, APPROVES_OWN),
]
JSON = [
    row("api:criteria-consultation-list", ok="ALL"),
    row("api:criteria-consultation-detail", at=asked("open"), places=BOTH, note="open", ok="HOST", hidden="UNIT STRANGERS"),
    row("api:criteria-consultation-detail", at=asked("ended"), note="ended", **ENDED),
    row("api:criteria-response-list", ok="ALL"),
    row("api:criteria-response-detail", at=said("open"), places=PLACES, **OWN),
    writes("api:criteria-response-write", said("open"), typed(text="Ý kiến")),
    row(
        "api:criteria-opinion-answer", "POST", at=lambda scene: {"pk": opinion(scene, "closed").pk},
        body=typed(verdict="accepted"), places=BOTH, **ANSWERS,
    ),
]  # fmt: skip
ROWS = [*OWNER, *UNIT, *JSON]
