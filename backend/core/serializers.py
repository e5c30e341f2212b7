"""JSON shapes that every slice's ``api.py`` uses."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .errors import Invalid
from .points import format_points, parse_points, to_points
from .text import MOST_KEY, MOST_WHOLE


class KeyField(serializers.IntegerField):
    """The key of a row; one that no database can hold is refused (422) instead of asked for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_KEY, **kwargs)


class WholeField(serializers.IntegerField):
    """A count or a version, from 0 to what a database takes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_WHOLE, **kwargs)


@extend_schema_field({"type": "string", "format": "decimal", "example": "8.500"})
class PointsSerializerField(serializers.Field):  # type: ignore[type-arg]
    """Points as JSON text with a point and three decimals: "8.500". In: text ("8.5" or "8,5") or a whole number.

    A JSON number with decimals is refused: it is a float before we see it. ``min_points`` and ``max_points``
    are inclusive bounds in points.
    """

    def __init__(
        self, *, min_points: Decimal | None = None, max_points: Decimal | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.min_points = min_points
        self.max_points = max_points

    def to_internal_value(self, data: Any) -> Decimal:
        points = self._read(data)
        if self.min_points is not None and points < self.min_points:
            raise serializers.ValidationError(
                _("Điểm không được nhỏ hơn %(bound)s.") % {"bound": format_points(self.min_points)}
            )
        if self.max_points is not None and points > self.max_points:
            raise serializers.ValidationError(
                _("Điểm không được lớn hơn %(bound)s.") % {"bound": format_points(self.max_points)}
            )
        return points

    def _read(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise serializers.ValidationError(_("Hãy gửi điểm bằng chuỗi, ví dụ “8.5” trong dấu nháy."))
        try:
            return parse_points(str(data))
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.message) from None

    def to_representation(self, value: Decimal) -> str:
        return format(to_points(value), "f")
