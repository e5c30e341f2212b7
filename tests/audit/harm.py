"""What somebody who owns the database can do to history: its walls fall for the time of one statement."""

from django.db import connection

from backend.audit import triggers, walls
from backend.audit.triggers import history_models


def as_owner(statement: str, *values: object) -> None:
    """Run a statement on a database of the test's own whose walls are down, then put them up again.

    On PostgreSQL the owner's rights are needed; there the tests of this file's callers run on SQLite only.
    """
    with connection.cursor() as cursor:
        for wall in triggers._walls(connection):
            cursor.execute(f'DROP TRIGGER IF EXISTS "{wall.name}"')
        cursor.execute(statement, values)
    walls.put_up(triggers._walls(connection), "default")


def tables() -> list[str]:
    """Return the tables of history."""
    return [model._meta.db_table for model in history_models()]
