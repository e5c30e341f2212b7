"""Values of the log: its entries, the links between occasions, the tree over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from backend.audit.models import LogEntry
from backend.audit.records import canonical, moment

CHECKPOINT = "checkpoint"
ACCESSES = "accesses"
WITHOUT_ROWS = frozenset({CHECKPOINT, ACCESSES})  # chains of the log that stand for no rows of history
_OCCASION = b"CCHC occasion v1\n"


def entry(chain: str, length: int, head: str) -> dict[str, object]:
    """Return an entry of the log as the specification writes it."""
    return {"chain": chain, "head": head, "length": length}


def leaf(chain: str, length: int, head: str) -> bytes:
    """Return the bytes of an entry that stand in the tree."""
    return canonical(entry(chain, length, head)).encode()


def occasion_head(number: int, at: datetime, occasion: str, previous: str) -> str:
    """Return the digest that links a checkpoint's occasion to the one before."""
    said = {"at": moment(at), "number": number, "occasion": occasion, "previous": previous}
    return hashlib.sha256(_OCCASION + canonical(said).encode()).hexdigest()


def entries() -> Iterator[tuple[int, str, int, str]]:
    """Yield index, chain, length and head of every entry, in order."""
    rows = LogEntry.objects.order_by("index").values_list("index", "chain", "length", "head")
    yield from rows.iterator(5000)
