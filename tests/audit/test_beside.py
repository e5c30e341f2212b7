"""What is forged beside history, where digests do not reach by themselves: who must object does, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from deploy.benches.forging import beside
from deploy.benches.forging.books import Books
from deploy.benches.forging.deeds import DEEDS

pytestmark = pytest.mark.slow


@pytest.fixture
def books(transactional_db, settings, tmp_path):
    """Return a season and its books in the hands of the database's owner; afterwards the program is itself again."""
    held = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key")
    yield Books.kept(tmp_path)
    connection.close()
    connection.settings_dict |= held


def test_each_is_seen_by_whom_it_must_be_and_untouched_books_by_nobody(books):
    with books.opened(1):
        assert books.judged() == (False, False, {"bundle": False, "note": False, "newest": False})
    ours = [deed for deed in DEEDS if deed.do.__module__ == beside.__name__]
    assert {deed.name: deed.missed(books, 3) for deed in ours} == {deed.name: [] for deed in ours}


def test_whatever_is_altered_of_what_the_room_reads_is_named(books):
    altered = next(deed for deed in DEEDS if deed.do is beside.line_of_the_room_changed)
    assert {seed: altered.missed(books, seed) for seed in range(5)} == {seed: [] for seed in range(5)}
