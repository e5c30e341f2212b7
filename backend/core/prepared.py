"""A query asked at every save or page: Django builds its SQL once for each connection, then only values change.

Building takes several times as long as asking. The query itself stays an ordinary queryset, written in a function
whose parameters are the values that change::

    _MARK = Prepared(lambda score, step: Mark.objects.filter(score=score, step=step).select_related("step"))
    mark = _MARK.first(score=7, step=2)

The values are compared as they are: keys and texts, by equality. What decides the shape of a query (how many
seats, which columns) must not be such a value.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from .text import MOST_KEY

RowT = TypeVar("RowT", bound=models.Model)


class Slot(Expression):
    """The place of a value that is known when the query is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return a placeholder, and this slot in place of its value."""
        return "%s", [self]


class Prepared(Generic[RowT]):
    """A queryset of whole rows whose SQL is kept. ``ending`` is put behind the SQL on PostgreSQL (a lock)."""

    def __init__(self, build: Callable[..., models.QuerySet[RowT]], *, ending: str = "") -> None:
        self.build, self.ending = build, ending
        self.plans: WeakKeyDictionary[Any, _Plan] = WeakKeyDictionary()

    def all(self, **values: Any) -> list[RowT]:
        """Return the rows for these values; one statement."""
        return self._plan().rows(values)

    def first(self, **values: Any) -> RowT | None:
        """Return the first of the rows, None without any."""
        return next(iter(self._plan().rows(values)), None)

    def _plan(self) -> _Plan:
        connection = connections["default"]
        if connection not in self.plans:
            slots = {name: Slot(name) for name in inspect.signature(self.build).parameters}
            self.plans[connection] = _Plan(self.build(**slots), connection, self.ending)
        return self.plans[connection]


class _Plan:
    """The SQL of one queryset for one connection, and how a row of its answer becomes objects."""

    def __init__(self, queryset: Any, connection: Any, ending: str) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        sql, self.params = compiler.as_sql()
        self.sql = sql + (f" {ending}" if ending and connection.vendor == "postgresql" else "")
        self.locks = bool(queryset.query.select_for_update or ending)
        self.compiler, self.connection = compiler, connection
        self.converters = compiler.get_converters([column[0] for column in compiler.select])
        info = compiler.klass_info
        self.model, fields = info["model"], info["select_fields"]
        self.own = slice(fields[0], fields[-1] + 1)
        self.names = [column[0].target.attname for column in compiler.select[self.own]]
        populators: Any = get_related_populators
        self.related = populators(info, compiler.select, connection.alias)
        self.extra = compiler.annotation_col_map or {}

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if self.locks and self.connection.get_autocommit() and self.connection.vendor == "postgresql":
            raise TransactionManagementError("A row can be held in a transaction only.")
        if any(isinstance(value, int) and abs(value) > MOST_KEY for value in values.values()):
            return []  # as Django answers a filter: no row has a number that no column holds
        bound = [values[one.name] if isinstance(one, Slot) else one for one in self.params]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self._object(row) for row in found]

    def _object(self, row: Any) -> Any:
        made = self.model.from_db(self.connection.alias, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, column in self.extra.items():
            setattr(made, name, row[column])
        return made
