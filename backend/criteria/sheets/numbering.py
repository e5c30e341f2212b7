"""Codes and groups of what a person typed: I, 1, 1.1, a) become a tree; a missing code is derived.

What is ambiguous is read by what stands above: "1" under "I" is 1.1, and then "1.1" is 1.1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from backend.core.text import fold
from backend.criteria.checks import DEEPEST
from backend.criteria.sheets.lines import Line, Reading, Remark

_TOTALS = {"tong", "tong cong", "cong", "tong diem", "tong so", "tong so diem", "tong cong diem"}
_PREFIX = re.compile(r"(?:lĩnh vực|tiêu chí|nội dung|mục|phần)\s+(?=[0-9IVXA-Z])", re.IGNORECASE)
_MARKED = re.compile(
    r"((?:[IVX]{1,6}|\d{1,3}(?:\.\d{1,3}){0,4}|[A-ZĐa-zđ])[.)]?)[\s.):–-]\s*(\S.*)", re.DOTALL
)
_NUMBERED = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_DECIMAL = re.compile(r"\d+,\d+")
_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")
_NUMERALS = {"I": 1, "V": 5, "X": 10}
_SAYS_MORE = ("points", "planned", "rule", "source", "id", "level")
_LONGEST_TOTAL = 30
_SHOWN = 20
_LEVELS = {"linh vuc": 1, "tieu chi": 2, "tieu chi thanh phan": 3}


@dataclass(eq=False)
class Row:
    """A line that is a node: its code in the set, the group it stands in, what is under it."""

    line: Line
    typed: str
    title: str
    parent: Row | None = None
    code: str = ""
    kind: str = ""
    children: list[Row] = field(default_factory=list)

    @cached_property
    def level(self) -> int:
        """Return the depth, 1 for a field."""
        return self.parent.level + 1 if self.parent else 1


@dataclass
class Outline:
    """The rows in the order of the sheet, lines of totals, and what is said about cells."""

    rows: list[Row] = field(default_factory=list)
    totals: list[Line] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def outline_of(reading: Reading, known: frozenset[str] = frozenset()) -> Outline:
    """Return the tree that the lines describe; ``known`` are the codes of the draft, kept as they are."""
    return _Builder(reading, known).run()


class _Builder:
    """Walks down the lines and keeps the groups that are open."""

    def __init__(self, reading: Reading, known: frozenset[str]) -> None:
        self.reading, self.known = reading, known
        self.made = Outline()
        self.path: list[Row] = []
        self.typed: dict[str, Row] = {}
        self.codes: dict[str, Row] = {}
        self.has_codes = any(line.cells.get("code") for line in reading.lines)
        self.read_as: list[str] = []
        self.used = {_clean(line.cells.get("code", "")) for line in reading.lines}

    def run(self) -> Outline:
        lines = self.reading.lines
        for place, line in enumerate(lines):
            if _is_total(line):
                self.made.totals.append(line)
            elif row := self._row(line):
                self._put(row, lines[place + 1] if place + 1 < len(lines) else None)
        if self.read_as:
            shown = "; ".join(self.read_as[:_SHOWN]) + ("; …" if len(self.read_as) > _SHOWN else "")
            self.made.remarks.append(Remark("", _("Mã được đọc theo vị trí trong bảng: %s.") % shown, False))
        return self.made

    def _say(self, row: Row, sentence: str, *, is_problem: bool = True) -> None:
        remark = Remark(self.reading.cell(row.line, "code"), sentence, is_problem)
        self.made.remarks.append(remark)

    def _row(self, line: Line) -> Row | None:
        typed, title = _split(line.cells.get("code", ""), line.cells.get("title", ""))
        says_more = any(line.cells.get(key) for key in _SAYS_MORE)
        if typed or (title and (says_more or not self.has_codes)):
            return Row(line, typed, title)
        said = (
            _("không có mã và điểm nên được coi là ghi chú, không nhập.")
            if title
            else _("không có nội dung, bỏ qua.")
        )
        self.made.remarks.append(Remark(self.reading.cell(line, "title"), said, False))
        return None

    def _put(self, row: Row, following: Line | None) -> None:
        if _DATE.fullmatch(row.typed):
            self._say(
                row,
                _("“%s” là ngày. Excel đã đổi mã thành ngày; hãy định dạng cột này là Văn bản rồi gõ lại mã.")
                % row.typed,
            )
        row.parent = self._parent_of(row, following)
        self._open(row)
        row.code = self._code_of(row)
        self._register(row)
        if row.level > DEEPEST:
            self._say(row, _("Cây tiêu chí có nhiều nhất 5 cấp."))

    def _open(self, row: Row) -> None:
        depth = self.path.index(row.parent) + 1 if row.parent in self.path else 0
        if row.parent and not depth:
            depth = row.parent.level
            self.path = _path_to(row.parent)
        self.path = [*self.path[:depth], row]
        if row.parent:
            row.parent.children.append(row)

    def _parent_of(self, row: Row, following: Line | None) -> Row | None:
        if level := self._level_of(row):
            return self.path[level - 2] if level > 1 else None
        if "." in row.typed:
            row.kind = "dotted"
            return self._group_of(row)
        if row.typed:
            return self._by_kind(row)
        return self._by_place(row, following)

    def _level_of(self, row: Row) -> int:
        cell = row.line.cells.get("level", "")
        if not cell:
            return 0
        text = fold(cell).replace("_", " ")
        level = _LEVELS.get(text) or (int(text) if text.isdecimal() and len(text) < 3 else 0)
        if 1 <= level <= min(DEEPEST, len(self.path) + 1):
            return level
        self._say(row, _("cấp “%s” không đúng: cấp đi từ 1 đến 5 và không nhảy quá một bậc.") % text)
        return 0

    def _group_of(self, row: Row) -> Row | None:
        above = row.typed.rpartition(".")[0]
        found = self.typed.get(above) or self.codes.get(above)
        if found is None:
            self._say(
                row,
                _("mã %(code)s: chưa có nhóm %(above)s ở các dòng trên. Hãy đưa dòng này xuống dưới nhóm đó.")
                % {"code": row.typed, "above": above},
            )
        return found

    def _by_kind(self, row: Row) -> Row | None:
        row.kind = _kind_of(row.typed, self.path)
        if self._is_field(row):
            return None
        for place, above in enumerate(self.path):
            if above.kind == row.kind:
                return self.path[place - 1] if place else None
        return self.path[-1] if self.path else None

    def _is_field(self, row: Row) -> bool:
        """Return whether a code without a dot is surely a field's: our own sheets write every code whole."""
        if self.reading.of and (row.kind == "number" or row.line.cells.get("id")):
            return True
        return row.kind != "number" and row.typed in self.known

    def _by_place(self, row: Row, following: Line | None) -> Row | None:
        if not self.path:
            return None
        last = self.path[-1]
        if not self.has_codes and "level" not in self.reading.letters:
            return self.path[0] if row.line.cells.get("points") else None
        below = following is not None and _clean(following.cells.get("code", "")).startswith(f"{last.typed}.")
        return last if last.parent is None or (last.typed and below) else last.parent

    def _code_of(self, row: Row) -> str:
        if not row.typed:
            return self._derived(row)
        if row.parent is None and self._is_field(row):
            return row.typed
        if row.parent is None and row.kind == "dotted":
            return row.typed  # its group is missing, and that has been said
        last = row.typed.rpartition(".")[2]
        mark = str(_roman(last)) if row.kind == "roman" else last
        return f"{row.parent.code}.{mark}" if row.parent else mark

    def _derived(self, row: Row) -> str:
        prefix = f"{row.parent.code}." if row.parent else ""
        number = (
            len(row.parent.children) if row.parent else sum(one.parent is None for one in self.made.rows) + 1
        )
        while {f"{prefix}{number}"} & (self.used | set(self.codes)):
            number += 1
        self._say(row, _("không có mã; lấy mã %s theo thứ tự.") % f"{prefix}{number}", is_problem=False)
        return f"{prefix}{number}"

    def _register(self, row: Row) -> None:
        if row.parent is None and row.kind in {"roman", "letter"}:
            self.typed = {}
        self.typed[row.typed or row.code] = row
        if row.kind == "roman":
            self.typed[str(_roman(row.typed))] = row
        if first := self.codes.get(row.code):
            self._say(row, self._twice(row, first))
        elif row.typed and row.code != row.typed:
            self.read_as.append(f"{self.reading.cell(row.line, 'code')}: {row.typed} → {row.code}")
        self.codes.setdefault(row.code, row)
        self.made.rows.append(row)

    def _twice(self, row: Row, first: Row) -> str:
        said = _("mã %(code)s đã có ở ô %(cell)s.") % {
            "code": row.code,
            "cell": self.reading.cell(first.line, "code"),
        }
        prefix = row.code.rpartition(".")[0]
        if prefix and f"{prefix}.9" in self.codes:
            said += " " + _("Nếu là %s0, hãy định dạng cột này là Văn bản rồi gõ lại.") % row.code
        return said


