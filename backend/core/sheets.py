"""Spreadsheets that people send: XLSX read as rows of text, after the file has been found harmless."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from .dates import format_date
from .errors import Invalid
from .text import nfc

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_COLUMNS = 100
_CHUNK = 1024 * 1024

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Where a row or a cell says it stands: r="12" or r="AB12". One far away makes a reader fill the way to it.
_PLACE = re.compile(rb"""[\s<]r\s*=\s*["']([^"']{0,40})["']""")
_CELL = re.compile(rb"([A-Z]{0,3})([1-9][0-9]{0,6})")


def read_rows(file: IO[bytes], *, most_rows: int) -> list[list[str]]:
    """Return the first sheet's rows as text, row 1 first, empty cells as "".

    Numbers have a decimal comma and no grouping, days are dd/mm/yyyy; a formula gives the value that
    was saved with it. Raises Invalid in words for what is not XLSX, is broken, locked or too large.
    """
    _demand_modest(file, most_rows)
    file.seek(0)
    try:
        cells = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError:
        raise _broken() from None
    except BaseException as problem:
        # The reader is written in Rust; its own failures come as an exception outside Exception.
        if type(problem).__name__ != "PanicException":
            raise
        raise _broken() from None
    rows = [[as_text(cell) for cell in row] for row in cells]
    if len(rows) > most_rows:
        raise _too_far(len(rows), most_rows)
    return rows


def as_text(cell: Any) -> str:
    """Return one cell as the text a person would have typed."""
    if isinstance(cell, bool):
        return _("đúng") if cell else _("sai")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, datetime | date):
        return format_date(cell.date() if isinstance(cell, datetime) else cell)
    return " ".join(nfc(str(cell)).split()) if cell is not None else ""


def _demand_modest(file: IO[bytes], most_rows: int) -> None:
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise Invalid(
            _("Tệp lớn hơn %(most)s MB. Hãy chia thành nhiều tệp.") % {"most": MOST_BYTES // 1024**2}
        )
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            _demand_workbook(package)
            for sheet in _sheets(package):
                _demand_near(package.read(sheet), most_rows)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        raise _broken() from None


def _demand_workbook(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise _broken()
    if len(parts) > MOST_PARTS or sum(_unpacked(package, parts)) > MOST_UNPACKED:
        raise Invalid(
            _("Nội dung nén trong tệp quá lớn. Hãy chỉ giữ bảng dữ liệu, bỏ ảnh và các trang khác.")
        )


def _unpacked(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Iterator[int]:
    """Yield the true size of each part: what it says of itself may be untrue."""
    left = MOST_UNPACKED + 1
    for part in parts:
        with package.open(part) as content:
            while left > 0 and (piece := content.read(_CHUNK)):
                left -= len(piece)
                yield len(piece)


def _sheets(package: zipfile.ZipFile) -> list[str]:
    return [name for name in package.namelist() if _SHEET.fullmatch(name)]


def _demand_near(sheet: bytes, most_rows: int) -> None:
    if b"\x00" in sheet:
        raise _broken()  # another encoding than the one every office program writes
    for place in _PLACE.findall(sheet):
        found = _CELL.fullmatch(place)
        if not found:
            raise _broken()
        column, row = _column(found[1]), int(found[2])
        if row > most_rows:
            raise _too_far(row, most_rows)
        if column > MOST_COLUMNS:
            raise Invalid(_("Bảng có quá nhiều cột. Hãy dùng đúng tệp mẫu."))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_far(row: int, most: int) -> Invalid:
    return Invalid(
        _("Tệp có dữ liệu hoặc định dạng đến dòng %(row)s; mỗi lần chỉ nhận đến dòng %(most)s. "
          "Hãy xoá các dòng trống ở cuối hoặc chia thành nhiều tệp.") % {"row": row, "most": most}
    )  # fmt: skip


def _broken() -> Invalid:
    return Invalid(
        _("Tệp không phải là bảng tính XLSX, bị hỏng hoặc đang đặt mật khẩu. "
          "Hãy mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi gửi lại.")
    )  # fmt: skip
