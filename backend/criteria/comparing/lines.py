"""What changed of each node, in the order in which a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from backend.core.exact import ZERO, format_points

from .matching import Item, Match, Way, matched
from .words import Piece, pieces_of


class Change(StrEnum):
    """A kind of change, in the order in which they are told."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    SHAPE = "shape"
    POINTS = "points"
    RULE = "rule"
    TEXT = "text"
    GUIDANCE = "guidance"
    EVIDENCE = "evidence"
    LEAD = "lead"
    FLAGS = "flags"

    @property
    def label(self) -> str:
        """Return the kind in words."""
        return _LABELS[self]


_LABELS = {
    Change.ADDED: "thêm mới",
    Change.REMOVED: "bãi bỏ",
    Change.MOVED: "chuyển chỗ",
    Change.RENUMBERED: "đánh số lại",
    Change.SHAPE: "tách hoặc gộp",
    Change.POINTS: "đổi điểm",
    Change.RULE: "đổi cách chấm",
    Change.TEXT: "sửa nội dung",
    Change.GUIDANCE: "sửa hướng dẫn",
    Change.EVIDENCE: "sửa tài liệu kiểm chứng",
    Change.LEAD: "đổi cơ quan thẩm định",
    Change.FLAGS: "đổi phạm vi, cách tính",
}


@dataclass(frozen=True)
class Said:
    """One change of a node: before and after as texts, and ``pieces`` where they are compared word by word."""

    change: Change
    before: str = ""
    after: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def label(self) -> str:
        """Return the kind in words."""
        return self.change.label


@dataclass(frozen=True)
class Line:
    """One node of either set: what it was, what it is, how the two were matched, and what changed.

    ``title`` are the words of its text with what was put in and taken out.
    """

    old: Item | None
    new: Item | None
    way: Way | None = None
    likeness: int = 0
    said: tuple[Said, ...] = ()
    title: tuple[Piece, ...] = ()

    @property
    def item(self) -> Item:
        """Return the node as it is now, or as it was where it is gone."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a line stands for a node")
        return found

    @property
    def changes(self) -> frozenset[Change]:
        """Return the kinds of change; empty where the node stands as it was."""
        return frozenset(one.change for one in self.said)

    @property
    def is_guess(self) -> bool:
        """Return whether the two were taken for the same only because their texts are alike."""
        return self.way is Way.LIKENESS

    @property
    def details(self) -> tuple[Said, ...]:
        """Return the changes that have a before and an after to be read, the text's own aside."""
        bare = (Change.ADDED, Change.REMOVED, Change.TEXT, Change.POINTS, Change.RENUMBERED)
        return tuple(one for one in self.said if one.change not in bare)


@dataclass(frozen=True)
class FieldPoints:
    """Points of one field (lĩnh vực) before and after; None where it is not in that set."""

    code: str
    title: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Return the points gained, below 0 where they were lost."""
        return (self.after or ZERO) - (self.before or ZERO)


@dataclass(frozen=True)
class Comparison:
    """All lines in the order of the newer set, what is gone at the place where it stood."""

    lines: tuple[Line, ...]
    fields: tuple[FieldPoints, ...]
    counts: dict[Change, int] = field(default_factory=dict)

    @property
    def changed(self) -> tuple[Line, ...]:
        """Return the lines on which something changed."""
        return tuple(line for line in self.lines if line.said)

    @property
    def guesses(self) -> int:
        """Return how many pairs were matched by likeness alone."""
        return sum(line.is_guess for line in self.lines)

    @property
    def same(self) -> int:
        """Return how many nodes stand as they were."""
        return len(self.lines) - len(self.changed)

    @property
    def before(self) -> Decimal:
        """Return the points of the older set."""
        return sum((one.before or ZERO for one in self.fields), ZERO)

    @property
    def after(self) -> Decimal:
        """Return the points of the newer set."""
        return sum((one.after or ZERO for one in self.fields), ZERO)

    def showing(self, change: str) -> tuple[Line, ...]:
        """Return the lines with that kind of change; "" all that changed, "all" every line, "guess" the guesses."""
        if change == "all":
            return self.lines
        if change == "guess":
            return tuple(line for line in self.lines if line.is_guess)
        return tuple(line for line in self.changed if not change or change in line.changes)

    def in_place(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Return the lines with those of what they stand under, so that a person sees where she is."""
        by_key = {item.key: line for line in self.lines for item in (line.old, line.new) if item}
        wanted: set[int] = set()
        for line in lines:
            at: Line | None = line
            while at is not None and id(at) not in wanted:
                wanted.add(id(at))
                at = by_key.get(at.item.parent or 0)
        return tuple(line for line in self.lines if id(line) in wanted)


def compare(old: Sequence[Item], new: Sequence[Item]) -> Comparison:
    """Return what ``new`` changes in ``old``; both in the order of reading, parents first."""
    pairs = matched(old, new)
    moved = _moved(old, new, pairs)
    lines = tuple(_line(before, after, pairs, moved) for before, after in _in_order(old, new, pairs))
    counts = {change: sum(change in line.changes for line in lines) for change in Change}
    return Comparison(lines, tuple(_fields(lines)), {kind: count for kind, count in counts.items() if count})


