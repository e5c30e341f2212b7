"""What concerns all cards of a round, as JSON: opening it, its progress, survey points, the newest changes."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core import clock
from backend.core.text import key_in
from backend.rounds.models import Round
from backend.rounds.queries import timeline
from backend.scoring import actions, board, room, sent, shapes, telling
from backend.scoring.models import Provenance
from backend.scoring.sent import read
from permissions.roles import Verb

ROUND = OpenApiParameter("round", int, required=True, description="Khóa của đợt đánh giá.")


def round_of(request: Request, key: Any) -> Round:
    """Return the round if the person runs, works on or inspects it for its host. Raises Http404."""
    return get_object_or_404(board.rounds_of_host(request.actor), pk=key)  # type: ignore[attr-defined]


def named(request: Request, given: Any) -> Round:
    """Return the round whose key was sent. Without one there is nothing to find (404)."""
    key = given.get("round", "") if hasattr(given, "get") else ""
    return round_of(request, key_in(str(key)))


class ProgressViewSet(ViewSet):
    """How far a round is."""

    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.ProgressShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return the round's steps beside the present, and how many cards of each group stand in each state."""
        round_, now = round_of(request, pk), clock.now()
        groups = [
            {"id": group.pk, "title": group.title, "units": number, "states": counts}
            for group, counts, number in board.counts_by_group(round_)
        ]
        body = {"round": round_.pk, "now": now, "steps": timeline(round_, now), "groups": groups}
        return Response(shapes.ProgressShape(body).data)


class OpeningViewSet(ViewSet):
    """Opening a round makes its cards."""

    @extend_schema(request=sent.RoundIn, responses={201: shapes.CountShape})
    def create(self, request: Request) -> Response:
        """Open the round and return how many cards were made."""
        round_ = named(request, request.data)
        request.actor.require(Verb.MANAGE_ROUND, at=round_.place())  # type: ignore[attr-defined]
        cards = actions.open_round(round_, by=request.actor)  # type: ignore[attr-defined]
        return Response(shapes.CountShape({"number": len(cards)}).data, status=status.HTTP_201_CREATED)


class EndingViewSet(ViewSet):
    """Ending the step that is on before its date."""

    @extend_schema(request=sent.EndingIn, responses=shapes.EndedShape)
    def create(self, request: Request, pk: str) -> Response:
        """End the step, once every unit is done with it, and open the next one; return the ended one."""
        round_ = round_of(request, key_in(pk))
        request.actor.require(Verb.MANAGE_ROUND, at=round_.place())  # type: ignore[attr-defined]
        given = read(sent.EndingIn, request.data)
        ended = actions.end_step_early(round_, by=request.actor, **given)  # type: ignore[attr-defined]
        return Response(shapes.EndedShape(ended).data)


class SurveyViewSet(ViewSet):
    """Survey and outside-index points of a round."""

    @extend_schema(parameters=[ROUND], responses=forced_singular_serializer(shapes.SurveyRowsShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request) -> Response:
        """Return every survey and outside-index leaf of the round's cards with the points that stand."""
        round_ = named(request, request.query_params)
        cards = board.hosted_cards(request.actor).filter(round=round_)  # type: ignore[attr-defined]
        rows: list[dict[str, Any]] = []
        for group in round_.groups.all():
            listed = cards.filter(group=group).order_by("unit__order", "pk")
            rows += _lines(board.survey_table(group, listed, request.actor))  # type: ignore[attr-defined]
        return Response(shapes.SurveyRowsShape({"results": rows}).data)

    @extend_schema(request=sent.SurveyIn, responses={201: shapes.SourceShape})
    def create(self, request: Request) -> Response:
        """Enter points with their source, all or none."""
        round_ = named(request, request.data)
        board.demand_entry(request.actor, round_)  # type: ignore[attr-defined]
        given = read(sent.SurveyIn, request.data)
        del given["round"]
        rows = _rows(request, round_, given.pop("lines"))
        source = actions.enter_survey(round_, rows, by=request.actor, **given)  # type: ignore[attr-defined]
        return Response(shapes.SourceShape(source).data, status=status.HTTP_201_CREATED)


def _rows(request: Request, round_: Round, lines: list[dict[str, Any]]) -> list[actions.SurveyRow]:
    """Return the lines with their cards. Raises Http404 for a card that is not of the round or not hers."""
    wanted = {line["card"] for line in lines}
    cards = board.hosted_cards(request.actor).filter(round=round_).in_bulk(wanted)  # type: ignore[attr-defined]
    if len(cards) < len(wanted):
        raise Http404
    return [actions.SurveyRow(cards[line.pop("card")], **line) for line in lines]


def _lines(table: board.SurveyTable) -> list[dict[str, Any]]:
    return [
        {
            "card": line.card.pk,
            "unit_name": line.card.unit_name,
            "code": code,
            "max_points": cell.score.max_points,
            "points": cell.points,
            "asked": actions.asked_of(cell.score.node),
            "inputs": cell.inputs,
            "explained": cell.explained,
            "version": cell.version,
            "source": _source(cell),
            "may_enter": line.may_enter,
        }
        for line in table.lines
        for code, cell in line.cells.items()
    ]


def _source(cell: board.SurveyCell) -> Provenance | None:
    return cell.mark.provenance if cell.mark else None


class ChangeViewSet(ViewSet):
    """The newest changes of everything a person inspects."""

    @extend_schema(parameters=[sent.ChangesIn], responses=forced_singular_serializer(shapes.ChangesShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request) -> Response:
        """Return a page of changes, newest first; ``older`` goes into ``before`` for the next page."""
        room.demand_inspector(request.actor)  # type: ignore[attr-defined]
        asked = read(sent.ChangesIn, request.query_params)
        before = room.Cursor.read(asked.pop("before"))
        wanted = room.Asked(words=asked.pop("q"), **asked)
        found, older = telling.newest(request.actor, wanted, before=before)  # type: ignore[attr-defined]
        return Response(shapes.ChangesShape({"results": found, "older": str(older) if older else None}).data)


ROUTES = [
    ("round-progress", ProgressViewSet, "round-progress"),
    ("round-openings", OpeningViewSet, "round-opening"),
    (r"rounds/(?P<pk>\d+)/end-step", EndingViewSet, "round-ending"),
    ("survey-points", SurveyViewSet, "survey-points"),
    ("changes", ChangeViewSet, "change"),
]