def _path_to(row: Row) -> list[Row]:
    return [*(_path_to(row.parent) if row.parent else []), row]


def _is_total(line: Line) -> bool:
    code, title = line.cells.get("code", ""), line.cells.get("title", "")
    if (code and title) or len(code or title) > _LONGEST_TOTAL:
        return False
    return fold(code or title).rstrip(" :.") in _TOTALS


def _split(typed: str, title: str) -> tuple[str, str]:
    """Return code and title; where one cell holds both ("I. Công tác chỉ đạo") they are taken apart."""
    whole = title or typed
    if typed and title:
        return _clean(typed), title
    if title or " " in typed.strip():
        found = _MARKED.fullmatch(_PREFIX.sub("", whole, count=1))
        return (_clean(found[1]), found[2]) if found else ("", whole)
    return _clean(typed), title


def _clean(typed: str) -> str:
    if _NUMBERED.fullmatch(typed):
        return typed
    bare = _PREFIX.sub("", typed.strip()).strip(" ().:")
    if bare in {"-", "+", "*", "•", "–"}:
        return ""
    return bare.replace(",", ".") if _DECIMAL.fullmatch(bare) else bare


def _kind_of(mark: str, path: list[Row]) -> str:
    if mark.isdecimal():
        return "number"
    follows = any(above.kind == "letter" and ord(mark[0]) == ord(above.typed[0]) + 1 for above in path)
    if _roman(mark) and not (follows and len(mark) == 1):
        return "roman"
    if len(mark) == 1 and mark.isalpha():
        return "letter" if mark.isupper() else "small"
    return "word"


def _roman(mark: str) -> int:
    """Return the number of a Roman numeral up to XXXIX, 0 for anything else."""
    values = [_NUMERALS.get(letter, 0) for letter in mark]
    if not mark or not all(values):
        return 0
    number = sum(
        -value if any(value < later for later in values[place + 1 :]) else value
        for place, value in enumerate(values)
    )
    return number if mark == _numeral(number) else 0


def _numeral(number: int) -> str:
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10] if 0 < number < 40 else ""
