"""A finished backtest as plain tables, the same for pages and sheets: points as Decimal, percents as exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from backend.core.exact import ZERO, round_half_up
from backend.core.text import fold, sort_key
from backend.criteria.models import Node
from reports.backtest.carrying import Way
from reports.backtest.comparing import Side
from reports.backtest.shaking import Interval
from reports.models import Backtest

WIDTH = 500  # of a chart's row


@dataclass(frozen=True)
class Published:
    """What was published of a unit: over all leaves of the season, those not tried too."""

    rank: int
    total: Decimal
    maximum: Decimal
    index: Decimal
    band: str


@dataclass(frozen=True)
class Line:
    """One unit, old against new. ``movers`` are code, title and shift in percent points."""

    card: int
    name: str
    published: Published | None
    old: Side
    new: Side
    ranks: Interval
    units: int
    moved_by: list[dict[str, str]]
    titles: dict[str, str]

    # Worked out for the lines that are shown only: a group may have ten thousand.
    @property
    def movers(self) -> list[tuple[str, str, Fraction]]:
        """Return the leaves that moved the unit most."""
        return [
            (one["code"], self.titles.get(one["code"], ""), Fraction(one["shift"])) for one in self.moved_by
        ]

    @cached_property
    def bar(self) -> dict[str, str]:
        """Return where the parts of the interval stand in an SVG of ``WIDTH``."""
        return _interval_bar(self.ranks, self.new.rank, self.units)

    @property
    def moved(self) -> int:
        """Return how many places the unit went up (above zero) or down."""
        return self.old.rank - self.new.rank

    @property
    def distance(self) -> int:
        """Return how many places the unit moved either way."""
        return abs(self.moved)

    @property
    def points(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return total and maximum, old then new."""
        values = (self.old.total, self.old.maximum, self.new.total, self.new.maximum)
        old, old_most, new, new_most = (points(value) for value in values)
        return old, old_most, new, new_most

    @property
    def shift(self) -> Fraction:
        """Return how far the new index is above the old one, in percent points, exact."""
        return self.new.index - self.old.index


@dataclass(frozen=True)
class LeafLine:
    """One leaf of the draft (or a field): how it separates units, and how its points came over."""

    code: str
    title: str
    maximum: Decimal
    units: int
    full: int
    mean: Decimal
    deviation: Decimal
    share: Decimal
    bar: str
    old_code: str = ""
    old_maximum: Decimal = ZERO
    guessed: bool = False
    ways: tuple[tuple[str, int], ...] = ()
    counting: str = Node.Counting.BASE

    @property
    def outside(self) -> str:
        """Return "điểm thưởng" or "điểm phạt" of a leaf outside the scale, else nothing."""
        return _outside(self.counting)

    @property
    def all_full(self) -> bool:
        """Return whether every unit has full points: such a leaf separates nobody."""
        return self.full == self.units

    @property
    def separates(self) -> bool:
        """Return whether any two units have different points."""
        return self.deviation > 0

    @property
    def reckoned(self) -> bool:
        """Return whether points of some unit were only reckoned in proportion."""
        return any(words == Way.PROPORTION.label for words, _count in self.ways)


@dataclass(frozen=True)
class Alone:
    """A leaf of one side that stands for none of the other."""

    code: str
    title: str
    maximum: Decimal
    counting: str = Node.Counting.BASE

    @property
    def outside(self) -> str:
        """Return "điểm thưởng" or "điểm phạt" of a leaf outside the scale, else nothing."""
        return _outside(self.counting)


@dataclass(frozen=True)
class GroupTable:
    """One group of the season."""

    title: str
    criteria_title: str
    units: int
    lines: list[Line]
    leaves: list[LeafLine]
    fields: list[LeafLine]
    extras: list[LeafLine]
    new_only: list[Alone]
    old_only: list[Alone]

    @property
    def covered(self) -> Decimal:
        """Return the points of the draft that were tried."""
        return sum((leaf.maximum for leaf in self.leaves), ZERO)

    @property
    def whole(self) -> Decimal:
        """Return the points of all leaves of the draft within its scale."""
        return self.covered + sum((leaf.maximum for leaf in self.new_only if not leaf.outside), ZERO)

    @property
    def coverage(self) -> Decimal:
        """Return the covered points in percent of the draft."""
        return round_half_up(self.covered / self.whole * 100, 6) if self.whole else ZERO

    @property
    def moved(self) -> list[Line]:
        """Return the units whose rank changes, the farthest first."""
        return sorted(
            (line for line in self.lines if line.moved), key=lambda line: (-line.distance, line.new.rank)
        )

    @property
    def by_share(self) -> list[LeafLine]:
        """Return the leaves that tell units apart most first."""
        return sorted(self.leaves, key=lambda leaf: -leaf.share)

    @property
    def flat(self) -> list[LeafLine]:
        """Return the leaves on which no two units differ."""
        return [leaf for leaf in self.leaves if not leaf.separates]

    @property
    def firm(self) -> int:
        """Return how many units keep their rank within one place in 90 % of the draws."""
        return sum(line.ranks.high - line.ranks.low <= 1 for line in self.lines)

    @property
    def mean_shift(self) -> Fraction:
        """Return the mean distance of a rank from the new one over all units and draws, in places."""
        return Fraction(sum(line.ranks.shift for line in self.lines), 1000 * max(len(self.lines), 1))

    def shown(self, words: str, sort: str) -> list[Line]:
        """Return the lines whose unit holds ``words``, in the order asked for ("-" turns it round)."""
        lines = [line for line in self.lines if fold(words) in fold(line.name)]
        key = _KEYS.get(sort.removeprefix("-"))
        return sorted(lines, key=key, reverse=sort.startswith("-")) if key else lines


