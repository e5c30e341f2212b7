"""Keys for the tests of the log, and a season whose history can be altered from outside."""

import copy

import pytest
from django.core.management import call_command

from tests.scoring.councils import Council, council


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(council)


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def keys(settings, tmp_path) -> str:
    """Return the published key after keys were made."""
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key")
    call_command("audit_keys", name="thu.example.vn/chi-so", verbosity=0)
    return (tmp_path / "key.pub").read_text().strip()
