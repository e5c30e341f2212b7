"""The room's lines: the database writes one beside each history row that the room shows, whoever inserted the row.

What a row says to the filters is SQL over the row, the same text on both databases, so that bulk copies and raw
SQL are found like saves. Slices above say it of their models by ``shows``; a tracked model that is in neither
``shows`` nor ``leaves_out`` fails a test. A line adds no statement to a save. After each migrate the triggers are
put back and rows without a line get theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

from backend.audit import continuing, walls
from backend.audit.room import Access, Line
from backend.core.text import fold

TABLE = Line._meta.db_table
MESSAGE = "history is append-only"
_EVENTS = {"upd": "UPDATE", "del": "DELETE"}

_ACCENTED = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
    "d": "đ",
}
_SIGNS = "".join(_ACCENTED.values())
_BARE = "".join(bare * len(signs) for bare, signs in _ACCENTED.items())
# SQLite calls core.text.fold itself; a program that has not given it this function can't add to history.
FOLD = "vn_fold"


_TURN = (
    "COALESCE(told.turn, CASE WHEN told.points_after > told.points_before THEN 1 "
    "WHEN told.points_after < told.points_before THEN -1 ELSE 0 END)"
)
_WORDED = "CASE WHEN told.said = '' THEN 0 ELSE 1 END"


@dataclass(frozen=True)
class Shown:
    """What a row of one table says to the filters, as SQL in which ``{row}`` is the row.

    ``sort`` is SQL for the kind where it differs from row to row. ``turn`` follows from the points unless it is
    said. ``words`` are the columns whose text is searched; ``kept`` leaves rows out of the room. ``steps`` selects
    what the step has been called, where its name is read from what may be renamed; everything else a row says stays.
    """

    table: str
    kind: str
    sort: str = ""
    at: str = "{row}.history_date"
    key: str = "{row}.history_id"
    thing: str = "{row}.id"
    person: str = "{row}.history_user_id"
    host: str = "{row}.unit_key"
    card: str = "NULL"
    code: str = "''"
    step: str = "{row}.step_name"
    side: str = "''"
    before: str = "NULL"
    after: str = "NULL"
    turn: str = "NULL"
    words: tuple[str, ...] = ("history_change_reason",)
    kept: str = "1 = 1"
    steps: str = ""


_shown: dict[str, Shown] = {}
_left_out: dict[str, str] = {}


def shows(model: Any, kind: str, **said: Any) -> None:
    """Let the room show the history of a tracked model under ``kind``; ``said`` are parts of ``Shown``."""
    table = model.history.model._meta.db_table
    _shown[table] = Shown(table=table, kind=kind, **said)


def leaves_out(model: Any, reason: str) -> None:
    """Keep the history of a tracked model out of the room, and say why."""
    _left_out[model.history.model._meta.db_table] = reason


def known() -> set[str]:
    """Return the history tables of which it is said whether the room shows them."""
    return {*_shown, *_left_out}


def shows_accesses(host: str) -> None:
    """Let the room show who read, took out or was refused; ``host`` is SQL as in ``Shown``."""
    table = Access._meta.db_table
    own = {"at": "{row}.at", "key": "{row}.id", "person": "{row}.person_key", "card": "{row}.card_key"}
    _shown[table] = Shown(
        table=table,
        kind="",
        sort="{row}.kind",
        host=host,
        code="{row}.code",
        step="''",
        words=("target",),
        **own,
    )


def _parts(shown: Shown, vendor: str) -> dict[str, str]:
    """Return what each column of a row's line is, as SQL with ``{row}``."""
    words = " || ' ' || ".join(f"{{row}}.{word}" for word in shown.words)
    return {
        "at": shown.at,
        "source": f"'{shown.table}'",
        "row_key": shown.key,
        "object_key": shown.thing,
        "kind": shown.sort or f"'{shown.kind}'",
        "host_key": shown.host,
        "unit_key": "{row}.unit_key",
        "unit_path": "{row}.unit_path",
        "round_key": "{row}.round_key",
        "card_key": f"CAST({shown.card} AS bigint)",
        "person_key": shown.person,
        "code": shown.code,
        "step_name": shown.step,
        "side": shown.side,
        "own": f"CASE WHEN ({shown.side}) = 'own' THEN 1 ELSE 0 END",
        "points_before": f"CAST({shown.before} AS bigint)",
        "points_after": f"CAST({shown.after} AS bigint)",
        "turn": f"CAST({shown.turn} AS smallint)",
        "said": _folded(words, vendor),
    }


