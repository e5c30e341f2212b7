"""A database of an earlier release: migrated whole, its walls put back, the same tables as a new one."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.house.sources import ROOT

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

# Run in a process of its own, on its own file: the migrations one by one as an older database has seen them, not the squashed ones.
FIRST_RELEASE = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.loader.replace_migrations = False
executor.loader.build_graph()
late = {"criteria", "rounds", "scoring", "reports"}
first = [(app, "0001_initial") for app in late]
executor.migrate(first + [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in late])
old = executor.loader.project_state(first).apps
kind = old.get_model("tiers", "Kind").objects.create(code="city", title="Thành phố")
unit = old.get_model("tiers", "Unit").objects.create(
    code="92", name="Thành phố", path="/92/", kind=kind, valid_from="2020-01-01"
)
made = old.get_model("criteria", "CriteriaSet").objects.create(
    owner=unit, kind=kind, title="Bộ cũ", year=2025, scale=1, state="published", published_at="2025-01-01T00:00Z"
)
old.get_model("criteria", "Node").objects.create(
    criteria_set=made, code="1", level=1, order=1, title="Cũ", is_leaf=True, max_points=1
)
with connection.cursor() as cursor:
    cursor.execute(
        "CREATE TRIGGER criteria_node_frozen_ins BEFORE INSERT ON criteria_node WHEN "
        "(SELECT state FROM criteria_criteriaset WHERE id = NEW.criteria_set_id) <> 'draft' "
        "BEGIN SELECT RAISE(ABORT, 'frozen'); END"
    )
    cursor.execute(
        "CREATE TRIGGER reports_fieldrow_frozen_insert BEFORE INSERT ON reports_fieldrow WHEN "
        "(SELECT published_at FROM reports_row o JOIN reports_section s ON s.id = o.section_id JOIN "
        "reports_ranking r ON r.id = s.ranking_id WHERE o.id = NEW.row_id) IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'frozen'); END"
    )
"""


def run(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "TEST_RUN_DIR"}
    environment |= {
        "VAR_DIR": str(folder),
        "HTTPS": "0",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def columns(database: sqlite3.Connection) -> dict[str, set[tuple[str, str, int]]]:
    """Return name, type and whether it must be filled, of every column of every table of ours."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: {(row[1], row[2], row[3]) for row in database.execute(f'PRAGMA table_info("{name}")')}
        for name in names
        if not name.startswith("sqlite_")
    }


@pytest.fixture
def upgraded(tmp_path) -> Path:
    """The folder of a database that stood at the first release, with a published set, after migrate."""
    run(tmp_path, "-c", FIRST_RELEASE)
    run(tmp_path, "manage.py", "migrate", "--verbosity", "0")
    return tmp_path


@pytest.mark.django_db
def test_an_older_database_is_migrated_under_its_walls(upgraded):
    with sqlite3.connect(upgraded / "db.sqlite3") as database:
        assert database.execute("SELECT title, left_out_way FROM criteria_criteriaset").fetchall() == [
            ("Bộ cũ", "own_maximum")
        ]
        with pytest.raises(sqlite3.IntegrityError, match="frozen"):
            database.execute("UPDATE criteria_node SET title = 'Mới'")
        new = sqlite3.connect(connection.settings_dict["NAME"])
        assert columns(database) == columns(new)
    run(upgraded, "manage.py", "check", "--database", "default")
