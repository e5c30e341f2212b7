"""JSON shapes of what the heart answers. Points are text with a point and three decimals, dates ISO."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import PointsSerializerField
from backend.rounds.models import Step
from backend.scoring import queries
from backend.scoring.fingerprints import texts_seen
from backend.scoring.models import (
    Deduction,
    Delegation,
    Evidence,
    Explanation,
    Mark,
    Provenance,
    Scorecard,
    Signature,
)


class CardShape(serializers.ModelSerializer[Scorecard]):
    """One card in a list."""

    unit_code = serializers.CharField(source="unit.code")
    year = serializers.IntegerField(source="round.year")
    state_title = serializers.CharField(source="get_state_display")
    is_illustration = serializers.BooleanField(source="round.is_illustration")

    class Meta:
        model = Scorecard
        fields = [
            "id", "round", "year", "unit", "unit_code", "unit_name", "group", "state", "state_title",
            "is_illustration",
        ]  # fmt: skip


class TextsShape(CardShape):
    """One card with the texts of its report; ``texts_seen`` is sent back with a change of them."""

    texts_seen = serializers.SerializerMethodField()

    class Meta(CardShape.Meta):
        fields = [*CardShape.Meta.fields, "difficulties", "proposals", "texts_seen"]

    def get_texts_seen(self, card: Scorecard) -> str:
        """Return the mark of the texts as they stand."""
        return texts_seen(card.difficulties, card.proposals)


class MarkShape(serializers.ModelSerializer[Mark]):
    """One mark of a leaf at a step."""

    step_title = serializers.CharField(source="step.title")
    points = PointsSerializerField(allow_null=True)
    from_points = PointsSerializerField(allow_null=True)
    author = serializers.SerializerMethodField(help_text="null khi bước này không nêu tên người thẩm định")

    class Meta:
        model = Mark
        fields = [
            "step", "step_title", "points", "from_points", "inputs", "note", "reason", "rule_said", "author",
            "version", "saved_at",
        ]  # fmt: skip

    def get_author(self, mark: Mark) -> str | None:
        """Return who gave the points, to who may know: at once to whoever has just saved them herself."""
        viewer = self.context.get("viewer")
        if viewer is None or mark.step.kind == Step.Kind.SELF:
            return mark.author
        return mark.author if queries.sees_names(viewer, mark.score.card, mark.step) else None


class SavedShape(serializers.Serializer[Any]):
    """What a save answers: the mark, how its rule explains it, the step's new total, the database's time."""

    mark = MarkShape()
    explained = serializers.CharField()
    total = PointsSerializerField()
    given = serializers.IntegerField(help_text="số tiêu chí đã có điểm")
    now = serializers.DateTimeField()


class EvidenceShape(serializers.ModelSerializer[Evidence]):
    """One piece of evidence; ``file`` is the address of its bytes, null for a document's number."""

    file = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = [
            "id", "file", "file_name", "number", "issued_on", "issuer", "section", "added_by", "added_at",
        ]  # fmt: skip

    def get_file(self, piece: Evidence) -> str | None:
        """Return where the bytes are given out to who may see the card."""
        if piece.file_id is None:
            return None
        return reverse("scoring:evidence_file", args=[piece.score.card_id, piece.pk])


class ExplanationShape(serializers.ModelSerializer[Explanation]):
    """One question of the council with the unit's answer."""

    class Meta:
        model = Explanation
        fields = ["step", "question", "asked_at", "answer", "answered_by", "answered_at", "version"]


class SignatureShape(serializers.ModelSerializer[Signature]):
    """One move made on the card."""

    class Meta:
        model = Signature
        fields = [
            "move", "signer_name", "signer_title", "capacity", "reason", "document", "fingerprint",
            "signed_at", "voided_at",
        ]  # fmt: skip


class DelegationShape(serializers.ModelSerializer[Delegation]):
    """The approval of one card lent to a person; ``ends_at`` is the first moment it is no more."""

    taker = serializers.CharField(source="taker.username")
    taker_name = serializers.CharField(source="taker.full_name")

    class Meta:
        model = Delegation
        fields = ["id", "taker", "taker_name", "starts_at", "ends_at", "document"]


