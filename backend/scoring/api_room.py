"""The history room as JSON beside the list of changes: a card at a moment, who cuts or raises how much."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core.dates import is_in_reach
from backend.core.exact import round_half_up
from backend.core.serializers import KeyField, PointsSerializerField
from backend.scoring import queries, strictness
from backend.scoring.room import demand_inspector, inspected_rounds
from backend.scoring.sent import read


class AsOfIn(serializers.Serializer[Any]):
    """A moment, and a later one to compare with."""

    at = serializers.DateTimeField()
    other = serializers.DateTimeField(required=False, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return both moments. Raises ValidationError for years nobody means and for a comparison backwards."""
        for name in ("at", "other"):
            if attrs[name] is not None and not is_in_reach(attrs[name]):
                raise serializers.ValidationError({name: _("Năm này nằm ngoài khoảng xem được.")})
        if attrs["other"] is not None and attrs["other"] <= attrs["at"]:
            raise serializers.ValidationError({"other": _("Thời điểm so sánh phải sau thời điểm thứ nhất.")})
        return attrs


class StepPointsShape(serializers.Serializer[Any]):
    """Points at one step, null where none were given."""

    step = serializers.CharField()
    points = PointsSerializerField(allow_null=True)
    reason = serializers.CharField()


class LeafThenShape(serializers.Serializer[Any]):
    """One leaf at that moment."""

    code = serializers.CharField()
    title = serializers.CharField()
    max_points = PointsSerializerField()
    applies = serializers.BooleanField()
    note = serializers.CharField()
    steps = StepPointsShape(many=True)
    documents = serializers.ListField(child=serializers.CharField())


class ThenDifferenceShape(serializers.Serializer[Any]):
    """What is different of one leaf; of the card itself where ``code`` is empty."""

    code = serializers.CharField()
    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class CardThenShape(serializers.Serializer[Any]):
    """A card at a moment; ``differences`` up to the other moment where one was asked for."""

    card = serializers.IntegerField()
    at = serializers.DateTimeField()
    exists = serializers.BooleanField()
    state = serializers.CharField()
    texts = serializers.DictField(child=serializers.CharField())
    leaves = LeafThenShape(many=True)
    differences = ThenDifferenceShape(many=True, allow_null=True)


class RoomActs:
    """What the room asks of one card."""

    @extend_schema(parameters=[AsOfIn], responses=CardThenShape)
    @action(detail=True, url_path="as-of")
    def as_of(self: Any, request: Request, pk: str) -> Response:
        """Return the card as it stood at a moment, as far as the person may know it."""
        card = self.get_object()
        asked = read(AsOfIn, request.query_params)
        then = queries.card_at(card, asked["at"], request.actor)  # type: ignore[attr-defined]
        body = {
            "card": card.pk,
            "at": then.at,
            "exists": then.exists,
            "state": then.state,
            "texts": then.texts,
        }
        body |= {"leaves": [_leaf(then, leaf) for leaf in then.leaves], "differences": None}
        if asked["other"]:
            later = queries.card_at(card, asked["other"], request.actor)  # type: ignore[attr-defined]
            body["differences"] = [
                {"code": one.code, "what": what, "before": before, "after": after}
                for one in queries.differences(then, later)
                for what, before, after in one.lines
            ]
        return Response(CardThenShape(body).data)


def _leaf(then: queries.CardThen, leaf: Any) -> dict[str, Any]:
    steps = [
        {"step": step.title, "points": leaf.points.get(step.pk), "reason": leaf.reasons.get(step.pk, "")}
        for step in then.steps
    ]
    return {**vars(leaf), "max_points": leaf.maximum, "steps": steps}


class RoundIn(serializers.Serializer[Any]):
    """Of which round; the newest where it is not said."""

    round = KeyField(required=False, default=None)


@extend_schema_field({"type": "string", "format": "decimal", "example": "12.50"})
class PercentField(serializers.Field):  # type: ignore[type-arg]
    """Percent as JSON text with two decimals."""

    def to_representation(self, value: Fraction) -> str:
        """Return the rounded value."""
        return str(round_half_up(value, 2))


class StrictTallyShape(serializers.Serializer[Any]):
    """Decisions of one member, field or unit; the means are in percent of the maximum."""

    name = serializers.CharField()
    number = serializers.IntegerField()
    cut = serializers.IntegerField()
    raised = serializers.IntegerField()
    kept = serializers.IntegerField()
    taken = PointsSerializerField()
    given = PointsSerializerField()
    mean = PercentField()
    from_peers = PercentField(allow_null=True)


class PairShape(serializers.Serializer[Any]):
    """Two people on the same leaves, one after the other; neither knew of the other where ``is_blind``."""

    first = serializers.CharField()
    second = serializers.CharField()
    is_blind = serializers.BooleanField()
    number = serializers.IntegerField()
    same = serializers.IntegerField()
    distance = PercentField()


class StrictnessShape(serializers.Serializer[Any]):
    """The tables of a round."""

    members = StrictTallyShape(many=True)
    by_field = StrictTallyShape(source="fields", many=True)
    units = StrictTallyShape(many=True)
    pairs = PairShape(many=True)


class StrictnessViewSet(ViewSet):
    """Who cuts or raises how much."""

    @extend_schema(parameters=[RoundIn], responses=forced_singular_serializer(StrictnessShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request) -> Response:
        """Return the tables of one round that the person inspects."""
        actor = request.actor  # type: ignore[attr-defined]
        demand_inspector(actor)
        rounds, key = inspected_rounds(actor), read(RoundIn, request.query_params)["round"]
        round_ = get_object_or_404(rounds, pk=key) if key else strictness.newest_marked(rounds)
        decisions = strictness.decisions_in(round_, actor) if round_ else []
        found = strictness.figures(decisions, strictness.blind_in(round_, actor) if round_ else [])
        return Response(StrictnessShape(found).data)


ROUTES = [("strictness", StrictnessViewSet, "strictness")]
