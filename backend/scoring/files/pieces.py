"""Pieces of a file on its way, in the storage every server shares, until the whole is put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.files.uploadedfile import TemporaryUploadedFile

from backend.core.files import drop_all, keep_made, open_kept
from backend.core.files.keeping import key_in


def keep_piece(upload_id: int, content: bytes) -> str:
    """Keep a piece and return its SHA-256. Keeping it twice changes nothing. Raises OSError."""
    _key, sha256 = keep_made(content, _folder(upload_id))
    return sha256


@contextmanager
def put_together(
    upload_id: int, pieces: Iterable[str], *, name: str, size: int
) -> Iterator[TemporaryUploadedFile]:
    """Give the whole file, named ``name``, from pieces by their SHA-256, in order. Raises FileNotFoundError."""
    with TemporaryUploadedFile(name, "", size, None) as whole:
        for sha256 in pieces:
            with open_kept(key_in(_folder(upload_id), sha256)) as piece:
                whole.write(piece.read())
        whole.size = whole.tell()
        whole.seek(0)
        yield whole


def drop_pieces(upload_id: int) -> None:
    """Drop every piece of an upload."""
    drop_all(_folder(upload_id))


def _folder(upload_id: int) -> str:
    return f"pieces/{upload_id}"
