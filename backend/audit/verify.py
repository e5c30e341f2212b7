"""Compare every tracked field of every live row with its newest history row, all as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from backend.audit.triggers import history_models


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
    newest = _newest_rows(history, model._meta.pk.attname)
    fields = [field.attname for field in history.tracked_fields]
    for live in model._default_manager.order_by("pk").values("pk", *fields).iterator(2000):
        row = newest.pop(live["pk"], None)
        yield from _of_row(model, live, row, fields, history.tracker.personal)
    for key, row in newest.items():
        if row["history_type"] != "-":
            yield _difference(model, key, row, "(cả dòng)", "có", "đã mất")


def _newest_rows(history: Any, key: str) -> dict[Any, dict[str, Any]]:
    newest = history.objects.values(key).annotate(last=Max("history_id")).values("last")
    rows = history.objects.filter(history_id__in=newest).values()
    return {row[key]: row for row in rows.iterator(2000)}


def _of_row(
    model: Any, live: dict[str, Any], row: Any, fields: list[str], personal: Iterable[str]
) -> Iterator[Difference]:
    if row is None or row["history_type"] == "-":
        yield _difference(model, live["pk"], row or live, "(cả dòng)", "không có", "có")
        return
    # Of an erased row the personal values are gone; rehash asks by which document.
    hidden = set() if row["salt"] else set(personal)
    for name in fields:
        if name not in hidden and live[name] != row[name]:
            yield _difference(model, live["pk"], row, name, row[name], live[name])


def _difference(
    model: Any, key: Any, row: dict[str, Any], field: str, recorded: Any, found: Any
) -> Difference:
    title = str(model._meta.verbose_name)
    return Difference(title, key, str(row.get("unit_name") or ""), field, recorded, found, row)
