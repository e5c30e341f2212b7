"""One leaf across the units of a round, how far its appraisal is, and canned reasons, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core.text import key_in
from backend.scoring import actions, sent, shapes_across
from backend.scoring.across import across
from backend.scoring.api_rounds import round_of
from backend.scoring.queries.canned import canned_in, canned_named, leaves_in
from backend.scoring.sent import read
from backend.scoring.work import Work, work_in


class LeafViewSet(ViewSet):
    """The leaves of a round: how far each is, and one across all units."""

    lookup_value_regex = r"\d+"

    @extend_schema(responses=forced_singular_serializer(shapes_across.WorkShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return how far the appraisal is: by leaf, by field, by person."""
        found = work_in(round_of(request, key_in(round)), request.actor)  # type: ignore[attr-defined]
        return Response(shapes_across.WorkShape(_told(found)).data)

    @extend_schema(responses=shapes_across.AcrossShape)
    def retrieve(self, request: Request, round: str, pk: str) -> Response:
        """Return one leaf in every unit, side by side; points are saved with ``scorecards/{id}/appraise``."""
        round_ = round_of(request, key_in(round))
        node = get_object_or_404(leaves_in(round_), pk=key_in(pk))
        actor = request.actor  # type: ignore[attr-defined]
        found = across(round_, node, actor, whole=True)
        context = {"viewer": actor, "flags": found.flags}
        return Response(shapes_across.AcrossShape(found, context=context).data)


def _told(found: Work) -> dict[str, Any]:
    return {
        "units": found.units,
        "leaves": [
            {"leaf": node.pk, "code": node.code, "title": node.title, "due": share.due, "done": share.done}
            for node, share in found.leaves
        ],
        "fields": [
            {"code": code, "title": title, "due": share.due, "done": share.done}
            for code, title, share in found.fields
        ],
        "people": [
            {
                "name": person.name,
                "seat": person.seat,
                "fields_limit": sorted(person.fields),
                "given": dict(person.given),
                "last": person.last,
                "due": total.due,
                "done": total.done,
            }
            for person, _cells, total in found.lines
        ],
    }


class CannedViewSet(ViewSet):
    """The canned reasons of a round's host, in use on the leaves of the round."""

    lookup_value_regex = r"\d+"

    @extend_schema(responses=forced_singular_serializer(shapes_across.CannedListShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request, round: str) -> Response:
        """Return the canned reasons in use, those for every leaf first."""
        rows = canned_in(round_of(request, key_in(round)))
        return Response(shapes_across.CannedListShape({"results": rows}).data)

    @extend_schema(request=sent.CannedIn, responses={201: shapes_across.CannedShape})
    def create(self, request: Request, round: str) -> Response:
        """Write a canned reason, or another text under its code with ``version`` as listed."""
        round_ = round_of(request, key_in(round))
        actions.require_keeping(request.actor, round_)  # type: ignore[attr-defined]
        given = read(sent.CannedIn, request.data)
        row = actions.save_reason(round_, by=request.actor, **given)  # type: ignore[attr-defined]
        return Response(shapes_across.CannedShape(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=shapes_across.CannedShape)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, round: str, pk: str) -> Response:
        """Take a canned reason out of use."""
        round_ = round_of(request, key_in(round))
        actions.require_keeping(request.actor, round_)  # type: ignore[attr-defined]
        row = canned_named(round_, key_in(pk))
        if row is None:
            raise Http404
        row = actions.retire_reason(row, by=request.actor, round_=round_)  # type: ignore[attr-defined]
        return Response(shapes_across.CannedShape(row).data)


ROUTES = [
    (r"rounds/(?P<round>\d+)/leaves", LeafViewSet, "round-leaf"),
    (r"rounds/(?P<round>\d+)/reasons", CannedViewSet, "round-reason"),
]
