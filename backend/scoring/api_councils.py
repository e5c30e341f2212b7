"""Lead agencies of a round and leaves marked twice as JSON; drafts. Writes call the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from backend.core.serializers import KeyField, PointsSerializerField, WholeField
from backend.core.text import key_in
from backend.criteria.models import Node
from backend.scoring import actions, queries
from backend.scoring.actions.rights import require_verb
from backend.scoring.api_rounds import round_of
from backend.scoring.models import DoubleChoice, DoubleLeaf, Draft, FirstMark, HandOver, Scorecard
from backend.scoring.sent import ReasonIn, read
from backend.scoring.shapes import CountShape
from permissions.roles import Verb
from tiers.models import Unit


class HandOverShape(serializers.ModelSerializer[HandOver]):
    """A field that a lead agency handed over; ``sent_back_at`` null: it is with the council."""

    class Meta:
        model = HandOver
        fields = [
            "id", "agency", "agency_name", "field", "left", "note", "handed_by", "handed_at", "sent_back_at",
            "sent_back_by", "sent_back_reason",
        ]  # fmt: skip


class LeadShape(serializers.Serializer[Any]):
    """A lead agency on a field with its progress in leaves."""

    agency = serializers.IntegerField(source="agency.pk")
    agency_name = serializers.CharField(source="agency.name")
    field = serializers.CharField()
    due = serializers.IntegerField()
    done = serializers.IntegerField()
    handed = HandOverShape(allow_null=True)
    earlier = HandOverShape(many=True)


class LeadsShape(serializers.Serializer[Any]):
    """Lead agencies and fields of a round."""

    results = LeadShape(many=True)


class HandOverIn(serializers.Serializer[Any]):
    """Which field of which agency is handed over."""

    agency = KeyField()
    field = serializers.CharField(max_length=30)
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")


class DoubleIn(serializers.Serializer[Any]):
    """Leaves to be marked twice: keys of nodes; on all units, on some, or on a share drawn by a seed."""

    nodes = serializers.ListField(child=KeyField(), max_length=500)
    units = serializers.ListField(child=KeyField(), required=False, allow_null=True, default=None)
    share = serializers.IntegerField(min_value=1, max_value=100, default=100)
    seed = serializers.CharField(required=False, allow_blank=True, max_length=60, default="")


class ChosenShape(serializers.Serializer[Any]):
    """How many leaves are marked twice now, and how many had a mark already."""

    leaves = serializers.IntegerField()
    marked = serializers.IntegerField()


class FirstMarkShape(serializers.ModelSerializer[FirstMark]):
    """One of two marks."""

    points = PointsSerializerField()

    class Meta:
        model = FirstMark
        fields = ["slot", "person_name", "points", "reason", "saved_at"]


class DifferenceShape(serializers.Serializer[Any]):
    """A leaf on which two people differed; ``points`` null: a third has not settled it."""

    id = serializers.IntegerField(source="double.pk")
    card = serializers.IntegerField(source="double.score.card_id")
    unit_name = serializers.CharField(source="double.score.card.unit_name")
    code = serializers.CharField(source="double.score.code")
    both = FirstMarkShape(many=True)
    difference = PointsSerializerField()
    points = PointsSerializerField(source="double.points", allow_null=True)
    reason = serializers.CharField(source="double.reason")
    settled_by = serializers.CharField(source="double.settled_by")


class ChoiceShape(serializers.Serializer[Any]):
    """A leaf chosen to be marked twice, with how far its units are."""

    id = serializers.IntegerField(source="choice.pk")
    node = serializers.IntegerField(source="choice.node_id")
    code = serializers.CharField(source="choice.node.code")
    share = serializers.IntegerField(source="choice.share")
    seed = serializers.CharField(source="choice.seed")
    leaves = serializers.IntegerField()
    begun = serializers.IntegerField()
    settled = serializers.IntegerField()
    dropped = serializers.IntegerField()


class DoublesShape(serializers.Serializer[Any]):
    """What a round marks twice, and where two people differed."""

    choices = ChoiceShape(many=True)
    differences = DifferenceShape(many=True)


class DraftIn(serializers.Serializer[Any]):
    """What is proposed for a leaf; ``version`` of the draft seen, 0 for none."""

    code = serializers.CharField()
    version = WholeField()
    points = PointsSerializerField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")


class DraftShape(serializers.ModelSerializer[Draft]):
    """A draft; it is no mark."""

    points = PointsSerializerField()

    class Meta:
        model = Draft
        fields = ["points", "reason", "author", "version", "saved_at"]


class HandOverViewSet(ViewSet):
    """Lead agencies of a round and what they handed over."""

    @extend_schema(responses=forced_singular_serializer(LeadsShape), operation_id="rounds_hand_overs")  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return every lead agency and field with its progress."""
        leads = queries.leads_of(round_of(request, key_in(round)))
        return Response(LeadsShape({"results": leads}).data)

    @extend_schema(request=HandOverIn, responses={201: HandOverShape})
    def create(self, request: Request, round: str) -> Response:
        """Hand a field over to the council."""
        found = round_of(request, key_in(round))
        actions.require_leading(found, request.actor)
        given = read(HandOverIn, request.data)
        given["agency"] = get_object_or_404(Unit, pk=given["agency"])
        made = actions.hand_over(found, by=request.actor, **given)
        return Response(HandOverShape(made).data, status=status.HTTP_201_CREATED)


