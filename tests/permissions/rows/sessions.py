"""Explanation sent by the leader, sessions of the council, changes after the conclusion: pages, then JSON."""

from __future__ import annotations

from typing import Any

from backend.scoring.actions.facts import answers_fingerprint_of, result_fingerprint_of
from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import OWN, PLACES, SECRET, card, typed
from tests.permissions.rows.cards_api import CONCLUDES as API_CONCLUDES
from tests.permissions.rows.cards_api import move
from tests.permissions.rows.council import CONCLUDES, DEDUCTS, HOSTED, round_
from tests.permissions.rows.setup import READS, WRITES
from tests.permissions.table import Scene, Values, row

BOTH = ("city", "district")
# Chair and secretary preside.
PRESIDES = {
    "ok": "secretary chair", "refused": "manager appraiser member inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
CLOSES = {
    "ok": "chair", "refused": "manager appraiser secretary member inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
VOTES = DEDUCTS  # whoever sits in the council, not on the unit where she works
SIGNS = {
    "ok": "LEADERS", "refused": "SCORERS", "hidden": "HOST STRANGERS", "verb": Verb.APPROVE,
}  # fmt: skip
SENDS = {"ok": "LEADERS", "refused": "SCORERS HOST", "hidden": "STRANGERS", "verb": Verb.APPROVE}
ENTERS = {"ok": "manager COUNCIL", "refused": "appraiser inspector", "hidden": "UNIT STRANGERS"}
# Who proposed a change may take it back too.
SETTLES = {
    "ok": "chair secretary", "refused": "manager appraiser member inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
CHANGE = {"points": "4", "reason": "Nộp bổ sung", "document": "21/CV-SNV"}
SITTING = {"sitting": "closed", "quorum": "half", "reason": "Theo quy chế", "document": "3/QĐ"}


def session(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of the session of the scene's host."""
    return {"pk": scene.session.pk}


def leaf(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of a leaf before the council."""
    return {"pk": scene.session.pk, "card_pk": scene.cards["sitting"].pk, "code": "2.1"}


def proposal(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of a proposal."""
    return {"pk": scene.proposal.pk}


def row_of(name: str) -> Values:
    """Return the values of a JSON address of what hangs on a session or on a card."""
    if name == "proposal":
        return lambda scene: {"pk": scene.session.pk, "row": scene.proposal.pk}
    return lambda scene: {"pk": scene.cards["amending"].pk, "row": scene.amendment.pk}


def change(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of a proposed change."""
    return {"pk": scene.amendment.pk}


def attendance(scene: Scene) -> dict[str, str]:
    """Return what the form of attendance sends: all there."""
    keys = scene.session.attendances.values_list("person_id", flat=True)
    return {f"presence_{key}": "present" for key in keys}


def sending(scene: Scene) -> dict[str, str]:
    """Return what the leader sends with her approval of the answers."""
    return {"secret": make.PASSWORD, "seen": answers_fingerprint_of(scene.cards["explaining"])}


def signing(scene: Scene) -> dict[str, str]:
    """Return what the leader sends with her name under the result."""
    return {"secret": make.PASSWORD, "seen": result_fingerprint_of(scene.cards["amending"])}


def proposing(scene: Scene) -> dict[str, Any]:
    """Return points proposed for a leaf, as JSON."""
    return {"card": scene.cards["sitting"].pk, "code": "2.1", "points": "4", "reason": "Thiếu số liệu"}


PAGES = [
    row("scoring:explain", "POST", at=card("explaining"), body=sending, places=PLACES, **SENDS),
    row("scoring:session_list", at=round_("sitting"), places=BOTH, **HOSTED),
    row(
        "scoring:session_list", "POST", at=round_("sitting"), body=typed(venue="Phòng 2"), places=BOTH, shut=True,
        **PRESIDES,
    ),
    row("scoring:session", at=session, places=BOTH, **HOSTED),
    row("scoring:attendance", "POST", at=session, body=attendance, places=BOTH, **PRESIDES),
    row("scoring:add_waiting", "POST", at=session, places=BOTH, **PRESIDES),
    row("scoring:close_session", "POST", at=session, body=SECRET, places=BOTH, shut=True, **CLOSES),
    row("scoring:session_leaf", at=leaf, places=PLACES, **HOSTED),
    row(
        "scoring:session_leaf", "POST", at=leaf, places=PLACES, body=typed(points="4", reason="Thiếu số liệu"),
        **VOTES,
    ),
    row("scoring:vote", "POST", at=proposal, body=typed(choice="for"), places=PLACES, **VOTES),
    row("scoring:end_vote", "POST", at=proposal, places=BOTH, **PRESIDES),
    row("scoring:propose_change", at=card("amending", code="2.1"), places=PLACES, **DEDUCTS),
    row(
        "scoring:propose_change", "POST", at=card("amending", code="2.1"), body=typed(**CHANGE), places=PLACES,
        **DEDUCTS,
    ),
    row("scoring:propose_reopening", at=card("amending"), places=PLACES, **DEDUCTS),
    row(
        "scoring:propose_reopening", "POST", at=card("amending"), places=PLACES,
        body=typed(reason="Nộp bổ sung", document="21/CV-SNV"), **DEDUCTS,
    ),
    row("scoring:change", at=change, places=PLACES, **HOSTED),
    row("scoring:change", "POST", at=change, body=SECRET, places=PLACES, **CONCLUDES),
    row("scoring:refuse_change", "POST", at=change, body=typed(answer="Không đủ căn cứ"), **SETTLES),
    row("scoring:sign_off", at=card("amending"), places=PLACES, **OWN),
    row("scoring:sign_off", "POST", at=card("amending"), body=signing, places=PLACES, **SIGNS),
    row("rounds:round_sitting", at=round_("draft"), **WRITES),
    row("rounds:round_sitting", "POST", at=round_("draft"), body=typed(**SITTING), **WRITES),
    row("reports:session_document", "POST", at=session, body=typed(kind="minutes"), places=BOTH, **HOSTED),
]  # fmt: skip
JSON = [
    row(
        "api:scorecard-explanation", at=card("explaining"), ok="UNIT", refused="HOST", hidden="STRANGERS",
        places=PLACES,
    ),
    move("submit_answers", "explaining", SENDS | {"ok": "SCORERS", "refused": "LEADERS HOST", "verb": Verb.SUBMIT}),
    move("reconsider", "amending", API_CONCLUDES, typed(secret=make.PASSWORD), shut=True),
    move("sign_off", "amending", SENDS, signing),
    row("api:session-list", ok="ALL"),
    row(
        "api:session-list", "POST", in_body=True, shut=True, places=BOTH,
        body=lambda scene: {"round": scene.rounds["sitting"].pk, "venue": "Phòng 2"}, **PRESIDES,
    ),
    row("api:session-detail", at=session, places=BOTH, **HOSTED),
    row("api:session-minutes", at=session, places=BOTH, **HOSTED),
    row(
        "api:session-attendance", "POST", at=session, places=BOTH, body=lambda scene: {
            "rows": [{"person": row.person_id, "presence": "present"} for row in scene.session.attendances.all()]
        }, **PRESIDES,
    ),
    row("api:session-agenda", "POST", at=session, places=BOTH, **PRESIDES),
    row("api:session-proposals", "POST", at=session, in_body=True, places=PLACES, body=proposing, **VOTES),
    row("api:session-vote", "POST", at=row_of("proposal"), body=typed(choice="for"), places=PLACES, **VOTES),
    row("api:session-end-vote", "POST", at=row_of("proposal"), places=BOTH, **PRESIDES),
    row(
        "api:session-close", "POST", at=session, body=typed(secret=make.PASSWORD), places=BOTH, shut=True, **CLOSES
    ),
    row("api:scorecard-amendments", at=card("amending"), places=PLACES, **HOSTED),
    # Points of a survey, which who enters them may ask to change; none stand yet.
    row(
        "api:scorecard-amendments", "POST", at=card("amending"), shut=True, places=PLACES, verb=Verb.ENTER_SURVEY,
        body=typed(code="3.1", points="4", reason="Nhập nhầm", document="21/CV-SNV"), **ENTERS,
    ),
    row(
        "api:scorecard-confirm-change", "POST", at=row_of("change"), body=typed(secret=make.PASSWORD), places=PLACES,
        **CONCLUDES,
    ),
    row("api:scorecard-refuse-change", "POST", at=row_of("change"), body=typed(answer="Không đủ"), **SETTLES),
    row("api:round-sitting", at=round_("draft"), **READS),
    row("api:round-sitting", "PUT", at=round_("draft"), body=typed(**SITTING, sign_off_until=None), **WRITES),
]  # fmt: skip
ROWS = [*PAGES, *JSON]
