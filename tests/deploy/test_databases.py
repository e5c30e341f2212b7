"""The databases that tests work in: rolled back, or whole copies; on PostgreSQL as the program's role."""

import threading
import urllib.request

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection

from backend.config import database
from tests import databases


def add(name: str) -> None:
    Group.objects.create(name=name)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_rolled_back(turn):
    assert not Group.objects.exists()
    add("một nhóm")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_has_a_database_of_its_own(transactional_db, turn):
    assert not Group.objects.exists()
    add("một nhóm")
    assert not connection.in_atomic_block


def test_other_threads_see_what_a_transactional_test_commits(transactional_db):
    add("một nhóm")
    seen = []

    def look():
        seen.extend(Group.objects.values_list("name", flat=True))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["một nhóm"]


def test_the_live_server_works_in_the_copy(live_server):
    with urllib.request.urlopen(f"{live_server.url}/readyz") as answer:
        assert answer.status == 200


def test_a_copy_is_gone_after_its_use(transactional_db, worker):
    add("một nhóm")
    with databases.fresh_copy(worker) as copy:
        assert connection.settings_dict["NAME"] == copy
        assert not Group.objects.exists()
    assert Group.objects.exists()
    databases.use(copy)
    with pytest.raises(DatabaseError):
        Group.objects.exists()


@pytest.mark.sqlite
def test_sqlite_waits_and_keeps_what_it_said(transactional_db):
    with connection.cursor() as cursor:
        said = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.postgresql
def test_the_program_owns_nothing_on_postgresql(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class JOIN pg_roles me ON me.oid = relowner WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (n int)", "DROP TABLE auth_group", "ALTER TABLE auth_group DISABLE TRIGGER ALL"],
)
def test_the_program_changes_no_table_on_postgresql(transactional_db, statement):
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.postgresql
def test_the_address_for_other_programs_opens_the_same_copy(database_url):
    add("một nhóm")
    with psycopg.connect(database_url) as link:
        assert link.execute("SELECT name FROM auth_group").fetchall() == [("một nhóm",)]


def test_only_migrate_runs_as_the_owner():
    assert database.is_schema_command(["manage.py", "migrate", "--plan"])
    assert not database.is_schema_command(["manage.py", "verify"])
    assert not database.is_schema_command(["manage.py"])


def test_the_program_has_a_role_only_beside_an_owner():
    program, owner = "postgresql://par_program:x@h/par", "postgresql://par_owner:y@h/par"
    assert database.program_role(program, owner) == "par_program"
    assert database.program_role(owner, owner) == ""
    assert database.program_role("sqlite:////srv/db.sqlite3", "") == ""
