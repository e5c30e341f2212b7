"""Which columns stood in the records of each model, kept from migrate to migrate."""

from __future__ import annotations

from typing import Any

from django.db import connections

from backend.audit.models import Shape
from backend.audit.records import Form
from backend.audit.triggers import history_models


def keep(*, using: str = "default", **_: Any) -> None:
    """Note the shape of every tracked model as the program stands; what is noted stays."""
    if Shape._meta.db_table not in connections[using].introspection.table_names():
        return
    forms = [model.tracker.form for model in history_models()]
    rows = [
        Shape(
            code=form.shape, model=form.model, columns=[column for _attname, column, _encode in form.columns]
        )
        for form in forms
    ]
    kept = set(Shape.objects.using(using).values_list("code", flat=True))
    Shape.objects.using(using).bulk_create([row for row in rows if row.code not in kept])


def forms_by_shape(history: Any) -> dict[str, Form]:
    """Return by shape how the rows of one history table became records."""
    form = history.tracker.form
    kept = Shape.objects.filter(model=form.model).values_list("code", "columns")
    return {code: form.with_columns(columns) for code, columns in kept} | {form.shape: form}