class DeductionShape(serializers.ModelSerializer[Deduction]):
    """Points taken off a field or leaf after appraisal; ``withdraws`` is the row that this one takes back."""

    points = PointsSerializerField()
    file = serializers.SerializerMethodField(help_text="địa chỉ của tệp văn bản, null khi không có")

    class Meta:
        model = Deduction
        fields = ["id", "code", "points", "reason", "document", "file", "withdraws", "made_at"]

    def get_file(self, row: Deduction) -> str | None:
        """Return where the document is given out to who may see the deduction."""
        return reverse("scoring:deduction_file", args=[row.card_id, row.pk]) if row.file_id else None


class ExtraShape(serializers.Serializer[Any]):
    """Bonus or penalty of a card: what is claimed and what counts, up to the ceiling."""

    counting = serializers.CharField()
    claimed = PointsSerializerField()
    counted = PointsSerializerField()
    ceiling = PointsSerializerField()


class LeafShape(serializers.Serializer[Any]):
    """One leaf of the sheet as the viewer may see it."""

    code = serializers.CharField()
    title = serializers.CharField(source="node.title")
    max_points = PointsSerializerField(source="score.max_points")
    source = serializers.CharField(source="score.source")
    counting = serializers.CharField(source="score.counting")
    not_arisen = serializers.CharField(source="node.not_arisen")
    applies = serializers.BooleanField(source="score.applies")
    left_out_reason = serializers.CharField(source="score.left_out_reason")
    rule = serializers.CharField(source="node.rule")
    last_year = PointsSerializerField(allow_null=True)
    marks = serializers.SerializerMethodField()
    evidence = EvidenceShape(many=True)
    explanations = ExplanationShape(many=True)

    @extend_schema_field(MarkShape(many=True))
    def get_marks(self, leaf: Any) -> Any:
        """Return the marks of the steps the viewer may see, in order."""
        marks = list(leaf.marks.values())
        for mark in marks:
            mark.score = leaf.score
        return MarkShape(marks, many=True, context=self.context).data


class SheetShape(serializers.Serializer[Any]):
    """One card with its leaves, moves and totals.

    The unit's own words and its signed report are null until the viewer may read them.
    """

    card = CardShape()
    difficulties = serializers.SerializerMethodField()
    proposals = serializers.SerializerMethodField()
    texts_seen = serializers.SerializerMethodField()
    signed_number = serializers.SerializerMethodField()
    signed_date = serializers.SerializerMethodField()
    signed_file = serializers.SerializerMethodField()
    signed_digitally = serializers.SerializerMethodField()
    signed_continues = serializers.SerializerMethodField()
    fingerprint = serializers.SerializerMethodField()
    leaves = LeafShape(many=True)
    signatures = serializers.SerializerMethodField()
    own_total = PointsSerializerField(source="total")
    own_maximum = PointsSerializerField()
    maximum = PointsSerializerField()
    extras = ExtraShape(many=True)
    deductions = DeductionShape(many=True)
    now = serializers.DateTimeField()

    def get_difficulties(self, sheet: Any) -> str | None:
        """Return the difficulties the unit writes of."""
        return sheet.card.difficulties if sheet.shows_own else None

    def get_proposals(self, sheet: Any) -> str | None:
        """Return what the unit proposes."""
        return sheet.card.proposals if sheet.shows_own else None

    def get_texts_seen(self, sheet: Any) -> str | None:
        """Return the mark of both texts as they stand: a change of them names it as ``seen``."""
        return texts_seen(sheet.card.difficulties, sheet.card.proposals) if sheet.shows_own else None

    def get_signed_number(self, sheet: Any) -> str | None:
        """Return the number of the signed report."""
        return sheet.card.signed_number if sheet.shows_own else None

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_signed_date(self, sheet: Any) -> Any:
        """Return the day of the signed report."""
        return sheet.card.signed_date if sheet.shows_own else None

    def get_signed_file(self, sheet: Any) -> str | None:
        """Return the address of the signed copy's bytes."""
        has = sheet.card.signed_file_id is not None and sheet.shows_own
        return reverse("scoring:signed_file", args=[sheet.card.pk]) if has else None

    def get_signed_digitally(self, sheet: Any) -> int | None:
        """Return how many digital signatures stand in the signed copy; none of them is verified here."""
        return sheet.card.signed_digitally if sheet.shows_own and sheet.card.signed_file_id else None

    def get_signed_continues(self, sheet: Any) -> str | None:
        """Return the SHA-256 of the report of ours whose bytes the signed copy begins with, if it does."""
        report = sheet.card.signed_report if sheet.shows_own else None
        return report.sha256 if report else None

    def get_fingerprint(self, sheet: Any) -> str | None:
        """Return the fingerprint of the unit's content as it stands: an approval names it as ``seen``."""
        return queries.shown_fingerprint(sheet) if sheet.shows_own else None

    @extend_schema_field(SignatureShape(many=True))
    def get_signatures(self, sheet: Any) -> Any:
        """Return the moves made on the card that the viewer may know of, oldest first."""
        rows = queries.signatures(sheet.card, self.context["viewer"])
        return SignatureShape(rows, many=True).data


