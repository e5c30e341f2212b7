"""The past of a unit that came of others: its parts side by side; one figure only by weights somebody chose. Pure.

Of a unit that was divided nobody can say which share of its result went where, so with such a part nothing is joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Ancestor:
    """A unit that went, at once or by several mergers, into the one asked about; ``is_whole``: never divided on the way."""

    unit_id: int
    name: str
    is_whole: bool
    since: date
    ended: date | None = None
    is_self: bool = False

    def stood_in(self, year: int) -> bool:
        """Return whether the unit was in being at the end of that year."""
        last = date(year, 12, 31)
        return self.since <= last and (self.ended is None or self.ended > last)


@dataclass(frozen=True)
class Part:
    """What was published of one of them in one year: the index in percent, exact, and its place among ``among``."""

    ancestor: Ancestor
    index: Fraction
    rank: int
    among: int
    band: str
    group: str
    host: str
    host_code: str
    unit_code: str


@dataclass(frozen=True)
class PastYear:
    """One year: the parts with a published result, and the names of those without."""

    year: int
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    is_illustration: bool = False

    @property
    def is_own(self) -> bool:
        """Return whether the unit itself was scored."""
        return any(part.ancestor.is_self for part in self.parts)

    @property
    def divided(self) -> tuple[str, ...]:
        """Return the names of the parts that were divided."""
        return tuple(part.ancestor.name for part in self.parts if not part.ancestor.is_whole)

    @property
    def may_join(self) -> bool:
        """Return whether weights can make one figure of it: several whole parts, none without a result."""
        return not self.is_own and len(self.parts) > 1 and not self.divided and not self.missing


def years_of(
    ancestors: Sequence[Ancestor], found: Mapping[int, Sequence[tuple[Part, bool]]]
) -> list[PastYear]:
    """Return the years from the newest; ``found`` has by year each published part and whether it is illustration."""
    years = []
    for year in sorted(found, reverse=True):
        parts = tuple(part for part, _demo in found[year])
        own = any(part.ancestor.is_self for part in parts)
        there = {part.ancestor.unit_id for part in parts}
        owed = [] if own else [one for one in ancestors if not one.is_self and one.stood_in(year)]
        missing = tuple(one.name for one in owed if one.unit_id not in there)
        years.append(PastYear(year, parts, missing, any(demo for _part, demo in found[year])))
    return years


def joined(year: PastYear, weights: Mapping[int, Decimal]) -> Fraction | None:
    """Return the mean of the parts' indices by the weights of their units; None where it can't be said.

    Raises KeyError for a part without a weight.
    """
    if not year.may_join:
        return None
    chosen = [(part.index, Fraction(weights[part.ancestor.unit_id])) for part in year.parts]
    whole = sum((weight for _index, weight in chosen), Fraction(0))
    return sum((index * weight for index, weight in chosen), Fraction(0)) / whole if whole > 0 else None
