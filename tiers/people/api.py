"""Shape of JSON about accounts and seats, for administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.accounts.models import User
from backend.core.text import key_in
from permissions.roles import ROLE_TITLES, Role, Verb
from tiers.models import Appointment, Unit
from tiers.people import actions, bulk, importing, queries
from tiers.people.actions import FIELD_CODES, Wish

WORDS = OpenApiParameter("q", str, description="Tên hoặc tên đăng nhập, không cần dấu.")
ROLE = OpenApiParameter("role", str, enum=[str(role) for role in Role])
STATE = OpenApiParameter("state", str, enum=list(queries.STATES))
UNIT = OpenApiParameter("unit", int, description="Khóa của đơn vị.")


class AccountSerializer(serializers.ModelSerializer[User]):
    """An account, never its secrets."""

    has_second_factor = serializers.BooleanField(source="totp_secret", read_only=True)

    class Meta:
        model = User
        fields = [
            "id", "username", "full_name", "email", "phone", "is_active", "is_demo",
            "must_change_password", "has_second_factor", "last_login",
        ]  # fmt: skip
        read_only_fields = fields


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """A seat. ``ends_at`` is the first moment at which it is no more."""

    class Meta:
        model = Appointment
        fields = [
            "id", "user", "role", "acts_for", "workplace", "title", "fields_limit",
            "starts_at", "ends_at", "decision_number", "decision_date",
        ]  # fmt: skip
        read_only_fields = fields


class WishSerializer(serializers.Serializer[Any]):
    """The seat asked for; days are Vietnam's, ``last_day`` is still in the seat."""

    role = serializers.ChoiceField(choices=[(str(role), title) for role, title in ROLE_TITLES.items()])
    acts_for = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all())
    workplace = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.all(), required=False, allow_null=True, default=None
    )
    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    fields_limit = serializers.RegexField(
        rf"({FIELD_CODES})?\Z", max_length=200, required=False, default="", allow_blank=True
    )
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    last_day = serializers.DateField(required=False, allow_null=True, default=None)
    decision_number = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    decision_date = serializers.DateField(required=False, allow_null=True, default=None)

    def wish(self) -> Wish:
        """Return the seat asked for."""
        values = {name: self.validated_data[name] for name in Wish.__dataclass_fields__}
        return Wish(**values | {"role": Role(values["role"])})


class NewAccountSerializer(WishSerializer):
    """A new account with its first seat."""

    username = serializers.CharField(max_length=60)
    full_name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class NewAppointmentSerializer(WishSerializer):
    """One more seat of a person."""

    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())


