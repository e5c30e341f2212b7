"""Rows of an older release get their chains when the database is migrated: as the owner, on both databases."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from backend.audit.models import Chain
from backend.audit.rehash import Tally, problems
from backend.audit.triggers import missing
from backend.scoring.models import Mark
from tests.audit.test_owner_commands import owner_url
from tests.scoring.councils import council

pytestmark = pytest.mark.slow

# Run as the owner of a database whose tables have no chains: rows as the older program wrote them.
OLD_ROWS = """
import django; django.setup()
from datetime import timedelta
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
old = executor.loader.project_state(
    [node for node in executor.loader.applied_migrations if node in executor.loader.graph.nodes]
).apps
Mark, Past = old.get_model("scoring", "Mark"), old.get_model("scoring", "HistoricalMark")
mark = Mark.objects.order_by("pk").first()
row = Past.objects.filter(id=mark.pk).order_by("history_id").last()
for number in range(3):
    row.history_id, row.history_date = None, row.history_date + timedelta(minutes=1)
    row.note = f"Bản cũ {number}"
    row.history_type, row.history_change_reason = "~", "Ghi từ bản trước"
    row.save(force_insert=True)
Mark.objects.filter(pk=mark.pk).update(note=row.note)
"""


def run(url: str, *words: str) -> None:
    """Run Python with the program's URL in DATABASE_URL and the owner's beside it, as the installation says."""
    environment = {"DATABASE_URL": url, "MIGRATE_DATABASE_URL": owner_url(url)}
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.BASE_DIR, env=os.environ | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_rows_of_before_the_chains_are_sealed_in_their_order(database_url):
    season = council()
    season.fill()
    chain = season.card.history_chain
    length = Chain.objects.get(pk=chain).length
    connection.close()
    run(database_url, "manage.py", "migrate", "audit", "0002_access", "--verbosity", "0")
    run(owner_url(database_url) or database_url, "-c", OLD_ROWS)
    run(database_url, "manage.py", "migrate", "--verbosity", "0")
    tally = Tally()
    assert list(problems(tally)) == []
    assert tally.rows > length
    assert missing() == []
    assert Chain.objects.get(pk=chain).length == length + 3
    old = Mark.history.filter(history_change_reason="Ghi từ bản trước").order_by("sequence")
    assert [(row.chain, row.note) for row in old] == [(chain, f"Bản cũ {number}") for number in range(3)]
    call_command("verify", verbosity=0)
    season.card.refresh_from_db()
    season.close(1)
    assert list(problems(Tally())) == []
