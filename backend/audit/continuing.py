"""The walls by which a new history row must continue its chain, and which keep the chains' heads.

The head stands in ``audit_chain``. On PostgreSQL the program may only read that table: the trigger on history
and ``audit_hold`` (which holds heads until the transaction ends) do their work with the owner's rights.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections

from backend.audit.chaining import CHAINS, ZEROS
from backend.audit.walls import (
    Wall,
    function_on_postgresql,
    make_way,
    on_postgresql,
    on_sqlite,
    raising,
)

MESSAGE = "a history row must continue its chain"
HEADS_MESSAGE = "heads of chains are never removed"

_PG_CONTINUE = f"""
BEGIN
  UPDATE {CHAINS} SET length = NEW.sequence, head = NEW.digest
  WHERE name = NEW.chain AND length = NEW.sequence - 1 AND head = NEW.previous_digest;
  IF FOUND THEN RETURN NULL; END IF;
  IF NEW.sequence = 1 AND NEW.previous_digest = '{ZEROS}' THEN
    INSERT INTO {CHAINS} (name, length, head) VALUES (NEW.chain, 1, NEW.digest) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN NULL; END IF;
  END IF;
  {raising(MESSAGE)}
END
"""  # noqa: S608 (our own names)
# A chain without rows yet gets its head first, so that two who begin it wait for each other too.
_PG_HOLD = f"""
BEGIN
  INSERT INTO {CHAINS} (name, length, head) SELECT w, 0, '{ZEROS}' FROM unnest(wanted) w
  WHERE NOT EXISTS (SELECT 1 FROM {CHAINS} c WHERE c.name = w) ORDER BY w ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT c.name::text, c.length, c.head::text FROM {CHAINS} c
  WHERE c.name = ANY (wanted) ORDER BY c.name FOR UPDATE;
END
"""  # noqa: S608 (our own names)
_PG_KEEP = f"\nBEGIN {raising(HEADS_MESSAGE)} END "


def chained(connection: Any, tables: Iterable[str]) -> list[str]:
    """Return those of the history tables that have the columns of the chain already."""
    return [table for table in tables if _is_chained(connection, table)]


def walls(connection: Any, tables: list[str]) -> list[Wall]:
    """Return the walls of these history tables and of the heads; none before the heads have their table."""
    if CHAINS not in connection.introspection.table_names():
        return []
    if connection.vendor == "postgresql":
        return [*map(_on_postgresql, tables), *_of_the_heads()]
    return [*map(_on_sqlite, tables), on_sqlite(f"{CHAINS}_del", CHAINS, "DELETE", HEADS_MESSAGE)]


def take_down(*, using: str = "default", **_: Any) -> None:
    """Let the walls that name the table of heads, or columns that may go, make way for a migrate."""
    from backend.audit.triggers import history_models  # deferred: triggers stands on this file

    tables = [model._meta.db_table for model in history_models()]
    make_way(using, [f"{CHAINS}_del", *map(_name, tables), *(f"{table[:55]}_upd" for table in tables)])


def revoke(cursor: Any, role: str) -> None:
    """Leave the program nothing but reading of the heads."""
    if CHAINS in connections["default"].introspection.table_names(cursor):
        cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {CHAINS} FROM "{role}"')


def _is_chained(connection: Any, table: str) -> bool:
    # A table that a half-way migrate has left without its columns gets its wall with the rest.
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE 1 = 0')  # noqa: S608 (our own names)
        return "chain" in {column[0] for column in cursor.description}


def _name(table: str) -> str:
    return f"{table[:55]}_chn"


def _on_sqlite(table: str) -> Wall:
    name = _name(table)
    text = (
        f'CREATE TRIGGER "{name}" AFTER INSERT ON "{table}" BEGIN '  # noqa: S608 (our own names)
        f"SELECT RAISE(ABORT, '{MESSAGE}') WHERE NOT EXISTS (SELECT 1 FROM {CHAINS} WHERE name = NEW.chain "
        "AND length = NEW.sequence - 1 AND head = NEW.previous_digest) "
        f"AND NOT (NEW.sequence = 1 AND NEW.previous_digest = '{ZEROS}' "
        f"AND NOT EXISTS (SELECT 1 FROM {CHAINS} WHERE name = NEW.chain)); "
        f"INSERT INTO {CHAINS} (name, length, head) VALUES (NEW.chain, NEW.sequence, NEW.digest) "
        "ON CONFLICT (name) DO UPDATE SET length = excluded.length, head = excluded.head; END"
    )
    return Wall(name, table, text, (f'DROP TRIGGER IF EXISTS "{name}"', text))


def _on_postgresql(table: str) -> Wall:
    return on_postgresql(
        _name(table), table, "INSERT",
        function="continue_chain", body=_PG_CONTINUE, timing="AFTER", as_owner=True,
    )  # fmt: skip


def _of_the_heads() -> list[Wall]:
    keeping = {"function": "refuse_head_removal", "body": _PG_KEEP}
    return [
        on_postgresql(f"{CHAINS}_del", CHAINS, "DELETE", **keeping),
        on_postgresql(f"{CHAINS}_trn", CHAINS, "TRUNCATE", each="STATEMENT", **keeping),
        function_on_postgresql(
            "audit_hold",
            CHAINS,
            takes="wanted text[]",
            returns="TABLE (chain text, length bigint, head text)",
            body=_PG_HOLD,
        ),
    ]
