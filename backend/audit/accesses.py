"""The running digest over who read, took out or was refused; every checkpoint puts how far it goes into the log.

It is computed then and not when a row is written: reading never waits for reading. Rows are taken in the order of
their keys once they are a while old, so that none still on its way can come before one that is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from backend.audit import log
from backend.audit.chaining import ZEROS
from backend.audit.models import Access, LogEntry
from backend.audit.records import canonical, moment

SETTLED = timedelta(minutes=5)
# What stands in the digest; a column that comes later does not.
COLUMNS = (
    "id", "at", "kind", "person_key", "actor_name", "act", "method", "address", "target", "status", "code",
    "card_key", "unit_key", "unit_path", "unit_name", "round_key",
)  # fmt: skip
_PREFIX = b"CCHC accesses v1\n"
Entry = tuple[str, int, str]


def grown(now: datetime) -> list[Entry]:
    """Return the entry of the log for the rows that have settled since the last one; none where there are none."""
    last = LogEntry.objects.filter(chain=log.ACCESSES).order_by("-length").first()
    begun = (last.length, last.head) if last else (0, ZEROS)
    length, head = begun
    for row in _rows(begun[0]):
        if row["at"] > now - SETTLED:
            break
        length, head = row["id"], _next(head, row)
    return [(log.ACCESSES, length, head)] if length > begun[0] else []


def wrong() -> Iterator[str]:
    """Yield a line for every part of the rows that is not as the log says."""
    logged = LogEntry.objects.filter(chain=log.ACCESSES).order_by("length").values_list("length", "head")
    rows, begun, head = _rows(0), 0, ZEROS
    for length, wanted in logged.iterator(500):
        found = 0
        for row in rows:
            found, head = row["id"], _next(head, row)
            if found >= length:
                break
        if (found, head) != (length, wanted):
            yield f"Nhật ký xem, xuất, bị từ chối: các dòng {begun + 1} đến {length} khác với sổ chốt"
            return
        begun = length


def _rows(after: int) -> Iterator[dict[str, Any]]:
    rows = Access.objects.filter(id__gt=after).order_by("id").values(*COLUMNS)
    yield from rows.iterator(2000)


def _next(head: str, row: dict[str, Any]) -> str:
    told = {**row, "at": moment(row["at"]), "previous": head}
    return hashlib.sha256(_PREFIX + canonical(told).encode()).hexdigest()
