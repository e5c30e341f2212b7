"""The table that README shows an inspector is the one the bench tests; some deeds in a real database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.audit.outside import verify_bundle
from deploy.benches.forging.books import Books
from deploy.benches.forging.deeds import DEEDS
from deploy.benches.forging.kinds import KINDS

README = Path(verify_bundle.__file__).with_name("README.md").read_text()


def rows() -> dict[str, list[bool]]:
    """Return who catches each kind by README, as its row's last cells say."""
    told = {}
    for line in README.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and (names := re.findall(r"`([a-z_.]+)`", cells[1])):
            told |= {name: [cell.startswith("có") for cell in cells[2:]] for name in names}
    return told


def test_readme_tells_of_every_kind_who_must_catch_it():
    deeds = {deed.name: [deed.by_verify, deed.by_bundle, deed.by_diff != ""] for deed in DEEDS}
    kinds = {kind.name: [kind.by_bundle, True] for kind in KINDS}
    assert rows() == deeds | kinds


def test_every_kind_says_what_it_is():
    assert [kind.name for kind in (*KINDS, *DEEDS) if not kind.what] == []


SOME = {
    "author_changed",
    "deleted_and_sealed",
    "edited_and_signed_under_another_name",
    "mac_changed",
    "all_rewritten",
    "log_rolled_back",
    "uncovered_rewritten",
}


@pytest.fixture
def books(db, settings, tmp_path) -> Books:
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key")
    return Books.kept(tmp_path)


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_is_done_to_the_database_is_seen_by_whom_it_must_be(books):
    with books.opened(1):
        assert books.judged() == (False, False, {"bundle": False, "note": False, "newest": False})
    for deed in (deed for deed in DEEDS if deed.name in SOME):
        assert (deed.name, deed.missed(books, 3)) == (deed.name, [])


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_readme_says_nobody_inside_sees_is_seen_by_nobody_inside(books):
    for deed in (deed for deed in DEEDS if not deed.by_verify):
        with books.opened(3):
            deed.do(books)
            by_verify, by_bundle, by_diff = books.judged()
        assert (deed.name, by_verify, by_bundle) == (deed.name, False, False)
        assert by_diff[deed.by_diff]
