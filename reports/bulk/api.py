"""Batches of documents as JSON: the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.serializers import KeyField
from reports import queries as reports
from reports.bulk import actions, queries
from reports.bulk.models import Batch
from reports.bulk.serving import zip_response
from reports.models import Document


class BatchAskSerializer(serializers.Serializer[Any]):
    """Of which round, and which kind of document of its units."""

    round = KeyField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch and how far it is: documents in all, done, and such as could not be made."""

    total = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = [
            "id", "kind", "round", "state", "total", "done", "failed", "file_name", "size", "sha256",
            "is_illustration", "requested_at", "made_at",
        ]  # fmt: skip

    def get_total(self, batch: Batch) -> int:
        """Return how many documents there are."""
        return queries.progress_of(batch).total

    def get_done(self, batch: Batch) -> int:
        """Return how many are done."""
        return queries.progress_of(batch).done

    def get_failed(self, batch: Batch) -> int:
        """Return how many could not be made."""
        return queries.progress_of(batch).failed


class BatchViewSet(mixins.RetrieveModelMixin, GenericViewSet[Batch]):
    """Begin, watch, stop, go on, fetch: documents of all units of a round."""

    serializer_class = BatchSerializer
    queryset = Batch.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Batch]:
        """Return the person's own batches."""
        return queries.batches_for(self.request.actor)

    def get_object(self) -> Batch:
        """Return the batch, or raise Http404 where the person may not have it any more."""
        found = super().get_object()
        if not queries.may_read(self.request.actor, found):
            raise Http404
        return found

    @extend_schema(request=BatchAskSerializer, responses={202: BatchSerializer})
    def create(self, request: Request) -> Response:
        """Begin a batch."""
        sent = BatchAskSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        rounds = reports.rounds_for(request.actor)
        round_ = get_object_or_404(rounds, pk=sent.validated_data["round"])
        if not reports.may_preview(request.actor, round_):
            raise Http404
        made = actions.start(round_, sent.validated_data["kind"], by=request.actor)
        return Response(BatchSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Stop a batch."""
        return Response(BatchSerializer(actions.cancel(self.get_object(), by=request.actor)).data)

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str | None = None) -> Response:
        """Go on with a batch that was stopped, or with what could not be made."""
        return Response(BatchSerializer(actions.resume(self.get_object(), by=request.actor)).data)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: str | None = None) -> FileResponse:
        """Return the zip."""
        return zip_response(self.get_object())


ROUTES = [("document-batches", BatchViewSet, "batch")]
