"""What ``verify`` names, and how history stands; the ways to write a score are in tests/audit/test_ways_to_write.py."""

import os
import sqlite3
import subprocess
import sys
from decimal import Decimal
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState

from backend.audit import triggers
from backend.audit.checks import walls_stand
from backend.audit.lines import FOLD
from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Delegation, Mark, Scorecard, ScorecardGrant
from permissions.roles import Verb
from tests import make
from tests.scoring.councils import Council, council

pytestmark = pytest.mark.slow

MARKS = Mark._meta.db_table
PAST = Mark.history.model._meta.db_table


def verified() -> tuple[int, str]:
    """Return the exit code of ``manage.py verify`` and what it printed."""
    out = StringIO()
    try:
        call_command("verify", stdout=out)
    except CommandError as stop:
        return stop.returncode, out.getvalue()
    return 0, out.getvalue()


def demand_named(field: str = "points", leaf: str = "1.2") -> None:
    """Fail unless verify ends with 1 and names unit, leaf and field."""
    code, said = verified()
    assert code == 1
    assert any(
        "Phường Ô Môn" in line and f"tiêu chí {leaf} - {field}:" in line for line in said.splitlines()
    ), said


@pytest.fixture
def season(db) -> Council:
    made = council()
    made.fill()
    return made


@pytest.fixture
def committed(transactional_db) -> Council:
    """A season that other programs see."""
    made = council()
    made.fill()
    return made


def own_mark(season) -> Mark:
    return season.mark("1.2")


def test_what_the_actions_wrote_is_in_order(season):
    actions.move(season.card, "submit", by=season.officer)
    actions.move(season.card, "approve", by=season.leader)
    assert verified()[0] == 0


def test_a_note_changed_in_bulk_is_named(season):
    Mark.objects.filter(pk=own_mark(season).pk).update(note="Không có gì")
    demand_named("note")


def test_a_mark_deleted_in_sql_is_named(season):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {MARKS} WHERE id = %s", [own_mark(season).pk])
    demand_named("(cả dòng)")


def test_a_card_moved_behind_the_table_of_moves_is_named(season):
    Scorecard.objects.filter(pk=season.card.pk).update(state="concluded")
    code, said = verified()
    assert code == 1
    assert "Phường Ô Môn: phiếu đánh giá" in said
    assert "state: lịch sử ghi draft, hiện có concluded" in said


def test_a_total_that_is_not_the_sum_is_named(season):
    season.card.totals.filter(step__order=1).update(given=7)
    assert "tổng điểm bước Tự chấm điểm" in verified()[1]


# --- lent approvals -----------------------------------------------------------------------------------------


@pytest.fixture
def lent(season) -> Delegation:
    """The approval of the season's card, lent for two days."""
    now = clock.now()
    days = {"starts_at": now - make.DAY, "ends_at": now + make.DAY}
    return actions.delegate(season.card, by=season.leader, taker=season.users["officer"], **days)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {grants} SET ends_at = '2099-01-01 00:00:00+00:00'",
        "UPDATE {grants} SET ends_at = NULL",
        "UPDATE {grants} SET starts_at = '2000-01-01 00:00:00+00:00'",
        "UPDATE {grants} SET user_id = {stranger}",
        "UPDATE {grants} SET content_object_id = {other}",
        "UPDATE {grants} SET permission_id = {conclude}",
        "UPDATE {grants} SET excludes = true",
        "UPDATE {grants} SET delegation_id = NULL",
        "DELETE FROM {grants}",
        "INSERT INTO {grants} ({columns}) SELECT {stranger}, NULL, false, {rest} FROM {grants}",
        "INSERT INTO {grants} ({columns}) SELECT {stranger}, delegation_id, true, {rest} FROM {grants}",
    ],
)
def test_a_lent_approval_changed_in_sql_is_named(season, lent, statement):
    on_cards = Permission.objects.filter(content_type__model="scorecard")
    names = {
        "grants": ScorecardGrant._meta.db_table,
        "stranger": season.users["secretary"].pk,
        "other": season.cards[1].pk,
        "rest": "permission_id, content_object_id, starts_at, ends_at",
        "columns": "user_id, delegation_id, excludes, permission_id, content_object_id, starts_at, ends_at",
        "conclude": on_cards.get(codename=str(Verb.CONCLUDE)).pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names))
    code, said = verified()
    assert code == 1
    assert any("Phường Ô Môn: quyền" in line for line in said.splitlines()), said


def test_a_lent_approval_is_in_order_also_when_taken_back(season, lent):
    assert verified()[0] == 0
    actions.revoke(lent, by=season.leader, reason="Lãnh đạo đã về")
    assert verified()[0] == 0


