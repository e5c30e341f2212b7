"""CSV files to typed rows; what cannot be read is told with file, line and reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import parse_date
from backend.core.errors import Invalid
from backend.core.text import looks_like_legacy, nfc

_CODE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FLAGS = {"1": True, "0": False}


@dataclass(frozen=True)
class Problem:
    """Why a file is refused: its name, the line (1 is the header) and a Vietnamese reason."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return _("%(file)s, dòng %(line)s: %(reason)s") % {
            "file": self.file,
            "line": self.line,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Row:
    """One line of a file with its typed cells."""

    file: str
    line: int
    cells: dict[str, Any]

    def problem(self, reason: str) -> Problem:
        """Return a problem at this line."""
        return Problem(self.file, self.line, reason)


@dataclass
class Folder:
    """All rows of a folder and the problems met while reading them."""

    kinds: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    lineage: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def code(cell: str) -> str:
    """Return a code of letters, digits, "-" and "_", at most 20; it becomes part of a path."""
    if not _CODE.fullmatch(cell) or len(cell) > 20:
        raise Invalid(
            _("mã “%(cell)s” phải gồm 1 đến 20 chữ cái không dấu, chữ số, “-” hoặc “_”") % {"cell": cell}
        )
    return cell


def kind_code(cell: str) -> str:
    """Return the code of a kind, at most 40 signs."""
    if not _CODE.fullmatch(cell) or len(cell) > 40:
        raise Invalid(_("mã loại “%(cell)s” không hợp lệ") % {"cell": cell})
    return cell


def text(longest: int, *, needed: bool = True) -> Callable[[str], str]:
    """Return the reader of a text cell of at most ``longest`` characters."""

    def read(cell: str) -> str:
        if needed and not cell:
            raise Invalid(_("không được để trống"))
        if len(cell) > longest:
            raise Invalid(_("dài quá %(longest)s ký tự") % {"longest": longest})
        return cell

    return read


def number(cell: str) -> int:
    """Return a whole number from 0 to 999999."""
    if not re.fullmatch(r"\d{1,6}", cell, re.ASCII):
        raise Invalid(_("“%(cell)s” không phải là số nguyên từ 0 đến 999999") % {"cell": cell})
    return int(cell)


def flag(cell: str) -> bool:
    """Return yes or no written as 1 or 0."""
    if cell not in _FLAGS:
        raise Invalid(_("“%(cell)s” phải là 1 (có) hoặc 0 (không)") % {"cell": cell})
    return _FLAGS[cell]


def optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the reader that gives None for an empty cell."""
    return lambda cell: read(cell) if cell else None


def day(cell: str) -> date:
    """Return a day written 2025-07-01 or 01/07/2025."""
    return parse_date(cell)


COLUMNS: dict[str, dict[str, Callable[[str], Any]]] = {
    "kinds": {"code": kind_code, "title": text(200), "order": number},
    "units": {
        "code": code,
        "valid_from": day,
        "valid_to": optional(day),
        "name": text(200),
        "kind": kind_code,
        "parent": optional(code),
        "order": number,
        "has_procedures": flag,
        "illustration": flag,
        "source": text(300, needed=False),
    },
    "lineage": {
        "old": code,
        "new": code,
        "share": text(5),
        "on": day,
        "source": text(300, needed=False),
    },
}


def read_folder(folder: Path) -> Folder:
    """Return the rows of kinds.csv, units*.csv and lineage.csv; any of them may be missing, not all."""
    found = Folder()
    paths = [path for path in sorted(folder.glob("*.csv")) if _table_of(path)]
    if not paths:
        reason = _("thư mục không có tệp kinds.csv, units*.csv hay lineage.csv nào")
        found.problems.append(Problem(folder.name, 0, reason))
    for path in paths:
        _read_file(path, _table_of(path), found)
    return found


def _table_of(path: Path) -> str:
    if path.stem.startswith("units"):
        return "units"
    return path.stem if path.stem in COLUMNS else ""


def _read_file(path: Path, table: str, found: Folder) -> None:
    try:
        lines = list(_lines(path, COLUMNS[table]))
    except _BrokenFileError as broken:
        found.problems.append(broken.problem)
        return
    for number_, cells in lines:
        row = _typed(path.name, number_, cells, COLUMNS[table], found.problems)
        if row:
            getattr(found, table).append(row)


class _BrokenFileError(Exception):
    """The file can be read no further."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(path.name, line, reason)


def _lines(path: Path, columns: dict[str, Any]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    header: list[str] = []
    try:
        header = [nfc(cell).strip() for cell in next(reader, [])]
        _check_header(path, header, columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _check_width(path, reader.line_num, cells, header)
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        reason = _("không đọc được dòng CSV (%(error)s)") % {"error": error}
        raise _BrokenFileError(path, reader.line_num, reason) from None


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reason = _("không phải mã UTF-8. Hãy lưu lại tệp dạng CSV UTF-8 (Unicode)")
        raise _BrokenFileError(path, line, reason) from None


def _check_header(path: Path, header: list[str], columns: dict[str, Any]) -> None:
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if missing:
        hint = _(" Các cột phải cách nhau bằng dấu phẩy.") if ";" in "".join(header) else ""
        raise _BrokenFileError(path, 1, _("thiếu cột %(names)s.") % {"names": ", ".join(missing)} + hint)
    if unknown:
        raise _BrokenFileError(path, 1, _("có cột lạ: %(names)s") % {"names": ", ".join(unknown)})
    if len(set(header)) != len(header):
        raise _BrokenFileError(path, 1, _("có cột lặp lại"))


def _check_width(path: Path, line: int, cells: list[str], header: list[str]) -> None:
    if len(cells) != len(header):
        reason = _("có %(found)s ô, cần %(wanted)s ô") % {"found": len(cells), "wanted": len(header)}
        raise _BrokenFileError(path, line, reason)


def _typed(
    file: str, line: int, cells: dict[str, str], columns: dict[str, Any], problems: list[Problem]
) -> Row | None:
    values: dict[str, Any] = {}
    before = len(problems)
    for name, read in columns.items():
        try:
            values[name] = read(_clean(cells[name]))
        except Invalid as refusal:
            reason = _("cột %(name)s: %(reason)s") % {"name": name, "reason": refusal.message}
            problems.append(Problem(file, line, reason))
    return Row(file, line, values) if len(problems) == before else None


def _clean(cell: str) -> str:
    composed = nfc(cell).strip()
    if _CONTROL.search(composed):
        raise Invalid(_("có ký tự điều khiển hoặc xuống dòng"))
    if encoding := looks_like_legacy(composed):
        raise Invalid(
            _("có vẻ được gõ bằng bảng mã %(encoding)s, hãy chuyển sang Unicode") % {"encoding": encoding}
        )
    return composed
