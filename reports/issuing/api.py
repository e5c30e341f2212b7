"""The check of issued documents as JSON, for everybody."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from reports.issuing import checking
from reports.issuing.models import IssuedDocument
from reports.issuing.shapes import CheckShape, judged


class VerifyViewSet(viewsets.GenericViewSet[IssuedDocument]):
    """Is a document ours, unaltered, in force: by the code printed on it, or by its file."""

    serializer_class = CheckShape
    queryset = IssuedDocument.objects.none()
    permission_classes = [permissions.AllowAny]
    authentication_classes = []
    lookup_value_regex = r"[0-9A-Za-z-]{1,60}"
    pagination_class = None

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, pk: str = "") -> Response:
        """Return what was issued under the code; 404 for a code that was never given."""
        found = checking.by_code(pk)
        if found is None:
            raise Http404
        answer = Response(judged(checking.Verdict(found)))
        answer["Cache-Control"] = "public, max-age=60"
        return answer

    @extend_schema(request=CheckShape, responses=OpenApiTypes.OBJECT)
    def create(self, request: Request) -> Response:
        """Compare a file with what was issued; it is read and forgotten."""
        sent = CheckShape(data=request.data)
        sent.is_valid(raise_exception=True)
        content = sent.validated_data["file"].read(checking.MOST_BYTES + 1)
        answer = Response(judged(checking.check(content, sent.validated_data["code"])))
        answer["Cache-Control"] = "no-store"
        return answer


ROUTES = [("verify", VerifyViewSet, "verify")]
