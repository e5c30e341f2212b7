"""Spreadsheets that people send: XLSX read as rows of text, after the file has been found harmless.

And the one way to begin a workbook of our own: nothing a person typed becomes a formula or a link in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any, TypeVar

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from .books import MOST_BYTES, MOST_COLUMNS, broken, column_number, sheets_in, too_far
from .dates import format_date
from .text import nfc

__all__ = [
    "MOST_BYTES",
    "Sheet",
    "as_lines",
    "as_text",
    "column_name",
    "new_book",
    "read_rows",
    "read_sheets",
    "tidy_lines",
]

_DIGITS = b"0123456789"
_LETTERS = bytes(range(ord("A"), ord("Z") + 1))
_FORMULA = re.compile(rb"""<c\s[^>]*?r\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["'][^>]*>\s*<f[\s>/]""")
_HIDDEN_ROW = re.compile(
    rb"""<row\s(?=[^>]*\bhidden\s*=\s*["'](?:1|true)["'])[^>]*?\br\s*=\s*["']([0-9]{1,7})["']"""
)

# A value such as #REF! that was pasted without its formula; reading gives it as empty.
_ERROR = re.compile(rb"""<c\s(?=[^>]*\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["']""")
# Signs that no person types; NUL among them, which PostgreSQL keeps in no text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Cell = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Sheet:
    """One sheet as text, row 1 first. Cells are named by (row, column), both counted from 1.

    ``merged`` are (first cell, last cell), none beyond the rows; ``formulas`` the cells whose text is a formula's
    saved value, empty where none was saved or where it is an error.
    """

    name: str
    is_hidden: bool
    rows: list[list[str]]
    merged: tuple[tuple[Cell, Cell], ...]
    formulas: frozenset[Cell]
    hidden_rows: frozenset[int]


def new_book(out: IO[bytes], **options: Any) -> Any:
    """Return a workbook to fill, closed by the caller; a text that begins with "=" or "http" stays a text.

    ``options`` are those of xlsxwriter, {"constant_memory": True} for many rows written in order.
    """
    import xlsxwriter  # deferred: only who writes a workbook needs it

    return xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, **options}
    )


def read_sheets(file: IO[bytes], *, most_rows: int) -> Iterator[Sheet]:
    """Yield every sheet with cells, the visible ones first, each read when it is asked for.

    Texts are as in ``read_rows``, but keep the ends of their lines. Raises Invalid as ``read_rows`` does.
    """
    parts = sheets_in(file, most_rows)
    book = _opened(file)
    hidden = {
        sheet.name: sheet.visible is not SheetVisibleEnum.Visible
        for sheet in book.sheets_metadata
        if sheet.name in parts
    }
    for name in sorted(hidden, key=hidden.__getitem__):
        yield _sheet(book, name, parts[name], is_hidden=hidden[name])


def _sheet(book: CalamineWorkbook, name: str, part: bytes, *, is_hidden: bool) -> Sheet:
    sheet = _read(lambda: book.get_sheet_by_name(name))
    cells = _read(lambda: sheet.to_python(skip_empty_area=False))
    # Most cells of a column say the same few words.
    said = {cell for row in cells for cell in row if isinstance(cell, str)}
    texts = {cell: tidy_lines(cell) for cell in said}
    rows = [[texts[cell] if isinstance(cell, str) else as_lines(cell) for cell in row] for row in cells]
    return Sheet(
        name=name,
        is_hidden=is_hidden,
        rows=rows,
        merged=_merged(sheet.merged_cell_ranges or (), len(rows)),
        formulas=frozenset(_cell(place) for place in (*_found(_FORMULA, b"<f", part), *_errors(part))),
        hidden_rows=frozenset(int(row) for row in _found(_HIDDEN_ROW, b"hidden", part)),
    )


def _merged(ranges: Iterable[tuple[Cell, Cell]], last: int) -> tuple[tuple[Cell, Cell], ...]:
    """Return the ranges counted from 1. Raises Invalid where they overlap a lot: no office program writes that."""
    merged = tuple(
        ((top + 1, left + 1), (min(bottom + 1, last), right + 1))
        for (top, left), (bottom, right) in ranges
        if top < last
    )
    if sum(bottom - top + 1 for (top, _left), (bottom, _right) in merged) > MOST_COLUMNS * max(last, 1):
        raise broken()
    return merged


def _errors(part: bytes) -> list[bytes]:
    return _ERROR.findall(part) if b'"e"' in part or b"'e'" in part else []


def _found(pattern: re.Pattern[bytes], word: bytes, part: bytes) -> list[bytes]:
    # The pattern walks through every cell; most sheets have nothing of the kind. What is above is of columns.
    return pattern.findall(part) if part.find(word, part.find(b"<sheetData")) >= 0 else []


def _cell(place: bytes) -> Cell:
    return int(place.lstrip(_LETTERS)), column_number(place.rstrip(_DIGITS))


def column_name(column: int) -> str:
    """Return the letters of a column counted from 1: "AB" for 28."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_rows(file: IO[bytes], *, most_rows: int) -> list[list[str]]:
    """Return the first sheet's rows as text, row 1 first, empty cells as "".

    Numbers have a decimal comma and no grouping, days are dd/mm/yyyy; a formula gives the value that
    was saved with it. Raises Invalid in words for what is not XLSX, is broken, locked or too large.
    """
    sheets_in(file, most_rows)
    cells = _read(lambda: _opened(file).get_sheet_by_index(0).to_python(skip_empty_area=False))
    rows = [[as_text(cell) for cell in row] for row in cells]
    if len(rows) > most_rows:
        raise too_far(len(rows), most_rows)
    return rows


def _opened(file: IO[bytes]) -> CalamineWorkbook:
    file.seek(0)
    return _read(lambda: CalamineWorkbook.from_filelike(file))


def _read(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except CalamineError:
        raise broken() from None
    except BaseException as problem:
        # The reader is written in Rust; its own failures come as an exception outside Exception.
        if type(problem).__name__ != "PanicException":
            raise
        raise broken() from None


def as_text(cell: Any) -> str:
    """Return one cell as the text a person would have typed, on one line."""
    return " ".join(as_lines(cell).split())


def as_lines(cell: Any) -> str:
    """Return one cell as the text a person would have typed, its lines kept and trimmed.

    A number has at most the fifteen digits that a spreadsheet shows of it.
    """
    if isinstance(cell, bool):
        return _("đúng") if cell else _("sai")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}".replace(".", ",")
    if isinstance(cell, datetime | date):
        return format_date(cell.date() if isinstance(cell, datetime) else cell)
    if isinstance(cell, time | timedelta):
        return str(cell)
    return tidy_lines(str(cell)) if cell is not None else ""


def tidy_lines(text: str) -> str:
    """Return a text composed (NFC), with "\n" between lines and nothing empty round it or at their ends.

    Control signs become spaces.
    """
    if not text:
        return ""
    if text.isprintable():
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    composed = _CONTROL.sub(" ", text if text.isascii() else nfc(text))
    if "\n" not in composed and "\r" not in composed:
        return composed.strip()
    lines = composed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
