"""The one column for points: whole thousandths in the database, Decimal with three decimals in Python.

SQLite keeps DECIMAL as a float, so three equal sums came out different; integers are exact on both databases.
The price is that ``F("total") + 1`` would add a thousandth. So an expression that mixes points with plain
numbers raises FieldError: in update, in a filter, in annotate and aggregate. Give a number its measure with
``points_value(Decimal("1"))``. Not seen from here: a *number* column compared with or set to points, and a
lookup class called by hand (``GreaterThan(F("points"), 1)``).
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import expressions, functions, lookups
from django.utils.translation import gettext_lazy as _

from .errors import Invalid
from .points import format_points, parse_points, to_points


class PointsFormField(forms.Field):
    """Text like "8,5" in, Decimal points with three decimals out; what can't be read is explained."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            return parse_points(value) if isinstance(value, str) else to_points(value)
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="points") from None

    def prepare_value(self, value: Any) -> Any:
        return format_points(value) if isinstance(value, Decimal | int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class PointsField(models.Field):
    """Points. Speaks Decimal with three decimals; refuses floats and a fourth decimal, on save and in filters."""

    description = _("Điểm (phần nghìn)")

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            return to_points(value)
        except (TypeError, ValueError):
            raise ValidationError(
                _("Điểm phải là số có nhiều nhất ba chữ số thập phân."), code="points"
            ) from None

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None or hasattr(value, "resolve_expression") else to_points(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return int(value.scaleb(3)) if isinstance(value, Decimal) else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return demand_points(value)
        return self.get_db_prep_value(value, connection)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        # Django asks for this with the expression of an UPDATE in hand: the only place where it can be judged.
        if hasattr(value, "resolve_expression"):
            demand_points(value)
        return "%s"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        if not isinstance(expression, expressions.Col):
            _demand_once(expression)
        if value is None:
            return None
        thousandths = int(value)
        if isinstance(value, float) or thousandths != value:
            raise FieldError(f"not whole thousandths of a point: {value!r}")
        return Decimal(thousandths).scaleb(-3)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value: Any = super().pre_save(model_instance, add)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        points = to_points(value)
        setattr(model_instance, self.attname, points)
        return points

    def value_to_string(self, obj: Any) -> str:
        value: Any = self.value_from_object(obj)
        return "" if value is None else format(to_points(value), "f")

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().formfield(**{"form_class": PointsFormField, **kwargs})


def points_value(points: Decimal | int) -> expressions.Value:
    """A literal for expressions: ``F("total") + points_value(Decimal("1.5"))``. Units: points."""
    return expressions.Value(to_points(points), output_field=PointsField())


for _connector in (expressions.Combinable.ADD, expressions.Combinable.SUB):
    expressions.register_combinable_fields(PointsField, _connector, PointsField, PointsField)


def demand_points(expression: Any) -> Any:
    """``expression`` (resolved) itself, when all of it is points; else FieldError naming it."""
    if not _is_points(expression):
        raise FieldError(f"points mixed with plain numbers; use points_value(): {expression!r}")
    return expression


def _demand_once(expression: Any) -> None:
    # A result of many rows asks for every row; the expression is the same one.
    if not getattr(expression, "seen_as_points", False):
        demand_points(expression)
        expression.seen_as_points = True


# Of points these make points again; anything else (Avg, Count, multiplication) does not.
_KEEPING = (
    models.Sum,
    models.Min,
    models.Max,
    functions.Coalesce,
    functions.Greatest,
    functions.Least,
    functions.Cast,
    expressions.ExpressionWrapper,
    expressions.Case,
    expressions.Window,
)


def _is_points(expression: Any) -> bool:
    if isinstance(expression, expressions.Value):
        return expression.value in (None, 0) or isinstance(_measure(expression), PointsField)
    if isinstance(expression, expressions.CombinedExpression):
        return expression.connector in ("+", "-") and _are_points(expression.lhs, expression.rhs)
    if not isinstance(_measure(expression), PointsField):
        return False
    if isinstance(expression, _KEEPING):
        return _are_points(*_measured_parts(expression))
    return not isinstance(expression, models.Aggregate | expressions.Func)


def _measure(expression: Any) -> Any:
    try:
        return getattr(expression, "output_field", None)
    except FieldError:
        return None


def _are_points(*parts: Any) -> bool:
    return all(_is_points(part) for part in parts)


def _measured_parts(expression: Any) -> list[Any]:
    """The parts whose values become the result; conditions, filters and orders are left out."""
    if isinstance(expression, expressions.Case):
        return [*(case.result for case in expression.cases), expression.default]
    if isinstance(expression, models.Aggregate | expressions.Window):
        return expression.get_source_expressions()[:1]
    return [part for part in expression.get_source_expressions() if part is not None]


class _AgainstPoints:
    """A comparison whose other side must be points too, when it is an expression."""

    rhs: Any

    def get_prep_lookup(self) -> Any:
        sides = self.rhs if isinstance(self.rhs, list | tuple | set) else [self.rhs]
        for side in sides:
            if hasattr(side, "resolve_expression"):
                demand_points(side)
        return super().get_prep_lookup()  # type: ignore[misc]


def _register_comparisons() -> None:
    for plain in (
        lookups.Exact,
        lookups.GreaterThan,
        lookups.GreaterThanOrEqual,
        lookups.LessThan,
        lookups.LessThanOrEqual,
        lookups.In,
        lookups.Range,
    ):
        PointsField.register_lookup(type(f"Points{plain.__name__}", (_AgainstPoints, plain), {}))


_register_comparisons()
