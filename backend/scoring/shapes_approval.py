"""JSON shapes around an approval: findings, changes, leaves returned with a reason each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.serializers import PointsSerializerField
from backend.scoring.models import ReturnedLeaf
from backend.scoring.shapes import EvidenceShape, ExplanationShape


class ReturnedShape(serializers.ModelSerializer[ReturnedLeaf]):
    """A leaf returned with its reason, and what the unit did about it; ``sent`` false: noted, not sent yet."""

    code = serializers.CharField(source="score.code")
    sent = serializers.SerializerMethodField()

    class Meta:
        model = ReturnedLeaf
        fields = [
            "code", "reason", "author_name", "written_at", "sent", "answer", "answered_by", "answered_at",
        ]  # fmt: skip

    def get_sent(self, row: ReturnedLeaf) -> bool:
        """Return whether the card went back with it."""
        return row.signature_id is not None


class FindingShape(serializers.Serializer[Any]):
    """One thing to mend (``must``) or to look at again."""

    code = serializers.CharField(source="leaf.code")
    text = serializers.CharField()
    must = serializers.BooleanField()


class BriefShape(serializers.Serializer[Any]):
    """What to know before a card is submitted or approved; ``fingerprint`` is of the content as read ``now``."""

    fingerprint = serializers.CharField()
    now = serializers.DateTimeField()
    findings = FindingShape(many=True)
    returned = ReturnedShape(many=True)


class ChangedShape(serializers.Serializer[Any]):
    """What became of one leaf; without a code it is of the report's own texts."""

    code = serializers.CharField(allow_blank=True)
    before = PointsSerializerField(allow_null=True)
    after = PointsSerializerField(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField())
    who = serializers.CharField()
    at = serializers.DateTimeField()


class ChangesSinceShape(serializers.Serializer[Any]):
    """What changed since a moment; null at the first look."""

    since = serializers.DateTimeField(allow_null=True)
    changes = ChangedShape(many=True)


class AskedLeafShape(serializers.Serializer[Any]):
    """One question, its answer as it stands, and the evidence added to it."""

    code = serializers.CharField()
    explanation = ExplanationShape()
    evidence = EvidenceShape(many=True)


class AskedLeavesShape(serializers.Serializer[Any]):
    """The explanation the card is out for; ``closes_at`` is the unit's own deadline, the first moment too late."""

    fingerprint = serializers.CharField()
    now = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    asked = AskedLeafShape(many=True)
