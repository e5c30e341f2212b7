"""Shape of JSON about consultations: read them, write a unit's opinion, answer one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer
from rest_framework.viewsets import GenericViewSet

from backend.core import clock
from backend.criteria import opinions
from backend.criteria.actions import consulting, responding
from backend.criteria.models import Consultation, Edit, Node, Opinion, Response
from permissions.roles import Verb


class OpinionSerializer(serializers.ModelSerializer[Opinion]):
    """One opinion with its answer. ``node`` is null for the whole draft and for a node that went since."""

    unit_name = serializers.CharField(source="response.unit_name", read_only=True)

    class Meta:
        model = Opinion
        fields = [
            "id", "unit_name", "node", "code", "title", "text", "verdict", "answer", "answered_by",
            "answered_at", "edit",
        ]  # fmt: skip
        read_only_fields = fields


class OwnOpinionSerializer(OpinionSerializer):
    """One opinion of the person's own unit; its answer is read once the consultation ended."""

    class Meta(OpinionSerializer.Meta):
        fields = ["id", "unit_name", "node", "code", "title", "text"]
        read_only_fields = fields


class ProgressSerializer(serializers.Serializer[Any]):
    """How many units were asked, sent their opinion, agreed, and wait for their leader or write."""

    invited = serializers.IntegerField()
    approved = serializers.IntegerField()
    agreeing = serializers.IntegerField()
    submitted = serializers.IntegerField()
    begun = serializers.IntegerField()


class ConsultationSerializer(serializers.ModelSerializer[Consultation]):
    """One asking; ``closes_at`` is the first moment that is too late."""

    class Meta:
        model = Consultation
        fields = ["id", "criteria_set", "number", "document", "opened_at", "closes_at", "ended_at"]
        read_only_fields = fields


class WholeConsultationSerializer(ConsultationSerializer):
    """One asking with its counts and, to whom they are open, the opinions (null to others)."""

    progress = serializers.SerializerMethodField()
    opinions = serializers.SerializerMethodField()

    class Meta(ConsultationSerializer.Meta):
        fields = [*ConsultationSerializer.Meta.fields, "progress", "opinions"]

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, found: Consultation) -> Any:
        """Return the counts."""
        return ProgressSerializer(opinions.progress_of(opinions.standings(found))).data

    @extend_schema_field(OpinionSerializer(many=True, allow_null=True))
    def get_opinions(self, found: Consultation) -> Any:
        """Return what leaders approved, in tree order."""
        actor = self.context["request"].actor
        if not opinions.may_read_all(actor, found, clock.now()):
            return None
        return OpinionSerializer(opinions.approved_opinions(found), many=True).data


class ResponseSerializer(serializers.ModelSerializer[Response]):
    """What one unit says, with its opinions in tree order."""

    opinions = serializers.SerializerMethodField()

    class Meta:
        model = Response
        fields = ["id", "consultation", "unit", "unit_name", "state", "agrees", "version", "opinions"]
        read_only_fields = fields

    @extend_schema_field(OpinionSerializer(many=True))
    def get_opinions(self, found: Response) -> Any:
        """Return what the unit wrote; the answers once the consultation ended."""
        shape = OpinionSerializer if found.consultation.ended_at else OwnOpinionSerializer
        return shape(opinions.own_opinions(found), many=True).data


class WriteSerializer(serializers.Serializer[Opinion]):
    """What a unit says on a node, or without one on the whole draft; ``was`` is the text it began from."""

    node = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    text = serializers.CharField()
    was = serializers.CharField(required=False, allow_blank=True)


class AnswerSerializer(serializers.Serializer[Opinion]):
    """What the owner answers; ``edit`` is the change it led to, ``seen`` the moment of the answer it replaces."""

    verdict = serializers.ChoiceField(choices=Opinion.Verdict.choices)
    answer = serializers.CharField(required=False, allow_blank=True, default="")
    edit = serializers.PrimaryKeyRelatedField(queryset=Edit.objects.all(), required=False, allow_null=True)
    seen = serializers.DateTimeField(required=False, allow_null=True)

    def validate_seen(self, seen: datetime | None) -> str:
        """Return the moment as the action compares it."""
        return seen.astimezone(UTC).isoformat() if seen else ""


class ConsultationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Consultation]):
    """Consultations of the person's sets; once ended, those in which a unit of hers was asked."""

    serializer_class = ConsultationSerializer
    queryset = Consultation.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Consultation]:
        """Return the consultations within the person's seats."""
        return opinions.consultations_for(self.request.actor)

    @extend_schema(responses=WholeConsultationSerializer)
    def retrieve(self, request: Request, pk: str | None = None) -> Answer:
        """Return one consultation with its counts and opinions."""
        shape = WholeConsultationSerializer(self.get_object(), context=self.get_serializer_context())
        return Answer(shape.data)


class ResponseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Response]):
    """What the person's own units say on drafts."""

    serializer_class = ResponseSerializer
    queryset = Response.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Response]:
        """Return the responses of the units the person writes or approves for."""
        return opinions.responses_for(self.request.actor)

    @extend_schema(request=WriteSerializer, responses=OwnOpinionSerializer)
    @action(detail=True, methods=["post"])
    def write(self, request: Request, pk: str | None = None) -> Answer:
        """Keep the unit's opinion on one node or on the whole draft."""
        found = self.get_object()
        responding.require_on(found, Verb.SCORE, request.actor)
        sent = WriteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        key = values.pop("node", None)
        nodes = Node.objects.filter(criteria_set=found.consultation.criteria_set_id)
        node = get_object_or_404(nodes, pk=key) if key else None
        made = responding.write_opinion(found, by=request.actor, node=node, **values)
        return Answer(OwnOpinionSerializer(made).data)


class OpinionViewSet(GenericViewSet[Opinion]):
    """Approved opinions on the sets that the person writes."""

    serializer_class = OpinionSerializer
    queryset = Opinion.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Opinion]:
        """Return the opinions the person may answer."""
        return opinions.opinions_for(self.request.actor)

    @extend_schema(request=AnswerSerializer, responses=OpinionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str | None = None) -> Answer:
        """Answer one opinion once units can't write any more."""
        found = self.get_object()
        sent = AnswerSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = consulting.answer_opinion(found, by=request.actor, **sent.validated_data)
        return Answer(OpinionSerializer(made).data)


ROUTES = [
    ("criteria-consultations", ConsultationViewSet, "criteria-consultation"),
    ("criteria-responses", ResponseViewSet, "criteria-response"),
    ("criteria-opinions", OpinionViewSet, "criteria-opinion"),
]
