"""The values of a letter as plain data that outlive the objects: what stands in the document, word by word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

Plain = None | bool | int | str | list[Any] | dict[str, Any]


def frozen(value: Any) -> Plain:
    """Return ``value`` as JSON can hold it. Points and fractions become text, exact; a row becomes its columns.

    Raises TypeError for what has no such form, a float among it: no document holds one.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str | Promise):
        return str(value)
    if isinstance(value, Decimal | Fraction):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _gathered(value)


def _gathered(value: Any) -> Plain:
    if isinstance(value, Model):
        return _row(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: frozen(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(frozen(key)): frozen(inner) for key, inner in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((frozen(inner) for inner in value), key=str)
    if isinstance(value, list | tuple | range):
        return [frozen(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} has no plain form")


def _row(row: Model) -> dict[str, Any]:
    """Return the columns of a row; of other rows it names only their keys, of a JSON column what is in it."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {"model": row._meta.label_lower} | {
        name: value if isinstance(value, dict | list) else frozen(value) for name, value in values.items()
    }


def canonical(data: Plain) -> bytes:
    """Return the one way to write the data down: sorted names, no spaces, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: Plain) -> str:
    """Return the SHA-256 of the data."""
    return hashlib.sha256(canonical(data)).hexdigest()
