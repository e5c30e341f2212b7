"""CSV files to typed rows; every cell that can't be read is told with file, line and reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import parse_date
from backend.core.errors import Invalid
from backend.core.points import parse_points
from backend.core.text import looks_like_legacy, nfc
from reports.seasons.season import BrokenSeasonError, Problem

Reader = Callable[[str], Any]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FLAGS = {"1": True, "0": False}


@dataclass(frozen=True)
class Row:
    """One line of a file with its typed cells."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The columns of a file: a reader each, and those that may be missing."""

    name: str
    columns: Mapping[str, Reader]
    optional: Sequence[str] = ()


def text(longest: int, *, needed: bool = False) -> Reader:
    """Return the reader of a text of at most ``longest`` characters."""

    def read(cell: str) -> str:
        if needed and not cell:
            raise Invalid(_("không được để trống"))
        if len(cell) > longest:
            raise Invalid(_("dài quá %(longest)d ký tự") % {"longest": longest})
        return cell

    return read


def number(cell: str) -> int:
    """Return a whole number from 0 to 9999999."""
    if not re.fullmatch(r"\d{1,7}", cell, re.ASCII):
        raise Invalid(_("“%(cell)s” không phải là số nguyên") % {"cell": cell})
    return int(cell)


def year(cell: str) -> int:
    """Return a year of four digits."""
    if not re.fullmatch(r"(?:19|20)\d\d", cell, re.ASCII):
        raise Invalid(_("“%(cell)s” không phải là năm, ví dụ 2021") % {"cell": cell})
    return int(cell)


def flag(cell: str) -> bool:
    """Return yes or no written as 1 or 0."""
    if cell not in _FLAGS:
        raise Invalid(_("“%(cell)s” phải là 1 (có) hoặc 0 (không)") % {"cell": cell})
    return _FLAGS[cell]


def one_of(choices: Sequence[str]) -> Reader:
    """Return the reader of one of these words."""

    def read(cell: str) -> str:
        if cell not in choices:
            said = {"cell": cell, "choices": ", ".join(choices)}
            raise Invalid(_("“%(cell)s” phải là một trong: %(choices)s") % said)
        return cell

    return read


def optional(read: Reader, empty: Any = None) -> Reader:
    """Return the reader that gives ``empty`` for an empty cell."""
    return lambda cell: read(cell) if cell else empty


day: Reader = parse_date
points: Reader = parse_points


def read_table(folder: Path, table: Table, problems: list[Problem]) -> list[Row]:
    """Return the rows of the file that can be read; what can't goes into ``problems``."""
    path = folder / table.name
    if not path.is_file():
        problems.append(Problem(table.name, 0, _("không có tệp này trong thư mục")))
        return []
    try:
        lines = list(_lines(path, table))
    except BrokenSeasonError as broken:
        problems.extend(broken.problems)
        return []
    rows = (_typed(table, line, cells, problems) for line, cells in lines)
    return [row for row in rows if row]


def _lines(path: Path, table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        header = [nfc(cell).strip() for cell in next(reader, [])]
        _check_header(table, header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                said = {"found": len(cells), "wanted": len(header)}
                raise _broken(path, reader.line_num, _("có %(found)d ô, cần %(wanted)d ô") % said)
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        reason = _("không đọc được dòng CSV (%(error)s)") % {"error": error}
        raise _broken(path, reader.line_num, reason) from None


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reason = _("không phải mã UTF-8. Hãy lưu lại tệp dạng CSV UTF-8 (Unicode)")
        raise _broken(path, line, reason) from None


def _broken(path: Path, line: int, reason: str) -> BrokenSeasonError:
    return BrokenSeasonError([Problem(path.name, line, reason)])


def _check_header(table: Table, header: list[str]) -> None:
    missing = [name for name in table.columns if name not in header and name not in table.optional]
    unknown = [name for name in header if name not in table.columns]
    reason = ""
    if missing:
        hint = _(" Các cột phải cách nhau bằng dấu phẩy.") if ";" in "".join(header) else ""
        reason = _("thiếu cột %(names)s.") % {"names": ", ".join(missing)} + hint
    elif unknown:
        reason = _("có cột lạ: %(names)s") % {"names": ", ".join(unknown)}
    elif len(set(header)) != len(header):
        reason = _("có cột lặp lại")
    if reason:
        raise BrokenSeasonError([Problem(table.name, 1, reason)])


def _typed(table: Table, line: int, cells: dict[str, str], problems: list[Problem]) -> Row | None:
    values: dict[str, Any] = {}
    before = len(problems)
    for name, read in table.columns.items():
        try:
            values[name] = read(_clean(cells.get(name, "")))
        except Invalid as refusal:
            reason = _("cột %(name)s: %(reason)s") % {"name": name, "reason": refusal.message}
            problems.append(Problem(table.name, line, reason))
    return Row(line, values) if len(problems) == before else None


def _clean(cell: str) -> str:
    composed = nfc(cell).strip()
    if _CONTROL.search(composed):
        raise Invalid(_("có ký tự điều khiển"))
    if encoding := looks_like_legacy(composed):
        said = {"encoding": encoding}
        raise Invalid(_("có vẻ được gõ bằng bảng mã %(encoding)s, hãy chuyển sang Unicode") % said)
    return composed
