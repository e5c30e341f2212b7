"""What was published or issued never changes: the database itself refuses it, on SQLite and PostgreSQL.

Rows of a ranking are only ever added, and only until it is published; a published ranking is never
altered or deleted. An issued document keeps what it was issued with; only its state goes on. They make way for a migrate and are put back after it.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import connections

from backend.audit.walls import Wall, fallen, lacking, make_way, on_postgresql, on_sqlite, put_up, raising

MESSAGE = "a published ranking never changes"
ISSUED_MESSAGE = "what was issued never changes"

_RANKING = "reports_ranking"
_SECTION = "reports_section"
# Table and how its new row leads to the moment its ranking was published.
_COPIES = {
    _SECTION: "SELECT published_at FROM reports_ranking WHERE id = NEW.ranking_id",
    "reports_bandcopy": "SELECT r.published_at FROM reports_ranking r JOIN reports_section s "
    "ON s.ranking_id = r.id WHERE s.id = NEW.section_id",
    "reports_row": "SELECT r.published_at FROM reports_ranking r JOIN reports_section s "
    "ON s.ranking_id = r.id WHERE s.id = NEW.section_id",
    "reports_fieldrow": "SELECT r.published_at FROM reports_ranking r JOIN reports_section s "
    "ON s.ranking_id = r.id JOIN reports_row o ON o.section_id = s.id WHERE o.id = NEW.row_id",
}
# SQLite's INSERT OR REPLACE deletes the row that stands in its way and fires no trigger of DELETE.
_REPLACES = "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
_REPLACES_PUBLISHED = (
    "EXISTS (SELECT 1 FROM reports_ranking WHERE published_at IS NOT NULL "
    "AND (id = NEW.id OR (round_id = NEW.round_id AND version = NEW.version)))"
)
_ISSUED = "reports_issueddocument"
_KEPT = (
    "document_id", "series", "code", "issuer_id", "issuer_name", "number", "issued_on", "year", "signer_name",
    "signer_capacity", "signer_title", "title", "sha256", "size", "data", "data_digest", "signatures", "issued_by_id",
    "asked_at", "made_at",
)  # fmt: skip
_ALTERS_ISSUED = (
    "OLD.state <> 'making' AND ("
    + " OR ".join(f"OLD.{name} <> NEW.{name}" for name in _KEPT)
    + " OR NEW.made_at IS NULL OR NEW.state = 'making' OR (OLD.state <> 'current' AND NEW.state <> OLD.state)"
    " OR (OLD.state = 'withdrawn' AND OLD.withdrawn_reason <> NEW.withdrawn_reason))"
)
_REPLACES_ISSUED = (
    "EXISTS (SELECT 1 FROM reports_issueddocument WHERE state <> 'making' "
    "AND (id = NEW.id OR code = NEW.code OR document_id = NEW.document_id))"
)
_PG_CHANGE = f"\nBEGIN {raising(MESSAGE)} END "


def walls() -> dict[str, tuple[str, str, str]]:
    """Return every wall by name: table, event, and the condition in SQL ("" is always)."""
    found = {}
    for event in ("UPDATE", "DELETE"):
        found[_name(_RANKING, event)] = (_RANKING, event, "OLD.published_at IS NOT NULL")
        for table in _COPIES:
            found[_name(table, event)] = (table, event, "")
    for table, query in _COPIES.items():
        condition = f"({query}) IS NOT NULL OR {_REPLACES.format(table=table)}"
        found[_name(table, "INSERT")] = (table, "INSERT", condition)
    found[_name(_ISSUED, "UPDATE")] = (_ISSUED, "UPDATE", _ALTERS_ISSUED)
    found[_name(_ISSUED, "DELETE")] = (_ISSUED, "DELETE", "OLD.state <> 'making'")
    found[_name(_ISSUED, "INSERT")] = (_ISSUED, "INSERT", _REPLACES_ISSUED)
    found[_name(_RANKING, "INSERT")] = (_RANKING, "INSERT", _REPLACES_PUBLISHED)
    return found


def put_back(*, using: str = "default", **_: Any) -> None:
    """Put up every wall that does not stand as meant."""
    put_up(_walls(connections[using]), using)


def take_down(*, using: str = "default", **_: Any) -> None:
    """Let the walls make way for a migrate."""
    make_way(using, walls())


def missing(using: str = "default") -> list[str]:
    """Return the names of walls that are gone or do not refuse; empty means all stand, or nothing is to guard yet."""
    return sorted(wall.name for wall in fallen(_walls(connections[using]), using))


def _walls(connection: Any) -> list[Wall]:
    if _RANKING not in connection.introspection.table_names():
        return []
    if connection.vendor == "postgresql":
        return [*(_on_postgresql(name, *wall) for name, wall in walls().items()), *_against_truncate()]
    return [
        on_sqlite(name, table, event, _message(table), when=condition)
        for name, (table, event, condition) in walls().items()
    ]


def _name(table: str, event: str) -> str:
    return f"{table}_frozen_{event.lower()}"


def _message(table: str) -> str:
    return ISSUED_MESSAGE if table == _ISSUED else MESSAGE


def _on_postgresql(name: str, table: str, event: str, condition: str) -> Wall:
    # A trigger's own condition may not look into other tables there, and a long one comes back in other words.
    if "SELECT" in condition or table == _ISSUED:
        row = "OLD" if event == "DELETE" else "NEW"
        body = f" BEGIN IF {condition} THEN {raising(_message(table))} END IF; RETURN {row}; END "
        return on_postgresql(name, table, event, function=name, body=body)
    when = f"({condition.replace('OLD.', 'old.')})" if condition else ""
    return on_postgresql(name, table, event, function="reports_refuse_change", body=_PG_CHANGE, when=when)


def _against_truncate() -> list[Wall]:
    return [
        on_postgresql(
            _name(table, "truncate"), table, "TRUNCATE",
            function="reports_refuse_change", body=_PG_CHANGE, each="STATEMENT",
        )
        for table in (_RANKING, _ISSUED, *_COPIES)
    ]  # fmt: skip


def stand(app_configs: Any = None, databases: Any = None, **_: Any) -> list[checks.Error]:
    """Return one error per missing wall, for ``check --database``."""
    return [
        checks.Error(
            f"Thiếu lớp chặn sửa kết quả đã công bố, hoặc lớp chặn đã bị đổi: {name}. Hãy chạy: manage.py migrate",
            id="reports.E001",
        )
        for using in databases or []
        for name in lacking(missing, using)
    ]
