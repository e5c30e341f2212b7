"""The house of the permission table, built once for a module that asks for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests import databases
from tests.permissions.trying import House


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any, worker: str) -> Iterator[House]:
    """A database of the module's own with the table's world in it."""
    # Thousands of refusals are meant here; nobody reads a line about each.
    logging.disable(logging.ERROR)
    with django_db_blocker.unblock(), databases.fresh_copy(worker):
        yield House()
    logging.disable(logging.NOTSET)
