"""The workbook of survey points: written with its units and leaves, read back with an error for each bad row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.points import format_points, parse_points
from backend.core.sheets import read_rows
from backend.rounds.models import Round
from backend.scoring.actions.points import require_allowed
from backend.scoring.board import SurveyCell, SurveyLine, SurveyTable

STAMP = "diem-dieu-tra"
HEAD_ROWS = 3
FIRST_POINTS = 3  # after the key, the code and the name of the unit
MOST_ROWS = 2000


# --- writing -------------------------------------------------------------------------------------------


def written(round_: Round, table: SurveyTable, *, demo: bool) -> bytes:
    """Return the workbook: keys hidden, points as numbers, only points and reasons unlocked."""
    import xlsxwriter  # deferred: a page that makes no workbook does not need it

    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("Điểm điều tra"))
    looks = _looks(book)
    _write_head(sheet, looks, round_, table, demo=demo)
    for number, line in enumerate(table.lines, start=HEAD_ROWS):
        _write_line(sheet, looks, number, line, table)
    _finish(sheet, table)
    book.close()
    return kept.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    font = {"font_name": "Times New Roman", "font_size": 12}
    return {
        "text": book.add_format({**font, "border": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({**font, "bold": True, "font_size": 14}),
        "head": book.add_format(
            {**font, "border": 1, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E9ECEF"}
        ),
        "points": book.add_format({**font, "border": 1, "num_format": "0.00#", "locked": False}),
        "open": book.add_format({**font, "border": 1, "text_wrap": True, "locked": False}),
        "shut": book.add_format({**font, "border": 1, "bg_color": "#E9ECEF"}),
    }


def _write_head(sheet: Any, looks: dict[str, Any], round_: Round, table: SurveyTable, *, demo: bool) -> None:
    title = f"{_('Điểm điều tra và chỉ số ngoài')} – {round_.title} – {table.group.title}"
    sheet.write_row(0, 0, [STAMP, round_.pk, table.group.pk, *(node.code for node in table.nodes)])
    sheet.write_string(1, 1, f"{_('SỐ LIỆU MINH HOẠ')} – {title}" if demo else title, looks["title"])
    heads = [_("Mã (không sửa)"), _("Mã đơn vị"), _("Đơn vị"), *(_head(node) for node in table.nodes)]
    for column, text in enumerate([*heads, _("Lý do sửa (khi thay điểm đã có)")]):
        sheet.write_string(2, column, text, looks["head"])


def _head(node: Any) -> str:
    return f"{node.code} {node.title} ({_('tối đa')} {format_points(node.max_points)})"


def _write_line(sheet: Any, looks: dict[str, Any], row: int, line: SurveyLine, table: SurveyTable) -> None:
    sheet.write_number(row, 0, line.card.pk, looks["text"])
    sheet.write_string(row, 1, line.card.unit.code, looks["text"])
    sheet.write_string(row, 2, line.card.unit_name, looks["text"])
    for column, node in enumerate(table.nodes, start=FIRST_POINTS):
        _write_cell(sheet, looks, (row, column), line.cells.get(node.code), open_=line.may_enter)
    sheet.write_blank(row, FIRST_POINTS + len(table.nodes), None, looks["open"])


def _write_cell(
    sheet: Any, looks: dict[str, Any], place: tuple[int, int], cell: SurveyCell | None, *, open_: bool
) -> None:
    look = looks["points"] if cell and open_ else looks["shut"]
    if cell is None or cell.points is None:
        sheet.write_blank(*place, None, look)
    else:
        sheet.write_number(*place, cell.points, look)
    if cell:
        # The spreadsheet warns early; the program judges again by the leaf's own rule.
        limit = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": cell.score.max_points}
        sheet.data_validation(*place, *place, limit | {"error_title": _("Điểm ngoài mức")})


def _finish(sheet: Any, table: SurveyTable) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 34)
    sheet.set_column(FIRST_POINTS, FIRST_POINTS + len(table.nodes) - 1, 18)
    sheet.set_column(FIRST_POINTS + len(table.nodes), FIRST_POINTS + len(table.nodes), 36)
    sheet.freeze_panes(HEAD_ROWS, FIRST_POINTS)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})


# --- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetChange:
    """One cell of the workbook that differs from what stands."""

    line: SurveyLine
    cell: SurveyCell
    points: Decimal
    reason: str


@dataclass
class SheetRead:
    """What a workbook asks for. With any ``errors`` nothing of it is taken."""

    changes: list[SheetChange] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[list[Any]]:
        """Return the changes as plain values for a signed preview."""
        return [
            [
                change.line.card.pk,
                change.cell.score.code,
                str(change.points),
                change.reason,
                change.cell.version,
            ]
            for change in self.changes
        ]


def read(file: IO[bytes], round_: Round, table: SurveyTable) -> SheetRead:
    """Return the changes of a filled-in workbook, or what is wrong with each row. Raises nothing."""
    result = SheetRead()
    try:
        rows = read_rows(file, most_rows=MOST_ROWS)
        codes = _codes(rows, round_, table)
    except Invalid as refusal:
        result.errors.append(refusal.message)
        return result
    lines = {str(line.card.pk): line for line in table.lines}
    seen: set[str] = set()
    for number, row in enumerate(rows[HEAD_ROWS:], start=HEAD_ROWS + 1):
        if any(row):
            _read_row(_Row(number, row, codes), lines, seen, result)
    if not result.errors and not result.changes:
        result.errors.append(_("Tệp không có điểm nào mới hoặc khác điểm đang có."))
    return result


@dataclass(frozen=True)
class _Row:
    """One line of the sheet; ``number`` is as the spreadsheet counts."""

    number: int
    cells: list[str]
    codes: list[str]

    def wrong(self, text: str) -> str:
        return _("Dòng %(number)d: %(text)s") % {"number": self.number, "text": text}

    @property
    def typed(self) -> Iterator[tuple[str, str]]:
        yield from zip(self.codes, self.cells[FIRST_POINTS:], strict=False)

    @property
    def reason(self) -> str:
        place = FIRST_POINTS + len(self.codes)
        return self.cells[place].strip() if place < len(self.cells) else ""


def _codes(rows: list[list[str]], round_: Round, table: SurveyTable) -> list[str]:
    stamp = rows[0] if rows else []
    if stamp[:3] != [STAMP, str(round_.pk), str(table.group.pk)]:
        raise Invalid(
            _("Đây không phải tệp mẫu của %(round)s, nhóm %(group)s. Hãy tải mẫu ở trang này rồi điền.")
            % {"round": round_.title, "group": table.group.title}
        )
    codes = [code for code in stamp[FIRST_POINTS:] if code]
    if codes != [node.code for node in table.nodes]:
        raise Invalid(_("Các cột tiêu chí trong tệp đã bị thay đổi. Hãy tải lại mẫu rồi điền."))
    return codes


def _read_row(row: _Row, lines: dict[str, SurveyLine], seen: set[str], result: SheetRead) -> None:
    key = row.cells[0]
    line = lines.get(key)
    if line is None:
        result.errors.append(row.wrong(_("không phải đơn vị của nhóm này (mã “%s”).") % key))
        return
    if key in seen:
        result.errors.append(row.wrong(_("%s có hai dòng.") % line.card.unit_name))
        return
    seen.add(key)
    for code, typed in row.typed:
        if typed:
            _read_cell(row, line, code, typed, result)


def _read_cell(row: _Row, line: SurveyLine, code: str, typed: str, result: SheetRead) -> None:
    cell = line.cells.get(code)
    named = f"{line.card.unit_name}, {code}: "
    try:
        points = _judged(line, cell, typed)
    except Invalid as refusal:
        result.errors.append(row.wrong(named + refusal.message))
        return
    if cell is None or points == cell.points:
        return
    if cell.points is not None and not row.reason:
        result.errors.append(
            row.wrong(named + _("đã có %s điểm; muốn sửa hãy ghi lý do.") % format_points(cell.points))
        )
        return
    result.changes.append(SheetChange(line, cell, points, row.reason if cell.points is not None else ""))


def _judged(line: SurveyLine, cell: SurveyCell | None, typed: str) -> Decimal:
    if cell is None:
        raise Invalid(_("tiêu chí không áp dụng cho đơn vị, hãy để trống."))
    points = parse_points(typed)
    if points != cell.points:
        if not line.may_enter:
            raise Invalid(_("bạn đang công tác tại đơn vị này nên không nhập điểm cho đơn vị."))
        require_allowed(cell.score, points)
    return points
