"""PDF: whole, readable without a password; in the background, without programs inside."""

from __future__ import annotations

from typing import IO, Any, BinaryIO, cast

import pikepdf
from django.utils.translation import gettext as _

from .kinds import Unfit

_TAIL = 4096
_ACTIVE = {
    "/JavaScript": "JavaScript",
    "/JS": "JavaScript",
    "/Launch": "Launch",
    "/RichMedia": "RichMedia",
    "/EmbeddedFile": "EmbeddedFile",
    "/ImportData": "ImportData",
}


def check(file: IO[bytes]) -> None:
    """Raise Unfit unless the PDF is whole, has a page and opens without a password."""
    if b"%%EOF" not in _tail(file):
        raise Unfit(_("tệp PDF bị cắt giữa chừng. Hãy tải lên lại từ bản gốc."))
    try:
        with _opened(file) as pdf:
            pages = len(pdf.pages)
    except pikepdf.PasswordError:
        raise Unfit(_("tệp PDF có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại.")) from None
    except pikepdf.PdfError:
        raise Unfit(_("tệp PDF hỏng, không đọc được. Hãy xuất lại tệp PDF.")) from None
    if not pages:
        raise Unfit(_("tệp PDF không có trang nào."))


def finding(file: IO[bytes]) -> str:
    """Return what is dangerous inside the PDF, in words; empty when nothing is."""
    with _opened(file) as pdf:
        found = {_ACTIVE[name] for thing in pdf.objects for name in _names(thing) if name in _ACTIVE}
    if not found:
        return ""
    return _("Tệp PDF chứa nội dung có thể tự chạy hoặc tệp đính kèm bên trong (%(what)s).") % {
        "what": ", ".join(sorted(found))
    }


def signature_count(file: IO[bytes]) -> int:
    """Return how many digital signatures stand in a PDF; none of them is verified.

    A signature is a dictionary that names the bytes it covers (``/ByteRange``) and holds its ``/Contents``.
    """
    try:
        with _opened(file) as pdf:
            return sum(_is_signature(thing) for thing in pdf.objects)
    except pikepdf.PdfError:
        return 0


def _is_signature(thing: Any) -> bool:
    if not isinstance(thing, pikepdf.Dictionary):
        return False
    covered = thing.get("/ByteRange")
    return isinstance(covered, pikepdf.Array) and len(covered) >= 4 and "/Contents" in thing


def _opened(file: IO[bytes]) -> pikepdf.Pdf:
    file.seek(0)
    return pikepdf.Pdf.open(cast("BinaryIO", file), suppress_warnings=True)


def _tail(file: IO[bytes]) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    return file.read()


def _names(thing: Any, depth: int = 0) -> list[str]:
    """Return the keys of a dictionary and of those inside it, and its action and type names."""
    if depth > 4:
        return []
    if isinstance(thing, pikepdf.Array):
        return [name for part in thing if not _indirect(part) for name in _names(part, depth + 1)]
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return []
    names = list(thing.keys())
    names += [
        str(thing[key]) for key in ("/S", "/Subtype", "/Type") if isinstance(thing.get(key), pikepdf.Name)
    ]
    inner = [thing[key] for key in list(thing.keys()) if not _indirect(thing[key])]
    return names + [name for part in inner for name in _names(part, depth + 1)]


def _indirect(part: Any) -> bool:
    # An indirect object comes by itself in Pdf.objects.
    return isinstance(part, pikepdf.Object) and part.is_indirect