class EntryShape(serializers.Serializer[Any]):
    """One line of a leaf's life in words; ``checkpoint`` is the number of the first that covers it, null before."""

    at = serializers.DateTimeField()
    text = serializers.CharField()
    who = serializers.CharField()
    step = serializers.CharField()
    stated = serializers.CharField()
    checkpoint = serializers.IntegerField(source="checkpoint.number", allow_null=True, default=None)


class CountShape(serializers.Serializer[Any]):
    """How many."""

    number = serializers.IntegerField()


class AppliesShape(serializers.Serializer[Any]):
    """Whether a leaf applies to the unit."""

    code = serializers.CharField()
    applies = serializers.BooleanField()
    left_out_reason = serializers.CharField()


# --- rounds and history ------------------------------------------------------------------------------------


class StepNowShape(serializers.Serializer[Any]):
    """A step beside the present: ``past``, ``now`` or ``future``. ``closes_at`` is the first moment too late."""

    id = serializers.IntegerField(source="step.pk")
    kind = serializers.ChoiceField(source="step.kind", choices=Step.Kind.choices)
    title = serializers.CharField(source="step.title")
    opens_at = serializers.DateTimeField(source="step.opens_at")
    closes_at = serializers.DateTimeField(source="step.closes_at")
    phase = serializers.CharField()


class EndedShape(serializers.ModelSerializer[Step]):
    """The step that ended; the next one opened at its ``closes_at``, which is the moment it was judged."""

    now = serializers.DateTimeField(source="closes_at")

    class Meta:
        model = Step
        fields = ["id", "kind", "title", "opens_at", "closes_at", "now"]


class GroupProgressShape(serializers.Serializer[Any]):
    """How many cards of a group stand in each state."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    units = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField())


class ProgressShape(serializers.Serializer[Any]):
    """How far a round is."""

    round = serializers.IntegerField()
    now = serializers.DateTimeField()
    steps = StepNowShape(many=True)
    groups = GroupProgressShape(many=True)


class SourceShape(serializers.ModelSerializer[Provenance]):
    """Where survey points come from."""

    class Meta:
        model = Provenance
        fields = ["id", "report_number", "report_date", "sample", "answers", "entered_at"]


class AskedShape(serializers.Serializer[Any]):
    """One input that a rule asks for."""

    name = serializers.CharField()
    title = serializers.CharField(source="label")
    kind = serializers.CharField()


class SurveyRowShape(serializers.Serializer[Any]):
    """One survey or outside-index leaf of one card; ``may_enter`` is false for the person's own unit.

    ``asked`` names the inputs its rule works the points out from; none where the points are entered.
    """

    card = serializers.IntegerField()
    unit_name = serializers.CharField()
    code = serializers.CharField()
    max_points = PointsSerializerField()
    points = PointsSerializerField(allow_null=True)
    asked = AskedShape(many=True)
    inputs = serializers.DictField()
    explained = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    source = SourceShape(allow_null=True)
    may_enter = serializers.BooleanField()


class SurveyRowsShape(serializers.Serializer[Any]):
    """Every survey and outside-index leaf of a round's cards."""

    results = SurveyRowShape(many=True)


class ChangeShape(serializers.Serializer[Any]):
    """One change: when, who, at which step, of which unit and leaf, what, from, to, why."""

    at = serializers.DateTimeField(source="row.history_date")
    who = serializers.CharField(source="row.actor_name")
    step = serializers.CharField(source="row.step_name")
    unit_name = serializers.CharField(source="row.unit_name")
    kind = serializers.CharField()
    what = serializers.CharField()
    code = serializers.CharField()
    card = serializers.IntegerField(allow_null=True)
    points_before = PointsSerializerField(source="line.points_before", allow_null=True)
    points_after = PointsSerializerField(source="line.points_after", allow_null=True)
    reason = serializers.CharField()
    stated = serializers.CharField()


class ChangesShape(serializers.Serializer[Any]):
    """A page of changes and where the next one begins."""

    results = ChangeShape(many=True)
    older = serializers.CharField(allow_null=True)
