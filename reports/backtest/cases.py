"""What a backtest of one group works on, as plain values. Points are whole thousandths. Pure, no Django.

Sums over many units are worked out in numpy's whole numbers (``whole_numbers``), exactly: where 64 bits might not hold
them Python's own are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Row = Sequence[int | None]


@dataclass(frozen=True)
class Leaf:
    """One leaf of either set; ``field`` is the code of its field, ``maximum`` in thousandths of a point."""

    code: str
    title: str
    field: str
    maximum: int


@dataclass(frozen=True)
class Case:
    """The units of one group with their points on both sides; only leaves that stand for each other.

    ``origin`` names for each leaf of ``after`` the place of its leaf in ``before``; a leaf that was split has
    several. A row holds a unit's points in the order of the leaves, None where a leaf does not apply to it.
    """

    units: tuple[int, ...]
    before: tuple[Leaf, ...]
    after: tuple[Leaf, ...]
    origin: tuple[int, ...]
    old: tuple[Row, ...]
    new: tuple[Row, ...]

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


def maxima_of(leaves: Sequence[Leaf], rows: Sequence[Row]) -> list[int]:
    """Return ``maximum_of`` every row; most units have all leaves, so that one is added up once."""
    full = sum(leaf.maximum for leaf in leaves)
    return [maximum_of(leaves, row) if None in row else full for row in rows]


def total_of(row: Row) -> int:
    """Return the points a unit has."""
    return sum(filter(None, row))


def whole_numbers(rows: Sequence[Sequence[int | None]], most: int) -> Any:
    """Return the rows as a numpy array of whole numbers, 0 for None; ``most`` is above all that is worked out of it."""
    import numpy as np  # deferred: starting the server must not load it

    filled = [[value or 0 for value in row] if None in row else row for row in rows]
    return np.array(filled, dtype=np.int64 if most < 2**63 else object)
