"""What a backtest of one group works on, as plain values. Points are whole thousandths. Pure, no Django.

Sums over many units are worked out in numpy's whole numbers (``whole_numbers``), exactly: where 64 bits might not hold
them Python's own are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = Sequence[int | None]


@dataclass(frozen=True)
class Leaf:
    """One leaf of either set; ``field`` is the code of its field, ``maximum`` in thousandths of a point.

    ``council`` tells the leaves the council appraises from those of a survey or an outside index.
    """

    code: str
    title: str
    field: str
    maximum: int
    council: bool = True


@dataclass(frozen=True)
class Extra:
    """What a unit has besides its leaves: bonus and penalty within their ceilings, deductions by the code of a field."""

    bonus: int = 0
    penalty: int = 0
    deducted: Mapping[str, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """Return what it adds to the total, or takes off."""
        return self.bonus - self.penalty - sum(self.deducted.values())


NOTHING = Extra()


@dataclass(frozen=True)
class Making:
    """How a set makes totals of leaves: whether it rescales what is left out, and each unit's extra (none: empty)."""

    rescales: bool = False
    extras: tuple[Extra, ...] = ()

    def of(self, place: int) -> Extra:
        """Return the extra of the unit at that place."""
        return self.extras[place] if self.extras else NOTHING

    def only(self, places: Iterable[int]) -> Making:
        """Return the same for the units at these places."""
        return Making(self.rescales, tuple(self.extras[place] for place in places) if self.extras else ())


PLAIN = Making()


@dataclass(frozen=True)
class Case:
    """The units of one group with their points on both sides; only leaves that stand for each other.

    ``origin`` names for each leaf of ``after`` the place of its leaf in ``before``; a leaf that was split has
    several. A row holds a unit's points in the order of the leaves, None where a leaf does not apply to it and the
    set does not give full points for it. Leaves of bonus and penalty are no leaves here but part of the ``Making``.
    """

    units: tuple[int, ...]
    before: tuple[Leaf, ...]
    after: tuple[Leaf, ...]
    origin: tuple[int, ...]
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    old_making: Making = PLAIN
    new_making: Making = PLAIN

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the draft's leaves that stand for each leaf of ``before``: "1.1, 1.2" where it was split."""
        found: list[list[str]] = [[] for _ in self.before]
        for leaf, origin in zip(self.after, self.origin, strict=True):
            found[origin].append(leaf.code)
        return tuple(", ".join(codes) for codes in found)


def maximum_of(leaves: Sequence[Leaf], row: Row) -> int:
    """Return the points that can be had on the leaves that apply to the unit of ``row``."""
    return sum(leaf.maximum for leaf, points in zip(leaves, row, strict=True) if points is not None)


def whole_numbers(rows: Sequence[Sequence[int | None]], most: int) -> Any:
    """Return the rows as a numpy array of whole numbers, 0 for None; ``most`` is above all that is worked out of it."""
    import numpy as np  # deferred: starting the server must not load it

    filled = [[value or 0 for value in row] if None in row else row for row in rows]
    return np.array(filled, dtype=np.int64 if most < 2**63 else object)
