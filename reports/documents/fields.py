"""Results by field: who stands where in each field of a group, as a letter and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.exact import round_half_up
from backend.core.sheets import new_book
from reports import queries
from reports.charts import means_by_field
from reports.documents.letters import Letter, council_of, frame, published_on, sign
from reports.documents.sheets import formats_of, sheet_name, write_top
from reports.models import Document
from reports.rankings import Entry, TieRule, rank
from reports.standings import FieldPoints, Standing, Table


@dataclass(frozen=True)
class FieldLine:
    """One unit in one field: its rank there (equal ones share it), points, maximum, exact index in percent."""

    unit_name: str
    rank: int
    shared: bool
    points: Decimal
    maximum: Decimal
    index: Fraction


@dataclass(frozen=True)
class FieldTable:
    """One field of a group from best to worst; ``without`` are the units that none of its leaves applies to."""

    code: str
    title: str
    mean: Fraction | None
    lines: tuple[FieldLine, ...]
    without: tuple[str, ...]

    @property
    def best(self) -> list[FieldLine]:
        """Return the units with the highest index."""
        return [line for line in self.lines if line.rank == 1]

    @property
    def last(self) -> list[FieldLine]:
        """Return the units with the lowest index; none where all are equal."""
        lowest = self.lines[-1].rank if self.lines else 1
        return [line for line in self.lines if line.rank == lowest] if lowest > 1 else []


def by_field(table: Table) -> list[FieldTable]:
    """Return every field of a group with its units ranked in it. Pure."""
    means = means_by_field(table.standings)
    return [_of_field(code, title, means.get(code), table.standings) for code, title in table.field_titles]


def _of_field(code: str, title: str, mean: Fraction | None, units: Iterable[Standing]) -> FieldTable:
    known: dict[int, tuple[Standing, FieldPoints]] = {}
    without = []
    for unit in sorted(units, key=lambda one: (one.unit_order, one.card_id)):
        part = next((part for part in unit.fields if part.code == code), None)
        if part is None or not part.maximum:
            without.append(unit.unit_name)
        else:
            known[unit.card_id] = unit, part
    made = rank(
        (Entry(key, part.points, part.maximum) for key, (_unit, part) in known.items()), TieRule.SHARED
    )
    lines = []
    for one in made:
        unit, part = known[int(str(one.entry.key))]
        lines.append(
            FieldLine(unit.unit_name, one.rank, one.shared, part.points, part.maximum, one.entry.percent)
        )
    return FieldTable(code, title, mean, tuple(lines), tuple(without))


def letter(document: Document) -> Letter:
    """Return the results by field of a round, published or still a preview: a summary, then a table a field."""
    round_, made = document.of_round, document.ranking
    groups = [(table, by_field(table)) for table in queries.tables(round_, made) if table.standings]
    context = {
        **frame(round_.host, round_, document.is_illustration, "BC", day=published_on(made)),
        "title": _("Kết quả theo lĩnh vực %(year)s - %(host)s")
        % {"year": round_.year, "host": round_.host.name},
        "ranking": made,
        "groups": groups,
        "copies": [council_of(round_)],
        "sign": sign(round_.host.name, None, document.is_illustration),
    }
    name = letterhead.file_name("Kết quả theo lĩnh vực", round_.host.name, str(round_.year), ending="pdf")
    return Letter("reports/documents/fields.html", context, name)


def workbook(document: Document) -> tuple[bytes, str]:
    """Return the same as XLSX bytes and their file name: a sheet a group, a line for each unit and field."""
    kept = io.BytesIO()
    book = new_book(kept)
    formats = formats_of(book)
    round_ = document.of_round
    for number, table in enumerate(queries.tables(round_, document.ranking), start=1):
        _write(book.add_worksheet(sheet_name(number, table.title)), document, table, formats)
    book.close()
    name = letterhead.file_name("Kết quả theo lĩnh vực", round_.host.name, str(round_.year), ending="xlsx")
    return kept.getvalue(), name


def _write(page: Any, document: Document, table: Table, formats: dict[str, Any]) -> None:
    top = write_top(page, document, table.title, formats)
    heads = (
        _("Mã lĩnh vực"), _("Lĩnh vực"), _("Hạng trong lĩnh vực"), _("Tên đơn vị"), _("Điểm"),
        _("Điểm tối đa áp dụng"), _("Chỉ số (%)"),
    )  # fmt: skip
    for column, (head, width) in enumerate(zip(heads, (10, 44, 12, 36, 12, 14, 12), strict=True)):
        page.write_string(top, column, head, formats["head"])
        page.set_column(column, column, width)
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)
    lines = [(field, line) for field in by_field(table) for line in field.lines]
    for row, (field, line) in enumerate(lines, start=top + 1):
        page.write_string(row, 0, field.code, formats["text"])
        page.write_string(row, 1, field.title, formats["text"])
        page.write_number(row, 2, line.rank, formats["whole"])
        page.write_string(row, 3, line.unit_name, formats["text"])
        page.write_number(row, 4, line.points, formats["points"])
        page.write_number(row, 5, line.maximum, formats["points"])
        index = round_half_up(line.index, table.decimals)
        page.write_number(row, 6, index, formats[f"percent{table.decimals}"])
    if lines:
        page.autofilter(top, 0, top + len(lines), len(heads) - 1)
