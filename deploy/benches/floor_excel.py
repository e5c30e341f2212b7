"""The floors of the import: the sheet parsed bare, and its rows inserted bare with their history."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any


def parse(content: bytes) -> list[list[Any]]:
    """Return the typed cells of the first sheet, read by the same library and nothing else."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def insert(draft: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert nodes and their history in bulk, the columns known beforehand: the least that must be written."""
    from django.db import transaction

    from backend.audit.recording import create_all, recording
    from backend.criteria.models import Node
    from permissions.actor import SYSTEM

    with transaction.atomic(), recording(by=SYSTEM, about=draft.history_about):
        keys: dict[str, int] = {"": 0}
        for level in range(1, 6):
            nodes = [
                Node(criteria_set=draft, parent_id=keys[row["code"].rpartition(".")[0]] or None, **row)
                for row in rows
                if row["level"] == level
            ]
            keys |= {node.code: node.pk for node in create_all(Node, nodes)}