_KEYS: dict[str, Any] = {
    "rank": lambda line: line.new.rank,
    "old": lambda line: line.old.rank,
    "name": lambda line: sort_key(line.name),
    "moved": lambda line: line.moved,
    "width": lambda line: line.ranks.high - line.ranks.low,
}


def tables(backtest: Backtest) -> list[GroupTable]:
    """Return the tables of a finished backtest; none while it is worked out."""
    return [_table(group) for group in backtest.result.get("groups", [])]


def _table(group: dict[str, Any]) -> GroupTable:
    leaves = _spreads(group["leaves"])
    titles = {leaf.code: leaf.title for leaf in leaves}
    return GroupTable(
        group["title"],
        group["criteria_title"],
        group["units"],
        [_line(line, titles, len(group["lines"])) for line in group["lines"]],
        leaves,
        _spreads(group["fields"]),
        _spreads(group.get("extras", [])),
        [_alone(leaf) for leaf in group["new_only"]],
        [_alone(leaf) for leaf in group["old_only"]],
    )


def _line(line: dict[str, Any], titles: dict[str, str], units: int) -> Line:
    ranks = Interval(**line["ranks"])
    old, new = Side(**line["old"]), Side(**line["new"])
    return Line(
        line["card"],
        line["name"],
        _published(line["published"]),
        old,
        new,
        ranks,
        units,
        line["movers"],
        titles,
    )


def _published(row: dict[str, Any] | None) -> Published | None:
    if row is None:
        return None
    return Published(
        row["rank"], points(row["total"]), points(row["maximum"]), Decimal(row["index"]), row["band"]
    )


def _interval_bar(ranks: Interval, rank: int, units: int) -> dict[str, str]:
    """Return where the parts of an interval stand in a row of ``WIDTH``, as text with a point."""
    step = Decimal(WIDTH) / max(units, 1)

    def left(place: int) -> Decimal:
        return (place - 1) * step

    def width(first: int, last: int) -> Decimal:
        return (last - first + 1) * step

    places = {
        "best": left(ranks.best),
        "whole": width(ranks.best, ranks.worst),
        "low": left(ranks.low),
        "most": width(ranks.low, ranks.high),
        "rank": left(rank),
        "one": max(step, Decimal(4)),
    }
    return {name: str(round_half_up(value, 2)) for name, value in places.items()}


def _spreads(rows: list[dict[str, Any]]) -> list[LeafLine]:
    largest = max((Decimal(row.get("share", 0)) for row in rows), default=ZERO)
    return [_leaf(row, largest) for row in rows]


def _leaf(row: dict[str, Any], largest: Decimal) -> LeafLine:
    share = Decimal(row.get("share", 0))
    length = max(share, ZERO) / largest * WIDTH if largest > 0 else ZERO
    return LeafLine(
        row["code"],
        row["title"],
        points(row.get("maximum", 0)),
        row.get("units", 0),
        row.get("full", 0),
        Decimal(row.get("mean", 0)),
        points(row.get("deviation", 0)),
        share,
        str(round_half_up(length, 1)),
        row.get("old_code", ""),
        points(row.get("old_maximum", 0)),
        row.get("guessed", False),
        tuple((Way(way).label, count) for way, count in row.get("ways", {}).items()),
        row.get("counting", Node.Counting.BASE),
    )


def _alone(row: dict[str, Any]) -> Alone:
    return Alone(row["code"], row["title"], points(row["maximum"]), row.get("counting", Node.Counting.BASE))


def _outside(counting: str) -> str:
    return "" if counting == Node.Counting.BASE else str(Node.Counting(counting).label)


def points(thousandths: int) -> Decimal:
    """Return whole thousandths as points."""
    return Decimal(thousandths).scaleb(-3)
