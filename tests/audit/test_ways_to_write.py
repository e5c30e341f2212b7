"""Every way to write a score is recorded, refused or detected: the table of all, each tried for real.

``by`` names what records, refuses or detects it. The grid's pasted blocks travel through the form's address, cell by
cell (tests/journeys/test_grid_blocks.py). What an owner does to history itself, kind by kind, is in test_attacks.py
and ``./deploy/bench tamper``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from backend.audit import actions as audit
from backend.audit import continuing, triggers
from backend.audit.models import Chain
from backend.audit.recording import create_all, recording, update_all
from backend.scoring import actions
from backend.scoring.models import Mark
from deploy.benches.forging.books import Books
from deploy.benches.forging.cases import run
from permissions.actor import SYSTEM
from tests import databases, make
from tests.audit.test_chains import ROW
from tests.audit.test_owner_commands import owner_url
from tests.scoring import test_survey as survey
from tests.scoring.councils import Council, council
from tests.scoring.pages import signed_in, typed
from tests.scoring.test_verify import verified

pytestmark = pytest.mark.slow

MARKS, PAST = Mark._meta.db_table, Mark.history.model._meta.db_table
RAISE = f"UPDATE {MARKS} SET points = 2000 WHERE id = (SELECT min(id) FROM {MARKS} WHERE points = 3000)"
REWRITE = f"UPDATE {PAST} SET points = 2000 WHERE points = 3000"


@dataclass(frozen=True)
class Way:
    """One way to write a score: ``on`` one database only where the other has no such thing."""

    do: Callable[[Council], Any]
    outcome: str
    by: str
    on: str = ""


def own(season: Council) -> Mark:
    return season.mark("1.2")


def raised(season: Council) -> Mark:
    mark = own(season)
    mark.points = Decimal(2)
    return mark


# --- through the program ----------------------------------------------------------------------------------------


def by_form(season: Council, *, who: str = "officer") -> Any:
    address = f"/scorecards/{season.card.pk}/leaves/1.2/"
    return signed_in(season.users[who]).post(address, typed(own(season), points="2"))


def by_json(season: Council, *, user: Any = None) -> Any:
    body = {"code": "1.2", "version": own(season).version, "points": "2"}
    client = signed_in(user or season.users["officer"])
    return client.post(f"/api/scorecards/{season.card.pk}/points/", json.dumps(body), "application/json")


def by_json_from_another_unit(season: Council) -> Any:
    return by_json(season, user=make.seated("officer", season.cards[1].unit)[0])


def by_json_after_the_lock(season: Council) -> Any:
    season.close(1)
    return by_json(season)


def by_workbook(season: Council) -> Any:
    secretary = signed_in(season.users["secretary"])
    shown = survey.send(season, secretary, survey.filled(season, secretary, 8, 9))
    return survey.confirm(season, secretary, shown)


def by_admin(season: Council) -> Any:
    administrator, _actor = make.seated("administrator", season.host)
    address = f"/admin/scoring/mark/{own(season).pk}/change/"
    return signed_in(administrator).post(address, {"points": "2"})


# --- in a shell of the program ------------------------------------------------------------------------------------


def by_action(season: Council) -> None:
    actions.set_points(season.card, "1.2", by=season.officer, version=own(season).version, points=Decimal(2))


def by_update_all(season: Council) -> None:
    mark = own(season)
    mark.note = "Theo báo cáo số 13/BC-UBND"
    with recording(by=SYSTEM, reason="Sửa hàng loạt"):
        update_all(Mark, [mark], ["note"])


def second(season: Council) -> Mark:
    step = season.round.steps.get(order=2)
    score = own(season).score
    return Mark(score=score, step=step, max_points=own(season).max_points, reason="Thêm")


def by_create_all(season: Council) -> None:
    with recording(by=SYSTEM, reason="Thêm hàng loạt"):
        create_all(Mark, [second(season)])


def by_fixture(season: Council) -> None:
    """Load a dump, of which Django writes the rows raw."""
    file = Path(settings.VAR_DIR) / "mark.json"
    call_command("dumpdata", "scoring.mark", pks=str(own(season).pk), output=str(file), verbosity=0)
    told = json.loads(file.read_text())
    told[0]["fields"]["points"] = "2.000"
    file.write_text(json.dumps(told))
    call_command("loaddata", str(file), verbosity=0)


def update_history(_season: Council) -> None:
    Mark.history.filter(points=3).update(points=2)


def by_cursor(season: Council) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RAISE)


# --- past the program ----------------------------------------------------------------------------------------------


@contextmanager
def link(*, as_owner: bool = False) -> Iterator[Any]:
    """Yield a connection of another program to the database: on PostgreSQL as the program's role or the owner."""
    url = databases.url()
    if connection.vendor == "postgresql":
        with psycopg.connect(owner_url(url) if as_owner else url) as opened:
            yield opened
        return
    opened = sqlite3.connect(connection.settings_dict["NAME"])
    try:
        with opened:
            yield opened
    finally:
        opened.close()


