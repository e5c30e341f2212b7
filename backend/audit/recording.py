"""A recording: the who, why, when and where that every history row of a block carries.

A tracked model cannot be saved outside a recording, so no change is anonymous.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connections, models, router

from backend.core import clock
from permissions.actor import Actor

ModelT = TypeVar("ModelT", bound=models.Model)


class UnrecordedError(RuntimeError):
    """A tracked row was saved outside ``recording``: the change would have no author."""


@dataclass(frozen=True)
class About:
    """What a change concerns, as plain keys and as text that outlives the objects."""

    unit_key: int | None = None
    unit_path: str = ""
    unit_name: str = ""
    round_key: int | None = None
    step_name: str = ""


@dataclass(frozen=True)
class Recording:
    """The author, reason, moment and place of the changes made in one block."""

    by: Actor
    at: datetime
    reason: str
    about: About
    stated_on: date | None = None
    stated_source: str = ""


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recording(
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
    about: About | None = None,
    stated_on: date | None = None,
    stated_source: str = "",
) -> Iterator[Recording]:
    """Record every save of tracked models in the block under ``by`` and ``reason``.

    ``at`` is the database's time if the caller has read it under its locks; else it is read here.
    ``stated_on`` and ``stated_source`` are for figures taken over from paper: they stand beside
    the true recording time and never replace it. A recording inside such a one keeps them.
    """
    outer = _current.get()
    if outer is not None and stated_on is None:
        stated_on, stated_source = outer.stated_on, outer.stated_source
    made = Recording(by, at or clock.now(), reason, about or About(), stated_on, stated_source)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def current() -> Recording:
    """Return the recording in force. Raises UnrecordedError where there is none."""
    made = _current.get()
    if made is None:
        raise UnrecordedError("A tracked row may only be saved inside audit.recording.recording().")
    return made


def create_all(model: type[ModelT], rows: Iterable[ModelT]) -> list[ModelT]:
    """Insert ``rows`` and their history in bulk and return them with their keys."""
    made = model._default_manager.bulk_create(rows, batch_size=1000)
    _record_all(model, made, "+")
    return made


def update_all(model: type[ModelT], rows: Iterable[ModelT], fields: list[str]) -> None:
    """Update ``fields`` of ``rows`` and write their history in bulk."""
    changed = list(rows)
    _update(model, changed, [model._meta.get_field(name) for name in fields])
    _record_all(model, changed, "~")


def _update(model: Any, rows: list[Any], fields: list[Any]) -> None:
    # Django's bulk_update builds a CASE over all rows for every field, many times slower.
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    values = [
        [*(field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields), row.pk]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE {key} = %s", values)  # noqa: S608 (our own names)


def _record_all(model: type[models.Model], rows: list[Any], kind: str) -> None:
    """Write the history of many rows in few statements.

    Where many rows are about the same, the database copies them; that is several times faster.
    """
    tracked: Any = model
    history = tracked.history.model
    made = current()
    by_about: dict[About, list[Any]] = {}
    for row in rows:
        by_about.setdefault(getattr(row, "history_about", None) or made.about, []).append(row.pk)
    if len(by_about) * 10 > len(rows):
        history.objects.bulk_create([history.tracker.row_of(row, kind) for row in rows], batch_size=1000)
        return
    for about, keys in by_about.items():
        columns = history.tracker.told(made, about, kind)
        for start in range(0, len(keys), 500):
            _copy(model, history, columns, keys[start : start + 500])


def _copy(model: Any, history: Any, columns: dict[str, Any], keys: list[Any]) -> None:
    connection = connections[router.db_for_write(history)]
    quote = connection.ops.quote_name
    told = [history._meta.get_field(name) for name in columns]
    values = [field.get_db_prep_save(columns[field.attname], connection) for field in told]
    own = [quote(field.column) for field in history.tracked_fields]
    into = ", ".join([*own, *(quote(field.column) for field in told)])
    taken = ", ".join([*own, *["%s"] * len(values)])
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} ({into}) SELECT {taken} "  # noqa: S608 (names of our own columns)
            f"FROM {quote(model._meta.db_table)} WHERE {quote(model._meta.pk.column)} IN ({places}) "
            f"ORDER BY {quote(model._meta.pk.column)}",
            [*values, *keys],
        )
