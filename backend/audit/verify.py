"""Compare every tracked field of every live row with its newest history row, all as of one moment.

The newest is the last in its chain, which digests bind, not the one with the greatest key. Both sides stream in the
order of their keys, so that no table is held whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from backend.audit.triggers import history_models

Values = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing that history does not explain."""

    model: str
    key: Any
    unit: str
    field: str
    recorded: Any
    found: Any
    row: dict[str, Any]

    def sentence(self, label: str = "") -> str:
        """Return the difference as one Vietnamese line; ``label`` names the leaf."""
        return (
            f"{self.unit or '-'}: {self.model} {label or self.key} - {self.field}: "
            f"lịch sử ghi {self.recorded}, hiện có {self.found}"
        )


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all reads inside see the database as it stood at the first, while people go on saving."""
    if connection.in_atomic_block:  # its owner has decided already
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _without_writers_waiting(), transaction.atomic():
            yield


@contextmanager
def _without_writers_waiting() -> Iterator[None]:
    connection.ensure_connection()
    usual = connection.transaction_mode
    connection.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        connection.transaction_mode = usual


def differences() -> Iterator[Difference]:
    """Yield every difference between live rows and history, model by model."""
    for history in history_models():
        yield from _of_model(history)


def _of_model(history: Any) -> Iterator[Difference]:
    model = history.instance_type
    fields = [field.attname for field in history.tracked_fields]
    lives = model._default_manager.order_by("pk").values("pk", *fields)
    for key, live, row in _side_by_side(lives.iterator(2000), _newest_rows(history), model._meta.pk.attname):
        if live is not None:
            yield from _of_row(model, live, row, fields, history.tracker.personal)
        elif row is not None and row["history_type"] != "-":
            yield _difference(model, key, row, "(cả dòng)", "có", "đã mất")


def _newest_rows(history: Any) -> Iterator[Values]:
    """Yield the newest row of each thing, by the thing's key. A thing that changed chains is newest where it came last."""
    key = history.instance_type._meta.pk.attname
    in_chain = Q(chain=OuterRef("chain"), sequence__gt=OuterRef("sequence"))
    elsewhere = ~Q(chain=OuterRef("chain")) & Q(history_id__gt=OuterRef("history_id"))
    later = history.objects.filter(in_chain | elsewhere, **{key: OuterRef(key)})
    rows = history.objects.filter(~Exists(later)).order_by(key, "history_id")
    yield from rows.values().iterator(2000)


def _side_by_side(
    lives: Iterator[Values], rows: Iterator[Values], key: str
) -> Iterator[tuple[Any, Values | None, Values | None]]:
    """Yield key, live row and newest row of history; None on the side that has none. Both come in the order of keys."""
    live, row = next(lives, None), next(rows, None)
    while live is not None or row is not None:
        first = min(side[name] for side, name in ((live, "pk"), (row, key)) if side is not None)
        here = live if live is not None and live["pk"] == first else None
        there = row if row is not None and row[key] == first else None
        yield first, here, there
        live = next(lives, None) if here is not None else live
        row = next(rows, None) if there is not None else row


def _of_row(
    model: Any, live: Values, row: Values | None, fields: list[str], personal: Iterable[str]
) -> Iterator[Difference]:
    if row is None or row["history_type"] == "-":
        yield _difference(model, live["pk"], row or live, "(cả dòng)", "không có", "có")
        return
    # Of an erased row the personal values are gone; rehash asks by which document.
    hidden = set() if row["salt"] else set(personal)
    for name in fields:
        if name not in hidden and live[name] != row[name]:
            yield _difference(model, live["pk"], row, name, row[name], live[name])


def _difference(model: Any, key: Any, row: Values, field: str, recorded: Any, found: Any) -> Difference:
    title = str(model._meta.verbose_name)
    return Difference(title, key, str(row.get("unit_name") or ""), field, recorded, found, row)