# --- history itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [f"UPDATE {PAST} SET points = 2000", f"DELETE FROM {PAST}", f"UPDATE {PAST} SET actor_name = ''"],
)
def test_the_database_refuses_to_change_history(season, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Mark.history.filter(id=own_mark(season).pk).count() == 2


@pytest.mark.postgresql
def test_the_database_refuses_to_empty_history(season):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PAST}")


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(points=Decimal(2)),
        lambda rows: rows.all().delete(),
        lambda rows: rows.first().delete(),
        lambda rows: rows.model.objects.bulk_update(_with_points(rows), ["points"]),
    ],
)
def test_the_models_refuse_to_change_history(season, act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(Mark.history.filter(id=own_mark(season).pk))
    assert Mark.history.filter(id=own_mark(season).pk).count() == 2


def _with_points(rows) -> list:
    found = list(rows)
    for row in found:
        row.points = Decimal(2)
    return found


# --- from outside the program -----------------------------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {PAST} SET points = 2000",
        f"DELETE FROM {PAST}",
        f"INSERT OR REPLACE INTO {PAST} SELECT * FROM {PAST}",
        f"UPDATE OR REPLACE {PAST} SET history_id = history_id + 1",
    ],
)
def test_sqlite_refuses_to_change_history_from_outside(committed, statement):
    outside = sqlite3.connect(connection.settings_dict["NAME"])
    outside.create_function(FOLD, 1, str)  # without it nothing is inserted at all
    with pytest.raises(sqlite3.DatabaseError, match=triggers.MESSAGE):
        outside.execute(statement)
    outside.close()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {PAST} SET points = 2000",
        f"DELETE FROM {PAST}",
        f"TRUNCATE {PAST}",
        f"ALTER TABLE {PAST} DISABLE TRIGGER ALL",
        f"DROP TABLE {PAST}",
        "SET session_replication_role = replica",
    ],
)
def test_the_program_s_role_can_do_nothing_to_history(committed, database_url, statement):
    with psycopg.connect(database_url) as outside, pytest.raises(psycopg.errors.InsufficientPrivilege):
        outside.execute(statement)


@pytest.mark.postgresql
def test_even_the_owner_is_refused_by_the_wall(committed):
    name = connection.settings_dict["NAME"]
    with (
        psycopg.connect(settings.MIGRATE_DATABASE_URL, dbname=name) as owner,
        pytest.raises(psycopg.Error, match=triggers.MESSAGE),
    ):
        owner.execute(f"UPDATE {PAST} SET points = 2000")


@pytest.mark.slow
def test_the_command_ends_with_one_for_a_script(committed, database_url):
    Mark.objects.filter(pk=own_mark(committed).pk).update(points=Decimal(2))
    done = subprocess.run(
        [sys.executable, "manage.py", "verify"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Phường Ô Môn: điểm chấm tiêu chí 1.2 - points: lịch sử ghi 3.000, hiện có 2.000" in done.stdout


# --- the walls come back ------------------------------------------------------------------------------------------


@pytest.mark.sqlite
def test_a_table_remade_by_a_migration_loses_its_walls_and_gets_them_back(committed):
    remake()
    assert triggers.missing() == [PAST]
    assert f"Bảng lịch sử {PAST} không có đủ lớp chặn" in verified()[1]
    assert [PAST in error.msg for error in walls_stand(databases=["default"])] == [True]
    triggers.put_back()
    assert triggers.missing() == []
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {PAST}")


def remake() -> None:
    """Alter the history of marks as a migration does; SQLite makes the table anew."""
    before = ProjectState.from_apps(apps)
    operation = migrations.AlterField(
        "historicalmark", "author", models.CharField(max_length=220, blank=True)
    )
    after = before.clone()
    operation.state_forwards("scoring", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("scoring", editor, before, after)


@pytest.mark.sqlite
def test_migrate_puts_the_walls_back(committed):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {PAST}_del")
    assert triggers.missing() == [PAST]
    call_command("migrate", verbosity=0, skip_checks=False)
    assert triggers.missing() == []


_IDLE = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
_WALL = f"CREATE OR REPLACE TRIGGER {PAST}_upd BEFORE UPDATE {{of}} ON {PAST} FOR EACH ROW EXECUTE FUNCTION {{runs}}()"
_ALWAYS = f"ALTER TABLE {PAST} ENABLE ALWAYS TRIGGER {PAST}_upd"
_WAYS_ROUND_A_WALL = {
    "off": [f"ALTER TABLE {PAST} DISABLE TRIGGER {PAST}_upd"],
    "not always": [f"ALTER TABLE {PAST} ENABLE TRIGGER {PAST}_upd"],
    "another function": [f"CREATE FUNCTION idle() {_IDLE}", _WALL.format(of="", runs="idle"), _ALWAYS],
    "one column": [_WALL.format(of="OF actor_name", runs="refuse_history_change"), _ALWAYS],
    "emptied function": [f"CREATE OR REPLACE FUNCTION refuse_history_change() {_IDLE}"],
}


@pytest.mark.postgresql
@pytest.mark.parametrize("way", _WAYS_ROUND_A_WALL)
def test_a_wall_that_the_owner_switched_off_or_emptied_is_missing(committed, way):
    name = connection.settings_dict["NAME"]
    with psycopg.connect(settings.MIGRATE_DATABASE_URL, dbname=name) as owner:
        for statement in _WAYS_ROUND_A_WALL[way]:
            owner.execute(statement)
    assert PAST in triggers.missing()
    assert f"Bảng lịch sử {PAST} không có đủ lớp chặn" in verified()[1]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("when", "act"), [("", "SELECT 1"), ("WHEN 0 ", f"SELECT RAISE(ABORT, '{triggers.MESSAGE}')")]
)
def test_a_wall_of_the_same_name_that_refuses_nothing_is_missing_and_put_back(committed, when, act):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {PAST}_upd")
        cursor.execute(f"CREATE TRIGGER {PAST}_upd BEFORE UPDATE ON {PAST} {when}BEGIN {act}; END")
    assert triggers.missing() == [PAST]
    with pytest.raises(SystemCheckError, match=PAST):
        call_command("check", databases=["default"])
    assert f"Bảng lịch sử {PAST} không có đủ lớp chặn" in verified()[1]
    call_command("migrate", verbosity=0)
    assert triggers.missing() == []
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {PAST} SET points = 2000")


def test_every_history_table_has_its_walls(db):
    assert triggers.missing() == []
    assert len(triggers.history_tables(connection)) >= 15
