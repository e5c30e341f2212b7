"""The yardstick of the history room: the bare indexed query by hand, its rows by key, and the same page around them.

It stands behind the same settings and middleware (session, person) as ours. It knows the one index that serves each
filter, asks no right, hides nothing, looks no name up and puts nothing into words.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from backend.config.urls import urlpatterns as ours
from backend.scoring.changes import KINDS
from backend.scoring.forms.history import HistoryFilter

LINES = "SELECT id, at, source, row_key, kind, code, card_key, points_before, points_after FROM audit_line"
NEWEST = "ORDER BY at DESC, id DESC LIMIT 51"
ACCESSES = (
    "SELECT id AS history_id, at AS history_date, actor_name, '' AS step_name, unit_name, "
    "'' AS history_change_reason FROM audit_access"
)
ROWS = "SELECT history_id, history_date, actor_name, step_name, unit_name, history_change_reason FROM"


def history(request: HttpRequest) -> HttpResponse:
    """Answer with the newest lines under a condition in SQL, as the room's page shows them."""
    with connection.cursor() as cursor:
        lines = asked(cursor, request.GET["where"])[:50]
        rows = _rows(cursor, lines)
    changes = [_change(line, rows[line.source, line.row_key]) for line in lines]
    form = HistoryFilter(None, auto_id="filter-%s", actor=request.actor)  # type: ignore[attr-defined]
    context = {"changes": changes, "older": "1", "filters": form, "q": "", "is_newest": True, "most_rows": 1}
    return render(request, "scoring/history.html", context)


def asked(cursor: Any, where: str) -> list[Any]:
    """Return the lines of the bare indexed query; the units' own parts of their cards stand apart in each index."""
    parts = " UNION ALL ".join(
        f"SELECT * FROM ({LINES} WHERE {where} AND own = {own} {NEWEST}) part_{own}"  # noqa: S608
        for own in (0, 1)
    )
    cursor.execute(f"{parts} {NEWEST}")
    return _named(cursor)


def _rows(cursor: Any, lines: list[Any]) -> dict[tuple[str, int], Any]:
    keys: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        keys[line.source].append(line.row_key)
    found = {}
    for table, of_table in keys.items():
        keys_of_it = ", ".join(map(str, of_table))
        if table == "audit_access":
            cursor.execute(f"{ACCESSES} WHERE id IN ({keys_of_it})")
        else:
            cursor.execute(f"{ROWS} {table} WHERE history_id IN ({keys_of_it})")
        found |= {(table, row.history_id): row for row in _named(cursor)}
    return found


def _named(cursor: Any) -> list[Any]:
    names = [column[0] for column in cursor.description]
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _change(line: Any, row: Any) -> dict[str, Any]:
    return {
        "at": _moment(row.history_date),
        "who": row.actor_name,
        "step": row.step_name,
        "unit": row.unit_name,
        "title": KINDS[line.kind],
        "code": line.code,
        "card": line.card_key,
        "is_change": line.source != "audit_access",
        "what": f"{line.points_before} {line.points_after}",
        "reason": row.history_change_reason,
        "stated": "",
    }


def _moment(value: Any) -> Any:
    """Return the moment; SQLite gives it without its offset to who asks it bare."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


urlpatterns = [path("floor/history/", history), *ours]
