"""Words found in a text without accents, shown with the sentence they stand in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_AROUND = 140
_ENDS = re.compile(r"[.!?;…:](?=\s)")


@dataclass(frozen=True)
class Excerpt:
    """A place in a text: what stands before the words, the words as written, what stands after."""

    before: str
    words: str
    after: str


def excerpt(text: str, key: str) -> Excerpt | None:
    """Return the sentence of ``text`` with the first place whose ``fold`` is ``key``; None where there is none.

    ``text`` is composed, with single spaces. A long sentence is cut at words, with "…".
    """
    folded, places = _folded(text)
    found = folded.find(key) if key else -1
    if found < 0:
        return None
    start, end = places[found], places[found + len(key) - 1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return Excerpt(_before(text[:start]), text[start:end], _after(text[end:]))


def _folded(text: str) -> tuple[str, list[int]]:
    """Return ``fold(text)`` and, for each of its signs, the place in ``text`` that it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFD", char.lower()):
            if not unicodedata.combining(part):
                signs.append("d" if part == "đ" else part)
                places.append(place)
    return "".join(signs), places


def _before(text: str) -> str:
    ends = [found.end() for found in _ENDS.finditer(text)]
    sentence = text[ends[-1] :].lstrip() if ends else text
    if len(sentence) <= MOST_AROUND:
        return sentence
    return "…" + sentence[-MOST_AROUND:].partition(" ")[2]


def _after(text: str) -> str:
    end = _ENDS.search(text)
    sentence = text[: end.end()] if end else text
    if len(sentence) <= MOST_AROUND:
        return sentence
    return sentence[:MOST_AROUND].rpartition(" ")[0] + "…"
