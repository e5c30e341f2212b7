"""Shape of JSON about a round's council and conflicts of interest; writes call the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core.serializers import KeyField, WholeField
from backend.core.text import key_in
from backend.rounds import actions, queries
from backend.rounds.models import Conflict, Council, CouncilMember, Office, Round
from backend.rounds.queries import councils
from permissions.roles import Verb


class MemberShape(serializers.ModelSerializer[CouncilMember]):
    """Who sits in a council by which office; ``limit`` are codes of fields, criteria, leaves, empty for all."""

    person = serializers.CharField(source="person.username")
    person_name = serializers.CharField(source="person.full_name")

    class Meta:
        model = CouncilMember
        fields = ["person", "person_name", "office", "title", "limit", "starts_at", "ends_at"]


class CouncilShape(serializers.Serializer[Council]):
    """A council with who sits in it now; ``version`` is sent back with a change."""

    decision_number = serializers.CharField()
    decision_date = serializers.DateField()
    vice_presides = serializers.BooleanField()
    version = serializers.IntegerField()
    members = serializers.SerializerMethodField()

    @extend_schema(responses=MemberShape(many=True))
    def get_members(self, council: Council) -> list[dict[str, Any]]:
        """Return who sits in it now, by office."""
        return [dict(row) for row in MemberShape(councils.sitting(council), many=True).data]


class MemberIn(serializers.Serializer[Any]):
    """Who is to sit in the council."""

    person = KeyField()
    office = serializers.ChoiceField(choices=Office.choices)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    limit = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class CouncilIn(serializers.Serializer[Any]):
    """The whole council: its decision and members. Who is not named leaves."""

    decision_number = serializers.CharField(max_length=100)
    decision_date = serializers.DateField()
    version = WholeField(default=0)
    members = MemberIn(many=True)


class PresidingIn(serializers.Serializer[Any]):
    """Whether the standing vice-chair presides, and why."""

    to_vice = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000)
    document = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class ConflictShape(serializers.ModelSerializer[Conflict]):
    """A declared conflict; ``round`` null: for every round of the host."""

    unit_name = serializers.CharField(source="unit.name", read_only=True)

    class Meta:
        model = Conflict
        fields = [
            "id", "person", "person_name", "unit", "unit_name", "round", "reason", "document", "by_herself",
            "declared_by", "declared_at", "withdrawn_at", "withdrawn_by", "withdrawal",
        ]  # fmt: skip


class ConflictsShape(serializers.Serializer[Any]):
    """Conflicts, newest first."""

    results = ConflictShape(many=True)


class ConflictIn(serializers.Serializer[Any]):
    """A conflict to declare; without ``person`` it is the caller's own."""

    person = KeyField(required=False)
    unit = KeyField()
    reason = serializers.CharField(max_length=2000)
    document = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    every_round = serializers.BooleanField(default=False)


class WithdrawalIn(serializers.Serializer[Any]):
    """Why a declaration is taken back."""

    reason = serializers.CharField(max_length=2000)


def _round(request: Request, pk: str) -> Round:
    return get_object_or_404(queries.rounds_for(request.actor), pk=key_in(pk))


def _read(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


class CouncilViewSet(ViewSet):
    """The council of a round."""

    @extend_schema(responses=forced_singular_serializer(CouncilShape), operation_id="rounds_council")  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return the council with who sits in it; 404 where the round has none."""
        found = get_object_or_404(Council, round=_round(request, round))
        return Response(CouncilShape(found).data)

    @extend_schema(request=CouncilIn, responses=CouncilShape, operation_id="rounds_council_form")
    def create(self, request: Request, round: str) -> Response:
        """Give the round its council, or change it."""
        found = _round(request, round)
        request.actor.require(Verb.MANAGE_ROUND, at=found.place())
        given = _read(CouncilIn, request)
        members = [actions.Seated(**dict(row)) for row in given.pop("members")]
        made = actions.form_council(found, members, by=request.actor, **given)
        return Response(CouncilShape(made).data)


class PresidingViewSet(ViewSet):
    """Who presides in the council of a round."""

    @extend_schema(request=PresidingIn, responses=CouncilShape)
    def create(self, request: Request, round: str) -> Response:
        """Hand the presiding over to the standing vice-chair, or take it back."""
        found = get_object_or_404(Council.objects.select_related("round__host"), round=_round(request, round))
        actions.require_presiding(found, request.actor)
        made = actions.hand_presiding(found, by=request.actor, **_read(PresidingIn, request))
        return Response(CouncilShape(made).data)


class ConflictViewSet(ViewSet):
    """Declared conflicts of interest of a round."""

    lookup_value_regex = r"\d+"

    @extend_schema(responses=forced_singular_serializer(ConflictsShape), operation_id="rounds_conflicts")  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return the conflicts the person may see, newest first."""
        found = _round(request, round)
        if not request.actor.may(Verb.INSPECT, at=found.place()):
            actions.require_declaring(found, request.actor)
        return Response(ConflictsShape({"results": councils.conflicts_for(request.actor, found)}).data)

    @extend_schema(request=ConflictIn, responses={201: ConflictShape})
    def create(self, request: Request, round: str) -> Response:
        """Keep a person from the card of a unit."""
        found = _round(request, round)
        actions.require_declaring(found, request.actor)
        given = _read(ConflictIn, request)
        given.setdefault("person", request.actor.user_id)
        given["unit"] = get_object_or_404(queries.units_in(found), pk=given["unit"])
        made = actions.declare_conflict(found, by=request.actor, **given)
        return Response(ConflictShape(made).data, status=status.HTTP_201_CREATED)


class WithdrawalViewSet(ViewSet):
    """Taking a declaration back."""

    @extend_schema(request=WithdrawalIn, responses=ConflictShape)
    def create(self, request: Request, round: str, conflict: str) -> Response:
        """Take a declaration back; it stays on record."""
        rows = councils.conflicts_for(request.actor, _round(request, round))
        row = get_object_or_404(rows, pk=key_in(conflict))
        actions.require_withdrawing(row, request.actor)
        made = actions.withdraw_conflict(row, by=request.actor, **_read(WithdrawalIn, request))
        return Response(ConflictShape(made).data)


ROUTES = [
    (r"rounds/(?P<round>\d+)/council", CouncilViewSet, "round-council"),
    (r"rounds/(?P<round>\d+)/presiding", PresidingViewSet, "round-presiding"),
    (r"rounds/(?P<round>\d+)/conflicts", ConflictViewSet, "round-conflict"),
    (r"rounds/(?P<round>\d+)/conflicts/(?P<conflict>\d+)/withdraw", WithdrawalViewSet, "round-withdrawal"),
]
