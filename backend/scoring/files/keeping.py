"""Where a unit's evidence is kept, and the slow look at it afterwards."""

from __future__ import annotations

from typing import Protocol

from django.core.files import File

from backend.core.files import Received, finding, keep, open_kept
from backend.core.files.keeping import key_in


class Kept(Protocol):
    """What names kept bytes: a row of StoredFile, to this package without models."""

    unit_id: int
    sha256: str
    content_type: str


def key_of(unit_id: int, sha256: str) -> str:
    """Return the storage name of a unit's bytes with that SHA-256."""
    return key_in(_folder(unit_id), sha256)


def store(received: Received, *, unit_id: int) -> str:
    """Keep the bytes of a received file for a unit and return their storage name. Raises OSError."""
    return keep(received, _folder(unit_id))


def open_stored(unit_id: int, sha256: str) -> File:
    """Return the kept bytes, opened for reading. Raises FileNotFoundError."""
    return open_kept(key_of(unit_id, sha256))


def deep_check(kept: Kept) -> str:
    """Return what is dangerous inside a kept file, one Vietnamese sentence; empty when nothing is."""
    with open_stored(kept.unit_id, kept.sha256) as file:
        return finding(file, kept.content_type)


def _folder(unit_id: int) -> str:
    return f"evidence/{unit_id}"
