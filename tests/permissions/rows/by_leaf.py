"""One leaf across units, canned reasons, who has done how much; the document of a deduction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.criteria.models import Node
from backend.scoring import actions
from backend.scoring.models import CannedReason, Deduction
from permissions.actor import SYSTEM
from tests.permissions.rows.cards import PLACES
from tests.permissions.rows.council import APPRAISES, HOSTED, OTHER_FIELD, TAKEN, mark, round_
from tests.permissions.table import Row, Scene, Values, row
from tests.scoring import specimens

BOTH = ("city", "district")
KEEPS = {
    "ok": "manager secretary chair", "refused": "appraiser member inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
CANNED = {"code": "vb1", "text": "Văn bản số … ban hành chậm", "version": 0}


def node(scene: Scene, code: str) -> Node:
    """Return a leaf of the round under appraisal."""
    return scene.cards["appraising"].scores.get(code=code).node


def on_leaf(code: str) -> Values:
    """Return the values of the address of a leaf across units."""
    return lambda scene: {"pk": scene.rounds["appraising"].pk, "node_pk": node(scene, code).pk}


def on_row(code: str) -> Values:
    """Return the values of the address of one unit in that table."""
    leaf = on_leaf(code)
    return lambda scene: {**leaf(scene), "card_pk": scene.cards["appraising"].pk}


def canned(scene: Scene) -> CannedReason:
    """Return a canned reason of the host in use, written now where there is none."""
    found = CannedReason.objects.filter(host=scene.host, retired_at__isnull=True).first()
    return found or actions.save_reason(
        scene.rounds["appraising"], by=SYSTEM, code="vb9", text="Văn bản số … không có dấu"
    )


def of_reason(scene: Scene) -> dict[str, Any]:
    """Return the values of the page's address of a canned reason."""
    return {"pk": scene.rounds["appraising"].pk, "reason_pk": canned(scene).pk}


def of_reason_api(scene: Scene) -> dict[str, Any]:
    """Return the values of the JSON address of a canned reason."""
    return {"round": scene.rounds["appraising"].pk, "pk": canned(scene).pk}


def in_round(scene: Scene) -> dict[str, Any]:
    """Return the values of a JSON address of the round."""
    return {"round": scene.rounds["appraising"].pk}


def with_document(scene: Scene) -> dict[str, Any]:
    """Return the values of the address of a deduction's document; the step is not shown to the unit yet."""
    card = scene.cards["appraised"]
    found = Deduction.objects.filter(card=card, file__isnull=False).first()
    if found is None:
        told = {**TAKEN, "points": Decimal("0.25")}
        upload = specimens.upload(specimens.pdf(), "thong-bao.pdf")
        found = actions.deduct(card, by=SYSTEM, upload=upload, **told)
    return {"pk": card.pk, "deduction_pk": found.pk}


ROWS: list[Row] = [
    row("scoring:by_leaf_list", at=round_("appraising"), places=BOTH, **HOSTED),
    row("scoring:marker_list", at=round_("appraising"), places=BOTH, **HOSTED),
    row("scoring:by_leaf", at=on_leaf("2.1"), places=BOTH, **HOSTED),
    row(
        "scoring:by_leaf_row", "POST", at=on_row("2.1"), places=PLACES,
        body=mark("appraising", "2.1", 2, points="4,5", reason="Chưa đủ số liệu"), **APPRAISES,
    ),
    row(
        "scoring:by_leaf_row", "POST", note="outside her field", at=on_row("1.1"), places=PLACES,
        body=mark("appraising", "1.1", 2, points="0", reason="Không ban hành"), **OTHER_FIELD,
    ),
    row("scoring:reason_list", at=round_("appraising"), places=BOTH, **HOSTED),
    row(
        "scoring:reason_list", "POST", at=round_("appraising"), places=BOTH,
        body=lambda _scene: CANNED, **KEEPS,
    ),
    row("scoring:retire_reason", "POST", at=of_reason, places=BOTH, **KEEPS),
    row("scoring:deduction_file", at=with_document, places=BOTH, **HOSTED),
    row("api:round-leaf-list", at=in_round, places=BOTH, **HOSTED),
    row(
        "api:round-leaf-detail", at=lambda scene: {**in_round(scene), "pk": node(scene, "2.1").pk},
        places=BOTH, **HOSTED,
    ),
    row("api:round-reason-list", at=in_round, places=BOTH, **HOSTED),
    row("api:round-reason-list", "POST", at=in_round, places=BOTH, body=lambda _scene: CANNED, **KEEPS),
    row("api:round-reason-retire", "POST", at=of_reason_api, places=BOTH, **KEEPS),
]  # fmt: skip
