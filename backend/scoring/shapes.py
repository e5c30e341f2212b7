"""JSON shapes of the heart, in and out. Points are text with a point and three decimals."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.serializers import PointsSerializerField
from backend.scoring.models import Evidence, Explanation, Mark, Scorecard, Signature


class CardShape(serializers.ModelSerializer[Scorecard]):
    """One card in a list."""

    unit_code = serializers.CharField(source="unit.code")
    year = serializers.IntegerField(source="round.year")
    state_title = serializers.CharField(source="get_state_display")
    is_illustration = serializers.BooleanField(source="round.is_illustration")

    class Meta:
        model = Scorecard
        fields = [
            "id",
            "round",
            "year",
            "unit",
            "unit_code",
            "unit_name",
            "state",
            "state_title",
            "difficulties",
            "proposals",
            "is_illustration",
        ]


class MarkShape(serializers.ModelSerializer[Mark]):
    """One mark of a leaf at a step."""

    step_title = serializers.CharField(source="step.title")
    points = PointsSerializerField()
    from_points = PointsSerializerField()

    class Meta:
        model = Mark
        fields = [
            "step",
            "step_title",
            "points",
            "from_points",
            "inputs",
            "note",
            "reason",
            "version",
            "saved_at",
        ]


class EvidenceShape(serializers.ModelSerializer[Evidence]):
    """One piece of evidence."""

    class Meta:
        model = Evidence
        fields = ["id", "file_name", "number", "issued_on", "issuer", "section", "added_by", "added_at"]


class ExplanationShape(serializers.ModelSerializer[Explanation]):
    """One question of the council with the unit's answer."""

    class Meta:
        model = Explanation
        fields = ["step", "question", "asked_by", "answer", "answered_by", "version"]


class SignatureShape(serializers.ModelSerializer[Signature]):
    """One move made on the card."""

    class Meta:
        model = Signature
        fields = ["move", "signer_name", "capacity", "reason", "document", "fingerprint", "signed_at"]


class LeafShape(serializers.Serializer[Any]):
    """One leaf of the sheet as the viewer may see it."""

    code = serializers.CharField()
    title = serializers.CharField(source="node.title")
    max_points = PointsSerializerField(source="score.max_points")
    source = serializers.CharField(source="score.source")
    applies = serializers.BooleanField(source="score.applies")
    rule = serializers.CharField(source="node.rule")
    last_year = PointsSerializerField()
    marks = serializers.SerializerMethodField()
    evidence = EvidenceShape(many=True)
    explanations = ExplanationShape(many=True)

    def get_marks(self, leaf: Any) -> list[dict[str, Any]]:
        """Return the marks of the steps the viewer may see, in order."""
        return list(MarkShape(leaf.marks.values(), many=True).data)


class PointsIn(serializers.Serializer[Any]):
    """A save of one leaf: inputs of its rule, or bare points; neither clears it."""

    code = serializers.CharField()
    version = serializers.IntegerField(min_value=0)
    inputs = serializers.DictField(required=False)
    points = PointsSerializerField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True)


class MarkIn(serializers.Serializer[Any]):
    """The council's points of one leaf."""

    code = serializers.CharField()
    version = serializers.IntegerField(min_value=0)
    points = PointsSerializerField()
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class MoveIn(serializers.Serializer[Any]):
    """A move: its reason and document; ``secret`` (password or code) where it signs."""

    reason = serializers.CharField(required=False, allow_blank=True, default="")
    document = serializers.CharField(required=False, allow_blank=True, default="")
    new_close = serializers.DateTimeField(required=False, allow_null=True, default=None)
    secret = serializers.CharField(required=False, allow_blank=True, default="")


class TextsIn(serializers.Serializer[Any]):
    """Difficulties and proposals of the report."""

    difficulties = serializers.CharField(allow_blank=True)
    proposals = serializers.CharField(allow_blank=True)


class QuestionIn(serializers.Serializer[Any]):
    """A question to the unit about one leaf."""

    code = serializers.CharField()
    question = serializers.CharField()


class AnswerIn(serializers.Serializer[Any]):
    """The unit's answer about one leaf."""

    code = serializers.CharField()
    version = serializers.IntegerField(min_value=0)
    answer = serializers.CharField(allow_blank=True)


class LeafReasonIn(serializers.Serializer[Any]):
    """A leaf and why it is left out, put back or no longer asked about."""

    code = serializers.CharField()
    reason = serializers.CharField()


class EvidenceIn(serializers.Serializer[Any]):
    """A file, or a reference to a document by number and issuer."""

    code = serializers.CharField()
    file = serializers.FileField(required=False)
    number = serializers.CharField(required=False, allow_blank=True, default="")
    issuer = serializers.CharField(required=False, allow_blank=True, default="")
    issued_on = serializers.DateField(required=False, allow_null=True, default=None)
    section = serializers.CharField(required=False, allow_blank=True, default="")


class SurveyLineIn(serializers.Serializer[Any]):
    """Points of one unit on one survey or outside-index leaf."""

    card = serializers.IntegerField()
    code = serializers.CharField()
    points = PointsSerializerField()
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SurveyIn(serializers.Serializer[Any]):
    """Survey points of a round with their source."""

    round = serializers.IntegerField()
    report_number = serializers.CharField()
    report_date = serializers.DateField()
    sample = serializers.IntegerField(min_value=0)
    answers = serializers.IntegerField(min_value=0)
    lines = SurveyLineIn(many=True)


class OpeningIn(serializers.Serializer[Any]):
    """The round to open."""

    round = serializers.IntegerField()


class DelegationIn(serializers.Serializer[Any]):
    """Whom the approval is lent to, and for when."""

    taker = serializers.CharField(help_text="tên đăng nhập")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    document = serializers.CharField(required=False, allow_blank=True, default="")