def _folded(words: str, vendor: str) -> str:
    if vendor == "sqlite":
        return f"{FOLD}({words})"
    one_line = rf"regexp_replace(normalize({words}, NFC), '\s+', ' ', 'g')"
    signs, bare = _SIGNS + _SIGNS.upper(), _BARE * 2
    return f"trim(translate(lower({one_line}), '{signs}', '{bare}'))"


def _insert(shown: Shown, row: str, vendor: str, rest: str) -> str:
    """Return the INSERT of the lines of rows; ``rest`` is what follows the inner SELECT's columns up to WHERE."""
    columns = ", ".join(f'"{name}"' for name in (*_parts(shown, vendor), "worded"))
    return f"INSERT INTO {TABLE} ({columns}) {_select(shown, row, vendor, rest)}"


def _select(shown: Shown, row: str, vendor: str, rest: str) -> str:
    """Return the SELECT of the lines of rows as they are meant."""
    parts = _parts(shown, vendor)
    told = ", ".join(f'{sql} AS "{name}"' for name, sql in parts.items()).replace("{row}", row)
    taken = ", ".join(f'{_TURN} AS "turn"' if name == "turn" else f'told."{name}"' for name in parts)
    kept = shown.kept.replace("{row}", row)
    return f'SELECT {taken}, {_WORDED} AS "worded" FROM (SELECT {told} {rest}{kept}) told'  # noqa: S608


def _rows_without_line(shown: Shown) -> str:
    there = f"SELECT 1 FROM {TABLE} line WHERE line.source = '{shown.table}' AND line.row_key = {shown.key}"  # noqa: S608
    return f"FROM {shown.table} entry WHERE NOT EXISTS ({there.replace('{row}', 'entry')}) AND "


def _writers(connection: Any) -> list[walls.Wall]:
    """Return the triggers that write lines, of the tables that exist in that database now."""
    present = set(connection.introspection.table_names())
    if TABLE not in present:
        return []
    made = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return [made(shown) for table, shown in sorted(_shown.items()) if table in present]


def _name(table: str) -> str:
    return f"{table[:55]}_line"


def _on_sqlite(shown: Shown) -> walls.Wall:
    name = _name(shown.table)
    insert = _insert(shown, "NEW", "sqlite", "WHERE ")
    text = f'CREATE TRIGGER "{name}" AFTER INSERT ON "{shown.table}" BEGIN {insert}; END'
    return walls.Wall(name, shown.table, text, (f'DROP TRIGGER IF EXISTS "{name}"', text))


def _on_postgresql(shown: Shown) -> walls.Wall:
    insert = _insert(shown, "NEW", "postgresql", "WHERE ")
    name = _name(shown.table)
    body = f"\nBEGIN {insert}; RETURN NULL; END "
    return walls.on_postgresql(name, shown.table, "INSERT", function=name, body=body, timing="AFTER")


def _standing(connection: Any) -> list[walls.Wall]:
    """Return the walls that let lines and accesses only be added."""
    present = set(connection.introspection.table_names())
    found = []
    for table in (Access._meta.db_table, TABLE):
        if table not in present:
            continue
        if connection.vendor == "sqlite":
            found += [
                walls.on_sqlite(f"{table}_{event}", table, verb, MESSAGE) for event, verb in _EVENTS.items()
            ]
            there = f'EXISTS (SELECT 1 FROM "{table}" WHERE id = NEW.id)'  # noqa: S608
            found.append(walls.on_sqlite(f"{table}_ins", table, "INSERT", MESSAGE, when=there))
            continue
        body = f"\nBEGIN {walls.raising(MESSAGE)} END "
        for event, verb in (*_EVENTS.items(), ("trn", "TRUNCATE")):
            each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
            found.append(
                walls.on_postgresql(
                    f"{table}_{event}", table, verb, function="refuse_history_change", body=body, each=each
                )
            )
    return found


def take_down(*, using: str = "default", **_: Any) -> None:
    """Let the writers make way for a migrate."""
    walls.make_way(using, (_name(table) for table in _shown))


def put_back(*, using: str = "default", **_: Any) -> None:
    """Put up what does not stand as meant, and give a line to every row that has none."""
    connection = connections[using]
    writers = _writers(connection)
    if not writers:
        return
    if not _has_chains(connection):
        _leave(connection, [wall.table for wall in writers])
        return
    walls.put_up([*writers, *_standing(connection)], using)
    with connection.cursor() as cursor:
        for wall in writers:
            shown = _shown[wall.table]
            cursor.execute(_insert(shown, "entry", connection.vendor, _rows_without_line(shown)))
        _keep_to_adding(cursor)