class EditSerializer(serializers.Serializer[Any]):
    """Name and contact."""

    full_name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why; kept in the history."""

    reason = serializers.CharField(max_length=500)


class ResetSerializer(ReasonSerializer):
    """Why, and whether the second factor goes too."""

    without_factor = serializers.BooleanField(required=False, default=False)


class EndSerializer(ReasonSerializer):
    """The last day in the seat, at once without one; why and by which decision."""

    last_day = serializers.DateField(required=False, allow_null=True, default=None)
    decision = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class OneTimeSerializer(serializers.Serializer[Any]):
    """An account and its one-time password, told only now."""

    account = AccountSerializer()
    password = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    """An XLSX file; ``make`` says whether to make the accounts or only to look, ``only_good`` to leave bad rows out."""

    file = serializers.FileField()
    make = serializers.BooleanField(required=False, default=False)
    only_good = serializers.BooleanField(required=False, default=False)


class RowSerializer(serializers.Serializer[Any]):
    """One line of the file with what is wrong in it, as (column, sentence)."""

    number = serializers.IntegerField()
    cells = serializers.DictField(child=serializers.CharField())
    problems = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ImportedSerializer(serializers.Serializer[Any]):
    """Every row as it was read, and the accounts that were made."""

    rows = RowSerializer(many=True)
    made = OneTimeSerializer(many=True)


class AccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[User]):
    """The people of the administrator's units."""

    serializer_class = AccountSerializer
    queryset = User.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[User]:
        """Return the accounts of the administrator's units. Raises Refused for who manages nobody."""
        _demand_manager(self.request)
        return queries.accounts_for(self.request.actor)

    @extend_schema(parameters=[WORDS, ROLE, STATE, UNIT])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return accounts, searched and filtered."""
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        """Return the accounts asked for by the address; an unknown unit matches nobody."""
        asked = self.request.query_params
        words, role, state = (asked.get(name, "") for name in ("q", "role", "state"))
        unit = asked.get("unit", "")
        if unit:
            rows = queries.all_units_for(self.request.actor).filter(pk=key_in(unit))
            found = rows.first()
            if found is None:
                return queryset.none()
            return queries.filtered(queryset, words=words, unit=found, role=role, state=state)
        return queries.filtered(queryset, words=words, role=role, state=state)

    @extend_schema(request=NewAccountSerializer, responses={201: OneTimeSerializer})
    def create(self, request: Request) -> Response:
        """Make an account with its first seat."""
        _demand_manager(request)
        sent = _valid(NewAccountSerializer, request)
        person = {name: sent.validated_data[name] for name in ("username", "full_name", "email", "phone")}
        user, password = actions.hire(**person, wish=sent.wish(), by=request.actor)
        return Response(_one_time(user, password), status=status.HTTP_201_CREATED)

    @extend_schema(request=EditSerializer, responses=AccountSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct name and contact."""
        user = self.get_object()
        sent = _valid(EditSerializer, request).validated_data
        return Response(AccountSerializer(actions.edit(user, **sent, by=request.actor)).data)

    @extend_schema(request=ReasonSerializer, responses=AccountSerializer)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, pk: str | None = None) -> Response:
        """Shut an account; its sessions end at once."""
        user = self.get_object()
        sent = _valid(ReasonSerializer, request).validated_data
        return Response(AccountSerializer(actions.disable(user, by=request.actor, **sent)).data)

    @extend_schema(request=ReasonSerializer, responses=AccountSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, pk: str | None = None) -> Response:
        """Open a disabled account again."""
        user = self.get_object()
        sent = _valid(ReasonSerializer, request).validated_data
        return Response(AccountSerializer(actions.enable(user, by=request.actor, **sent)).data)

    @extend_schema(request=ResetSerializer, responses=OneTimeSerializer)
    @action(detail=True, methods=["post"])
    def reset(self, request: Request, pk: str | None = None) -> Response:
        """Give a new one-time password."""
        user = self.get_object()
        sent = _valid(ResetSerializer, request).validated_data
        password = actions.reset_password(user, by=request.actor, **sent)
        user.refresh_from_db()
        return Response(_one_time(user, password))

    @extend_schema(request={"multipart/form-data": ImportSerializer}, responses=ImportedSerializer)
    @action(detail=False, methods=["post"], url_path="import")
    def import_file(self, request: Request) -> Response:
        """Read a file of accounts; make them when asked and every row, or those wanted, are good."""
        _demand_manager(request)
        sent = _valid(ImportSerializer, request).validated_data
        rows = importing.check(importing.read(sent["file"]), by=request.actor)
        made = _made(rows, request.actor, only_good=sent["only_good"]) if sent["make"] else []
        shown = {
            "rows": [{"number": row.number, "cells": row.cells, "problems": row.problems} for row in rows]
        }
        return Response(shown | {"made": [_one_time(user, password) for user, password in made]})


class AppointmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Appointment]):
    """The seats of the administrator's units."""

    serializer_class = AppointmentSerializer
    queryset = Appointment.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Appointment]:
        """Return the seats of the administrator's units, of one person where asked."""
        _demand_manager(self.request)
        rows = queries.seats_for(self.request.actor)
        user = self.request.query_params.get("user", "")
        return rows.filter(user_id=key_in(user)) if user.isdecimal() else rows

    @extend_schema(parameters=[OpenApiParameter("user", int, description="Khóa của tài khoản.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return seats, past and to come too."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewAppointmentSerializer, responses={201: AppointmentSerializer})
    def create(self, request: Request) -> Response:
        """Give a person one more seat."""
        _demand_manager(request)
        sent = _valid(NewAppointmentSerializer, request)
        seat = actions.appoint(sent.validated_data["user"], sent.wish(), by=request.actor)
        return Response(AppointmentSerializer(seat).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EndSerializer, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str | None = None) -> Response:
        """End a seat."""
        seat = self.get_object()
        sent = _valid(EndSerializer, request).validated_data
        return Response(AppointmentSerializer(actions.end_seat(seat, by=request.actor, **sent)).data)


def _demand_manager(request: Any) -> None:
    request.actor.require_anywhere(Verb.MANAGE_PEOPLE)


def _made(rows: list[importing.Row], by: Any, *, only_good: bool) -> list[tuple[User, str]]:
    good = [row for row in rows if row.is_good]
    if len(good) < len(rows) and not only_good:
        return []
    return bulk.hire_all([(row.cells, row.wish) for row in good if row.wish], by=by)


def _valid(shape: type[Any], request: Request) -> Any:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return sent


def _one_time(user: User, password: str) -> dict[str, Any]:
    return {"account": AccountSerializer(user).data, "password": password}


ROUTES = [("accounts", AccountViewSet, "account"), ("appointments", AppointmentViewSet, "appointment")]
