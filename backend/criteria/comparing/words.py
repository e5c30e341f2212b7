"""Two texts word by word: what stayed, what was put in, what was taken out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, PUT_IN, TAKEN_OUT = "same", "ins", "del"
# Below this share of common words two texts are read more easily one after the other.
READABLE = 0.35


@dataclass(frozen=True)
class Piece:
    """Words in a row with one fate: ``mark`` is "same", "ins" or "del"."""

    mark: str
    text: str


def pieces_of(old: str, new: str) -> tuple[Piece, ...]:
    """Return both texts as one row of pieces; white space counts as one blank."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if before != after and matcher.ratio() < READABLE:
        return tuple(_both(before, after))
    return tuple(_merged(matcher, before, after))


def alike(old: str, new: str) -> float:
    """Return how alike two texts are, from 0 to 1: the share of words in common, in order."""
    return SequenceMatcher(None, old.casefold().split(), new.casefold().split(), autojunk=False).ratio()


def _merged(matcher: SequenceMatcher[str], before: list[str], after: list[str]) -> Iterator[Piece]:
    for tag, start, end, begin, finish in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(SAME, " ".join(after[begin:finish]))
        else:
            yield from _both(before[start:end], after[begin:finish])


def _both(before: list[str], after: list[str]) -> Iterator[Piece]:
    if before:
        yield Piece(TAKEN_OUT, " ".join(before))
    if after:
        yield Piece(PUT_IN, " ".join(after))
