"""JSON about the person who asks: who she is, her seats, her password, second factor and sessions."""

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

from backend.accounts import actions, codes, pending


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


class FactorSerializer(serializers.Serializer[Any]):
    """Whether the second factor is on; while it is off, the key for an authenticator app and its address."""

    on = serializers.BooleanField()
    key = serializers.CharField()
    uri = serializers.CharField()


class CodeSerializer(serializers.Serializer[Any]):
    """Six digits from the authenticator app."""

    code = serializers.CharField(max_length=12)


class SecretSerializer(serializers.Serializer[Any]):
    """The person's password, or a code where the second factor is on."""

    secret = serializers.CharField(trim_whitespace=False, max_length=200)


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

    @extend_schema(responses=FactorSerializer)
    @action(detail=False, url_path="second-factor")
    def factor(self, request: Request) -> Response:
        """Return whether the second factor is on; if not, what an authenticator app needs to be told."""
        user: Any = request.user
        key = "" if user.totp_secret else pending.new_factor(request)
        uri = codes.provisioning_uri(user.username, key) if key else ""
        said = FactorSerializer({"on": not key, "key": key, "uri": uri}).data
        return Response(said, headers={"Cache-Control": "no-store"})

    @extend_schema(request=CodeSerializer, responses={204: None})
    @factor.mapping.post
    def factor_on(self, request: Request) -> Response:
        """Turn the second factor on by a code of the app that was told the key."""
        sent = CodeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        user: Any = request.user
        actions.turn_on_factor(user, secret=pending.new_factor(request), code=sent.validated_data["code"])
        pending.forget_factor(request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=SecretSerializer, responses={204: None})
    @action(detail=False, methods=["post"], url_path="second-factor/off")
    def factor_off(self, request: Request) -> Response:
        """Turn the second factor off."""
        sent = SecretSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        user: Any = request.user
        actions.re_authenticate(user, sent.validated_data["secret"], field="secret")
        actions.turn_off_factor(user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request) -> Response:
        """End every other session of the person; this one goes on."""
        user: Any = request.user
        update_session_auth_hash(request, actions.sign_out_everywhere(user))  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


ROUTES = [("me", MeViewSet, "me")]
