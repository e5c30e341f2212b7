"""A file to lines of cells: the sheet with the heading found, its columns named, its oddities told by cell."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.sheets import MOST_BYTES, Sheet, as_lines, column_name, read_sheets
from backend.criteria.sheets.columns import BY_KEY, is_heading, places_in

MOST_ROWS = 2000
# A heading stands within the first rows: above it the title, the body that issues, the decision.
_FIRST = 40
MARK = re.compile(r"bộ (\d{1,18}), lần sửa (\d{1,9})")
_NUMBERING = re.compile(r"\(?\d{1,2}\)?")
# Down a merged cell of these columns each line says the same.
_SHARED = frozenset({"rule", "source", "evidence", "guidance", "lead", "counting", "not_arisen"})


@dataclass(frozen=True)
class Remark:
    """What is said about a cell ("D14"), or the file where ``cell`` is empty. A problem stops the import."""

    cell: str
    sentence: str
    is_problem: bool = True

    def __str__(self) -> str:
        return f"{_('Ô %s') % self.cell}: {self.sentence}" if self.cell else self.sentence


@dataclass(frozen=True)
class Line:
    """One row of the sheet (1 is its first) with the texts of the columns we know."""

    number: int
    cells: dict[str, str]


@dataclass
class Reading:
    """What a file says: its lines, the letter of each column, remarks; ``of`` is (set, revision) if ours."""

    sheet: str
    lines: list[Line]
    letters: dict[str, str]
    remarks: list[Remark] = field(default_factory=list)
    of: tuple[int, int] | None = None

    def cell(self, line: Line, key: str) -> str:
        """Return the name of a cell: "D14"; of a column that is not there, the line's first."""
        return f"{self.letters.get(key) or min(self.letters.values(), default='A')}{line.number}"

    def as_json(self) -> dict[str, Any]:
        """Return the reading for JSON, to be read back by ``from_json``."""
        return {
            "sheet": self.sheet,
            "letters": self.letters,
            "of": self.of,
            "lines": [[line.number, line.cells] for line in self.lines],
            "remarks": [[one.cell, one.sentence, one.is_problem] for one in self.remarks],
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Reading:
        """Return the reading that ``as_json`` gave."""
        return cls(
            kept["sheet"],
            [Line(number, cells) for number, cells in kept["lines"]],
            kept["letters"],
            [Remark(*remark) for remark in kept["remarks"]],
            tuple(kept["of"]) if kept["of"] else None,
        )


def read_file(file: IO[bytes], name: str) -> Reading:
    """Return what an XLSX or CSV file says. Raises Invalid in words where it can't be read or has no heading."""
    is_csv = name.lower().endswith(".csv")
    sheets = iter([_csv(file)]) if is_csv else read_sheets(file, most_rows=MOST_ROWS)
    passed: list[str] = []
    for sheet in sheets:
        for place, row in enumerate(sheet.rows[:_FIRST]):
            if is_heading(found := places_in(row)):
                return _reading(sheet, place, found, passed, [other.name for other in sheets])
        passed.append(sheet.name)
    raise Invalid(
        _("Không tìm thấy dòng tiêu đề trong %(count)d dòng đầu. Tệp cần một dòng có các cột như “STT”, "
          "“Tiêu chí” (hoặc “Nội dung”) và “Điểm tối đa”.") % {"count": _FIRST}
    )  # fmt: skip


def _csv(file: IO[bytes]) -> Sheet:
    file.seek(0)
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Invalid(
            _("Tệp lớn hơn %(most)s MB. Hãy chia thành nhiều tệp.") % {"most": MOST_BYTES // 1024**2}
        )
    try:
        text = raw.decode("utf-8-sig")
        delimiter = max(",;\t", key=text[:4000].count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Invalid(_("Tệp CSV không đọc được. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx.")) from None
    if len(rows) > MOST_ROWS:
        raise Invalid(_("Tệp có hơn %d dòng. Hãy chia thành nhiều tệp.") % MOST_ROWS)
    return Sheet(
        "CSV", False, [[as_lines(cell) for cell in row] for row in rows], (), frozenset(), frozenset()
    )


def _reading(sheet: Sheet, at: int, places: dict[str, int], passed: list[str], left: list[str]) -> Reading:
    known = set(places.values())
    places = {key: place for key, place in places.items() if key != "note"}
    letters = {key: column_name(place + 1) for key, place in places.items()}
    reading = Reading(sheet.name, [], letters, of=_mark(sheet.rows[:at]))
    reading.remarks += _of_sheet(sheet, at, known, [*passed, *left])
    shared = _shared(sheet, at, places)
    for number, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
        cells = {key: row[place] for key, place in places.items() if place < len(row) and row[place]}
        cells |= shared.get(number, {})
        if cells and not _is_numbering(cells):
            reading.lines.append(Line(number, cells))
    if not reading.lines:
        raise Invalid(_("Trang “%s” chỉ có dòng tiêu đề, chưa có tiêu chí nào.") % sheet.name)
    reading.remarks += _of_cells(sheet, reading, places)
    return reading


def _mark(rows: Iterable[Sequence[str]]) -> tuple[int, int] | None:
    for row in rows:
        for cell in row:
            if found := MARK.fullmatch(cell):
                return int(found[1]), int(found[2])
    return None


def _is_numbering(cells: dict[str, str]) -> bool:
    """Return whether the line numbers the columns: (1), (2), (3)."""
    if "title" not in cells or "id" in cells:
        return False
    return len(set(cells.values())) == len(cells) > 1 and all(map(_NUMBERING.fullmatch, cells.values()))


def _shared(sheet: Sheet, at: int, places: dict[str, int]) -> dict[int, dict[str, str]]:
    """Return what a merged cell says to each line it reaches down to, by column."""
    keys = {place + 1: key for key, place in places.items() if key in _SHARED}
    said: dict[int, dict[str, str]] = {}
    for (top, left), (bottom, _right) in sheet.merged:
        if left in keys and bottom > top > at + 1 and left <= len(sheet.rows[top - 1]):
            for number in range(top + 1, bottom + 1):
                said.setdefault(number, {})[keys[left]] = sheet.rows[top - 1][left - 1]
    return said


def _of_sheet(sheet: Sheet, at: int, known: set[int], others: list[str]) -> Iterator[Remark]:
    if others:
        said = {"name": sheet.name, "others": ", ".join(f"“{name}”" for name in others)}
        yield Remark("", _("Chỉ đọc trang “%(name)s”; không đọc các trang %(others)s.") % said, False)
    if sheet.is_hidden:
        yield Remark("", _("Trang “%s” đang ẩn trong tệp, vẫn được đọc.") % sheet.name, False)
    heading = sheet.rows[at]
    unknown = [text for place, text in enumerate(heading) if text and place not in known]
    if unknown:
        said = ", ".join(f"“{' '.join(text.split())}”" for text in unknown)
        yield Remark("", _("Không đọc các cột %s.") % said, False)


def _of_cells(sheet: Sheet, reading: Reading, places: dict[str, int]) -> Iterator[Remark]:
    yield from _of_formulas(sheet, reading, places)
    yield from _of_merged(sheet, reading, places)
    hidden = [str(line.number) for line in reading.lines if line.number in sheet.hidden_rows]
    if hidden:
        yield Remark("", _("Các dòng %s đang ẩn trong tệp, vẫn được đọc.") % ", ".join(hidden[:20]), False)


def _of_formulas(sheet: Sheet, reading: Reading, places: dict[str, int]) -> Iterator[Remark]:
    for line in reading.lines if sheet.formulas else ():
        for key, place in places.items():
            if (line.number, place + 1) not in sheet.formulas:
                continue
            if value := line.cells.get(key, ""):
                yield Remark(
                    reading.cell(line, key), _("là công thức; lấy giá trị đã lưu “%s”.") % value[:60], False
                )
            else:
                yield Remark(
                    reading.cell(line, key),
                    _(
                        "là công thức chưa có kết quả hoặc bị lỗi. Hãy mở bằng Excel, sửa, lưu lại rồi gửi lại."
                    ),
                )


def _of_merged(sheet: Sheet, reading: Reading, places: dict[str, int]) -> Iterator[Remark]:
    keys = {place + 1: key for key, place in places.items()}
    numbers = [line.number for line in reading.lines]
    for (top, left), (bottom, _right) in sheet.merged:
        key = keys.get(left)
        if bottom == top or key is None or bisect_right(numbers, bottom) - bisect_left(numbers, top) < 2:
            continue
        cell, title = f"{column_name(left)}{top}", BY_KEY[key].title
        if key in _SHARED:
            yield Remark(cell, _("gộp đến dòng %d; nội dung được lấy cho mọi dòng đó.") % bottom, False)
        elif key in {"title", "points", "planned", "params"}:
            said = {"bottom": bottom, "title": title}
            yield Remark(
                cell, _("gộp đến dòng %(bottom)d. Hãy bỏ gộp rồi ghi “%(title)s” cho từng dòng.") % said
            )
