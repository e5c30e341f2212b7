"""Photographs of a document: turned upright, freed of what a camera writes beside them, gathered into one file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import pikepdf
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from backend.core.errors import Invalid

from .kinds import JPEG, PDF, Unfit
from .pictures import MOST_PIXELS

# A page of A4 at 220 dots an inch; letters of 8 points stay readable.
LONGEST_SIDE = 2600
QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")  # JPEG opens the pictures of two lenses (MPO) too
_A4 = (595.28, 841.89)  # points of 1/72 inch
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")


@dataclass(frozen=True)
class Pages:
    """What photographs became: bytes, their ending, and how many pages."""

    content: bytes
    ending: str
    pages: int


@dataclass(frozen=True)
class _Page:
    jpeg: bytes
    width: int
    height: int


def gathered(photographs: Sequence[Any]) -> Pages:
    """Return one JPEG of one photograph, or one PDF with a page for each, in order.

    ``photographs`` are files with a ``name``. Raises Invalid with a sentence on ``photos`` for what is no picture.
    """
    if len(photographs) == 1:
        return Pages(_page(photographs[0]).jpeg, JPEG.endings[0], 1)
    pdf = pikepdf.new()
    for photograph in photographs:
        _add(pdf, _page(photograph))
    out = io.BytesIO()
    pdf.save(out)
    return Pages(out.getvalue(), PDF.endings[0], len(photographs))


def _page(photograph: Any) -> _Page:
    try:
        return _upright(photograph)
    except Unfit as problem:
        sentence = _("Ảnh “%(name)s”: %(problem)s") % {"name": photograph.name, "problem": problem}
        raise Invalid(sentence, fields={"photos": [sentence]}) from None


def _upright(file: IO[bytes]) -> _Page:
    """Return the picture as a new JPEG: no EXIF, no place, no thumbnail goes over. Raises Unfit."""
    file.seek(0)
    if file.read(12)[4:] in _HEIC:
        raise Unfit(_("máy lưu ảnh dạng HEIC. Hãy đặt máy ảnh ở chế độ tương thích nhất (JPG) rồi chụp lại."))
    file.seek(0)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(file, formats=list(_FORMATS)) as picture:
            return _drawn_anew(picture)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        zlib.error,
        Image.DecompressionBombError,
    ):
        raise Unfit(_("không phải là ảnh hoặc ảnh bị hỏng. Hãy chụp lại.")) from None


def _drawn_anew(picture: Image.Image) -> _Page:
    if picture.width * picture.height > MOST_PIXELS:
        raise Unfit(_("ảnh quá lớn. Hãy chụp ở độ phân giải thấp hơn."))
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    page = Image.new("RGB", turned.size, "white")
    page.paste(turned, mask=turned.getchannel("A") if turned.mode in {"RGBA", "LA"} else None)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=QUALITY, optimize=True)
    return _Page(out.getvalue(), page.width, page.height)


def _add(pdf: pikepdf.Pdf, page: _Page) -> None:
    """Put the JPEG, as it is, on a page of A4, lying where the picture lies."""
    short, long = _A4
    width, height = (long, short) if page.width > page.height else (short, long)
    scale = min(width / page.width, height / page.height)
    wide, high = page.width * scale, page.height * scale
    image = pikepdf.Stream(
        pdf,
        page.jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=page.width,
        Height=page.height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    made = pdf.add_blank_page(page_size=(width, height))
    made.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=image))
    place = f"q {wide:.2f} 0 0 {high:.2f} {(width - wide) / 2:.2f} {(height - high) / 2:.2f} cm /Page Do Q"
    made.Contents = pikepdf.Stream(pdf, place.encode())
