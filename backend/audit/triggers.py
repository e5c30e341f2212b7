"""Append-only walls: the database itself refuses to change or delete history rows.

They are put back after every migrate, because SQLite remakes an altered table
and drops its triggers with it; ``missing`` names each table that lacks one.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from simple_history.models import HistoricalChanges

from backend.audit import walls

MESSAGE = "history is append-only"

_PG_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '42501'; END $$
"""
_PG_EVENTS = {"upd": ("UPDATE", "ROW"), "del": ("DELETE", "ROW"), "trn": ("TRUNCATE", "STATEMENT")}
# SQLite's INSERT OR REPLACE deletes the row that stands in its way and fires no trigger of DELETE.
_SQLITE_EVENTS = {"upd": "UPDATE", "del": "DELETE", "ins": "INSERT"}


def history_models() -> list[Any]:
    """Return every history model of the project, by table name."""
    found = [model for model in apps.get_models() if issubclass(model, HistoricalChanges)]
    return sorted(found, key=lambda model: model._meta.db_table)


def history_tables(connection: Any) -> list[str]:
    """Return the history tables that exist in that database now."""
    present = set(connection.introspection.table_names())
    tables = [model._meta.db_table for model in history_models()]
    return [table for table in tables if table in present]


def put_back(*, using: str = "default", **_: Any) -> None:
    """Create every wall that is missing and, on PostgreSQL, grant the program its rights."""
    connection = connections[using]
    tables = history_tables(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _wall_postgresql(cursor, tables)
            _grant(cursor, tables)
        else:
            _wall_sqlite(cursor, tables)


def missing(using: str = "default") -> list[str]:
    """Return the history tables that lack a wall, by name; an empty list means all stand."""
    connection = connections[using]
    standing = walls.standing(connection)
    events = _PG_EVENTS if connection.vendor == "postgresql" else _SQLITE_EVENTS
    return [
        table
        for table in history_tables(connection)
        if any(_wall_name(table, event) not in standing for event in events)
    ]


def _wall_name(table: str, event: str) -> str:
    return f"{table[:55]}_{event}"


def _wall_postgresql(cursor: Any, tables: list[str]) -> None:
    cursor.execute(_PG_FUNCTION)
    for table in tables:
        for event, (verb, each) in _PG_EVENTS.items():
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER "{_wall_name(table, event)}" BEFORE {verb} ON "{table}" '
                f"FOR EACH {each} EXECUTE FUNCTION refuse_history_change()"
            )
            # ALWAYS: session_replication_role = replica does not get round it.
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{_wall_name(table, event)}"')


def _wall_sqlite(cursor: Any, tables: list[str]) -> None:
    for table in tables:
        replaces = f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE history_id = NEW.history_id) '  # noqa: S608
        for event, verb in _SQLITE_EVENTS.items():
            cursor.execute(
                f'CREATE TRIGGER IF NOT EXISTS "{_wall_name(table, event)}" BEFORE {verb} ON "{table}" '
                f"{replaces if verb == 'INSERT' else ''}BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def _grant(cursor: Any, tables: list[str]) -> None:
    role = getattr(settings, "DATABASE_PROGRAM_ROLE", "")
    cursor.execute("SELECT current_user")
    if not role or cursor.fetchone()[0] == role:
        return
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    for table in tables:
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
