"""Issued documents: who gives them out and takes them back; everybody may check one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import typed
from tests.permissions.rows.council import round_
from tests.permissions.rows.results import PUBLISHED, document
from tests.permissions.table import Scene, row
from tests.scoring import specimens

# Who reads the ranking and may not publish is told so; to the others it does not exist.
ISSUES = {
    "ok": "chair", "verb": Verb.PUBLISH, "hidden": "BELOW OUTSIDE",
    "refused": "UNIT manager appraiser secretary member inspector OTHER_UNITS",
}  # fmt: skip
STATED = {
    "number": "15/TB-UBND", "issued_on": "2026-03-05", "signer_name": "Người Ký", "signer_title": "Chủ tịch",
    "secret": make.PASSWORD,
}  # fmt: skip


def code(scene: Scene) -> Mapping[str, Any]:
    """Return the values of the public address of a code."""
    assert scene.issue
    return {"code": scene.issue.code}


def key(scene: Scene) -> Mapping[str, Any]:
    """Return the values of the public address of a code, for JSON."""
    return {"pk": code(scene)["code"]}


def a_file(_scene: Scene) -> Mapping[str, Any]:
    """Return a file to be checked."""
    return {"file": specimens.upload(specimens.pdf(), "van-ban.pdf")}


ROWS = [
    row("reports:issue", at=document("letter"), **ISSUES),
    row("reports:issue", "POST", at=document("letter"), body=typed(**STATED), **ISSUES),
    row("reports:withdraw", at=document("issued"), **ISSUES),
    row("reports:withdraw", "POST", at=document("issued"), body=typed(reason="Nhầm"), **ISSUES),
    row("reports:issued_list", at=round_("published"), **PUBLISHED),
    row("api:document-issue", "POST", at=document("letter"), body=typed(**STATED), **ISSUES),
    row("api:document-withdraw", "POST", at=document("issued"), body=typed(reason="Nhầm"), **ISSUES),
    row("reports:verify", ok="ALL", open=True),
    row("reports:verify", "POST", ok="ALL", open=True, body=a_file),
    row("reports:verify_code", ok="ALL", open=True, at=code),
    row("api:verify-list", "POST", ok="ALL", open=True, body=a_file),
    row("api:verify-detail", ok="ALL", open=True, at=key),
]
