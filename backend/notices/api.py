"""A person's messages as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.notices import actions, queries
from backend.notices.models import Notice


class NoticeShape(serializers.ModelSerializer[Notice]):
    """One message."""

    class Meta:
        model = Notice
        fields = ["id", "subject", "body", "url", "made_at", "read_at", "state"]


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


ROUTES = [("notices", NoticeViewSet, "notice")]
