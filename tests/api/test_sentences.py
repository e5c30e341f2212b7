"""Refusals of fields: every sentence that JSON can answer is Vietnamese."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date

import pytest
from rest_framework import fields, relations, serializers

from backend.api import sentences
from backend.core.serializers import PointsSerializerField

# Letters with marks that Vietnamese has and English has not.
MARKED = set("ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")


def every_sentence() -> Iterator[tuple[str, str]]:
    for module in (fields, relations, serializers):
        for name, shape in inspect.getmembers(module, inspect.isclass):
            for code, sentence in vars(shape).get("default_error_messages", {}).items():
                yield f"{name} {code}", str(sentence)


def test_no_field_of_the_framework_refuses_in_english() -> None:
    english = [
        where
        for where, sentence in every_sentence()
        if not MARKED & set(sentence.lower()) and not where.startswith(("IPAddress", "ImageField", "URL"))
    ]
    assert english == []


class Everything(serializers.Serializer):
    """One of each field that the program's own shapes use."""

    whole = serializers.IntegerField(max_value=9)
    text = serializers.CharField(max_length=3)
    day = serializers.DateField()
    moment = serializers.DateTimeField()
    choice = serializers.ChoiceField(choices=["a"])
    yes = serializers.BooleanField()
    inputs = serializers.DictField()
    rows = serializers.ListField()
    file = serializers.FileField()
    points = PointsSerializerField()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [1],
        dict.fromkeys(Everything().fields, None),
        {"whole": "x", "text": "a\0", "day": "x", "moment": "2026-13-01", "choice": "zzz", "yes": "?"},
        {"whole": 10, "text": "quá dài", "day": "31/02/2026", "inputs": [], "rows": {}, "file": "x"},
        {"whole": "9" * 2000, "text": {}, "points": "x"},
    ],
)
def test_whatever_is_sent_the_refusal_is_vietnamese(sent: object) -> None:
    shape = Everything(data=sent)
    assert not shape.is_valid()
    for told in shape.errors.values():
        for sentence in told:
            assert MARKED & set(str(sentence).lower()), sentence


def test_taking_over_twice_changes_nothing() -> None:
    before = dict(every_sentence())
    sentences.take_over()
    assert dict(every_sentence()) == before


@pytest.mark.parametrize("sent", ["05/06/2026", "5/6/2026", "2026-06-05"])
def test_a_day_is_read_day_first_or_iso(sent: str) -> None:
    assert serializers.DateField().run_validation(sent) == date(2026, 6, 5)