def outside(*statements: str, as_owner: bool = False) -> Callable[[Council], None]:
    def do(_season: Council) -> None:
        with link(as_owner=as_owner) as opened:
            for statement in statements:
                opened.execute(statement)

    return do


def copied(table: str, row: dict[str, object]) -> None:
    with link() as opened, opened.cursor().copy(f"COPY {table} ({', '.join(row)}) FROM STDIN") as copy:
        copy.write("\t".join("\\N" if value is None else str(value) for value in row.values()) + "\n")


def copy_a_mark(season: Council) -> None:
    row = Mark.objects.filter(pk=own(season).pk).values().get()
    step = season.round.steps.get(order=2).pk
    given = row | {"id": row["id"] + 5000, "step_id": step, "points": 2000, "inputs": "{}", "reason": "Thêm"}
    copied(MARKS, given | {"max_points": 3000})


def copy_history_that_jumps(season: Council) -> None:
    copied(PAST, ROW | {"chain": season.card.history_chain, "sequence": 999})


def copy_history_that_continues(season: Council) -> None:
    head = Chain.objects.get(pk=season.card.history_chain)
    place = {"chain": head.name, "sequence": head.length + 1, "previous_digest": head.head}
    copied(PAST, ROW | place | {"id": own(season).pk, "points": 2000})


def with_every_key(season: Council) -> None:
    """Rewrite the newest mark, its history, what is derived of both, the log and the notes, with both real keys."""
    key = Path(f"{settings.AUDIT_SIGNING_KEY_FILE}.pub").read_text()
    books = Books(season.card.history_chain, season.cards[1].history_chain, key, Path(settings.VAR_DIR))
    with books.breached():
        newest = books.newest_row()
        newest.set(points=Decimal(4))
        newest.live().update(points=Decimal(4))
        season.card.totals.filter(step__order=1).update(total=Decimal(8))
        books.seal()
        books.log_anew()
        books.notes_anew()


def without_triggers(_season: Council) -> None:
    with link() as opened:
        names = opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [PAST]
        )
        for (name,) in names.fetchall():
            opened.execute(f'DROP TRIGGER "{name}"')
        opened.execute(REWRITE)
        opened.execute(RAISE)


REPLICA = "SET session_replication_role = replica"
OFF = f"ALTER TABLE {PAST} DISABLE TRIGGER USER"

