"""Documents of all units in one go: the host's to begin, and theirs alone who asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.permissions.rows.cards import typed
from tests.permissions.rows.council import round_
from tests.permissions.table import Scene, row

OF_HOST = {"ok": "HOST", "hidden": "UNIT STRANGERS"}
OWN = {"ok": "secretary", "hidden": "UNIT manager appraiser member chair inspector STRANGERS"}


def batch(scene: Scene) -> Mapping[str, Any]:
    """Return the values of an address of the secretary's batch."""
    assert scene.batch
    return {"pk": scene.batch.pk}


def asked(scene: Scene) -> Mapping[str, Any]:
    """Return a batch as asked for in JSON."""
    return {"round": scene.rounds["published"].pk, "kind": "appraisal"}


ROWS = [
    row("reports:batch_list", at=round_("published"), **OF_HOST),
    row(
        "reports:batch_list", "POST", at=round_("published"), body=typed(kind="appraisal"), in_body=True, **OF_HOST
    ),
    row("reports:batch", at=batch, **OWN),
    row("reports:batch_cancel", "POST", at=batch, **OWN),
    row("reports:batch_resume", "POST", at=batch, shut=True, **OWN),
    row("reports:batch_file", at=batch, shut=True, **OWN),
    row("api:batch-list", "POST", body=asked, in_body=True, **OF_HOST),
    row("api:batch-detail", at=batch, **OWN),
    row("api:batch-cancel", "POST", at=batch, **OWN),
    row("api:batch-resume", "POST", at=batch, shut=True, **OWN),
    row("api:batch-file", at=batch, shut=True, **OWN),
]  # fmt: skip
