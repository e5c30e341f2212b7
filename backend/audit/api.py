"""The log as JSON, for everybody: a monitor outside keeps the notes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
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


class CheckpointViewSet(viewsets.GenericViewSet[Checkpoint]):
    """The newest checkpoints, the newest first."""

    serializer_class = CheckpointShape
    queryset = Checkpoint.objects.none()
    permission_classes = [permissions.AllowAny]
    pagination_class = None

    @extend_schema(responses=CheckpointShape(many=True))
    def list(self, request: Request) -> Response:
        """Return the newest checkpoints."""
        rows: Any = queries.newest()
        return Response(CheckpointShape(rows, many=True).data)


ROUTES = [("checkpoints", CheckpointViewSet, "checkpoint")]
