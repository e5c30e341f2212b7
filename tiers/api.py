"""Shape of JSON about the organisation: units on a date, one unit, lineage, releases."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.dates import parse_date
from backend.core.text import fold, key_in
from permissions.roles import Verb
from tiers import actions, queries, scope
from tiers.models import Kind, Lineage, Release, Unit

ON = OpenApiParameter("on", str, description="Ngày, 2025-07-01 hoặc 01/07/2025; mặc định hôm nay.")
WORDS = OpenApiParameter("q", str, description="Tên hoặc mã, không cần dấu.")
KIND = OpenApiParameter("kind", str, description="Mã loại đơn vị.")
PARENT = OpenApiParameter("parent", int, description="Khóa của đơn vị cấp trên.")
UNIT = OpenApiParameter("unit", int, description="Khóa của đơn vị cũ hoặc mới.")


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit. ``valid_to`` is the first day on which it is no more."""

    kind = serializers.SlugRelatedField(slug_field="code", queryset=Kind.objects.all())

    class Meta:
        model = Unit
        fields = [
            "id", "code", "name", "kind", "parent", "path", "valid_from", "valid_to",
            "order", "has_procedures", "is_illustration", "source",
        ]  # fmt: skip
        read_only_fields = ["id", "path", "is_illustration"]
        validators: list[Any] = []  # the action says no, in words


class NewUnitSerializer(serializers.Serializer[Unit]):
    """A new unit below ``parent``."""

    parent = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all())
    code = serializers.RegexField(r"^[A-Za-z0-9_-]+\Z", max_length=20)
    name = serializers.CharField(max_length=200)
    kind = serializers.SlugRelatedField(slug_field="code", queryset=Kind.objects.all())
    valid_from = serializers.DateField()
    order = serializers.IntegerField(min_value=0, max_value=999_999)
    has_procedures = serializers.BooleanField(default=True)
    source = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    reason = serializers.CharField()


class UnitEditSerializer(serializers.Serializer[Unit]):
    """Plain data of a unit; what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    order = serializers.IntegerField(min_value=0, max_value=999_999, required=False)
    has_procedures = serializers.BooleanField(required=False)
    valid_to = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField()


class LineageSerializer(serializers.ModelSerializer[Lineage]):
    """One unit went, whole or in part, into another."""

    old = UnitSerializer(read_only=True)
    new = UnitSerializer(read_only=True)

    class Meta:
        model = Lineage
        fields = ["id", "old", "new", "share", "on", "source"]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A host lets the successor of a divided unit read what the divided unit left behind."""

    class Meta:
        model = Release
        fields = ["id", "old", "new", "host", "reason", "document", "released_at"]
        read_only_fields = ["id", "host", "released_at"]
        validators: list[Any] = []


class WithdrawSerializer(serializers.Serializer[Release]):
    """Why a release ends."""

    reason = serializers.CharField()


class UnitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Unit]):
    """Units on a date; one unit with its lineage; add and correct."""

    serializer_class = UnitSerializer
    queryset = Unit.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Unit]:
        """Return the units of the day asked for, or every unit when one is fetched by its key."""
        if self.action != "list":
            return Unit.objects.select_related("kind")
        asked = self.request.query_params
        rows = queries.units_on(parse_date(asked["on"]) if asked.get("on") else queries.today())
        rows = rows.filter(folded__contains=fold(asked["q"])) if asked.get("q") else rows
        rows = rows.filter(kind__code=asked["kind"]) if asked.get("kind") else rows
        parent = asked.get("parent", "")
        return rows.filter(parent_id=key_in(parent)) if parent.isdecimal() else rows

    @extend_schema(parameters=[ON, WORDS, KIND, PARENT])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the units in being on a day."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewUnitSerializer, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        """Add a unit below another."""
        request.actor.require_anywhere(Verb.MANAGE_UNITS)
        values = _read(NewUnitSerializer, request)
        unit = actions.add_unit(values.pop("parent"), by=request.actor, **values)
        return Response(UnitSerializer(unit).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UnitEditSerializer, responses=UnitSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the plain data of a unit."""
        unit = self.get_object()
        request.actor.require(Verb.MANAGE_UNITS, at=unit.place())
        unit = actions.edit_unit(unit, by=request.actor, **_read(UnitEditSerializer, request))
        return Response(UnitSerializer(unit).data)

    @extend_schema(responses=LineageSerializer(many=True))
    @action(detail=True)
    def lineage(self, request: Request, pk: str | None = None) -> Response:
        """Return what the unit came of and what it became."""
        rows = self.paginate_queryset(queries.lineage_of(self.get_object().pk))
        return self.get_paginated_response(LineageSerializer(rows, many=True).data)


class LineageViewSet(mixins.ListModelMixin, GenericViewSet[Lineage]):
    """Mergers and divisions."""

    serializer_class = LineageSerializer
    queryset = Lineage.objects.none()

    def get_queryset(self) -> QuerySet[Lineage]:
        """Return every line, or those of one unit."""
        unit = self.request.query_params.get("unit", "")
        return queries.lineage_of(key_in(unit) if unit.isdecimal() else None)

    @extend_schema(parameters=[UNIT])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return mergers and divisions."""
        return super().list(request, *args, **kwargs)


class ReleaseViewSet(mixins.ListModelMixin, GenericViewSet[Release]):
    """Releases the person decides on or may read through."""

    serializer_class = ReleaseSerializer
    queryset = Release.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Release]:
        """Return the releases within the person's seats."""
        return scope.releases_for(self.request.actor)

    @extend_schema(request=ReleaseSerializer, responses={201: ReleaseSerializer})
    def create(self, request: Request) -> Response:
        """Release the past of a divided unit to one of its successors."""
        request.actor.require_anywhere(Verb.MANAGE_ROUND)
        made = actions.release(by=request.actor, **_read(ReleaseSerializer, request))
        return Response(ReleaseSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """End a release."""
        made = self.get_object()
        request.actor.require(Verb.MANAGE_ROUND, at=made.place())
        actions.withdraw(made, by=request.actor, **_read(WithdrawSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _read(shape: type[serializers.BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


ROUTES = [
    ("units", UnitViewSet, "unit"),
    ("lineage", LineageViewSet, "lineage"),
    ("releases", ReleaseViewSet, "release"),
]
