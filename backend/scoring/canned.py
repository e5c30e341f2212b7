"""Canned reasons in words: a text with blanks, what a person puts into them, and what was left open. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.core.text import nfc

BLANK = "…"
# How a blank is typed: three dots or more, underscores, or the sign itself.
_BLANK = re.compile(r"(?<!v\.v)(?:…|\.{3,}|_{3,})+")
_CODE = re.compile(r"[a-z]{1,6}[0-9]{1,3}")
_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"\s*;\s*")
ENOUGH_WORDS = 2


def with_blanks(text: str) -> str:
    """Return the text with every blank written as one sign, and single spaces."""
    return " ".join(_BLANK.sub(BLANK, nfc(text)).split())


def is_code(text: str) -> bool:
    """Return whether the text may name a canned reason: letters, then digits, such as "vb1"."""
    return _CODE.fullmatch(text) is not None


def first_word(text: str) -> str:
    """Return the code that a typed reason begins with; empty where it begins with none."""
    word = text.strip().partition(" ")[0].lower()
    return word if is_code(word) else ""


def means_code(text: str, offered: Iterable[str]) -> bool:
    """Return whether the text begins with what is meant as a code, though it is not one of those on offer.

    That is a code with no sentence behind it, or one of the same letters as one on offer: "vb9" beside "vb1".
    """
    code = first_word(text)
    alike = {one.rstrip("0123456789") for one in offered}
    return bool(code) and (len(_WORD.findall(text)) <= ENOUGH_WORDS + 1 or code.rstrip("0123456789") in alike)


def is_said(text: str) -> bool:
    """Return whether the text says something: two words at least, or a document's number, which counts as such."""
    return len(_WORD.findall(text.replace("_", " "))) >= ENOUGH_WORDS


def fills(text: str) -> list[str]:
    """Return what stands behind the code, one part for each blank; parts are told apart by ";"."""
    rest = text.strip().partition(" ")[2].strip()
    return [part for part in _BETWEEN.split(rest) if part] if rest else []


def filled(text: str, parts: list[str]) -> str:
    """Return the canned text with its blanks filled in order; those without a part stay open."""
    left = list(parts)
    return _BLANK.sub(lambda blank: left.pop(0) if left else blank.group(), text)


def blanks(text: str) -> int:
    """Return how many blanks a text has."""
    return len(_BLANK.findall(text))


def is_open(text: str) -> bool:
    """Return whether a blank was left open."""
    return _BLANK.search(text) is not None


def parts_in(text: str, canned: str) -> list[str] | None:
    """Return what a reason has at the blanks of a canned text; None where it is not made from it."""
    pattern = r"\s*(.*?)\s*".join(re.escape(piece.strip()) for piece in _BLANK.split(canned))
    found = re.search(pattern + r"\Z", " ".join(nfc(text).split()), re.IGNORECASE | re.DOTALL)
    return list(found.groups()) if found else None


def is_specific(parts: list[str]) -> bool:
    """Return whether the parts name something: every one says something, and one of them a number or a name of words."""
    said = [_WORD.findall(part.replace("_", " ")) for part in parts]
    if not all(said):
        return False
    return any(any(char.isdigit() for char in part) for part in parts) or any(
        len(words) >= ENOUGH_WORDS for words in said
    )
