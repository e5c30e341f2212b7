"""Append-only walls: the database itself refuses to change or delete history rows.

Of some other tables (``binds``) no row goes and only named columns change. They are put back after every migrate, because SQLite remakes an altered table
and drops its triggers with it; ``missing`` names each table that lacks one.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from simple_history.models import HistoricalChanges

from backend.audit import continuing, erasure, walls

MESSAGE = "history is append-only"

_PG_BODY = f"\nBEGIN {walls.raising(MESSAGE)} END "
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


# What else is only added to, and the keys of each that no second row may have.
LOG = {
    "audit_logentry": (("index",), ("chain", "length")),
    "audit_checkpoint": (("number",), ("size",)),
    "audit_shape": (("code",),),
}
_bound: dict[str, tuple[Any, tuple[str, ...]]] = {}


def binds(model: Any, *, but: tuple[str, ...]) -> None:
    """Let no row of a model be removed, nor changed but for these columns."""
    _bound[model._meta.db_table] = (model, but)


def bound_tables(connection: Any) -> list[str]:
    """Return the tables that exist now of which only some columns may change."""
    present = set(connection.introspection.table_names())
    return [table for table in _bound if table in present]


def kept_tables(connection: Any) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return every table whose rows are never changed or removed, with its keys."""
    present = set(connection.introspection.table_names())
    log = {table: keys for table, keys in LOG.items() if table in present}
    return dict.fromkeys(history_tables(connection), (("history_id",),)) | log


def put_back(*, using: str = "default", **_: Any) -> None:
    """Put up every wall that does not stand as meant and, on PostgreSQL, grant the program its rights."""
    connection = connections[using]
    walls.put_up(_walls(connection), using)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            _grant(cursor, list(kept_tables(connection)), bound_tables(connection))


def missing(using: str = "default") -> list[str]:
    """Return the tables of history and log with a wall that is gone or does not refuse; an empty list means all stand."""
    return list(dict.fromkeys(wall.table for wall in walls.fallen(_walls(connections[using]), using)))


def _walls(connection: Any) -> list[walls.Wall]:
    tables = kept_tables(connection)
    chained = continuing.chained(connection, [table for table in tables if table not in LOG])
    if connection.vendor == "postgresql":
        standing = [_on_postgresql(table, event) for table in tables for event in _PG_EVENTS]
    else:
        standing = [_on_sqlite(table, event, tables[table]) for table in tables for event in _SQLITE_EVENTS]
    erasing = {wall.name: wall for wall in erasure.walls(connection, chained, MESSAGE)}
    standing = [erasing.get(wall.name, wall) for wall in standing]
    make = _bound_on_postgresql if connection.vendor == "postgresql" else _bound_on_sqlite
    bound = [wall for table in bound_tables(connection) for wall in make(table, *_bound[table])]
    return [*standing, *bound, *continuing.walls(connection, chained)]


def _wall_name(table: str, event: str) -> str:
    return f"{table[:55]}_{event}"


def _on_postgresql(table: str, event: str) -> walls.Wall:
    verb, each = _PG_EVENTS[event]
    name = _wall_name(table, event)
    return walls.on_postgresql(name, table, verb, function="refuse_history_change", body=_PG_BODY, each=each)


def _on_sqlite(table: str, event: str, keys: tuple[tuple[str, ...], ...]) -> walls.Wall:
    same = [" AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in keys]
    replaces = f'EXISTS (SELECT 1 FROM "{table}" WHERE {" OR ".join(same)})'  # noqa: S608
    when = replaces if event == "ins" else ""
    return walls.on_sqlite(_wall_name(table, event), table, _SQLITE_EVENTS[event], MESSAGE, when=when)


def _bound_on_postgresql(table: str, model: Any, but: tuple[str, ...]) -> list[walls.Wall]:
    loose = ", ".join(f"'{name}'" for name in but)
    same = f"to_jsonb(NEW) - ARRAY[{loose}] = to_jsonb(OLD) - ARRAY[{loose}]"
    body = f"\nBEGIN IF {same} THEN RETURN NEW; END IF; {walls.raising(MESSAGE)} END "
    name = _wall_name(table, "upd")
    update = walls.on_postgresql(name, table, "UPDATE", function=name, body=body)
    return [update, *(_on_postgresql(table, event) for event in ("del", "trn"))]


def _bound_on_sqlite(table: str, model: Any, but: tuple[str, ...]) -> list[walls.Wall]:
    fixed = [column.column for column in model._meta.concrete_fields if column.column not in but]
    changes = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in fixed)
    update = walls.on_sqlite(_wall_name(table, "upd"), table, "UPDATE", MESSAGE, when=changes)
    return [update, *(_on_sqlite(table, event, ((model._meta.pk.column,),)) for event in ("del", "ins"))]


def _grant(cursor: Any, tables: list[str], bound: list[str]) -> None:
    role = getattr(settings, "DATABASE_PROGRAM_ROLE", "")
    cursor.execute("SELECT current_user")
    if not role or cursor.fetchone()[0] == role:
        return
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    continuing.revoke(cursor, role)
    for table in (*tables, *bound):
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
    for table in bound:
        columns = ", ".join(f'"{name}"' for name in _bound[table][1])
        cursor.execute(f'GRANT UPDATE ({columns}) ON "{table}" TO "{role}"')
