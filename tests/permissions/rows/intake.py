"""Files on their way to a card, its tray, versions of evidence: pages, then JSON."""

from __future__ import annotations

from typing import Any

from permissions.roles import Verb
from tests.permissions.rows.cards import OWN, PLACES, a_file, card, scores, typed
from tests.permissions.table import Row, Values, row
from tests.scoring import specimens

SCORES = {"ok": "SCORERS", "refused": "LEADERS HOST", "hidden": "STRANGERS", "verb": Verb.SCORE}
SPOTS = typed(spots=[{"code": "1.2", "section": "trang 2"}])


def upload(which: str, key: str = "upload_pk", of: str = "pk") -> Values:
    """Return the values of an address of an upload of the draft card."""
    return lambda scene: {of: scene.cards["draft"].pk, key: scene.uploads[which].pk}


def evidence(key: str = "evidence_pk", of: str = "pk") -> Values:
    """Return the values of an address of the draft card's piece of evidence."""
    return lambda scene: {of: scene.cards["draft"].pk, key: scene.evidence["draft"].pk}


def asks(name: str, at: Values) -> Row:
    """Return the row of a page that asks the unit's officers something."""
    return row(name, at=at, places=PLACES, **SCORES)


def sends(name: str, at: Values, body: Values | None = None, **more: Any) -> Row:
    """Return the row of an act as JSON."""
    return row(name, "POST", at=at, body=body, places=PLACES, **SCORES, **more)


def photograph(**values: Any) -> Values:
    """Return a body with one photograph."""
    return lambda _scene: {"photos": specimens.upload(specimens.picture(), "a.jpg"), **values}


def a_new_file(pages: int, **values: Any) -> Values:
    """Return a body with a file that is not on the card yet."""
    return lambda _scene: {"file": specimens.upload(specimens.pdf(pages=pages), "b.pdf"), **values}


def of_card(scene: Any) -> dict[str, Any]:
    """Return the values of the address of all uploads of the draft card."""
    return {"card": scene.cards["draft"].pk}


PAGES = [
    row("scoring:intake", at=card("draft"), places=PLACES, **OWN),
    scores(
        "scoring:intake", "draft", {},
        lambda _scene: {"files": specimens.upload(specimens.pdf(pages=6), "1.1_a.pdf")},
    ),
    scores("scoring:place_files", "draft", {}, lambda scene: {f"code-{scene.uploads['waiting'].pk}": "1.2"}),
    row("scoring:upload_file", at=upload("waiting"), places=PLACES, **OWN),
    row(
        "scoring:upload_file", note="under another card", ok="", hidden="ALL",
        at=lambda scene: {"pk": scene.cards["late"].pk, "upload_pk": scene.uploads["waiting"].pk},
    ),
    asks("scoring:throw_upload", upload("waiting")),
    scores("scoring:throw_upload", "draft", {}, typed(reason="Gửi nhầm"), at=upload("waiting")),
    asks("scoring:replace_evidence", evidence()),
    scores("scoring:replace_evidence", "draft", {}, a_file(), at=evidence()),
    asks("scoring:mend_evidence", evidence()),
    scores("scoring:mend_evidence", "draft", {}, typed(number="05/KH"), at=evidence()),
    asks("scoring:attach_evidence", evidence()),
    scores("scoring:attach_evidence", "draft", {}, typed(code="1.2", section="trang 3"), at=evidence()),
    scores("scoring:add_photos", "draft", {"code": "1.1"}, photograph()),
]  # fmt: skip
API = [
    asks("api:upload-list", of_card),
    sends("api:upload-list", of_card, typed(name="2.1_a.pdf", size=1000)),
    sends(
        "api:upload-pieces", upload("coming", "pk", "card"),
        lambda _scene: {"offset": 0, "piece": specimens.upload(b"a" * 100, "blob")},
    ),
    sends("api:upload-finish", upload("coming", "pk", "card"), shut=True),
    sends("api:upload-place", upload("waiting", "pk", "card"), SPOTS),
    sends("api:upload-throw-away", upload("coming", "pk", "card"), typed(reason="Gửi nhầm")),
    sends("api:evidence-replace", evidence("pk", "card"), a_new_file(7)),
    sends("api:evidence-mend", evidence("pk", "card"), typed(number="06/KH")),
    sends("api:evidence-attach", evidence("pk", "card"), SPOTS),
    sends("api:evidence-photos", of_card, photograph(code="1.1")),
]  # fmt: skip
ROWS = [*PAGES, *API]
