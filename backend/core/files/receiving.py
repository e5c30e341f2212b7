"""The door: an uploaded file is judged by its content before anything is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.text import clean_name

from . import compound, packages, papers, pictures
from .kinds import JPEG, PDF, PNG, TAKEN, Kind, Unfit, named_kind

MEGABYTE = 1024 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Received:
    """A file that passed the door. ``size`` is in bytes; ``name`` is NFC and safe to give back."""

    sha256: str
    size: int
    content_type: str
    name: str
    file: IO[bytes] = field(compare=False, repr=False)


def receive(upload: Any) -> Received:
    """Return what ``upload`` (a Django UploadedFile) holds. Raises Invalid with a sentence on ``file``."""
    name = clean_name(upload.name or "")
    with _refusing(name):
        _fits(upload.size)
        content_type = _judged(upload, name).content_type
    return Received(_fingerprint(upload), upload.size, content_type, name, upload)


def expect(name: str, size: int) -> str:
    """Return the clean name of a file that is announced, ``size`` bytes long. Raises Invalid as ``receive`` will."""
    name = clean_name(name)
    with _refusing(name):
        _fits(size)
        _promised(name)
    return name


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except Unfit as problem:
        sentence = _("Tệp “%(name)s”: %(problem)s") % {"name": name, "problem": problem}
        raise Invalid(sentence, fields={"file": [sentence]}) from None


def _fits(size: int) -> None:
    most = settings.EVIDENCE_MAX_MB
    if not size:
        raise Unfit(_("tệp rỗng. Hãy kiểm tra lại tệp trên máy rồi tải lên lại."))
    if size > most * MEGABYTE:
        raise Unfit(
            _("lớn hơn %(most)d MB. Hãy quét ở độ phân giải thấp hơn hoặc tách thành nhiều tệp.")
            % {"most": most}
        )


def _promised(name: str) -> Kind:
    promised = named_kind(name)
    if promised is None:
        raise Unfit(_("loại tệp này không được nhận. %(taken)s") % {"taken": TAKEN})
    return promised


def _judged(file: IO[bytes], name: str) -> Kind:
    promised = _promised(name)
    found = _kind_of(file)
    if found is None:
        raise Unfit(
            _(
                "nội dung không phải là %(promised)s. Hãy mở thử tệp trên máy; nếu mở được, hãy lưu lại "
                "đúng loại rồi tải lên."
            )
            % {"promised": promised.title}
        )
    if found is not promised:
        raise Unfit(
            _("đuôi tệp là “.%(ending)s” nhưng nội dung là %(found)s. Hãy đặt lại đuôi tệp cho đúng.")
            % {"ending": name.rpartition(".")[2], "found": found.title}
        )
    return found


def _kind_of(file: IO[bytes]) -> Kind | None:
    """Return the kind the content is, by its first bytes and then by its structure. Raises Unfit."""
    file.seek(0)
    head = file.read(1024)
    for looks, kind_of in _LOOKS:
        if looks(head):
            return kind_of(file)
    return None


def _pdf(file: IO[bytes]) -> Kind:
    papers.check(file)
    return PDF


def _jpeg(file: IO[bytes]) -> Kind:
    pictures.check(file, ("JPEG",))  # opens MPO too; Pillow has no opener of that name
    return JPEG


def _png(file: IO[bytes]) -> Kind:
    pictures.check(file, ("PNG",))
    return PNG


_LOOKS: tuple[tuple[Callable[[bytes], bool], Callable[[IO[bytes]], Kind | None]], ...] = (
    # Scanners put a byte-order mark or an empty line before the first line.
    (lambda head: head[:16].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"), _pdf),
    (lambda head: head.startswith(b"PK\x03\x04"), packages.kind_of),
    (lambda head: head.startswith(compound.MAGIC), compound.kind_of),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
)


def _fingerprint(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
