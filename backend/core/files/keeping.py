"""Where bytes are kept: under a name made of their fingerprint, whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from .receiving import Received
from .whole import write_whole

_CHUNK = 256 * 1024


def keep(received: Received, folder: str) -> str:
    """Keep the bytes of a received file in ``folder`` and return their storage name: "folder/ab/ab12...".

    Keeping them twice changes nothing. The row that names them comes after, so a crash leaves at most bytes
    that nobody asks for. Raises OSError when the storage fails; then nothing stands under the name.
    """
    file = received.file
    file.seek(0)
    return _put(folder, received.sha256, File(file), lambda out: _copy(file, out, received.sha256))


def keep_made(content: bytes, folder: str) -> tuple[str, str]:
    """Keep bytes of the program's own making likewise; return their storage name and SHA-256. Raises OSError."""
    sha256 = hashlib.sha256(content).hexdigest()
    return _put(folder, sha256, ContentFile(content), lambda out: _all_of(content, out)), sha256


def keep_under(file: IO[bytes], folder: str, name: str) -> str:
    """Keep a file of the program's own making under a name that says what it was made of; return its storage name.

    What stands under the name already stays as it is. Raises OSError.
    """
    file.seek(0)
    return _put(folder, name, File(file), lambda out: shutil.copyfileobj(file, out, _CHUNK))


def forget(key: str) -> None:
    """Remove the bytes kept under ``key``; nothing happens where they are gone."""
    default_storage.delete(key)


def _put(folder: str, sha256: str, file: File, write: Callable[[IO[bytes]], None]) -> str:
    key = key_in(folder, sha256)
    if default_storage.exists(key):
        return key
    if isinstance(default_storage._wrapped, FileSystemStorage):  # type: ignore[attr-defined]  # noqa: SLF001
        write_whole(Path(default_storage.path(key)), write)
    else:
        default_storage.save(key, file)
    return key


def key_in(folder: str, sha256: str) -> str:
    """Return the storage name of bytes with that SHA-256."""
    return f"{folder}/{sha256[:2]}/{sha256}"


def open_kept(key: str) -> File:
    """Return the kept bytes, opened for reading. Raises FileNotFoundError."""
    return default_storage.open(key, "rb")


def drop_all(folder: str) -> None:
    """Drop everything kept in ``folder``, an empty folder too; what is gone already is no error."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    for inner in folders:
        drop_all(f"{folder}/{inner}")
    if isinstance(default_storage._wrapped, FileSystemStorage):  # type: ignore[attr-defined]  # noqa: SLF001
        default_storage.delete(folder)


def _all_of(content: bytes, out: IO[bytes]) -> None:
    out.write(content)


def _copy(file: IO[bytes], out: IO[bytes], sha256: str) -> None:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        out.write(chunk)
    if digest.hexdigest() != sha256:
        raise OSError("the bytes changed between the check and the writing")
