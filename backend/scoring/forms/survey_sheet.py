"""The workbook of survey points: written with its units and leaves, read back with an error for each bad row."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import ZERO
from backend.core.points import format_points, parse_points
from backend.core.sheets import read_rows
from backend.criteria.models import Node
from backend.criteria.rules import InputKind, InputSpec
from backend.rounds.models import Round
from backend.scoring.actions import asked_of, worked_out
from backend.scoring.actions.points import Entry
from backend.scoring.board import SurveyCell, SurveyLine, SurveyTable

STAMP = "diem-dieu-tra"
HEAD_ROWS = 3
FIRST_POINTS = 3  # after the key, the code and the name of the unit
MOST_ROWS = 2000


@dataclass(frozen=True)
class Column:
    """One column to be filled in: the points of a leaf, or one number that its rule asks for."""

    node: Node
    spec: InputSpec | None = None

    @property
    def key(self) -> str:
        """Return how the hidden row names the column."""
        return f"{self.node.code}:{self.spec.name}" if self.spec else self.node.code

    @property
    def name(self) -> str:
        """Return the input's name, empty for points."""
        return self.spec.name if self.spec else ""

    @property
    def head(self) -> str:
        """Return what stands above the column."""
        most = f"({_('tối đa')} {format_points(self.node.max_points or ZERO)})"
        words = f"{self.node.code} {self.node.title}"
        return f"{words}: {self.spec.label} {most}" if self.spec else f"{words} {most}"


def columns_of(table: SurveyTable) -> list[Column]:
    """Return the columns of a group's leaves in order."""
    return [Column(node, spec) for node in table.nodes for spec in asked_of(node) or (None,)]


# --- writing -------------------------------------------------------------------------------------------


def written(round_: Round, table: SurveyTable, *, demo: bool) -> bytes:
    """Return the workbook: keys hidden, points as numbers, only points and reasons unlocked."""
    import xlsxwriter  # deferred: a page that makes no workbook does not need it

    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("Điểm điều tra"))
    looks = _looks(book)
    columns = columns_of(table)
    _write_head(sheet, looks, _title(round_, table, demo=demo), [STAMP, round_.pk, table.group.pk], columns)
    for number, line in enumerate(table.lines, start=HEAD_ROWS):
        _write_line(sheet, looks, number, line, columns)
    _finish(sheet, FIRST_POINTS + len(columns))
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
        "count": book.add_format({**font, "border": 1, "num_format": "0", "locked": False}),
        "open": book.add_format({**font, "border": 1, "text_wrap": True, "locked": False}),
        "shut": book.add_format({**font, "border": 1, "bg_color": "#E9ECEF"}),
    }


def _title(round_: Round, table: SurveyTable, *, demo: bool) -> str:
    title = f"{_('Điểm điều tra và chỉ số ngoài')} – {round_.title} – {table.group.title}"
    return f"{_('SỐ LIỆU MINH HOẠ')} – {title}" if demo else title


def _write_head(
    sheet: Any, looks: dict[str, Any], title: str, stamp: list[Any], columns: list[Column]
) -> None:
    sheet.write_row(0, 0, [*stamp, *(column.key for column in columns)])
    sheet.write_string(1, 1, title, looks["title"])
    heads = [_("Mã (không sửa)"), _("Mã đơn vị"), _("Đơn vị"), *(column.head for column in columns)]
    for place, text in enumerate([*heads, _("Lý do sửa (khi thay điểm đã có)")]):
        sheet.write_string(2, place, text, looks["head"])


def _write_line(sheet: Any, looks: dict[str, Any], row: int, line: SurveyLine, columns: list[Column]) -> None:
    sheet.write_number(row, 0, line.card.pk, looks["text"])
    sheet.write_string(row, 1, line.card.unit.code, looks["text"])
    sheet.write_string(row, 2, line.card.unit_name, looks["text"])
    for place, column in enumerate(columns, start=FIRST_POINTS):
        cell = line.cells.get(column.node.code)
        _write_cell(sheet, looks, (row, place), column, cell, open_=line.may_enter)
    sheet.write_blank(row, FIRST_POINTS + len(columns), None, looks["open"])


