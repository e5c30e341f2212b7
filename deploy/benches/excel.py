"""A sheet of 300 nodes imported: read, checked and compared, then written, each against its own floor."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from deploy.benches import floor_excel
from deploy.benches.measuring import Figure, alternate

RUNS = 15


class _BackAgain(Exception):
    """Takes a transaction back, so that every run finds an empty draft."""


def figures() -> Iterator[Figure]:
    """Give the ratio of the preview to parsing bare, and of the writing to inserting the same rows bare."""
    full, empty, content = _world()
    yield Figure(
        "excel_preview_300",
        alternate(lambda: _preview(empty, content), lambda: floor_excel.parse(content), RUNS),
        3,
    )
    yield Figure(
        "excel_compare_300",
        alternate(lambda: _preview(full, content), lambda: floor_excel.parse(content), RUNS),
        3,
    )
    rows = _rows(full)
    yield Figure(
        "excel_apply_300", alternate(lambda: _apply(empty, content), lambda: _insert(empty, rows), RUNS), 3
    )


def _preview(draft: Any, content: bytes) -> Any:
    """Do what the page does with the bytes: judged, parsed, checked, set against the draft."""
    from backend.criteria.sheets import plan_for, read_file

    plan = plan_for(read_file(io.BytesIO(content), "bo-tieu-chi.xlsx"), draft)
    if plan.problems or len(plan.wishes) != 300:
        raise RuntimeError(str(plan.problems[:3]))
    return plan


def _apply(draft: Any, content: bytes) -> None:
    from django.db import transaction

    from backend.criteria import actions
    from backend.criteria.sheets import read_file
    from permissions.actor import SYSTEM

    reading = read_file(io.BytesIO(content), "bo-tieu-chi.xlsx")
    with suppress(_BackAgain), transaction.atomic():
        actions.import_sheet(draft, reading, by=SYSTEM, seen=draft.revision)
        raise _BackAgain


def _insert(draft: Any, rows: list[dict[str, Any]]) -> None:
    from django.db import transaction

    with suppress(_BackAgain), transaction.atomic():
        floor_excel.insert(draft, rows)
        raise _BackAgain


def _world() -> tuple[Any, Any, bytes]:
    """Return a draft of 300 nodes, an empty one, and the first as a sheet."""
    from backend.criteria.queries import nodes_of
    from backend.criteria.sheets import exported
    from deploy.benches.workshop import _world as workshop_world

    _user, full = workshop_world()
    from backend.criteria import actions
    from permissions.actor import SYSTEM

    empty = actions.create_set(full.owner, by=SYSTEM, kind=full.kind, year=2027, title="Bộ trống")
    return full, empty, exported(full, nodes_of(full))[0]


def _rows(full: Any) -> list[dict[str, Any]]:
    names = (
        "code",
        "level",
        "order",
        "title",
        "is_leaf",
        "max_points",
        "source",
        "rule",
        "params",
        "guidance",
    )
    return list(full.nodes.order_by("order").values(*names))
