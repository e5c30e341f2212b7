"""Shape of JSON about rounds; writes call the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.exact import ZERO
from backend.core.serializers import PointsSerializerField
from backend.rounds import actions, api_councils, queries, rules
from backend.rounds.models import Band, Extension, Group, Round, Step
from permissions.roles import Verb
from tiers.models import Kind, Unit


class BandSerializer(serializers.ModelSerializer[Band]):
    """A class of results from ``lower`` percent, with it or above it."""

    lower = PointsSerializerField(min_points=ZERO, max_points=rules.HUNDRED)

    class Meta:
        model = Band
        fields = ["label", "lower", "inclusive"]


class GroupSerializer(serializers.ModelSerializer[Group]):
    """The units of one kind: their criteria, tie rule and bands."""

    kind = serializers.SlugRelatedField(slug_field="code", queryset=Kind.objects.all())
    tie_order = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=50
    )
    bands = BandSerializer(many=True, read_only=True)

    class Meta:
        model = Group
        fields = [
            "id", "kind", "criteria_set", "title", "order", "tie_rule", "tie_order", "decimals", "procedures", "bands",
        ]  # fmt: skip
        read_only_fields = ["id"]
        extra_kwargs = {"title": {"required": False}, "order": {"required": False}}
        validators: list[Any] = []


class GroupEditSerializer(GroupSerializer):
    """What may be changed of a group; what is left out stays."""

    class Meta(GroupSerializer.Meta):
        fields = ["kind", "criteria_set", "title", "order", "tie_rule", "tie_order", "decimals", "procedures"]


class StepSerializer(serializers.ModelSerializer[Step]):
    """A step. ``closes_at`` is the first moment that is too late."""

    class Meta:
        model = Step
        fields = ["id", "order", "kind", "title", "opens_at", "closes_at", "shown_at", "names_shown"]
        read_only_fields = ["id", "order"]
        validators: list[Any] = []


class StepsSerializer(serializers.Serializer[Round]):
    """All steps of a round, in their order; judged together."""

    steps = StepSerializer(many=True)


class BandsSerializer(serializers.Serializer[Group]):
    """All bands of a group; judged together."""

    bands = BandSerializer(many=True)


class RoundProblemsSerializer(serializers.Serializer[Any]):
    """What keeps a round from being opened, in words."""

    problems = serializers.ListField(child=serializers.CharField())


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A round without its groups and steps."""

    class Meta:
        model = Round
        fields = [
            "id", "host", "title", "year", "on_date", "state", "with_survey", "previous",
            "is_illustration", "sitting", "quorum", "sign_off_until", "opened_at", "published_at",
        ]  # fmt: skip
        read_only_fields = [
            "id", "state", "is_illustration", "sitting", "quorum", "sign_off_until", "opened_at", "published_at",
        ]  # fmt: skip
        validators: list[Any] = []


class RoundEditSerializer(RoundSerializer):
    """What may be changed of a round in preparation; what is left out stays."""

    class Meta(RoundSerializer.Meta):
        read_only_fields = [*RoundSerializer.Meta.read_only_fields, "host"]


class WholeRoundSerializer(RoundSerializer):
    """A round with its groups, bands and steps."""

    groups = GroupSerializer(many=True, read_only=True)
    steps = StepSerializer(many=True, read_only=True)

    class Meta(RoundSerializer.Meta):
        fields = [*RoundSerializer.Meta.fields, "groups", "steps"]


