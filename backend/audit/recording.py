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

from django.db import models

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
    model._default_manager.bulk_update(changed, fields, batch_size=500)
    _record_all(model, changed, "~")


def _record_all(model: type[models.Model], rows: list[Any], kind: str) -> None:
    tracker: Any = model
    history = tracker.history.model
    history.objects.bulk_create([history.tracker.row_of(row, kind) for row in rows], batch_size=1000)