WAYS = {
    "form": Way(by_form, "recorded", "history"),
    "API": Way(by_json, "recorded", "history"),
    "workbook of survey points": Way(by_workbook, "recorded", "history"),
    "shell, an action": Way(by_action, "recorded", "history"),
    "shell, bulk update with its history": Way(by_update_all, "recorded", "history"),
    "shell, bulk create with its history": Way(by_create_all, "recorded", "history"),
    "form, not hers to write": Way(lambda season: by_form(season, who="inspector"), "refused", "program"),
    "API, another unit": Way(by_json_from_another_unit, "refused", "program"),
    "API, after the lock": Way(by_json_after_the_lock, "refused", "program"),
    "admin": Way(by_admin, "refused", "program"),
    "shell, save": Way(lambda season: raised(season).save(), "refused", "program"),
    "shell, create": Way(lambda season: second(season).save(force_insert=True), "refused", "program"),
    "shell, delete": Way(lambda season: own(season).delete(), "refused", "program"),
    "shell, history updated": Way(update_history, "refused", "wall", "sqlite"),
    "shell, history updated as the program": Way(update_history, "refused", "rights", "postgresql"),
    "shell, queryset.update": Way(
        lambda season: Mark.objects.filter(pk=own(season).pk).update(points=2), "detected", "verify"
    ),
    "shell, bulk_update": Way(
        lambda season: Mark.objects.bulk_update([raised(season)], ["points"]), "detected", "verify"
    ),
    "shell, bulk_create": Way(
        lambda season: Mark.objects.bulk_create([second(season)]), "detected", "verify"
    ),
    "shell, queryset.delete in SQL": Way(
        lambda season: Mark.objects.filter(pk=own(season).pk)._raw_delete("default"), "detected", "verify"
    ),
    "loaddata": Way(by_fixture, "refused", "program"),
    "raw SQL in the program": Way(by_cursor, "detected", "verify"),
    "raw SQL, a mark": Way(outside(RAISE), "detected", "verify"),
    "raw SQL, history": Way(outside(REWRITE), "refused", "wall", "sqlite"),
    "raw SQL, history as the program": Way(outside(REWRITE), "refused", "rights", "postgresql"),
    "raw SQL, history as the owner": Way(outside(REWRITE, as_owner=True), "refused", "wall", "postgresql"),
    "TRUNCATE": Way(outside(f"TRUNCATE {MARKS} CASCADE"), "refused", "rights", "postgresql"),
    "COPY, a mark": Way(copy_a_mark, "detected", "verify", "postgresql"),
    "COPY, history that jumps": Way(copy_history_that_jumps, "refused", "wall", "postgresql"),
    "COPY, history that continues": Way(copy_history_that_continues, "detected", "verify", "postgresql"),
    "session_replication_role": Way(outside(REPLICA, RAISE), "refused", "rights", "postgresql"),
    "session_replication_role as the owner": Way(
        outside(REPLICA, REWRITE, as_owner=True), "refused", "rights", "postgresql"
    ),
    "triggers off as the owner": Way(
        outside(OFF, REWRITE, RAISE, as_owner=True), "detected", "verify", "postgresql"
    ),
    "sqlite3 shell, triggers dropped": Way(without_triggers, "detected", "verify", "sqlite"),
    "the owner with every key": Way(with_every_key, "detected", "verify-diff", "sqlite"),
}
REFUSALS: dict[str, tuple[Any, str]] = {
    "program": (RuntimeError, "recording"),
    "wall": (
        (DatabaseError, sqlite3.DatabaseError, psycopg.Error),
        f"{triggers.MESSAGE}|{continuing.MESSAGE}",
    ),
    "rights": ((DatabaseError, psycopg.Error), "denied"),
}


def ways(outcome: str) -> Any:
    marks = {"": (), "sqlite": (pytest.mark.sqlite,), "postgresql": (pytest.mark.postgresql,)}
    chosen = {name: way for name, way in WAYS.items() if way.outcome == outcome}
    rows = [pytest.param(way, id=name, marks=marks[way.on]) for name, way in chosen.items()]
    return pytest.mark.parametrize("way", rows)


@pytest.fixture
def season(transactional_db, keys) -> Council:
    """A season that other programs see, with the first unit's own points given."""
    made = council()
    made.fill()
    return made


def standing() -> tuple[list[Any], int]:
    return list(Mark.objects.order_by("pk").values()), Mark.history.count()


@ways("recorded")
def test_a_way_is_recorded(way, season):
    marks, rows = standing()
    way.do(season)
    assert standing()[0] != marks
    assert standing()[1] > rows
    assert verified()[0] == 0


@ways("refused")
def test_a_way_is_refused(way, season):
    before = standing()
    kind, words = REFUSALS[way.by]
    try:
        answer = way.do(season)
    except kind as refusal:
        assert any(word in str(refusal) for word in words.split("|")), refusal  # noqa: PT017
    else:
        assert answer.status_code in {403, 404, 409}
    assert standing() == before
    assert verified()[0] == 0


@ways("detected")
def test_a_way_is_detected(way, season, tmp_path):
    note = audit.checkpoint("day").note
    assert verified()[0] == 0
    way.do(season)
    code, said = verified()
    if way.by == "verify":
        assert code == 1
        assert "tiêu chí 1.2" in said or "Chuỗi card:" in said
        return
    assert code == 0, said
    key = Path(f"{settings.AUDIT_SIGNING_KEY_FILE}.pub").read_text().strip()
    (tmp_path / "held.txt").write_text(note)
    call_command("export_bundle", str(tmp_path / "new.zip"), verbosity=0)
    assert run("verify-bundle", tmp_path / "new.zip", key=key)[0] == 0
    assert run("verify-diff", tmp_path / "held.txt", tmp_path / "new.zip", key=key)[0] == 1
