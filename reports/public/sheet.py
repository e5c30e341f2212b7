"""A publication as a workbook: a sheet per group, units down, leaves across; numbers in typed cells, written row by row."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _

from backend.core.exact import round_half_up
from backend.core.sheets import new_book
from reports import opendata, queries
from reports.documents.sheets import formats_of, sheet_name
from reports.placing import Criterion
from reports.public.finding import Publication
from reports.standings import Standing, Table

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("rank", "code", "name", "band", "index", "total", "maximum")


def workbook(found: Publication) -> bytes:
    """Return the publication as XLSX bytes; no more than a row is held while it is written."""
    leaves = queries.leaves_in(found.round, found.ranking)
    kept = io.BytesIO()
    book = new_book(kept, constant_memory=True, in_memory=False)
    made = found.ranking.published_at or found.ranking.made_at
    book.set_properties({"created": made.replace(tzinfo=None)})  # the same bytes whenever it is made
    formats = formats_of(book)
    for number, table in enumerate(found.tables, start=1):
        owned = [one for one in found.criteria.get(table.group_id, ()) if one.is_leaf]
        page = book.add_worksheet(sheet_name(number, table.title))
        row = _top(page, found, table, formats)
        _heads(page, row, owned, formats)
        for place, line in enumerate(table.standings, start=row + 2):
            _line(page, place, line, table, formats)
            _points(page, place, leaves.get(line.card_id, {}), owned, formats["points"])
    book.close()
    return kept.getvalue()


def _top(page: Any, found: Publication, table: Table, formats: dict[str, Any]) -> int:
    """Write title, mark of illustration and licence; return the row of the heads."""
    page.set_column(0, 0, 8)
    page.set_column(2, 2, 36)
    page.set_landscape()
    page.set_paper(9)
    page.write_string(0, 0, f"{found.ranking.title} – {table.title}", formats["title"])
    if found.demo:
        page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
        page.write_string(1, 0, _("SỐ LIỆU MINH HOẠ"), formats["demo"])
    page.write_string(2, 0, f"{_('Giấy phép')}: {opendata.LICENCE['name']}", formats["plain"])
    page.freeze_panes(6, 3)
    page.repeat_rows(4, 5)
    return 4


def _heads(page: Any, row: int, leaves: list[Criterion], formats: dict[str, Any]) -> None:
    words = [
        _("Xếp hạng"),
        _("Mã"),
        _("Tên đơn vị"),
        _("Xếp loại"),
        _("Chỉ số (%)"),
        _("Tổng điểm"),
        _("Điểm tối đa"),
    ]
    for column, word in enumerate((*words, *(one.code for one in leaves))):
        page.write_string(row, column, word, formats["head"])
    for column, one in enumerate(leaves, start=len(HEADS)):
        page.write_number(row + 1, column, one.maximum, formats["points"])


def _line(page: Any, row: int, line: Standing, table: Table, formats: dict[str, Any]) -> None:
    page.write_number(row, 0, line.rank, formats["whole"])
    for column, text in enumerate((line.unit_code, line.unit_name, line.band), start=1):
        page.write_string(row, column, text, formats["text"])
    index = round_half_up(line.index, table.decimals)
    page.write_number(row, 4, index, formats[f"percent{table.decimals}"])
    page.write_number(row, 5, line.totals.total, formats["points"])
    page.write_number(row, 6, line.totals.maximum, formats["points"])


def _points(page: Any, row: int, own: dict[str, Any], leaves: list[Criterion], style: Any) -> None:
    for column, one in enumerate(leaves, start=len(HEADS)):
        if (points := own.get(one.code)) is not None:
            page.write_number(row, column, points, style)
