"""A copy of everything: whole, made while people work, and seen through when it is altered."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from tests.house.sources import ROOT

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]


@pytest.fixture
def files(tmp_path) -> Path:
    """Return a folder of evidence with one file."""
    folder = tmp_path / "files"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "cd").write_text("minh chứng")
    return folder


def backup(*words: object, url: str, files: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "STORAGE_URL": f"file://{files}"}
    command = [sys.executable, ROOT / "deploy/backup.py", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copies(tmp_path, database_url, files) -> Path:
    """Return a folder with one copy, made while a transaction was open."""
    Group.objects.create(name="một nhóm")
    connection.ensure_connection()
    done = backup(tmp_path / "copies", url=database_url, files=files)
    assert done.returncode == 0, done.stderr
    return tmp_path / "copies"


def test_a_copy_holds_the_rows_and_the_files(copies, database_url, files):
    (copy,) = copies.iterdir()
    with sqlite3.connect(copy / "db.sqlite3") as link:
        assert link.execute("SELECT name FROM auth_group").fetchall() == [("một nhóm",)]
    link.close()
    assert (copy / "files/ab/cd").read_text() == "minh chứng"
    assert backup("--check", copy, url=database_url, files=files).returncode == 0


@pytest.mark.parametrize("harm", ["changed", "removed", "added"])
def test_an_altered_copy_is_named(copies, database_url, files, harm):
    (copy,) = copies.iterdir()
    kept = copy / "files/ab/cd"
    {"changed": lambda: kept.write_text("khác"), "removed": kept.unlink, "added": (copy / "files/x").touch}[
        harm
    ]()
    done = backup("--check", copy, url=database_url, files=files)
    assert done.returncode == 1
    assert ("files/x" if harm == "added" else "files/ab/cd") in done.stderr