class SendingBackViewSet(ViewSet):
    """A field sent back to its lead agency."""

    @extend_schema(request=ReasonIn, responses=HandOverShape)
    def create(self, request: Request, round: str, handed: str) -> Response:
        """Send a field back; its lead agency may change its marks again."""
        found = round_of(request, key_in(round))
        row = get_object_or_404(
            HandOver.objects.select_related("round__host"), round=found, pk=key_in(handed)
        )
        request.actor.require(Verb.KEEP_COUNCIL, at=found.place())
        made = actions.send_back(row, by=request.actor, **read(ReasonIn, request.data))
        return Response(HandOverShape(made).data)


class DoubleViewSet(ViewSet):
    """Leaves of a round that two people mark."""

    @extend_schema(responses=forced_singular_serializer(DoublesShape), operation_id="rounds_doubles")  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return what is marked twice, and the differences; no mark of a leaf with one alone."""
        found = round_of(request, key_in(round))
        differing = queries.differing_doubles(found, request.actor)
        return Response(DoublesShape({"choices": queries.choices_of(found), "differences": differing}).data)

    @extend_schema(request=DoubleIn, responses={201: ChosenShape})
    def create(self, request: Request, round: str) -> Response:
        """Let leaves be marked twice."""
        found = round_of(request, key_in(round))
        request.actor.require(Verb.KEEP_COUNCIL, at=found.place())
        given = read(DoubleIn, request.data)
        sets = found.groups.values("criteria_set")
        nodes = list(Node.objects.filter(criteria_set__in=sets, pk__in=given.pop("nodes")).order_by("order"))
        made = actions.choose_doubles(found, nodes, by=request.actor, **given)
        return Response(ChosenShape(made).data, status=status.HTTP_201_CREATED)


class DroppingViewSet(ViewSet):
    """A choice of double marking taken back."""

    @extend_schema(request=ReasonIn, responses=CountShape)
    def create(self, request: Request, round: str, choice: str) -> Response:
        """Let the open leaves of a choice be marked once again; return how many."""
        found = round_of(request, key_in(round))
        request.actor.require(Verb.KEEP_COUNCIL, at=found.place())
        row = get_object_or_404(DoubleChoice, round=found, pk=key_in(choice))
        leaves = DoubleLeaf.objects.filter(choice=row).values_list("pk", flat=True)
        number = actions.drop_doubles(found, leaves, by=request.actor, **read(ReasonIn, request.data))
        return Response(CountShape({"number": number}).data)


class DraftActs(GenericViewSet[Scorecard]):
    """The support team's drafts on a card; mixed into the cards' own addresses."""

    @extend_schema(request=DraftIn, responses=DraftShape)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, pk: str) -> Response:
        """Propose points for one leaf; no mark is made of it."""
        card: Scorecard = self.get_object()
        require_verb(card, Verb.PREPARE, request.actor)
        given = read(DraftIn, request.data)
        get_object_or_404(card.scores, code=given["code"])
        return Response(DraftShape(actions.draft(card, by=request.actor, **given)).data)


ROUTES = [
    (r"rounds/(?P<round>\d+)/hand-overs", HandOverViewSet, "round-hand-over"),
    (r"rounds/(?P<round>\d+)/hand-overs/(?P<handed>\d+)/send-back", SendingBackViewSet, "round-sending-back"),
    (r"rounds/(?P<round>\d+)/doubles", DoubleViewSet, "round-double"),
    (r"rounds/(?P<round>\d+)/doubles/(?P<choice>\d+)/drop", DroppingViewSet, "round-dropping"),
]
