"""One table of an analysis, the same on the page, in JSON and as a sheet of a workbook. Plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from backend.core.exact import format_percent, format_points, round_half_up

Value = str | int | Decimal | Fraction | None


class Form(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    POINTS = "points"
    PERCENT = "percent"


@dataclass(frozen=True)
class Column:
    """One column: its key in JSON, its head, what it holds."""

    key: str
    title: str
    form: Form = Form.TEXT


@dataclass(frozen=True)
class Line:
    """One line: a value for each column, where its head leads to, and whether it is the reader's own unit."""

    values: tuple[Value, ...]
    address: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Cell:
    """One value as the page shows it."""

    text: str
    column: Column
    shade: str = ""

    @property
    def is_number(self) -> bool:
        """Return whether it stands to the right."""
        return self.column.form is not Form.TEXT


@dataclass(frozen=True)
class Grid:
    """A table with its caption; ``head`` is the place of the column that names each line."""

    key: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    head: int = 0
    decimals: int = 2

    @property
    def shown(self) -> Iterator[tuple[Line, list[Cell]]]:
        """Give every line with its values in words."""
        for line in self.lines:
            yield line, [Cell(self._said(*pair), pair[1]) for pair in self._pairs(line)]

    def as_json(self) -> dict[str, Any]:
        """Return the table for machines: exact points and rounded percents as text with a point."""
        rows = [
            {column.key: self._plain(value, column) for value, column in self._pairs(line)}
            for line in self.lines
        ]
        return {"key": self.key, "title": self.title, "rows": rows}

    def typed(self) -> Iterator[list[tuple[Any, str]]]:
        """Give every line as values and formats of a workbook's cells."""
        for line in self.lines:
            yield [self._typed(*pair) for pair in self._pairs(line)]

    def _pairs(self, line: Line) -> Sequence[tuple[Value, Column]]:
        return list(zip(line.values, self.columns, strict=True))

    def _said(self, value: Value, column: Column) -> str:
        if value is None or value == "":
            return "–"
        if column.form is Form.POINTS and isinstance(value, Decimal):
            return f"−{format_points(-value)}" if value < 0 else format_points(value)
        if column.form is Form.PERCENT and isinstance(value, Decimal | Fraction):
            return f"{format_percent(value, self.decimals)} %".replace("-", "−")
        return str(value)

    def _plain(self, value: Value, column: Column) -> str | int | None:
        if column.form is Form.PERCENT and isinstance(value, Decimal | Fraction):
            return format_percent(value, self.decimals).replace(",", ".")
        return str(value) if isinstance(value, Decimal | Fraction) else value

    def _typed(self, value: Value, column: Column) -> tuple[Any, str]:
        if value is None or column.form is Form.TEXT:
            return ("" if value is None else str(value)), "text"
        if column.form is Form.PERCENT and isinstance(value, Decimal | Fraction):
            return round_half_up(value, self.decimals), f"percent{self.decimals}"
        return value, str(column.form)
