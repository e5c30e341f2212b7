"""Images: their own format, whole, of a size a computer can open."""

from __future__ import annotations

import warnings
import zipfile
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, UnidentifiedImageError

from .kinds import Unfit

MOST_PIXELS = 60_000_000


def check(file: IO[bytes], formats: tuple[str, ...]) -> None:
    """Raise Unfit unless the file is a picture in one of Pillow's ``formats``, whole and not too large."""
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise Unfit(_("trong ảnh có giấu một tệp nén. Hãy chụp hoặc xuất lại ảnh."))
    try:
        _look(file, formats)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Unfit(_("ảnh hỏng hoặc không đúng định dạng. Hãy chụp hoặc xuất lại ảnh.")) from None


def _look(file: IO[bytes], formats: tuple[str, ...]) -> None:
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        # WeasyPrint, in the same worker, tells Pillow to take half a picture for a whole one.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        with Image.open(file, formats=list(formats)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Unfit(
                    _("ảnh quá lớn (%(w)d × %(h)d điểm ảnh). Hãy thu nhỏ ảnh rồi tải lên lại.")
                    % {"w": width, "h": height}
                )
            # A small draft of a JPEG reads all of it, quickly; truncation raises OSError.
            picture.draft("L", (256, 256))
            picture.load()
