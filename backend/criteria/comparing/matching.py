"""Which node of an older set a node of a newer one is: by mapping first, by likeness last. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backend.core.exact import ZERO

from .words import alike

# A guess asks for this much in common; less where the code is the same. Those at the same code that are surely the
# same go first.
LIKE_ENOUGH, LIKE_AT_SAME_CODE, SURE = 0.65, 0.45, 0.8


@dataclass(frozen=True)
class Item:
    """One node as it is compared. ``points`` of a group are the sum under it; ``rule`` tells rules apart,
    ``rule_words`` says the rule; ``flags`` are its other properties, a sentence each.

    ``links`` are keys of nodes it is mapped to: the earlier leaf, the framework's node. ``lead`` is empty
    where the council appraises.
    """

    key: int
    parent: int | None
    code: str
    title: str
    is_leaf: bool = False
    points: Decimal = ZERO
    planned: Decimal | None = None
    rule: str = ""
    rule_words: tuple[str, ...] = ()
    guidance: str = ""
    evidence: str = ""
    lead: str = ""
    flags: tuple[str, ...] = ()
    links: frozenset[int] = frozenset()


class Way(StrEnum):
    """How two nodes were found to be the same."""

    LINK = "link"
    CODE_AND_TEXT = "code"
    TEXT = "text"
    INSIDE = "inside"
    LIKENESS = "likeness"

    @property
    def label(self) -> str:
        """Return the way in words."""
        return _LABELS[self]


_LABELS = {
    Way.LINK: "theo liên kết",
    Way.CODE_AND_TEXT: "cùng mã và nội dung",
    Way.TEXT: "cùng nội dung, khác mã",
    Way.INSIDE: "có chung các tiêu chí bên dưới",
    Way.LIKENESS: "đoán theo nội dung gần giống",
}


@dataclass(frozen=True)
class Match:
    """The node of the older set; ``likeness`` in percent is said of a guess only."""

    old: Item
    way: Way
    likeness: int = 0


Pairs = dict[int, Match]


def matched(old: Sequence[Item], new: Sequence[Item]) -> Pairs:
    """Return the match of every node of ``new`` that has one, by its key; each old node is used once."""
    pairs: Pairs = {}
    for item, before in _linked(old, new):
        _pair(pairs, item, before, Way.LINK)
    _by_key(pairs, old, new, lambda item: (item.code, _plain(item.title)), Way.CODE_AND_TEXT)
    _by_key(pairs, old, new, lambda item: _plain(item.title), Way.TEXT)
    _by_what_is_inside(pairs, old, new)
    _by_likeness(pairs, old, new)
    return pairs


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _pair(pairs: Pairs, item: Item, before: Item, way: Way, likeness: int = 0) -> None:
    if item.key not in pairs and all(match.old.key != before.key for match in pairs.values()):
        pairs[item.key] = Match(before, way, likeness)


def _linked(old: Sequence[Item], new: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """Yield the pairs mapped to one another, either way, or to the same third node."""
    by_key = {item.key: item for item in old}
    by_link = {link: item for item in old for link in item.links}
    for item in new:
        found = [by_key[link] for link in item.links if link in by_key]
        found += [by_link[item.key]] if item.key in by_link else []
        found += [by_link[link] for link in item.links if link in by_link]
        yield from ((item, before) for before in found[:1])


def _left(items: Sequence[Item], taken: set[int]) -> list[Item]:
    return [item for item in items if item.key not in taken]


def _open(pairs: Pairs, old: Sequence[Item], new: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    return _left(old, {match.old.key for match in pairs.values()}), _left(new, set(pairs))


def _by_key(
    pairs: Pairs, old: Sequence[Item], new: Sequence[Item], name: Callable[[Item], object], way: Way
) -> None:
    """Match what has a name that stands once on each side."""
    before, after = _open(pairs, old, new)
    named = {side: Counter(name(item) for item in items) for side, items in (("old", before), ("new", after))}
    once = {name(item): item for item in before if named["old"][name(item)] == 1}
    for item in after:
        if named["new"][name(item)] == 1 and name(item) in once:
            _pair(pairs, item, once[name(item)], way)


def _by_what_is_inside(pairs: Pairs, old: Sequence[Item], new: Sequence[Item]) -> None:
    """Match groups of which more than half of what stands under both is the same; deepest first."""
    parents = {item.key: item.parent for item in old}
    before, after = _open(pairs, old, new)
    groups = {item.key: item for item in before if not item.is_leaf}
    for item in reversed(after):
        if item.is_leaf:
            continue
        inside = [one for one in new if one.parent == item.key]
        votes = Counter(parents[pairs[one.key].old.key] for one in inside if one.key in pairs)
        for parent, count in votes.most_common(1):
            if parent in groups and count * 2 > sum(one.parent == parent for one in old):
                _pair(pairs, item, groups[parent], Way.INSIDE)


def _by_likeness(pairs: Pairs, old: Sequence[Item], new: Sequence[Item]) -> None:
    """Guess the rest by their texts, the most alike first; a leaf is never taken for a group."""
    before, after = _open(pairs, old, new)
    same_place = {item.code: item for item in before}
    _take(pairs, [_guess(item, same_place[item.code]) for item in after if item.code in same_place], SURE)
    before, after = _open(pairs, old, new)
    _take(pairs, [_guess(item, one) for item in after for one in before], LIKE_ENOUGH)


Guess = tuple[float, Item, Item]


def _take(pairs: Pairs, guesses: list[Guess], enough: float) -> None:
    for likeness, item, one in sorted(guesses, key=lambda guess: -guess[0]):
        least = LIKE_AT_SAME_CODE if enough < SURE and item.code == one.code else enough
        if likeness >= least:
            _pair(pairs, item, one, Way.LIKENESS, round(likeness * 100))


def _guess(item: Item, one: Item) -> Guess:
    """Return how alike two nodes are; 0 where the cheap question already says that they are not."""
    if item.is_leaf != one.is_leaf:
        return 0.0, item, one
    left, right = Counter(_plain(item.title).split()), Counter(_plain(one.title).split())
    shared, words = (left & right).total(), left.total() + right.total()
    if not words or 2 * shared / words < LIKE_AT_SAME_CODE:
        return 0.0, item, one
    return alike(one.title, item.title), item, one