def _in_order(
    old: Sequence[Item], new: Sequence[Item], pairs: dict[int, Match]
) -> Iterator[tuple[Item | None, Item | None]]:
    """Yield (before, after) in the order of ``new``; what is gone follows what it stood behind."""
    taken = {match.old.key: key for key, match in pairs.items()}
    behind: dict[int | None, list[Item]] = {}
    last: int | None = None
    for item in old:
        if item.key in taken:
            last = taken[item.key]
        else:
            behind.setdefault(last, []).append(item)
    yield from ((gone, None) for gone in behind.get(None, []))
    for item in new:
        match = pairs.get(item.key)
        yield (match.old if match else None, item)
        yield from ((gone, None) for gone in behind.get(item.key, []))


def _line(old: Item | None, new: Item | None, pairs: dict[int, Match], moved: set[int]) -> Line:
    if old is None or new is None:
        change = Change.REMOVED if new is None else Change.ADDED
        return Line(old, new, said=(Said(change),), title=pieces_of(_title(old), _title(new)))
    match = pairs[new.key]
    said = tuple(_said(old, new, is_moved=new.key in moved))
    return Line(old, new, match.way, match.likeness, said, pieces_of(old.title, new.title))


def _title(item: Item | None) -> str:
    return item.title if item else ""


def _said(old: Item, new: Item, *, is_moved: bool) -> Iterator[Said]:
    if is_moved:
        yield Said(Change.MOVED, old.code, new.code)
    elif old.code != new.code:
        yield Said(Change.RENUMBERED, old.code, new.code)
    if old.is_leaf != new.is_leaf:
        yield Said(Change.SHAPE, _shape(old), _shape(new))
    if _points(old) != _points(new):
        yield Said(Change.POINTS, _points(old), _points(new))
    if old.is_leaf and new.is_leaf and old.rule != new.rule:
        yield Said(Change.RULE, "\n".join(old.rule_words), "\n".join(new.rule_words))
    yield from _texts(old, new)
    if old.lead != new.lead:
        yield Said(Change.LEAD, old.lead or COUNCIL, new.lead or COUNCIL)
    if old.flags != new.flags:
        yield Said(Change.FLAGS, *_only_differing(old.flags, new.flags))


COUNCIL = "Hội đồng thẩm định"


def _shape(item: Item) -> str:
    return "tiêu chí chấm điểm" if item.is_leaf else "nhóm"


def _points(item: Item) -> str:
    """Return the points as text: of a group the sum, and what the decision says where that is another."""
    total = format_points(item.points)
    if item.planned is None or item.planned == item.points:
        return total
    return f"{total} (theo văn bản {format_points(item.planned)})"


def _texts(old: Item, new: Item) -> Iterator[Said]:
    pairs = (
        (Change.TEXT, old.title, new.title),
        (Change.GUIDANCE, old.guidance, new.guidance),
        (Change.EVIDENCE, old.evidence, new.evidence),
    )
    for change, before, after in pairs:
        if before.split() != after.split():
            yield Said(change, before, after, pieces_of(before, after))


def _only_differing(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, str]:
    gone = "; ".join(one for one in old if one not in new)
    come = "; ".join(one for one in new if one not in old)
    return gone or "(không)", come or "(không)"


# --- what stands elsewhere now --------------------------------------------------------------------


def _moved(old: Sequence[Item], new: Sequence[Item], pairs: dict[int, Match]) -> set[int]:
    """Return the keys of nodes under another parent now, or in another order among those that stayed."""
    places = {item.key: place for place, item in enumerate(old)}
    rows: dict[int | None, list[Item]] = {}
    moved = set()
    for item in new:
        match = pairs.get(item.key)
        if match is None:
            continue
        if _parent_before(item, pairs) == (match.old.parent,):
            rows.setdefault(item.parent, []).append(item)
        else:
            moved.add(item.key)
    for siblings in rows.values():
        order = [places[pairs[item.key].old.key] for item in siblings]
        moved |= {siblings[place].key for place in _out_of_order(order)}
    return moved


def _parent_before(item: Item, pairs: dict[int, Match]) -> tuple[int | None, ...]:
    """Return the key in the older set of what the node stands under now; empty where that is new."""
    if item.parent is None:
        return (None,)
    match = pairs.get(item.parent)
    return (match.old.key,) if match else ()


def _out_of_order(order: Sequence[int]) -> set[int]:
    """Return the fewest places to take out so that the rest rises: all but a longest rising row."""
    best: list[list[int]] = []
    for place, value in enumerate(order):
        longest: list[int] = max((row for row in best if order[row[-1]] < value), key=len, default=[])
        best.append([*longest, place])
    kept = max(best, key=len, default=[])
    return set(range(len(order))) - set(kept)


def _fields(lines: Iterable[Line]) -> Iterator[FieldPoints]:
    for line in lines:
        if line.item.parent is None:
            yield FieldPoints(
                line.item.code,
                line.item.title,
                line.old.points if line.old else None,
                line.new.points if line.new else None,
            )
