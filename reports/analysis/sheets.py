"""The tables of an analysis as a workbook, a sheet each; numbers in typed cells."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from backend.core import letterhead
from backend.core.sheets import new_book
from backend.rounds.models import Round
from reports.analysis.grids import Grid
from reports.documents.sheets import formats_of, sheet_name, write_top
from reports.models import Document, Ranking


def book_of(
    title: str, grids: Iterable[Grid], round_: Round, ranking: Ranking | None, *, is_illustration: bool
) -> tuple[bytes, str]:
    """Return the tables as XLSX bytes and the file's name."""
    kept = io.BytesIO()
    book = new_book(kept)
    formats = formats_of(book)
    # Only for the head of each sheet; it is never saved.
    heading = Document(round=round_, ranking=ranking, is_illustration=is_illustration)
    for number, grid in enumerate(grids, start=1):
        _write(book.add_worksheet(sheet_name(number, grid.title)), heading, grid, formats)
    book.close()
    name = letterhead.file_name(title, round_.host.name, str(round_.year), ending="xlsx")
    return kept.getvalue(), name


def _write(page: Any, heading: Document, grid: Grid, formats: dict[str, Any]) -> None:
    top = write_top(page, heading, grid.title, formats)
    for column, one in enumerate(grid.columns):
        page.write_string(top, column, one.title, formats["head"])
    page.freeze_panes(top + 1, grid.head + 1)
    page.set_column(0, len(grid.columns), 13)
    page.set_column(grid.head, grid.head, 40)
    page.repeat_rows(top)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)
    for place, cells in enumerate(grid.typed(), start=top + 1):
        for column, (value, kind) in enumerate(cells):
            write = page.write_string if kind == "text" else page.write_number
            write(place, column, value, formats[kind])
