"""A person's messages as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.notices import actions, queries
from backend.notices.models import Kind, Notice, Way


class NoticeShape(serializers.ModelSerializer[Notice]):
    """One message; ``state`` is how far its mail is, or how it waits for one."""

    state = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "subject", "body", "url", "made_at", "read_at", "state"]


class PreferencesShape(serializers.Serializer[Any]):
    """For each kind of messages how the person is told; empty is the usual way."""

    def get_fields(self) -> dict[str, Any]:
        """Return one choice per kind."""
        return {
            kind.value: serializers.ChoiceField(choices=Way.choices, allow_blank=True, required=False)
            for kind in Kind
        }


class NoticeViewSet(viewsets.ReadOnlyModelViewSet[Notice]):
    """The person's own messages."""

    serializer_class = NoticeShape
    queryset = Notice.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> Any:
        """Return the person's messages, newest first."""
        return queries.notices_for(self.request.user.pk)

    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Note that the message was read."""
        notice = self.get_object()
        actions.mark_read(notice)
        notice.refresh_from_db()
        return Response(NoticeShape(notice).data)

    @extend_schema(request=PreferencesShape, responses=PreferencesShape)
    @action(detail=False, methods=["get", "post"])
    def preferences(self, request: Request) -> Response:
        """Return, or set, how the person is told of each kind of messages; what is left out stays."""
        if request.method == "POST":
            sent = PreferencesShape(data=request.data)
            sent.is_valid(raise_exception=True)
            actions.prefer(request.user, sent.validated_data)
        return Response(queries.preferences_of(request.user.pk), status=status.HTTP_200_OK)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Note that every message was read."""
        actions.mark_all_read(request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


ROUTES = [("notices", NoticeViewSet, "notice")]
