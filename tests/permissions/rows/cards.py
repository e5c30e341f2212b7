"""Pages of a card on the unit's side."""

from __future__ import annotations

from typing import Any

from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.fingerprints import texts_seen
from backend.scoring.models import Scorecard
from permissions.roles import Verb
from tests import make
from tests.permissions.table import Row, Scene, Values, row
from tests.scoring import specimens

PLACES = ("city", "home", "district")
# Who sees a card: the unit's people and its host's. To all others it does not exist.
SEES = "UNIT HOST"
# What the unit still has in its own hands.
OWN = {"ok": "UNIT", "hidden": "HOST STRANGERS"}


def card(stage: str, **more: Any) -> Values:
    """Return the values of an address of the card at that stage."""
    return lambda scene: {"pk": scene.cards[stage].pk, **more}


def scored(stage: str, code: str, points: str) -> Values:
    """Return what the form of a leaf sends at self-scoring."""
    return lambda scene: {"version": scene.version(stage, code, 1), "input_points": points}


def reads(name: str, stage: str, **more: Any) -> Row:
    """Return the row of a page that who sees the card reads."""
    at = card(stage, **more.pop("values", {}))
    return row(name, at=at, ok=SEES, hidden="STRANGERS", verb=Verb.VIEW, places=PLACES, **more)


def scores(name: str, stage: str, values: dict[str, Any], body: Values | None = None, **more: Any) -> Row:
    """Return the row of a write of the unit's officers; the others who see the card are told no."""
    more.setdefault("at", card(stage, **values))
    return row(
        name, "POST", body=body, ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS",
        verb=Verb.SCORE, places=PLACES, **more,
    )  # fmt: skip


def signs(name: str, stage: str, verb: Verb, ok: str, **more: Any) -> Row:
    """Return the row of an act of the unit's leaders."""
    refused = " ".join(sorted({"officer", "lent", "leader", "deputy"} - set(ok.split())))
    more.setdefault("at", card(stage))
    return row(
        name, "POST", ok=ok, refused=f"{refused} HOST", hidden="STRANGERS",
        verb=verb, places=PLACES, **more,
    )  # fmt: skip


def moves(move: str, stage: str, body: Values | None = None, **columns: Any) -> Row:
    """Return the row of one move of the table."""
    return row(
        "scoring:move", "POST", note=move, at=card(stage, name=move), body=body, places=PLACES, **columns
    )


def typed(**values: Any) -> Values:
    """Return a body that is the same everywhere."""
    return lambda _scene: values


def texts(scene: Scene) -> dict[str, Any]:
    """Return other texts for the card in draft, as who read those that stand sends them."""
    standing = (
        Scorecard.objects.filter(pk=scene.cards["draft"].pk).values_list("difficulties", "proposals").get()
    )
    seen = texts_seen(*standing)
    return {"difficulties": "Thiếu người", "proposals": "Bổ sung", "seen": seen}


def a_file(**values: Any) -> Values:
    """Return a body with a good file."""
    return lambda _scene: {"file": specimens.upload(specimens.pdf(), "Kế hoạch.pdf"), **values}


REASON = typed(reason="Theo đề nghị của đơn vị")
DOCUMENT = typed(reason="Theo đề nghị", document="12/CV-SNV")
SECRET = typed(secret=make.PASSWORD, reason="")
AT = "2026-01-05T00:00:00+07:00"


def secret(scene: Any) -> dict[str, str]:
    """Return what the form of approval sends: the password, and the fingerprint of what was read."""
    return {"secret": make.PASSWORD, "reason": "", "seen": fingerprint_of(scene.cards["submitted"])}


HOST_ACT = {"refused": "UNIT appraiser inspector", "hidden": "STRANGERS"}
DECIDES = {"ok": "manager COUNCIL", "verb": Verb.REOPEN, **HOST_ACT}

APPROVES = {"ok": "leader deputy lent", "refused": "officer HOST", "hidden": "STRANGERS"}

