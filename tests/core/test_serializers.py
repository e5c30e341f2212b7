"""Points in JSON."""

from decimal import Decimal

import pytest
from rest_framework.serializers import ValidationError

from backend.core.serializers import PointsSerializerField


@pytest.mark.parametrize(("sent", "points"), [("8.5", "8.5"), ("8,5", "8.5"), (8, "8"), ("0.125", "0.125")])
def test_points_come_as_text_or_whole_numbers(sent, points):
    assert PointsSerializerField().run_validation(sent) == Decimal(points)


@pytest.mark.parametrize("sent", [8.5, True, [], "12.500", "x"])
def test_a_json_number_with_decimals_and_other_guesses_are_refused(sent):
    with pytest.raises(ValidationError):
        PointsSerializerField().run_validation(sent)


def test_bounds_are_inclusive():
    field = PointsSerializerField(min_points=Decimal("0"), max_points=Decimal("2"))
    assert field.run_validation("2") == 2
    for sent in ("2.001", "-1"):
        with pytest.raises(ValidationError):
            field.run_validation(sent)


def test_points_leave_as_text_with_three_decimals():
    assert PointsSerializerField().to_representation(Decimal("8.5")) == "8.500"
