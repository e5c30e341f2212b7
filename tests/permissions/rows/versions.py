"""Pages of versions of criteria sets: publication, copies, frameworks, comparison, the annex of it."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from permissions.roles import Verb
from tests.permissions.rows.cards import typed
from tests.permissions.rows.setup import BOTH, DRAFTS, READS, WRITES, WRITES_ANY, both, node, set_
from tests.permissions.table import Row, Scene, row

# Who sees two sets asks for what differs; a draft is the host's own.
PAIR = {"ok": "HOST", "hidden": "UNIT STRANGERS", "verb": Verb.VIEW}


def a_decision(scene: Scene) -> dict[str, Any]:
    """Return the address of the published set's decision, with its bytes in storage."""
    published = scene.sets["published"]
    if not default_storage.exists(published.legal_file):
        default_storage.save(published.legal_file, ContentFile(b"%PDF-1.7"))
    return {"pk": published.pk}


def a_pair(scene: Scene) -> dict[str, Any]:
    """Return the published set and the draft after it."""
    return {"pk": scene.sets["draft"].pk, "older": scene.sets["published"].pk}


def a_year(scene: Scene) -> dict[str, Any]:
    """Return a set inside a framework as typed."""
    return {"owner": scene.host.pk, "year": "2041", "title": "Theo khung"}


ROWS: list[Row] = [
    row("criteria:publish", at=set_("draft"), places=BOTH, **DRAFTS),
    row("criteria:node_open", "POST", at=node("1.2"), body=typed(open="1"), places=BOTH, **DRAFTS),
    row("criteria:copy_from", **WRITES_ANY),
    row("criteria:compare", ok="ALL"),
    row("criteria:legal_file", at=a_decision, **READS),
    *both("criteria:set_follow", WRITES, set_("published"), a_year, places=("city",)),
    row("api:criteria-set-follow", "POST", at=set_("published"), body=a_year, shut=True, **WRITES),
    row("reports:comparison_document", "POST", at=a_pair, body=typed(), places=BOTH, **PAIR),
]
