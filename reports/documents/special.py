"""The report of what was left out for whom as a workbook: a line for each leaf, numbers in typed cells."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core import letterhead
from backend.core.sheets import new_book
from permissions.actor import SYSTEM
from reports import queries
from reports.documents.sheets import extra_heads, formats_of, sheet_name, write_top
from reports.models import Document
from reports.queries import LeftLeaf, LeftUnit
from reports.standings import extras_in

_HEADS = (
    gettext_lazy("Đơn vị"),
    gettext_lazy("Điểm thẩm định thực tế"),
    gettext_lazy("Điểm tối đa thẩm định áp dụng"),
    gettext_lazy("Tỷ lệ (%)"),
    gettext_lazy("Điểm thẩm định quy đổi"),
    gettext_lazy("Điểm điều tra, chỉ số ngoài"),
    gettext_lazy("Tổng điểm"),
    gettext_lazy("Điểm không áp dụng"),
    gettext_lazy("Mã tiêu chí"),
    gettext_lazy("Tiêu chí không áp dụng"),
    gettext_lazy("Lý do"),
)
_NUMBERS = ("marked", "marked_maximum", "percent", "appraised", "survey")
_BEFORE = 1 + len(_NUMBERS)  # columns up to bonus, penalty and deductions


def left_out(document: Document) -> tuple[bytes, str]:
    """Return the report as XLSX bytes and its file name."""
    kept = io.BytesIO()
    book = new_book(kept)
    title = _("Báo cáo đặc thù")
    _write(book.add_worksheet(sheet_name(1, title)), document, title, formats_of(book))
    book.close()
    round_ = document.of_round
    return kept.getvalue(), letterhead.file_name(title, round_.host.name, str(round_.year), ending="xlsx")


def _write(page: Any, document: Document, title: str, formats: dict[str, Any]) -> None:
    row = write_top(page, document, title, formats)
    units = queries.left_out_in(document.of_round, document.ranking, SYSTEM)
    extras = extras_in(unit.line for unit in units if unit.line)
    heads = [*_HEADS[:_BEFORE], *extra_heads(extras), *_HEADS[_BEFORE:]]
    for column, head in enumerate(heads):
        page.write_string(row, column, str(head), formats["head"])
    page.freeze_panes(row + 1, 1)
    page.set_column(0, 0, 36)
    page.set_column(1, len(heads) - 3, 13)
    page.set_column(len(heads) - 2, len(heads) - 1, 40)
    page.set_landscape()
    page.set_paper(9)
    lines = [_cells(unit, leaf, extras) for unit in units for leaf in unit.leaves]
    for place, cells in enumerate(lines, start=row + 1):
        for column, value in enumerate(cells):
            _write_cell(page, place, column, value, formats)


def _cells(unit: LeftUnit, leaf: LeftLeaf, extras: list[str]) -> list[Any]:
    totals = unit.line.totals if unit.line else None
    numbers = [getattr(totals, name, None) for name in (*_NUMBERS, *extras, "total")]
    return [unit.unit_name, *numbers, leaf.points, leaf.code, leaf.title, leaf.reason]


def _write_cell(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or isinstance(value, str):
        page.write_string(row, column, value or "", formats["text"])
    else:
        page.write_number(row, column, value, formats["points"])
