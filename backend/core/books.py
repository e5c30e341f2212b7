"""An XLSX package judged before anything parses it: size, what it unpacks to, macros, cells far away."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from .errors import Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_COLUMNS = 100
_CHUNK = 1024 * 1024
_LONG = 2 * 1024 * 1024
_TAIL = 20_000

_TYPES = "[Content_Types].xml"
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_KEY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_MACROS = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)
# Where a row or a cell says it stands: r="12" or r="AB12". One far away makes a reader fill the way to it.
_PLACE = re.compile(rb"""[\s<]r\s*=\s*["']([^"']{0,40})["']""")
_PLACES = re.compile(rb"(?:[A-Z]{0,3}[1-9][0-9]{0,6},)*")
_DIGITS = b"0123456789"
_LETTERS = bytes(range(ord("A"), ord("Z") + 1))


def sheets_in(file: IO[bytes], most_rows: int) -> dict[str, bytes]:
    """Return the XML of every worksheet by the sheet's name. Raises Invalid in words for what may not be parsed."""
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise Invalid(
            _("Tệp lớn hơn %(most)s MB. Hãy chia thành nhiều tệp.") % {"most": MOST_BYTES // 1024**2}
        )
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            parts = _unpacked(package)
            _demand_workbook(package, parts)
            for part in parts.values():
                if len(part) > _LONG:
                    # The last row tells soonest of a sheet that is much too long.
                    _demand_near(part[-_TAIL:], most_rows)
                _demand_near(part, most_rows)
            return {name: parts[path] for name, path in _names(package) if path in parts}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        raise broken() from None
    except (ParseError, DefusedXmlException, ValueError, KeyError):
        raise broken() from None


def _demand_workbook(package: zipfile.ZipFile, parts: dict[str, bytes]) -> None:
    names = {name.lower() for name in package.namelist()}
    if _WORKBOOK not in names or not parts:
        raise broken()
    types = package.read(_TYPES) if _TYPES in package.namelist() else b""
    if _MACROS.search(types) or any(name.endswith("vbaproject.bin") for name in names):
        raise Invalid(
            _("Tệp có macro nên không được nhận. Hãy lưu lại dạng .xlsx (không có macro) rồi gửi lại.")
        )


def _unpacked(package: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the worksheets, after every part has been unpacked: what it says of its size may be untrue."""
    parts = package.infolist()
    if len(parts) > MOST_PARTS:
        raise _too_much()
    sheets: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for part in parts:
        pieces = []
        for piece in _pieces(package, part):
            left -= len(piece)
            if left < 0:
                raise _too_much()
            if _SHEET.fullmatch(part.filename):
                pieces.append(piece)
        if pieces:
            sheets[part.filename] = b"".join(pieces)
    return sheets


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of a part. No part may define entities."""
    with package.open(part) as content:
        while piece := content.read(_CHUNK):
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise broken()
            yield piece


def _too_much() -> Invalid:
    return Invalid(_("Nội dung nén trong tệp quá lớn. Hãy chỉ giữ bảng dữ liệu, bỏ ảnh và các trang khác."))


def _names(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the part it stands in."""
    targets = {row.get("Id"): row.get("Target", "") for row in _root(package, _RELATIONS) if row.get("Id")}
    for element in _root(package, _WORKBOOK).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_KEY), "")
            yield element.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _root(package: zipfile.ZipFile, part: str) -> Any:
    return fromstring(package.read(part), forbid_dtd=True)


def _demand_near(sheet: bytes, most_rows: int) -> None:
    if b"\x00" in sheet:
        raise broken()  # another encoding than the one every office program writes
    places = b",".join([*_PLACE.findall(sheet), b""])
    if not _PLACES.fullmatch(places):
        raise broken()
    letters = set(places.translate(None, _DIGITS).split(b","))
    numbers = set(places.translate(None, _LETTERS).split(b",")) - {b""}
    last = max(map(int, numbers), default=0)
    if last > most_rows:
        raise too_far(last, most_rows)
    if max(map(column_number, letters), default=0) > MOST_COLUMNS:
        raise Invalid(_("Bảng có quá nhiều cột. Hãy dùng đúng tệp mẫu."))


def column_number(letters: bytes) -> int:
    """Return the number of a column counted from 1: 28 for "AB"."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def too_far(row: int, most: int) -> Invalid:
    """Return the refusal of a sheet that reaches to ``row``."""
    return Invalid(
        _("Tệp có dữ liệu hoặc định dạng đến dòng %(row)s; mỗi lần chỉ nhận đến dòng %(most)s. "
          "Hãy xoá các dòng trống ở cuối hoặc chia thành nhiều tệp.") % {"row": row, "most": most}
    )  # fmt: skip


def broken() -> Invalid:
    """Return the refusal of what is no XLSX, or one that can't be opened."""
    return Invalid(
        _("Tệp không phải là bảng tính XLSX, bị hỏng hoặc đang đặt mật khẩu. "
          "Hãy mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi gửi lại.")
    )  # fmt: skip
