"""The record of a history row: what its digest is made of, as SPECIFICATION.md says. Reads and writes no database.

Which columns stood in a record is known by its shape: a code over their names, kept for good, so that a column
that comes later changes no digest of before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.timezone import is_naive, make_aware

from backend.core.exact import to_points
from backend.core.fields import PointsField

Encode = Callable[[Any], Any]

_DUMPS = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> str:
    """Return canonical JSON: sorted keys, no space, nothing escaped that need not be."""
    return _DUMPS(value)


@lru_cache(1000)
def moment(value: Any) -> str:
    """Return a moment in UTC with six digits of a second and Z."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if is_naive(value):
        value = make_aware(value)
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def day(value: Any) -> str:
    """Return a day as 2026-12-01."""
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()


@lru_cache(1000)
def _thousandths(value: Any) -> int:
    return int(to_points(value).scaleb(3))


def _json(column: Any) -> Encode:
    encoder = column.encoder

    def encode(value: Any) -> Any:
        if not value and isinstance(value, dict):
            return {}
        return json.loads(json.dumps(value, cls=encoder), parse_float=str)

    return encode


def _decimal(column: Any) -> Encode:
    return lambda value: f"{column.to_python(value):.{column.decimal_places}f}"


# The first that fits counts: a DateTimeField is a DateField too.
_ENCODERS: tuple[tuple[Any, Callable[[Any], Encode]], ...] = (
    (PointsField, lambda _: _thousandths),
    (models.DateTimeField, lambda _: moment),
    (models.DateField, lambda _: day),
    (models.BooleanField, lambda _: bool),
    (models.IntegerField, lambda _: int),
    (models.DecimalField, _decimal),
    (models.JSONField, _json),
    (models.BinaryField, lambda _: lambda value: bytes(value).hex()),
)


def encoder_of(column: Any) -> Encode:
    """Return how values of that column stand in a record; what is not told apart stands as text."""
    if column.is_relation:
        return encoder_of(column.target_field)
    return next((make(column) for kind, make in _ENCODERS if isinstance(column, kind)), str)


@dataclass(frozen=True)
class Form:
    """How the rows of one history table become records.

    ``columns``: attribute, column, encoder; ``personal``: attribute and encoder of what is only committed to.
    """

    model: str
    key: str
    columns: tuple[tuple[str, str, Encode], ...]
    personal: tuple[tuple[str, Encode], ...] = ()
    shape: str = field(default="", compare=False)

    @classmethod
    def of(cls, model: str, key: str, columns: Iterable[Any], personal: Iterable[str] = ()) -> Form:
        """Return the form of a tracked model whose tracked columns and personal ones are these."""
        hidden = set(personal)
        ways = sorted((one.attname, one.column, encoder_of(one)) for one in columns)
        plain = tuple(way for way in ways if way[0] not in hidden)
        secret = tuple((attname, encode) for attname, _column, encode in ways if attname in hidden)
        return cls(model, key, plain, secret, shape_code(model, [column for _name, column, _encode in plain]))

    def with_columns(self, names: Iterable[str]) -> Form:
        """Return the form as it was when only these columns stood in the record."""
        wanted = set(names)
        return Form(
            self.model,
            self.key,
            tuple(one for one in self.columns if one[1] in wanted),
            self.personal,
            self.shape,
        )

    def personal_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the personal values of a row, as they are committed to; the author's name is always one."""
        told = {"actor_name": str(values["actor_name"])}
        for attname, encode in self.personal:
            told[attname] = None if (value := values[attname]) is None else encode(value)
        return told

    def record(self, values: Mapping[str, Any], commitments: Mapping[str, str]) -> dict[str, Any]:
        """Return the record of a row given by attribute name."""
        stated_on = values["stated_on"]
        fields = {
            column: None if (value := values[attname]) is None else encode(value)
            for attname, column, encode in self.columns
        }
        return {
            "v": 1,
            "chain": values["chain"],
            "sequence": values["sequence"],
            "previous": values["previous_digest"],
            "model": self.model,
            "key": str(values[self.key]),
            "kind": values["history_type"],
            "at": moment(values["history_date"]),
            "by": values["history_user_id"],
            "reason": str(values["history_change_reason"] or ""),
            "step": str(values["step_name"]),
            "stated_source": str(values["stated_source"]),
            "stated_on": None if stated_on is None else day(stated_on),
            "unit": values["unit_key"],
            "unit_path": str(values["unit_path"]),
            "unit_name": str(values["unit_name"]),
            "round": values["round_key"],
            "fields": fields,
            "commitments": dict(commitments),
        }


def shape_code(model: str, columns: list[str]) -> str:
    """Return the code of a set of columns in the records of one model."""
    return hashlib.sha256(canonical([model, *columns]).encode()).hexdigest()[:16]


_HISTORY = b"CCHC history v1\n"
_COMMITMENT = b"CCHC commitment v1\n"


def digest_of(record: Mapping[str, Any]) -> str:
    """Return the digest of a record."""
    return hashlib.sha256(_HISTORY + canonical(record).encode()).hexdigest()


def commitment(salt: bytes, name: str, value: Any) -> str:
    """Return what stands in the record for a personal value."""
    return hashlib.sha256(_COMMITMENT + salt + name.encode() + b"\0" + canonical(value).encode()).hexdigest()
