"""Units put in order by one field, one criterion, or over all groups; and what a correction changes. Pure.

A part that does not apply to a unit has no maximum: the unit is named and not ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.rankings import Entry, TieRule, index, rank
from reports.standings import FieldPoints, Standing, Table

ZERO = Decimal("0.000")
BASE = "base"
# Points by card key and leaf code; None: nothing was given; absent: does not apply.
Leaves = dict[int, dict[str, Decimal | None]]


@dataclass(frozen=True)
class Criterion:
    """One line of a criteria set; only a leaf has points, a source and a place where they count."""

    code: str
    title: str
    level: int
    is_leaf: bool
    maximum: Decimal | None = None
    source: str = ""
    counting: str = ""


@dataclass(frozen=True)
class Placed:
    """A unit's place by one part of its result: points of a maximum, both of that part alone."""

    line: Standing
    group: str
    points: Decimal | Fraction
    maximum: Decimal | Fraction
    rank: int
    shared: bool

    @property
    def index(self) -> Fraction:
        """Return the part's index in percent, exact."""
        return index(self.points, self.maximum)


@dataclass(frozen=True)
class Placing:
    """Who stands where by one part, and who is left out because the part does not apply there."""

    placed: tuple[Placed, ...]
    left_out: tuple[Standing, ...] = ()


Part = tuple[Standing, str, Decimal | Fraction, Decimal | Fraction]


def over_all(tables: Iterable[Table]) -> Placing:
    """Return all units of all groups by their exact index; groups may have criteria of their own."""
    parts = [
        (line, table.title, line.totals.exact, line.totals.maximum)
        for table in tables
        for line in table.standings
    ]
    return _placed(parts, TieRule.SHARED)


def by_part(table: Table, criteria: Sequence[Criterion], leaves: Leaves, code: str) -> Placing:
    """Return the units of a group by one field or criterion; of a field what was taken off it is off here too."""
    fields = {
        (line.card_id, part.code): part
        for line in table.standings
        for part in line.fields
        if part.code == code
    }
    whole = code in dict(table.field_titles)
    parts = [
        (line, table.title, *(_of_field(fields.get((line.card_id, code))) if whole else _of_leaves(line, criteria, leaves, code)))
        for line in table.standings
    ]  # fmt: skip
    return _placed(parts, _rule(table))


def _rule(table: Table) -> TieRule:
    # The criteria asked first in a tie are those of the whole result.
    return TieRule.SHARED if table.tie_rule is TieRule.ORDERED else table.tie_rule


def _of_field(part: FieldPoints | None) -> tuple[Decimal, Decimal]:
    return (part.points, part.maximum) if part else (ZERO, ZERO)


def _of_leaves(
    line: Standing, criteria: Iterable[Criterion], leaves: Leaves, code: str
) -> tuple[Decimal, Decimal]:
    own = leaves.get(line.card_id, {})
    within = [one for one in criteria if one.is_leaf and is_within(one.code, code) and one.code in own]
    points = sum((own[one.code] or ZERO for one in within), ZERO)
    return points, sum((one.maximum or ZERO for one in within), ZERO)


def is_within(code: str, above: str) -> bool:
    """Return whether ``code`` is ``above`` itself or stands under it: "1.2.3" under "1.2"."""
    return code == above or code.startswith(f"{above}.")


def _placed(parts: Sequence[Part], tie_rule: TieRule) -> Placing:
    ordered = sorted(parts, key=lambda part: (part[0].unit_order, part[0].card_id))  # equal ones stand so
    counting = {part[0].card_id: part for part in ordered if part[3] > 0}
    entries = [Entry(key, part[2], part[3]) for key, part in counting.items()]
    placed = []
    for made in rank(entries, tie_rule):
        line, group, points, maximum = counting[line_key(made.entry.key)]
        placed.append(Placed(line, group, points, maximum, made.rank, made.shared))
    return Placing(tuple(placed), tuple(part[0] for part in parts if part[3] <= 0))


def line_key(key: object) -> int:
    """Return the card key of an entry."""
    if not isinstance(key, int):
        raise TypeError("entries of a placing are keyed by cards")
    return key


@dataclass(frozen=True)
class Change:
    """What a correction changed for one unit: its line before and after, and the leaves given other points.

    A unit whose own points stand may have moved because others did.
    """

    before: Standing | None
    after: Standing | None
    leaves: tuple[tuple[str, Decimal | None, Decimal | None], ...] = ()

    @property
    def line(self) -> Standing:
        """Return the newer line the unit has."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change is of a unit in one of two versions")
        return found

    @property
    def moved(self) -> int:
        """Return the places gained (above zero) or lost."""
        return self.before.rank - self.after.rank if self.before and self.after else 0

    @property
    def gained(self) -> Decimal | None:
        """Return the points gained or lost; None where the unit stands in one version only."""
        return self.after.totals.total - self.before.totals.total if self.before and self.after else None

    @property
    def is_own(self) -> bool:
        """Return whether the unit's own result changed, not only that of others."""
        return bool(self.leaves) or self.before is None or self.after is None or bool(self.gained)


def differences(
    old: Iterable[Table], new: Iterable[Table], old_leaves: Mapping[int, Mapping], new_leaves: Mapping[int, Mapping]
) -> list[tuple[str, list[Change]]]:  # fmt: skip
    """Return by group which units a correction changed: rank, band, totals or a leaf; in the order of the new version."""
    before = {line.card_id: line for table in old for line in table.standings}
    found, seen = [], set()
    for table in new:
        lines = [
            Change(before.get(line.card_id), line, _leaves(line.card_id, old_leaves, new_leaves))
            for line in table.standings
        ]
        seen |= {line.card_id for line in table.standings}
        found.append((table.title, [change for change in lines if _differs(change)]))
    gone = [Change(line, None) for key, line in before.items() if key not in seen]
    return [*found, ("", gone)] if gone else found


def _leaves(card_id: int, old: Mapping[int, Mapping], new: Mapping[int, Mapping]) -> tuple:
    before, after = old.get(card_id, {}), new.get(card_id, {})
    if not before:  # published before leaves were copied
        return ()
    codes = sorted({*before, *after})
    return tuple((code, before.get(code), after.get(code)) for code in codes if before.get(code) != after.get(code))  # fmt: skip


def _differs(change: Change) -> bool:
    old, new = change.before, change.after
    if old is None or new is None:
        return True
    told = (old.rank, old.shared, old.band, old.index, old.totals.total)
    return bool(change.leaves) or told != (new.rank, new.shared, new.band, new.index, new.totals.total)
