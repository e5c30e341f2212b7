"""The tables of an analysis as JSON: the same builders and the same rights as the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.text import key_in
from backend.rounds.models import Round
from reports import queries
from reports.analysis import firmness, pages, trends
from reports.analysis.sections import Part
from reports.models import Ranking
from reports.queries.analysed import Analysed, analysed


class AnalysisViewSet(GenericViewSet[Round]):
    """A round analysed: group by group, and unit by unit."""

    serializer_class = serializers.Serializer
    queryset = Round.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Round]:
        """Return the rounds the person sees results of."""
        return queries.rounds_for(self.request.actor)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return how the units of each group lie."""
        return self._page("analysis")

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def places(self, request: Request, pk: str | None = None) -> Response:
        """Return results by place."""
        return self._page("analysis_places")

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, url_path="firmness")
    def intervals(self, request: Request, pk: str | None = None) -> Response:
        """Return the rank intervals, with how and when they were worked out; POST works them out."""
        answer = self._page("analysis_firmness")
        seen = analysed(request.actor, self.get_object())
        kept = firmness.kept_for(seen) if seen else None
        state, at = (kept.state, kept.finished_at) if kept else ("", None)
        answer.data |= {"state": state, "finished_at": at, "method": firmness.method()}
        return answer

    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    @intervals.mapping.post
    def work_out(self, request: Request, pk: str | None = None) -> Response:
        """Work out the rank intervals; of a published ranking only the first time."""
        seen = analysed(request.actor, self.get_object())
        if seen is None:
            raise Http404
        return Response({"state": firmness.ask(seen).state}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def progress(self, request: Request, pk: str | None = None) -> Response:
        """Return how far the season is, day by day."""
        return self._page("analysis_progress")

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def losses(self, request: Request, pk: str | None = None) -> Response:
        """Return which leaves cost most points, and why."""
        return self._page("analysis_losses")

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def claims(self, request: Request, pk: str | None = None) -> Response:
        """Return what units gave themselves beside what was found."""
        return self._page("analysis_claims")

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, url_path=r"cards/(?P<card>\d+)")
    def card(self, request: Request, pk: str | None = None, card: str = "") -> Response:
        """Return one unit against its group; leaf by leaf to who may see its card."""
        seen = queries.result_of(request.actor, key_in(card))
        if seen is None or str(seen.round.pk) != pk:
            raise Http404
        parts = pages.of_unit(seen, request.actor)
        said = {"card": seen.card.pk, "unit": seen.line.unit_name, "tables": _tables(parts)}
        return Response({**_said(seen.round, seen.ranking), **said})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, url_path=r"cards/(?P<card>\d+)/trend")
    def trend(self, request: Request, pk: str | None = None, card: str = "") -> Response:
        """Return one unit over the years; fields and leaves to who may see its card, mapped leaves only."""
        seen = queries.result_of(request.actor, key_in(card))
        if seen is None or str(seen.round.pk) != pk:
            raise Http404
        parts = trends.over_years(seen, request.actor)
        said = {"card": seen.card.pk, "unit": seen.line.unit_name, "tables": _tables(parts)}
        return Response({**_said(seen.round, seen.ranking), **said})

    def _page(self, name: str) -> Response:
        round_ = self.get_object()
        page, seen = pages.PAGES[name], analysed(self.request.actor, round_)
        pages.require_open(page, seen)
        if seen is None:
            raise Http404
        return Response({**_said(round_, seen.ranking), "groups": _groups(page, seen)})


def _groups(page: pages.Page, seen: Analysed) -> list[dict[str, Any]]:
    return [{"title": one.title, "tables": _tables(one.parts)} for one in page.build(seen)]


def _tables(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [grid.as_json() for part in parts for grid in part.grids]


def _said(round_: Round, ranking: Ranking | None) -> dict[str, Any]:
    return {
        "round": round_.pk,
        "title": round_.title,
        "year": round_.year,
        "published": ranking is not None,
        "is_illustration": round_.is_illustration,
    }


ROUTES = [("analysis", AnalysisViewSet, "analysis")]