class SittingSerializer(serializers.ModelSerializer[Round]):
    """How the council concludes; ``sign_off_until`` null: the units are not asked to sign. Open: why, by what."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", write_only=True)
    document = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=200, write_only=True
    )

    class Meta:
        model = Round
        fields = ["sitting", "quorum", "sign_off_until", "reason", "document"]
        extra_kwargs = {
            "sitting": {"required": True},
            "quorum": {"required": True},
            "sign_off_until": {"required": True},
        }


class RoundCopySerializer(serializers.Serializer[Round]):
    """The year of the new round."""

    year = serializers.IntegerField(min_value=2000, max_value=2100)
    title = serializers.CharField(max_length=300, required=False)


class ExplainedSerializer(serializers.Serializer[Any]):
    """Why, and by which document."""

    reason = serializers.CharField()
    document = serializers.CharField(max_length=200)


class DatesSerializer(ExplainedSerializer):
    """New dates of a step for every unit; what is left out stays."""

    opens_at = serializers.DateTimeField(required=False)
    closes_at = serializers.DateTimeField(required=False)
    shown_at = serializers.DateTimeField(required=False)


class ExtendSerializer(ExplainedSerializer):
    """More time for one unit; ``closes_at`` is the first moment that is too late again."""

    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all())
    closes_at = serializers.DateTimeField()


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """More time given to one unit at one step; ``reopens`` where the unit had finished or was locked out."""

    step_title = serializers.CharField(source="step.title", read_only=True)
    unit_name = serializers.CharField(source="unit.name", read_only=True)

    class Meta:
        model = Extension
        fields = [
            "id",
            "step",
            "step_title",
            "unit",
            "unit_name",
            "reopens",
            "closes_at",
            "reason",
            "document",
            "made_at",
        ]


class RemindersSerializer(serializers.Serializer[Any]):
    """How many hours before its end the people of a step are reminded."""

    hours = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=50)


class RoundViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Round]):
    """Rounds the person runs, sees, or is scored in."""

    serializer_class = RoundSerializer
    queryset = Round.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Round]:
        """Return the rounds within the person's seats."""
        return queries.rounds_for(self.request.actor)

    def _managed(self) -> Round:
        """Return the round if the person sets it up; asked before anything sent is read."""
        round_ = self.get_object()
        self.request.actor.require(Verb.MANAGE_ROUND, at=round_.place())
        return round_

    @extend_schema(responses=WholeRoundSerializer)
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return one round with its groups, bands and steps."""
        return Response(WholeRoundSerializer(self.get_object()).data)

    @extend_schema(request=RoundSerializer, responses={201: RoundSerializer})
    def create(self, request: Request) -> Response:
        """Prepare a round."""
        request.actor.require_anywhere(Verb.MANAGE_ROUND)
        values = _read(RoundSerializer, request)
        _check_previous(request, values)
        made = actions.create_round(values.pop("host"), by=request.actor, **values)
        return Response(RoundSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RoundEditSerializer, responses=RoundSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a round in preparation."""
        round_ = self._managed()
        values = _read(RoundEditSerializer, request, partial=True)
        _check_previous(request, values)
        made = actions.edit_round(round_, by=request.actor, **values)
        return Response(RoundSerializer(made).data)

    @extend_schema(request=RoundCopySerializer, responses={201: RoundSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str | None = None) -> Response:
        """Prepare a round of another year like this one."""
        made = actions.copy_round(self._managed(), by=request.actor, **_read(RoundCopySerializer, request))
        return Response(RoundSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GroupSerializer, responses={201: GroupSerializer})
    @action(detail=True, methods=["post"])
    def groups(self, request: Request, pk: str | None = None) -> Response:
        """Add a group to a round in preparation."""
        round_ = self._managed()
        values = _read(GroupSerializer, request)
        made = actions.put_group(round_, by=request.actor, **values)
        return Response(GroupSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=StepsSerializer, responses=StepsSerializer)
    @action(detail=True, methods=["put"])
    def steps(self, request: Request, pk: str | None = None) -> Response:
        """Give a round in preparation its steps."""
        round_ = self._managed()
        spans = [rules.Span(**dict(row)) for row in _read(StepsSerializer, request)["steps"]]
        made = actions.set_steps(round_, spans, by=request.actor)
        return Response(StepsSerializer({"steps": made}).data)

    @extend_schema(responses=RoundProblemsSerializer)
    @action(detail=True)
    def problems(self, request: Request, pk: str | None = None) -> Response:
        """Return what keeps the round from being opened."""
        return Response({"problems": actions.check_ready(self.get_object())})

    @extend_schema(request=SittingSerializer, responses=SittingSerializer)
    @action(detail=True, methods=["get", "put"])
    def sitting(self, request: Request, pk: str | None = None) -> Response:
        """Return, or set, how the council of the round concludes and whether the units sign."""
        round = self.get_object()
        if request.method == "PUT":
            request.actor.require(Verb.MANAGE_ROUND, at=round.place())
            round = actions.set_sitting(round, by=request.actor, **_read(SittingSerializer, request))
        return Response(SittingSerializer(round).data)

    @extend_schema(responses=ExtensionSerializer(many=True))
    @action(detail=True)
    def extensions(self, request: Request, pk: str | None = None) -> Response:
        """Return the extensions given to single units, newest first."""
        rows = self.paginate_queryset(queries.extensions_for(request.actor, self.get_object()))
        return self.get_paginated_response(ExtensionSerializer(rows, many=True).data)


class GroupViewSet(mixins.RetrieveModelMixin, GenericViewSet[Group]):
    """Groups of the rounds the person may see."""

    serializer_class = GroupSerializer
    queryset = Group.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Group]:
        """Return the groups of rounds within the person's seats."""
        return queries.groups_for(self.request.actor)

    def _managed(self) -> Group:
        """Return the group if the person sets its round up; asked before anything sent is read."""
        group = self.get_object()
        self.request.actor.require(Verb.MANAGE_ROUND, at=group.round.place())
        return group

    @extend_schema(request=GroupEditSerializer, responses=GroupSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a group of a round in preparation."""
        group = self._managed()
        stands = {name: getattr(group, name) for name in GroupEditSerializer.Meta.fields}
        values = {**stands, **_read(GroupEditSerializer, request, partial=True)}
        made = actions.put_group(group.round, by=request.actor, group=group, **values)
        return Response(GroupSerializer(made).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Take a group out of a round in preparation."""
        actions.remove_group(self.get_object(), by=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=BandsSerializer, responses=BandsSerializer)
    @action(detail=True, methods=["put"])
    def bands(self, request: Request, pk: str | None = None) -> Response:
        """Give a group its bands."""
        group = self._managed()
        lines = [rules.BandLine(**dict(row)) for row in _read(BandsSerializer, request)["bands"]]
        made = actions.set_bands(group, lines, by=request.actor)
        return Response(BandsSerializer({"bands": made}).data)


class StepViewSet(mixins.RetrieveModelMixin, GenericViewSet[Step]):
    """Steps of the rounds the person may see."""

    serializer_class = StepSerializer
    queryset = Step.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Step]:
        """Return the steps of rounds within the person's seats."""
        return queries.steps_for(self.request.actor)

    @extend_schema(request=DatesSerializer, responses=StepSerializer)
    @action(detail=True, methods=["post"])
    def dates(self, request: Request, pk: str | None = None) -> Response:
        """Change dates of a step for every unit after the round was opened."""
        step = self.get_object()
        request.actor.require(Verb.MANAGE_ROUND, at=step.round.place())
        step = actions.change_dates(step, by=request.actor, **_read(DatesSerializer, request))
        return Response(StepSerializer(step).data)

    @extend_schema(request=ExtendSerializer, responses={201: ExtensionSerializer})
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str | None = None) -> Response:
        """Give one unit more time."""
        step = self.get_object()
        queries.demand_extending(request.actor, step.round)
        made = actions.extend(step, by=request.actor, **_read(ExtendSerializer, request))
        return Response(ExtensionSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RemindersSerializer, responses=RemindersSerializer)
    @action(detail=True, methods=["get", "put"])
    def reminders(self, request: Request, pk: str | None = None) -> Response:
        """Return, or set, how many hours before its end the people of a step are reminded."""
        step = self.get_object()
        if request.method == "PUT":
            request.actor.require(Verb.MANAGE_ROUND, at=step.round.place())
            actions.set_reminders(step, _read(RemindersSerializer, request)["hours"], by=request.actor)
        return Response({"hours": list(queries.distances([step.pk])[step.pk])})


def _check_previous(request: Request, values: dict[str, Any]) -> None:
    """Raise 404 where the earlier round is not one the person sees."""
    if values.get("previous"):
        get_object_or_404(queries.rounds_for(request.actor), pk=values["previous"].pk)


def _read(
    shape: type[serializers.BaseSerializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    sent = shape(data=request.data, partial=partial)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


ROUTES = [
    ("rounds", RoundViewSet, "round"),
    ("round-groups", GroupViewSet, "round-group"),
    ("round-steps", StepViewSet, "round-step"),
    *api_councils.ROUTES,
]
