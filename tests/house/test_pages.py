"""What a page may hold: the content policy allows no script and no style inside it, and nothing from outside."""

import re

import pytest

from tests.house.sources import ROOT, tracked

FORBIDDEN = {
    "a script in the page": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "a style in the page": r"<style\b|\sstyle=",
    "an event in the page": r"\son[a-z]+=\"",
    "a script in a link": r"javascript:",
    "something from another site": r"(?:src|action)=\"(?:https?:)?//|<link[^>]+href=\"(?:https?:)?//",
}


def pages() -> list:
    """Return the templates a browser gets; those made for PDF have their own rules."""
    return [path for path in tracked("*/templates/*.html") if "documents" not in path.parts]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_holds(what):
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in pages()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(FORBIDDEN[what], line)
    ]
    assert wrong == []


def test_the_look_asks_nothing_of_another_site():
    files = [
        path
        for path in tracked("*.css", "*.js")
        if re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", path.read_text())
    ]
    assert [str(path.relative_to(ROOT)) for path in files] == []
