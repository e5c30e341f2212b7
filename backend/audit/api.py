"""The log as JSON, for everybody: a monitor outside keeps the notes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import permissions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from backend.audit import queries
from backend.audit.models import Checkpoint


class CheckpointShape(serializers.ModelSerializer[Checkpoint]):
    """One checkpoint: ``note`` is the signed note (C2SP), ``key`` the published key that checks it."""

    class Meta:
        model = Checkpoint
        fields = ["number", "at", "occasion", "size", "root", "note", "key"]


@extend_schema_serializer(many=False)
class LogShape(serializers.Serializer[Any]):
    """The published key ("" before there is one) and the newest checkpoints, the newest first."""

    key = serializers.CharField()
    checkpoints = CheckpointShape(many=True)


class CheckpointViewSet(viewsets.GenericViewSet[Checkpoint]):
    """The newest checkpoints."""

    serializer_class = LogShape
    queryset = Checkpoint.objects.none()
    permission_classes = [permissions.AllowAny]
    pagination_class = None

    @extend_schema(responses=LogShape)
    def list(self, request: Request) -> Response:
        """Return the published key and the newest checkpoints."""
        told = {"key": queries.published_key(), "checkpoints": queries.newest()}
        return Response(LogShape(told).data)


ROUTES = [("checkpoints", CheckpointViewSet, "checkpoint")]
