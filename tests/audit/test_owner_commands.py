"""Commands that run as the owner of the tables, as a person at the server types them."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

from backend.audit.rehash import Tally, problems
from tests import make

pytestmark = pytest.mark.slow


def owner_url(url: str) -> str:
    """Return the owner's URL of the database at ``url``; "" on SQLite."""
    if not settings.MIGRATE_DATABASE_URL:
        return ""
    return urlunsplit(urlsplit(settings.MIGRATE_DATABASE_URL)._replace(path=urlsplit(url).path))


def test_the_command_erases_as_the_owner(database_url):
    person = make.person("Nguyễn Văn Kín", email="kin@example.vn")
    done = subprocess.run(
        [sys.executable, "manage.py", "erase_person", person.username, "--document", "1/QĐ"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database_url, "MIGRATE_DATABASE_URL": owner_url(database_url)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tally = Tally()
    assert list(problems(tally)) == []
    assert tally.erased == 1
    person.refresh_from_db()
    assert (person.email, person.is_active) == ("", False)
