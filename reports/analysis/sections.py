"""The parts of an analysis page: a chart with its table, for one group of units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reports.analysis.grids import Grid


@dataclass(frozen=True)
class Part:
    """One chart (a template and what it draws) above its table; ``words`` say what is to be seen, and how it was made.

    ``folded`` tables are a click away.
    """

    grid: Grid
    chart: str = ""
    drawn: Any = None
    words: tuple[str, ...] = ()
    folded: Grid | None = None

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Return the tables, whole ones before parts of them."""
        return (self.grid,) if self.folded is None else (self.folded,)


@dataclass(frozen=True)
class Section:
    """One group of units on the page."""

    anchor: str
    title: str
    parts: tuple[Part, ...] = field(default=())
    empty: str = ""


def grids_of(sections: Iterable[Section]) -> list[Grid]:
    """Return the tables of all sections in order."""
    return [grid for section in sections for part in section.parts for grid in part.grids]
