"""The ranking as a workbook: numbers and dates in typed cells, one sheet per group."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.dates import vn_date
from backend.core.exact import round_half_up
from backend.core.sheets import new_book
from reports import queries
from reports.models import Document
from reports.standings import Standing, Table

_REFUSED = re.compile(r"[\]\[:*?/\\]")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ranking(document: Document) -> tuple[bytes, str]:
    """Return the ranking as XLSX bytes and its file name."""
    kept = io.BytesIO()
    book = new_book(kept)
    formats = formats_of(book)
    found = queries.tables(document.round, document.ranking)
    for number, table in enumerate(found, start=1):
        _write(book.add_worksheet(sheet_name(number, table.title)), document, table, formats)
    book.close()
    round_ = document.round
    name = letterhead.file_name("Xếp hạng", round_.host.name, str(round_.year), ending="xlsx")
    return kept.getvalue(), name


def formats_of(book: Any) -> dict[str, Any]:
    """Return the formats of cells by what they hold: title, demo, text, head, whole, points, percent1 to percent3 (decimals), plain, date."""
    font = {"font_name": "Times New Roman", "font_size": 12}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 14}),
        "demo": book.add_format({**font, "bold": True, "font_color": "#B3161D"}),
        "text": book.add_format({**font, "border": 1, "text_wrap": True, "valign": "top"}),
        "head": book.add_format(
            {**font, "border": 1, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter"}
        ),
        "whole": book.add_format({**font, "border": 1, "num_format": "0", "align": "center"}),
        "points": book.add_format({**font, "border": 1, "num_format": "#,##0.00#"}),
        **{
            f"percent{places}": book.add_format({**font, "border": 1, "num_format": f"0.{'0' * places}"})
            for places in (1, 2, 3)
        },
        "plain": book.add_format(font),
        "date": book.add_format({**font, "num_format": "dd/mm/yyyy", "align": "left"}),
    }


def _write(page: Any, document: Document, table: Table, formats: dict[str, Any]) -> None:
    row = write_top(page, document, table.title, formats)
    heads = _heads(document, table)
    for column, head in enumerate(heads):
        page.write_string(row, column, head, formats["head"])
    page.freeze_panes(row + 1, 2)
    page.set_column(0, 0, 8)
    page.set_column(1, 1, 36)
    page.set_column(2, len(heads), 13)
    page.repeat_rows(row)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)
    for place, line in enumerate(table.standings, start=row + 1):
        _write_line(page, place, line, table, _with_survey(document), formats)


def write_top(page: Any, document: Document, title: str, formats: dict[str, Any]) -> int:
    """Write title, mark of illustration and date; return the next free row."""
    page.write_string(0, 0, f"{document.round.title} – {title}", formats["title"])
    row = 1
    if document.is_illustration:
        page.write_string(row, 0, _("SỐ LIỆU MINH HOẠ"), formats["demo"])
        page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
        row += 1
    made = document.ranking
    if made is None or made.published_at is None:
        page.write_string(row, 0, _("Dự kiến, chưa công bố"), formats["plain"])
        return row + 2
    page.write_string(row, 0, _("Công bố"), formats["plain"])
    day = made.stated_on or vn_date(made.published_at)
    page.write_datetime(row, 1, day, formats["date"])
    return row + 2


def _with_survey(document: Document) -> bool:
    made = document.ranking
    return made.with_survey if made else document.round.with_survey


def _heads(document: Document, table: Table) -> list[str]:
    survey = [_("Điểm điều tra")] if _with_survey(document) else []
    fields = [f"{code}. {title}" for code, title in table.field_titles]
    return [
        _("Xếp hạng"),
        _("Tên đơn vị"),
        _("Điểm thẩm định"),
        *survey,
        *extra_heads(table.extras),
        _("Tổng điểm"),
        _("Điểm tối đa áp dụng"),
        _("Chỉ số (%)"),
        _("Xếp loại"),
        *fields,
    ]


def extra_heads(names: Iterable[str]) -> list[str]:
    """Return the heads of columns of ``standings.EXTRAS``."""
    heads = {"bonus": _("Điểm thưởng"), "penalty": _("Điểm phạt"), "deducted": _("Điểm bị trừ")}
    return [heads[name] for name in names]


def _write_line(
    page: Any, row: int, line: Standing, table: Table, survey: bool, formats: dict[str, Any]
) -> None:
    totals = line.totals
    cells: list[tuple[Any, str]] = [(line.rank, "whole"), (line.unit_name, "text")]
    cells.append((totals.appraised, "points"))
    cells += [(totals.survey, "points")] if survey else []
    cells += [(getattr(totals, name), "points") for name in table.extras]
    cells += [(totals.total, "points"), (totals.maximum, "points")]
    cells += [(round_half_up(line.index, table.decimals), f"percent{table.decimals}"), (line.band, "text")]
    cells += [(part.points, "points") for part in line.fields]
    for column, (value, kind) in enumerate(cells):
        if kind == "text":
            page.write_string(row, column, value, formats[kind])
        else:
            page.write_number(row, column, value, formats[kind])


def sheet_name(number: int, title: str) -> str:
    """Return a sheet's name as Excel allows it: no signs of its own, 31 characters, not twice the same."""
    words = _REFUSED.sub(" ", title)
    return f"{number}. {words}"[:31].rstrip(" '")