def _write_cell(
    sheet: Any,
    looks: dict[str, Any],
    place: tuple[int, int],
    column: Column,
    cell: SurveyCell | None,
    *,
    open_: bool,
) -> None:
    look = looks[_look(column)] if cell and open_ else looks["shut"]
    standing = _standing(column, cell) if cell else None
    if standing is None:
        sheet.write_blank(*place, None, look)
    else:
        sheet.write_number(*place, standing, look)
    if cell:
        # The spreadsheet warns early; the program judges again by the leaf's own rule.
        sheet.data_validation(*place, *place, _limit(column, cell) | {"error_title": _("Số ngoài mức")})


def _look(column: Column) -> str:
    return "count" if column.spec and column.spec.kind is InputKind.COUNT else "points"


def _standing(column: Column, cell: SurveyCell) -> Decimal | None:
    if not column.spec:
        return cell.points
    return Decimal(str(cell.inputs[column.name])) if column.name in cell.inputs else None


def _limit(column: Column, cell: SurveyCell) -> dict[str, Any]:
    if column.spec and column.spec.maximum is None:
        return {"validate": "integer", "criteria": ">=", "value": 0}
    most = column.spec.maximum if column.spec else cell.score.max_points
    return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}


def _finish(sheet: Any, last: int) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 34)
    sheet.set_column(FIRST_POINTS, last - 1, 18)
    sheet.set_column(last, last, 36)
    sheet.freeze_panes(HEAD_ROWS, FIRST_POINTS)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})


# --- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetChange:
    """One cell of the workbook that differs from what stands."""

    line: SurveyLine
    cell: SurveyCell
    entry: Entry
    reason: str

    @property
    def points(self) -> Decimal | None:
        """Return the points that would stand."""
        return self.entry.points


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
                "" if change.entry.inputs else str(change.points),
                change.entry.inputs,
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
    def typed(self) -> dict[str, dict[str, str]]:
        """Return what was filled in, by leaf and input ("" for its points)."""
        found: dict[str, dict[str, str]] = {}
        for key, text in zip(self.codes, self.cells[FIRST_POINTS:], strict=False):
            if text:
                code, _colon, name = key.partition(":")
                found.setdefault(code, {})[name] = text
        return found

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
    if codes != [column.key for column in columns_of(table)]:
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
    for code, typed in row.typed.items():
        _read_cell(row, line, code, typed, result)


def _read_cell(row: _Row, line: SurveyLine, code: str, typed: dict[str, str], result: SheetRead) -> None:
    cell = line.cells.get(code)
    named = f"{line.card.unit_name}, {code}: "
    try:
        entry = _judged(line, cell, typed)
    except Invalid as refusal:
        result.errors.append(row.wrong(named + refusal.message))
        return
    if cell is None or _stands(cell, entry):
        return
    if cell.points is not None and not row.reason:
        result.errors.append(
            row.wrong(named + _("đã có %s điểm; muốn sửa hãy ghi lý do.") % format_points(cell.points))
        )
        return
    result.changes.append(SheetChange(line, cell, entry, row.reason if cell.points is not None else ""))


def _stands(cell: SurveyCell, entry: Entry) -> bool:
    return (entry.points, entry.inputs) == (cell.points, cell.inputs)


def _judged(line: SurveyLine, cell: SurveyCell | None, typed: dict[str, str]) -> Entry:
    if cell is None:
        raise Invalid(_("tiêu chí không áp dụng cho đơn vị, hãy để trống."))
    numbers = {name: parse_points(text) for name, text in typed.items()}
    if not line.may_enter and not _same(cell, numbers):
        raise Invalid(_("bạn đang công tác tại đơn vị này nên không nhập điểm cho đơn vị."))
    return worked_out(cell.score, numbers.pop("", None), numbers)


def _same(cell: SurveyCell, numbers: dict[str, Decimal]) -> bool:
    standing: dict[str, Any] = cell.inputs or {"": cell.points}
    return {name: Decimal(str(value)) for name, value in standing.items() if value is not None} == numbers
