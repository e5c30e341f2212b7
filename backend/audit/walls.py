"""What all walls of triggers have in common: how one is put up, which stand as meant, how they make way for a migrate.

A wall is known by its whole definition, never by its name: one of the same name that does nothing is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, ProgrammingError, connections


@dataclass(frozen=True)
class Wall:
    """A trigger that refuses a change: ``meant`` is how the database tells of it when it stands."""

    name: str
    table: str
    meant: str
    statements: tuple[str, ...]


def on_sqlite(name: str, table: str, verb: str, message: str, *, when: str = "") -> Wall:
    """Return the wall that aborts ``verb`` with a message, always or when a condition in SQL holds."""
    condition = f"WHEN {when} " if when else ""
    text = (
        f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" {condition}'
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )
    return Wall(name, table, text, (f'DROP TRIGGER IF EXISTS "{name}"', text))


# What a function with its owner's rights must say, lest somebody's own tables stand in for ours.
AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"


def on_postgresql(  # noqa: PLR0913  (a trigger has that many parts, all by name)
    name: str,
    table: str,
    verb: str,
    *,
    function: str,
    body: str,
    each: str = "ROW",
    when: str = "",
    timing: str = "BEFORE",
    as_owner: bool = False,
) -> Wall:
    """Return the wall that runs a function with that PL/pgSQL body before (or after) ``verb``.

    ``when`` is written as PostgreSQL tells it: lower case, each part in its own brackets. ``as_owner``: the
    function may do what its owner may.
    """
    condition = f"WHEN ({when}) " if when else ""
    rest = (
        f"TRIGGER {name} {timing} {verb} ON {table} FOR EACH {each} {condition}EXECUTE FUNCTION {function}()"
    )
    rights = f"{AS_OWNER} " if as_owner else ""
    statements = (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql {rights}AS $${body}$$",
        f"CREATE OR REPLACE {rest}",
        # ALWAYS: session_replication_role = replica does not get round it.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )
    return Wall(name, table, _told(f"CREATE {rest}", body, as_owner), statements)


def function_on_postgresql(name: str, table: str, *, takes: str, returns: str, body: str) -> Wall:
    """Return the function with its owner's rights that the program calls in place of touching ``table``."""
    text = f"CREATE OR REPLACE FUNCTION {name}({takes}) RETURNS {returns} LANGUAGE plpgsql {AS_OWNER} AS $${body}$$"
    return Wall(name, table, _told(f"FUNCTION {name}", body, as_owner=True), (text,))


def raising(message: str) -> str:
    """Return the PL/pgSQL statement that refuses with this message."""
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = '42501';"


def fallen(walls: Iterable[Wall], using: str) -> list[Wall]:
    """Return the walls that do not stand as they are meant in that database."""
    found = _standing(connections[using])
    return [wall for wall in walls if wall.meant not in found]


def put_up(walls: Iterable[Wall], using: str) -> None:
    """Put up every wall that does not stand as meant."""
    with connections[using].cursor() as cursor:
        for wall in fallen(walls, using):
            for statement in wall.statements:
                cursor.execute(statement)


def make_way(using: str, names: Iterable[str]) -> None:
    """Drop the triggers of these names that stand, for the time of a migrate on SQLite.

    There an altered table is made anew, and a trigger of another table that names it stops the work. An
    older database may have fewer of the tables. PostgreSQL alters tables under their triggers.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def lacking(missing: Callable[[str], list[str]], using: str) -> list[str]:
    """Return what ``missing`` finds; nothing where there is no database yet, since migrate puts the walls up."""
    try:
        return missing(using)
    except (OperationalError, ProgrammingError):
        return []


_ON_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
# Only those that fire whatever the session's role.
_ON_POSTGRESQL = """
SELECT pg_get_triggerdef(t.oid), p.prosrc, p.prosecdef FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND l.lanname = 'plpgsql'
UNION ALL
SELECT 'FUNCTION ' || p.proname, p.prosrc, p.prosecdef FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND l.lanname = 'plpgsql' AND p.prorettype <> 'trigger'::regtype
"""


def _standing(connection: Any) -> set[str]:
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(_ON_POSTGRESQL if postgresql else _ON_SQLITE)
        return {_told(*row) if postgresql else row[0] for row in cursor.fetchall()}


def _told(definition: str, body: str, as_owner: bool = False) -> str:
    rights = " AS OWNER" if as_owner else ""
    return f"{definition.replace('public.', '').replace(chr(34), '')}{rights} AS {body}"
