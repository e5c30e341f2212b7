"""JSON shapes of a workbook of survey points that was looked at."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.serializers import PointsSerializerField


class SurveyChangeShape(serializers.Serializer[Any]):
    """One point that would be entered: what stands now, what would stand, how the rule comes to it, and why."""

    card = serializers.IntegerField(source="line.card.pk")
    unit_name = serializers.CharField(source="line.card.unit_name")
    code = serializers.CharField(source="cell.score.code")
    standing = PointsSerializerField(source="cell.points", allow_null=True)
    points = PointsSerializerField()
    inputs = serializers.DictField(source="entry.inputs")
    explained = serializers.CharField(source="entry.explained", allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class SurveyPreviewShape(serializers.Serializer[Any]):
    """What a workbook would change, and its signed copy that enters just that."""

    changes = SurveyChangeShape(many=True)
    preview = serializers.CharField()
