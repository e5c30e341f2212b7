"""The database itself refuses to change a published set: what was issued stays as it was issued.

Nodes, and for whom they apply, change only while their set is a draft: in consultation too the tree stands
still. A published set may only become superseded; every other column of it stands, its legal basis too. The
walls are taken down before every migrate and put back after it, because SQLite remakes an altered table and
minds triggers that name it.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import connections

from backend.audit.walls import Wall, fallen, lacking, make_way, on_postgresql, on_sqlite, put_up, raising
from backend.criteria.models import Applicability, CriteriaSet, Node

MESSAGE = "a published criteria set is frozen"
NODES, SETS = Node._meta.db_table, CriteriaSet._meta.db_table
SCOPES = Applicability._meta.db_table
_VERBS = {"ins": "INSERT", "upd": "UPDATE", "del": "DELETE"}
_WALLS = {
    **{f"{NODES}_frozen_{event}": (NODES, verb) for event, verb in _VERBS.items()},
    **{f"{SCOPES}_frozen_{event}": (SCOPES, verb) for event, verb in _VERBS.items()},
    **{f"{SETS}_frozen_{event}": (SETS, _VERBS[event]) for event in ("upd", "del")},
}
# SQLite's INSERT OR REPLACE deletes the row that stands in its way and fires no trigger of DELETE.
_ON_SQLITE_TOO = {f"{SETS}_frozen_ins": (SETS, "INSERT")}

# FOR SHARE: a set that is being published elsewhere is waited for.
_PG_ROW = """
DECLARE stands text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    SELECT s.state INTO stands FROM {old} FOR SHARE OF s;
    IF stands <> 'draft' THEN {refuse} END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  SELECT s.state INTO stands FROM {new} FOR SHARE OF s;
  IF stands <> 'draft' THEN {refuse} END IF;
  RETURN NEW;
END
"""
_PG_SET = f"""
BEGIN
  IF OLD.state IN ('draft', 'consultation') THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state'
     AND (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'superseded'))
  THEN RETURN NEW; END IF;
  {raising(MESSAGE)}
END
"""


def _set_of(table: str, row: str) -> str:
    """Return the FROM and WHERE that lead from a row of a trigger to its set, named s."""
    if table == NODES:
        return f"{SETS} s WHERE s.id = {row}.criteria_set_id"
    return f"{SETS} s JOIN {NODES} n ON n.criteria_set_id = s.id WHERE n.id = {row}.node_id"


_FUNCTIONS = {NODES: "refuse_frozen_node", SCOPES: "refuse_frozen_scope", SETS: "refuse_frozen_set"}
_PG_BODIES = {SETS: _PG_SET} | {
    table: _PG_ROW.format(old=_set_of(table, "OLD"), new=_set_of(table, "NEW"), refuse=raising(MESSAGE))
    for table in (NODES, SCOPES)
}


def put_back(*, using: str = "default", **_: Any) -> None:
    """Put up every wall that does not stand as meant."""
    connection = connections[using]
    if _tables_stand(connection):
        put_up(_walls(connection.vendor), using)


def take_down(*, using: str = "default", **_: Any) -> None:
    """Let the walls make way for a migrate."""
    make_way(using, (wall.name for wall in _walls("sqlite")))


def _tables_stand(connection: Any) -> bool:
    return {NODES, SCOPES, SETS} <= set(connection.introspection.table_names())


def _walls(vendor: str) -> list[Wall]:
    if vendor == "postgresql":
        return [
            on_postgresql(name, table, verb, function=_FUNCTIONS[table], body=_PG_BODIES[table])
            for name, (table, verb) in _WALLS.items()
        ]
    return [_on_sqlite(name, *wall) for name, wall in (_WALLS | _ON_SQLITE_TOO).items()]


def _on_sqlite(name: str, table: str, verb: str) -> Wall:
    when = _frozen_set(verb) if table == SETS else _frozen_row(table, verb)
    return on_sqlite(name, table, verb, MESSAGE, when=when)


def _frozen_row(table: str, verb: str) -> str:
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[verb]
    frozen = [f"(SELECT s.state FROM {_set_of(table, row)}) <> 'draft'" for row in rows]  # noqa: S608
    if verb == "INSERT":
        frozen.append(f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")  # noqa: S608
    return " OR ".join(frozen)


def _frozen_set(verb: str) -> str:
    if verb == "INSERT":
        same = "(id = NEW.id OR (owner_id, kind_id, year, version) = (NEW.owner_id, NEW.kind_id, NEW.year, NEW.version))"
        return f"EXISTS (SELECT 1 FROM {SETS} WHERE {same} AND state NOT IN ('draft', 'consultation'))"  # noqa: S608
    if verb == "DELETE":
        return "OLD.state NOT IN ('draft', 'consultation')"
    columns = [field.column for field in CriteriaSet._meta.concrete_fields if field.column != "state"]
    same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in columns)
    onward = "NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'superseded')"
    return f"OLD.state NOT IN ('draft', 'consultation') AND NOT ({same} AND ({onward}))"


def missing(using: str = "default") -> list[str]:
    """Return the names of walls that are gone or do not refuse; empty means all stand, or nothing is to guard yet."""
    return [wall.name for wall in _fallen(using)]


def _fallen(using: str) -> list[Wall]:
    connection = connections[using]
    return fallen(_walls(connection.vendor), using) if _tables_stand(connection) else []


def _open_tables(using: str) -> list[str]:
    return sorted({wall.table for wall in _fallen(using)})


def walls_stand(app_configs: Any = None, databases: Any = None, **_: Any) -> list[checks.Error]:
    """Return one error per table where a published set could be altered unseen (``check --database``)."""
    return [
        checks.Error(
            f"Bộ tiêu chí đã ban hành không có đủ lớp chặn sửa, xóa ở bảng {table}. Hãy chạy: manage.py migrate",
            id="criteria.E001",
        )
        for using in databases or []
        for table in lacking(_open_tables, using)
    ]
