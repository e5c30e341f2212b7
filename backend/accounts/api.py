"""JSON about the person who asks: who she is, her seats, her password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.accounts import actions


class SeatSerializer(serializers.Serializer[Any]):
    """A seat in force: role, the path it acts for, the path of the workplace, the fields it is limited to."""

    role = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField()
    workplace = serializers.CharField()
    fields_limit = serializers.ListField(child=serializers.CharField(), source="codes")


class MeSerializer(serializers.Serializer[Any]):
    """The person signed in."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()
    email = serializers.CharField()
    has_second_factor = serializers.BooleanField()
    seats = SeatSerializer(many=True)


class NewPasswordSerializer(serializers.Serializer[Any]):
    """The old password and the new one."""

    password = serializers.CharField(trim_whitespace=False, max_length=200)
    new = serializers.CharField(trim_whitespace=False, max_length=200)


class MeViewSet(ViewSet):
    """The person who asks."""

    @extend_schema(responses=forced_singular_serializer(MeSerializer))  # type: ignore[no-untyped-call]
    def list(self, request: Request) -> Response:
        """Return who is signed in and her seats in force."""
        user: Any = request.user
        seats = [
            {"role": str(seat.role), "title": seat.title, "path": seat.path, "workplace": seat.workplace,
             "codes": sorted(seat.fields)}
            for seat in request.actor.seats  # type: ignore[attr-defined]
        ]  # fmt: skip
        about = {
            "id": user.pk,
            "username": user.username,
            "full_name": user.full_name,
            "email": user.email,
            "has_second_factor": bool(user.totp_secret),
            "seats": seats,
        }
        return Response(MeSerializer(about).data)

    @extend_schema(request=NewPasswordSerializer, responses={204: None})
    @action(detail=False, methods=["post"])
    def password(self, request: Request) -> Response:
        """Change one's own password; other sessions end."""
        sent = NewPasswordSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        user: Any = request.user
        actions.check_password(user, sent.validated_data["password"])
        changed = actions.change_password(user, new=sent.validated_data["new"])
        update_session_auth_hash(request, changed)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


ROUTES = [("me", MeViewSet, "me")]
