"""What all walls of triggers have in common: which stand, how they make way for a migrate, how a check asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import OperationalError, ProgrammingError, connections


def standing(connection: Any) -> set[str]:
    """Return the names of all triggers that fire in that database, whatever the session's role."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def make_way(using: str, names: Iterable[str]) -> None:
    """Drop the triggers of these names that stand, for the time of a migrate on SQLite.

    There an altered table is made anew, and a trigger of another table that names it stops the work. An
    older database may have fewer of the tables. PostgreSQL alters tables under their triggers.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in standing(connection).intersection(names):
            cursor.execute(f'DROP TRIGGER "{name}"')


def lacking(missing: Callable[[str], list[str]], using: str) -> list[str]:
    """Return what ``missing`` finds; nothing where there is no database yet, since migrate puts the walls up."""
    try:
        return missing(using)
    except (OperationalError, ProgrammingError):
        return []
