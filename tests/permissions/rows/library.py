"""The evidence of a card: who sees the card sees the list, as far as it is sent; reuse is the officers'."""

from __future__ import annotations

from typing import Any

from backend.core import clock
from backend.core.files import keep_made
from backend.scoring import actions
from backend.scoring.models import Bundle, StoredFile
from permissions.roles import Verb
from tests.permissions.rows.cards import OWN, PLACES, SEES, card, reads, scores, typed
from tests.permissions.table import Row, Scene, row

# What she asked for is hers alone: it holds what she may see.
HERS = {"ok": "officer", "hidden": "lent LEADERS HOST STRANGERS"}


def bundle(scene: Scene) -> dict[str, Any]:
    """Return the values of the address of a package that the officer asked for, ready to fetch."""
    of, officer = scene.cards["draft"], scene.world.people["officer"]
    made = Bundle.objects.filter(card=of, requested_by=officer, state="ready").first()
    if made is None:
        key, sha256 = keep_made(b"PK\x05\x06" + bytes(18), "bundles")
        made = Bundle.objects.create(
            card=of, requested_by=officer, state="ready", requested_at=clock.now(), made_at=clock.now(),
            stored_as=key, sha256=sha256, size=22, file_name="Tài liệu.zip",
        )  # fmt: skip
    return {"pk": of.pk, "bundle_pk": made.pk}


def one(stage: str) -> Any:
    """Return the values of an address of a piece of evidence whose file was found clean and read."""

    def values(scene: Scene) -> dict[str, Any]:
        piece = scene.evidence[stage]
        if piece.file and piece.file.state == StoredFile.State.WAITING:
            actions.check_file(str(piece.file_id))
            actions.read_file(str(piece.file_id))
            piece.refresh_from_db()
        return {"pk": scene.cards[stage].pk, "evidence_pk": piece.pk}

    return values


def api_bundle(scene: Scene) -> dict[str, Any]:
    """Return the values of the same package's address in JSON."""
    values = bundle(scene)
    return {"pk": values["pk"], "bundle": values["bundle_pk"]}


def seen(name: str, stage: str, **columns: Any) -> Row:
    """Return the row of a page of one piece of evidence."""
    return row(name, at=one(stage), places=PLACES, **columns)


ROWS = [
    reads("scoring:library", "draft"),
    reads("scoring:library", "appraising", note="after the lock"),
    row("scoring:missing_sheet", note="before the lock", at=card("draft"), places=PLACES, **OWN),
    reads("scoring:missing_sheet", "appraising", note="after the lock"),
    row(
        "scoring:ask_bundle", "POST", at=card("appraising"), ok=SEES, hidden="STRANGERS", verb=Verb.VIEW,
        places=PLACES,
    ),
    row("scoring:bundle", at=bundle, **HERS),
    row("scoring:bundle_file", at=bundle, **HERS),
    row(
        "scoring:reuse", at=card("draft"), ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS",
        verb=Verb.SCORE, places=PLACES,
    ),
    # No earlier round stands behind these cards: who may is told that nothing can be reused.
    scores("scoring:reuse", "draft", {}, typed(pick="1-1"), shut=True),
    seen("scoring:evidence_view", "draft", note="before the lock", **OWN),
    seen("scoring:evidence_view", "appraising", note="after the lock", ok=SEES, hidden="STRANGERS", verb=Verb.VIEW),
    seen("scoring:evidence_preview", "draft", note="before the lock", **OWN),
    seen("scoring:evidence_preview", "appraising", note="after the lock", ok=SEES, hidden="STRANGERS", verb=Verb.VIEW),
    row(
        "scoring:evidence_preview", note="under another card",
        at=lambda scene: {"pk": scene.cards["late"].pk, "evidence_pk": scene.evidence["draft"].pk},
        ok="", hidden="ALL",
    ),
    row("api:scorecard-library", at=card("draft"), ok=SEES, hidden="STRANGERS", verb=Verb.VIEW, places=PLACES),
    row("api:scorecard-missing", note="before the lock", at=card("draft"), places=PLACES, **OWN),
    reads("api:scorecard-missing", "appraising", note="after the lock"),
    row(
        "api:scorecard-reuse", at=card("draft"), ok="SCORERS", refused="LEADERS HOST", hidden="STRANGERS",
        verb=Verb.SCORE, places=PLACES,
    ),
    scores("api:scorecard-reuse", "draft", {}, typed(picks=["1-1"]), shut=True),
    row(
        "api:scorecard-bundles", "POST", at=card("appraising"), ok=SEES, hidden="STRANGERS", verb=Verb.VIEW,
        places=PLACES,
    ),
    row("api:scorecard-bundle", at=api_bundle, **HERS),
]  # fmt: skip
