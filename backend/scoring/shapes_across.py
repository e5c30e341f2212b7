"""JSON shapes of one leaf across units, of how far an appraisal is, and of canned reasons."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import PointsSerializerField
from backend.scoring.across import council_mark, key_of
from backend.scoring.api_library import FlagShape
from backend.scoring.models import CannedReason
from backend.scoring.shapes import EvidenceShape, MarkShape


class FlaggedShape(EvidenceShape):
    """One piece of evidence with what there is to notice about it."""

    flags = serializers.SerializerMethodField()

    class Meta(EvidenceShape.Meta):
        fields = [*EvidenceShape.Meta.fields, "flags"]

    @extend_schema_field(FlagShape(many=True))
    def get_flags(self, piece: Any) -> Any:
        """Return what there is to notice, as far as the viewer may know it."""
        return FlagShape(self.context["flags"].get(piece.pk, []), many=True).data


class UnitLeafShape(serializers.Serializer[Any]):
    """The leaf in one unit; ``equal`` names the units' inputs, the same text for equal ones, empty without any."""

    card = serializers.IntegerField(source="score.card_id")
    unit_name = serializers.CharField(source="score.card.unit_name")
    state = serializers.CharField(source="score.card.state")
    applies = serializers.BooleanField(source="score.applies")
    own_points = PointsSerializerField(source="points", allow_null=True)
    explained = serializers.CharField()
    last_year = PointsSerializerField(allow_null=True)
    equal = serializers.SerializerMethodField()
    council_points = serializers.SerializerMethodField()
    marks = serializers.SerializerMethodField()
    evidence = FlaggedShape(many=True)

    def get_equal(self, leaf: Any) -> str:
        """Return what equal cases have in common."""
        return key_of(leaf)

    @extend_schema_field(PointsSerializerField(allow_null=True))
    def get_council_points(self, leaf: Any) -> str | None:
        """Return the newest points of the council."""
        mark = council_mark(leaf)
        return PointsSerializerField().to_representation(mark.points) if mark else None

    @extend_schema_field(MarkShape(many=True))
    def get_marks(self, leaf: Any) -> Any:
        """Return the marks of the steps the viewer may see, in order."""
        return MarkShape(list(leaf.marks.values()), many=True, context=self.context).data


class GivenShape(serializers.Serializer[Any]):
    """Points, and the cards that got them."""

    points = PointsSerializerField()
    cards = serializers.ListField(child=serializers.IntegerField())


class UnevenShape(serializers.Serializer[Any]):
    """Equal inputs that got different points."""

    equal = serializers.CharField(source="key")
    explained = serializers.CharField()
    given = serializers.SerializerMethodField()

    @extend_schema_field(GivenShape(many=True))
    def get_given(self, case: Any) -> Any:
        """Return the points, largest first, with the cards that got them."""
        rows = [
            {"points": points, "cards": [leaf.score.card_id for leaf in leaves]}
            for points, leaves in case.given
        ]
        return GivenShape(rows, many=True).data


class AcrossShape(serializers.Serializer[Any]):
    """One leaf of a round in every unit the viewer works on or inspects."""

    leaf = serializers.IntegerField(source="node.pk")
    code = serializers.CharField(source="node.code")
    title = serializers.CharField(source="node.title")
    max_points = PointsSerializerField(source="node.max_points")
    units = UnitLeafShape(many=True, source="leaves")
    uneven = UnevenShape(many=True)
    now = serializers.DateTimeField()


class ShareShape(serializers.Serializer[Any]):
    """So many marks of so many that are owed."""

    due = serializers.IntegerField()
    done = serializers.IntegerField()


class LeafWorkShape(ShareShape):
    """How far one leaf is."""

    leaf = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()


class FieldWorkShape(ShareShape):
    """How far one field is."""

    code = serializers.CharField()
    title = serializers.CharField()


class PersonWorkShape(serializers.Serializer[Any]):
    """What one person gave: by field, and when last; ``fields`` are those she appraises, empty for every one."""

    name = serializers.CharField()
    seat = serializers.CharField()
    fields_limit = serializers.ListField(child=serializers.CharField())
    given = serializers.DictField(child=serializers.IntegerField())
    last = serializers.DateTimeField(allow_null=True)
    due = serializers.IntegerField()
    done = serializers.IntegerField()


class WorkShape(serializers.Serializer[Any]):
    """How far the appraisal of a round is, over all units under appraisal."""

    units = serializers.IntegerField()
    leaves = LeafWorkShape(many=True)
    fields = FieldWorkShape(many=True)  # type: ignore[assignment]
    people = PersonWorkShape(many=True)


class CannedShape(serializers.ModelSerializer[CannedReason]):
    """A canned reason; ``leaf`` is null where it is for every leaf, ``source`` says of which year it is carried."""

    leaf = serializers.IntegerField(source="leaf.pk", default=None, allow_null=True)
    leaf_code = serializers.CharField(source="leaf.code", default=None, allow_null=True)
    source = serializers.CharField(help_text="Empty for one that was written for the leaf itself")  # type: ignore[assignment]

    class Meta:
        model = CannedReason
        fields = [
            "id", "leaf", "leaf_code", "code", "text", "source", "author", "saved_at", "retired_at", "version"
        ]  # fmt: skip


class CannedListShape(serializers.Serializer[Any]):
    """The canned reasons in use."""

    results = CannedShape(many=True)
