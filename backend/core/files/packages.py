"""Zip packages: Office since 2007 (OOXML) and OpenDocument, with caps against zip bombs."""

from __future__ import annotations

import zipfile
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from .kinds import DOCX, ODP, ODS, ODT, PPTX, XLSX, Kind, Unfit

MOST_ENTRIES = 5_000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
# Below this a high ratio harms nobody: an empty sheet of a million rows is mostly the same line.
RATIO_COUNTS_FROM = 20 * 1024 * 1024
_MOST_XML = 64 * 1024 * 1024

_MAIN = (
    ("wordprocessingml.document.main+xml", DOCX),
    ("spreadsheetml.sheet.main+xml", XLSX),
    ("presentationml.presentation.main+xml", PPTX),
    ("presentationml.slideshow.main+xml", PPTX),
)
_MAIN_PARTS = {
    DOCX: "word/document.xml",
    XLSX: "xl/workbook.xml",
    PPTX: "ppt/presentation.xml",
    ODT: "content.xml",
    ODS: "content.xml",
    ODP: "content.xml",
}
_OPEN = {kind.content_type: kind for kind in (ODT, ODS, ODP)}
_TYPES = "[Content_Types].xml"


def kind_of(file: IO[bytes]) -> Kind | None:
    """Return the kind of document in the zip, None for a zip of something else. Raises Unfit."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            return _judged(package)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zipfile.LargeZipFile, OSError):
        raise Unfit(
            _("tệp hỏng hoặc bị cắt giữa chừng. Hãy mở và lưu lại tệp trên máy rồi tải lên.")
        ) from None
    except (ParseError, DefusedXmlException, ValueError):
        raise Unfit(
            _("cấu trúc bên trong tệp không đúng. Hãy mở và lưu lại tệp trên máy rồi tải lên.")
        ) from None


def _judged(package: zipfile.ZipFile) -> Kind | None:
    demand_modest(package)
    names = set(package.namelist())
    kind = _office(package) if _TYPES in names else _open_document(package, names)
    if kind is None:
        return None
    if _MAIN_PARTS[kind] not in names:
        raise ValueError(_MAIN_PARTS[kind])
    part(package, _MAIN_PARTS[kind])
    return kind


def demand_modest(package: zipfile.ZipFile) -> None:
    """Raise Unfit for a bomb, a locked entry, a path that leaves the package, or two entries of one name."""
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or _is_bomb(unpacked, packed):
        raise Unfit(_("khi giải nén tệp lớn bất thường nên không được nhận. Hãy xuất ra PDF rồi tải lên."))
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unfit(_("tệp có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."))
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(_leaves(name) for name in names):
        raise ValueError


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_COUNTS_FROM and unpacked > packed * MOST_RATIO


def _leaves(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/")


def part(package: zipfile.ZipFile, name: str) -> object:
    """Return the root element of an XML part, read without entities. Raises ParseError, Unfit."""
    if package.getinfo(name).file_size > _MOST_XML:
        raise Unfit(_("tệp quá lớn để đọc. Hãy chia nhỏ hoặc xuất ra PDF."))
    return fromstring(package.read(name), forbid_dtd=True)


def _office(package: zipfile.ZipFile) -> Kind | None:
    types = [str(element.get("ContentType", "")) for element in part(package, _TYPES)]  # type: ignore[attr-defined]
    programs = any("macroEnabled" in kind or "vbaProject" in kind for kind in types)
    if programs or any(name.lower().endswith("vbaproject.bin") for name in package.namelist()):
        raise _with_macros()
    return next((kind for ending, kind in _MAIN if any(t.endswith(ending) for t in types)), None)


def _open_document(package: zipfile.ZipFile, names: set[str]) -> Kind | None:
    if "mimetype" not in names or package.getinfo("mimetype").file_size > 200:
        return None
    kind = _OPEN.get(package.read("mimetype").decode("ascii", "replace").strip())
    if (
        kind
        and "META-INF/manifest.xml" in names
        and b"encryption-data" in package.read("META-INF/manifest.xml")
    ):
        raise Unfit(_("tệp có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."))
    if kind and any(_is_macro(name) for name in names):
        raise _with_macros()
    return kind


def _is_macro(name: str) -> bool:
    listing = name.endswith(("script-lc.xml", "script-lb.xml"))
    return name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") and not listing


def _with_macros() -> Unfit:
    return Unfit(_("tệp có macro. Hãy lưu lại không có macro (DOCX, XLSX) hoặc xuất ra PDF."))
