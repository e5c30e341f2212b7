"""What was published never changes: the database itself refuses it, on SQLite and PostgreSQL.

Rows of a ranking are only ever added, and only until it is published; a published ranking is never
altered or deleted. They make way for a migrate and are put back after it.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import connections

from backend.audit.walls import lacking, make_way, standing

MESSAGE = "a published ranking never changes"

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
_PG_CHANGE = f"""
CREATE OR REPLACE FUNCTION reports_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '42501'; END $$
"""


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
    found[_name(_RANKING, "INSERT")] = (_RANKING, "INSERT", _REPLACES_PUBLISHED)
    return found


def put_back(*, using: str = "default", **_: Any) -> None:
    """Create every wall that is missing."""
    connection = connections[using]
    if _RANKING not in connection.introspection.table_names():
        return
    build = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with connection.cursor() as cursor:
        build(cursor)


def take_down(*, using: str = "default", **_: Any) -> None:
    """Let the walls make way for a migrate."""
    make_way(using, walls())


def missing(using: str = "default") -> list[str]:
    """Return the names of walls that do not stand; an empty list means all do, or there is nothing to guard yet."""
    connection = connections[using]
    if _RANKING not in connection.introspection.table_names():
        return []
    return sorted(set(walls()) - standing(connection))


def _name(table: str, event: str) -> str:
    return f"{table}_frozen_{event.lower()}"


def _on_sqlite(cursor: Any) -> None:
    for name, (table, event, condition) in walls().items():
        when = f"WHEN {condition} " if condition else ""
        cursor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def _on_postgresql(cursor: Any) -> None:
    cursor.execute(_PG_CHANGE)
    for name, (table, event, condition) in walls().items():
        function = _pg_function(cursor, name, condition) if "SELECT" in condition else "reports_refuse_change"
        # A trigger's own condition may not look into other tables there.
        when = f"WHEN ({condition}) " if condition and "SELECT" not in condition else ""
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when}"
            f"EXECUTE FUNCTION {function}()"
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    for table in (_RANKING, *_COPIES):
        name = _name(table, "truncate")
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION reports_refuse_change()"
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _pg_function(cursor: Any, name: str, condition: str) -> str:
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '42501'; END IF; "
        "RETURN NEW; END $$"
    )
    return name


def stand(app_configs: Any = None, databases: Any = None, **_: Any) -> list[checks.Error]:
    """Return one error per missing wall, for ``check --database``."""
    return [
        checks.Error(
            f"Thiếu lớp chặn sửa kết quả đã công bố: {name}. Hãy chạy: manage.py migrate", id="reports.E001"
        )
        for using in databases or []
        for name in lacking(missing, using)
    ]