ROWS = [
    row("scoring:desk", ok="ALL"),
    row("scoring:scorecard_list", ok="ALL"),
    row("scoring:approval_list", ok="ALL"),
    reads("scoring:scorecard", "draft"),
    reads("scoring:scorecard", "published", note="published"),
    row(
        "scoring:scorecard", note="of a unit that went whole into another", verb=Verb.VIEW,
        at=lambda scene: {"pk": scene.world.old_card.pk},
        ok="HOST heir", hidden="UNIT officer_two leader_two officer_home leader_home BELOW OUTSIDE",
    ),
    row(
        "scoring:scorecard", note="of a divided unit, released to one of two", verb=Verb.VIEW,
        at=lambda scene: {"pk": scene.world.divided_card.pk},
        ok="HOST officer_two leader_two", hidden="UNIT officer_home leader_home heir BELOW OUTSIDE",
    ),
    reads("scoring:leaf", "draft", values={"code": "1.1"}),
    scores("scoring:leaf", "draft", {"code": "1.2"}, scored("draft", "1.2", "2,5")),
    row(
        "scoring:try_leaf", at=card("draft", code="1.2"), ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS",
        verb=Verb.SCORE, places=PLACES,
    ),
    scores("scoring:clear", "draft", {"code": "1.2"}, scored("draft", "1.2", "")),
    row("scoring:check", at=card("draft"), places=PLACES, **OWN),
    row("scoring:texts", at=card("draft"), places=PLACES, **OWN),
    scores("scoring:texts", "draft", {}, texts),
    scores("scoring:add_file", "draft", {"code": "1.1"}, a_file()),
    scores(
        "scoring:add_document", "draft", {"code": "1.1"},
        typed(number="05/KH-UBND", issuer="UBND", issued_on="05/01/2026"),
    ),
    row(
        "scoring:evidence_file", note="before the lock", places=PLACES,
        at=lambda scene: {"pk": scene.cards["draft"].pk, "evidence_pk": scene.evidence["draft"].pk},
        **OWN,
    ),
    row(
        "scoring:evidence_file", note="after the lock", places=PLACES, verb=Verb.VIEW,
        at=lambda scene: {
            "pk": scene.cards["appraising"].pk, "evidence_pk": scene.evidence["appraising"].pk,
        },
        ok=SEES, hidden="STRANGERS",
    ),
    row(
        "scoring:evidence_file", note="under another card",
        at=lambda scene: {"pk": scene.cards["late"].pk, "evidence_pk": scene.evidence["draft"].pk},
        ok="", hidden="ALL",
    ),
    scores(
        "scoring:remove_evidence", "draft", {},
        at=lambda scene: {"pk": scene.cards["draft"].pk, "evidence_pk": scene.evidence["draft"].pk},
    ),
    moves("submit", "draft", ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS", verb=Verb.SUBMIT),
    moves(
        "withdraw", "submitted", REASON, ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS",
        verb=Verb.SUBMIT,
    ),
    moves("return", "submitted", REASON, ok="leader deputy lent", refused="officer HOST", hidden="STRANGERS"),
    moves("submit_answers", "explaining", ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS", verb=Verb.SUBMIT),
    moves("accept", "late", DOCUMENT, **DECIDES),
    moves("no_self_score", "late", DOCUMENT, **DECIDES),
    moves(
        "reopen", "late", typed(reason="Theo đề nghị", document="12/CV-SNV", new_close="05/06/2099"), **DECIDES
    ),
    moves("appraise", "appraising", verb=Verb.ASK, ok="COUNCIL", refused="UNIT manager appraiser inspector", hidden="STRANGERS"),
    moves("ask", "appraised", shut=True, verb=Verb.ASK, ok="COUNCIL", refused="UNIT manager appraiser inspector", hidden="STRANGERS"),
    # These ask for the secret, or are of a whole round: not at this address.
    moves("approve", "submitted", ok="", hidden="ALL"),
    moves("explain", "explaining", ok="", hidden="ALL"),
    moves("conclude", "appraised", ok="", hidden="ALL"),
    moves("reconsider", "amending", ok="", hidden="ALL"),
    moves("sign_off", "amending", ok="", hidden="ALL"),
    moves("publish", "concluded", ok="", hidden="ALL"),
    row("scoring:approval", at=card("submitted"), places=PLACES, **OWN),
    row("scoring:approval_leaf", at=card("submitted", code="1.1"), places=PLACES, **OWN),
    row("scoring:look", "POST", at=card("submitted"), body=typed(at=AT), places=PLACES, **APPROVES),
    row(
        "scoring:see_leaf", "POST", at=card("submitted", code="1.1"), body=typed(at=AT, digest="0" * 16),
        places=PLACES, **APPROVES,
    ),
    row(
        "scoring:note_return", "POST", at=card("submitted", code="1.1"), body=REASON, places=PLACES, **APPROVES,
    ),
    scores("scoring:answer_return", "draft", {"code": "1.1"}, typed(answer="Đã sửa"), shut=True),
    row(
        "scoring:approve", "POST", at=card("submitted"), body=secret, places=PLACES,
        ok="leader deputy lent", refused="officer HOST", hidden="STRANGERS",
    ),
    scores(
        "scoring:signed_copy", "submitted", {}, a_file(number="05/BC-UBND", signed_on="05/01/2026"),
    ),
    row("scoring:signed_file", at=card("submitted"), places=PLACES, note="before the lock", **OWN),
    row(
        "scoring:delegate", at=card("draft"), places=PLACES, verb=Verb.DELEGATE,
        ok="leader", refused="officer lent deputy HOST", hidden="STRANGERS",
    ),
    signs(
        "scoring:delegate", "draft", Verb.DELEGATE, "leader",
        body=lambda scene: {
            "taker": scene.clerk.pk, "first_day": "05/06/2020", "last_day": "05/06/2099",
            "document": "05/UQ-UBND",
        },
    ),
    signs(
        "scoring:revoke", "submitted", Verb.DELEGATE, "leader",
        at=lambda scene: {
            "pk": scene.cards["submitted"].pk, "delegation_pk": scene.delegation.pk,
        },
    ),
    row("scoring:explanation", at=card("explaining"), places=PLACES, **OWN),
    scores("scoring:answer", "explaining", {"code": "1.1"}, typed(version="1", answer="Đã ban hành đúng hạn")),
    reads("scoring:timeline", "draft", values={"code": "1.1"}),
    reads("scoring:timeline", "published", values={"code": "1.1"}, note="published"),
    reads("scoring:as_of", "draft"),
    reads("scoring:as_of", "published", query="at=05/06/2040", note="published"),
]  # fmt: skip
