"""A recording: the who, why, when and where that every history row of a block carries.

A tracked model cannot be saved outside a recording, so no change is anonymous.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connections, models, router, transaction

from backend.audit.chaining import Head, Heads
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
    """The author, reason, moment and place of the changes made in one block, and the chains they go on."""

    by: Actor
    at: datetime
    reason: str
    about: About
    stated_on: date | None = None
    stated_source: str = ""
    heads: Heads = field(default_factory=Heads, compare=False)


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
    heads: Mapping[str, Head] | None = None,
) -> Iterator[Recording]:
    """Record every save of tracked models in the block under ``by`` and ``reason``.

    ``at`` is the database's time if the caller has read it under its locks; else it is read here.
    ``stated_on`` and ``stated_source`` are for figures taken over from paper: they stand beside
    the true recording time and never replace it. A recording inside such a one keeps them. ``heads`` are of
    chains whose rows nobody else may add to now, read after that was made sure; the others are read when needed.
    """
    outer = _current.get()
    if outer is not None and stated_on is None:
        stated_on, stated_source = outer.stated_on, outer.stated_source
    known = outer.heads if outer is not None and outer.heads.kept else Heads()
    known.learn(heads or {})
    made = Recording(by, at or clock.now(), reason, about or About(), stated_on, stated_source, known)
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
    with transaction.atomic(savepoint=False):
        made = model._default_manager.bulk_create(rows, batch_size=1000)
        _record_all(model, made, "+")
    return made


def update_all(model: type[ModelT], rows: Iterable[ModelT], fields: list[str]) -> None:
    """Update ``fields`` of ``rows`` and write their history in bulk."""
    changed = list(rows)
    with transaction.atomic(savepoint=False):
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
    tracked: Any = model
    tracked.history.model.tracker.write(rows, kind)
