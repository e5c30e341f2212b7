"""Arithmetic of the dated tree: paths and spans, plain values only."""

from __future__ import annotations

from datetime import date


def path_of(code: str, valid_from: date, *, parent_path: str = "/", parent_from: date | None = None) -> str:
    """Return the path of a unit, unique over all time and closed by "/".

    Its last part is the code. Codes come back under other names, so a unit that begins later
    than its parent also carries its first day: "/92/31120-20250701/". ``parent_from`` is None at the top.
    """
    together = parent_from is None or valid_from == parent_from
    part = code if together else f"{code}-{valid_from:%Y%m%d}"
    return f"{parent_path}{part}/"


def in_being(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Return whether a span that ends before ``valid_to`` (None: never) holds ``day``."""
    return valid_from <= day and (valid_to is None or day < valid_to)


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Return whether two spans (first day, first day after) share a day."""
    return in_being(one[0], *other) or in_being(other[0], *one)


def outlives(valid_to: date | None, parent_to: date | None) -> bool:
    """Return whether a unit that ends at ``valid_to`` lasts longer than its parent."""
    return parent_to is not None and (valid_to is None or valid_to > parent_to)