def _leave(connection: Any, tables: list[str]) -> None:
    """Let an older program write: on PostgreSQL the writers stood through the migrate."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(table)}" ON "{table}"')


def _has_chains(connection: Any) -> bool:
    """Return whether history has its chains: lines are written by places in them, which an older state has not."""
    tables = [table for table in _shown if table != Access._meta.db_table]
    present = set(connection.introspection.table_names())
    there = [table for table in tables if table in present]
    return continuing.chained(connection, there) == there


def _keep_to_adding(cursor: Any) -> None:
    role = getattr(settings, "DATABASE_PROGRAM_ROLE", "")
    if cursor.db.vendor != "postgresql" or not role:
        return
    cursor.execute("SELECT current_user")
    if cursor.fetchone()[0] != role:
        for table in (Access._meta.db_table, TABLE):
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')


def missing(using: str = "default") -> list[str]:
    """Return the tables with a writer or a wall that does not stand as meant."""
    connection = connections[using]
    fallen = walls.fallen([*_writers(connection), *_standing(connection)], using)
    return list(dict.fromkeys(wall.table for wall in fallen))


def wrong() -> Iterator[str]:
    """Yield a line for every table of which the room shows too few rows, or rows that are not there."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        for wall in _writers(connection):
            shown = _shown[wall.table]
            cursor.execute(
                f"SELECT count(*) {_rows_without_line(shown)}{shown.kept}".replace("{row}", "entry")
            )
            if unseen := cursor.fetchone()[0]:
                yield f"{shown.table}: {unseen} dòng lịch sử không có trong phòng lịch sử"
            there = f"SELECT 1 FROM {shown.table} entry WHERE {shown.key} = line.row_key AND {shown.kept}"  # noqa: S608
            cursor.execute(
                f"SELECT count(*) FROM {TABLE} line WHERE line.source = '{shown.table}' "  # noqa: S608
                f"AND NOT EXISTS ({there.replace('{row}', 'entry')})"
            )
            if loose := cursor.fetchone()[0]:
                yield f"{shown.table}: phòng lịch sử có {loose} dòng không còn trong lịch sử"
            cursor.execute(_altered(shown, connection.vendor))
            for key, *differs in cursor.fetchall():
                names = [
                    name
                    for name, is_other in zip(_compared(shown, connection.vendor), differs, strict=True)
                    if is_other
                ]
                yield f"{shown.table}: dòng {key} trong phòng lịch sử khác với lịch sử ở {', '.join(names)}"


def _compared(shown: Shown, vendor: str) -> list[str]:
    return [name for name in (*_parts(shown, vendor), "worded") if name not in ("source", "row_key")]


def _altered(shown: Shown, vendor: str) -> str:
    """Return the SELECT of the lines that say other than the row would be said now: its key, and of each column whether."""
    names = _compared(shown, vendor)
    other = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    tests = {name: f'line."{name}" {other} meant."{name}"' for name in names}
    if shown.steps:
        once = shown.steps.replace("{row}", "entry")
        tests["step_name"] += f" AND (entry.step_name <> '' OR line.step_name NOT IN ({once}))"
    told = ", ".join(f"CASE WHEN {test} THEN 1 ELSE 0 END" for test in tests.values())
    meant = _select(shown, "entry", vendor, f"FROM {shown.table} entry WHERE ")
    key = shown.key.replace("{row}", "entry")
    return (
        f"SELECT line.row_key, {told} FROM ({meant}) meant "  # noqa: S608 (our own names)
        f"JOIN {shown.table} entry ON {key} = meant.row_key "
        f"JOIN {TABLE} line ON line.source = '{shown.table}' AND line.row_key = meant.row_key "
        f"WHERE {' OR '.join(f'({test})' for test in tests.values())} LIMIT 20"
    )


def writers_stand(app_configs: Any = None, databases: Any = None, **_: Any) -> list[checks.Error]:
    """Return one error per table whose rows would not be seen in the room, or whose lines could be altered."""
    return [
        checks.Error(
            f"Phòng lịch sử không còn ghi đủ hoặc không còn chặn sửa bảng {table}. Hãy chạy: manage.py migrate",
            id="audit.E002",
        )
        for using in databases or []
        for table in walls.lacking(missing, using)
    ]


def teach(*, connection: Any, **_: Any) -> None:
    """Give a new connection to SQLite the function that its triggers call."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(FOLD, 1, fold, deterministic=True)
