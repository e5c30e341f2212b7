"""Scorecards as JSON: the same queries and actions as the pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from backend.accounts.actions import re_authenticate
from backend.rounds.queries import rounds_for
from backend.scoring import actions, queries, shapes
from backend.scoring.lifecycle import MOVES
from backend.scoring.models import Evidence, Scorecard

SIGNED_MOVES = frozenset({"approve", "explain", "conclude"})


def _read(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


class ScorecardViewSet(viewsets.ReadOnlyModelViewSet[Scorecard]):
    """Cards the person may see; every act on a card is a POST that calls the page's own action."""

    serializer_class = shapes.CardShape
    queryset = Scorecard.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> Any:
        """Return the cards in the person's scope, filtered by round and state if asked."""
        rows = queries.scorecards_for(self.request.actor).order_by("-round__year", "unit__order", "pk")
        for name in ("round", "state"):
            if value := self.request.query_params.get(name):
                rows = rows.filter(**{name: value})
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one card with its leaves, moves made and totals, as the person may see it."""
        card = self.get_object()
        seen = queries.sheet(card, request.actor)
        body = dict(shapes.CardShape(card).data)
        body["leaves"] = shapes.LeafShape(seen.leaves, many=True).data
        body["signatures"] = shapes.SignatureShape(queries.signatures(card), many=True).data
        body["own_total"], body["own_maximum"] = str(seen.total), str(seen.own_maximum)
        body["maximum"], body["now"] = str(seen.maximum), seen.now
        return Response(body)

    @extend_schema(request=shapes.PointsIn)
    @action(detail=True, methods=["post"])
    def points(self, request: Request, pk: str) -> Response:
        """Save the unit's own points of one leaf."""
        return _saved(
            actions.set_points(self.get_object(), by=request.actor, **_read(shapes.PointsIn, request))
        )

    @extend_schema(request=shapes.TextsIn)
    @action(detail=True, methods=["post"])
    def texts(self, request: Request, pk: str) -> Response:
        """Save difficulties and proposals."""
        card = actions.set_texts(self.get_object(), by=request.actor, **_read(shapes.TextsIn, request))
        return Response(shapes.CardShape(card).data)

    @extend_schema(request=shapes.MoveIn)
    @action(detail=True, methods=["post"], url_path=r"moves/(?P<name>[a-z_]+)")
    def moves(self, request: Request, pk: str, name: str) -> Response:
        """Make a move of the table; approving, explaining and concluding need the secret again."""
        if name not in MOVES or name == "publish":
            raise Http404
        given = _read(shapes.MoveIn, request)
        secret = given.pop("secret")
        card = self.get_object()
        if name in SIGNED_MOVES:
            re_authenticate(request.user, secret)
        return Response(shapes.CardShape(actions.move(card, name, by=request.actor, **given)).data)

    @extend_schema(request=shapes.MarkIn)
    @action(detail=True, methods=["post"])
    def appraise(self, request: Request, pk: str) -> Response:
        """Save the council's points of one leaf."""
        return _saved(actions.appraise(self.get_object(), by=request.actor, **_read(shapes.MarkIn, request)))

    @extend_schema(request=shapes.MarkIn)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Save the chair's own points of one leaf."""
        return _saved(actions.decide(self.get_object(), by=request.actor, **_read(shapes.MarkIn, request)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="agree")
    def agree(self, request: Request, pk: str) -> Response:
        """Agree with every leaf not marked yet."""
        return Response({"agreed": actions.agree_rest(self.get_object(), by=request.actor)})

    @extend_schema(request=shapes.QuestionIn)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the unit about one leaf."""
        asked = actions.ask(self.get_object(), by=request.actor, **_read(shapes.QuestionIn, request))
        return Response(shapes.ExplanationShape(asked).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="ask-for-cuts")
    def ask_for_cuts(self, request: Request, pk: str) -> Response:
        """Ask about every leaf that was cut."""
        return Response({"asked": actions.ask_for_cuts(self.get_object(), by=request.actor)})

    @extend_schema(request=shapes.LeafReasonIn)
    @action(detail=True, methods=["post"])
    def unask(self, request: Request, pk: str) -> Response:
        """Take a question back."""
        actions.unask(self.get_object(), by=request.actor, **_read(shapes.LeafReasonIn, request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=shapes.AnswerIn)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Save the unit's answer."""
        given = actions.answer(self.get_object(), by=request.actor, **_read(shapes.AnswerIn, request))
        return Response(shapes.ExplanationShape(given).data)

    @extend_schema(request=shapes.LeafReasonIn)
    @action(detail=True, methods=["post"], url_path="leave-out")
    def leave_out(self, request: Request, pk: str) -> Response:
        """Leave a leaf out for this unit."""
        score = actions.leave_out(self.get_object(), by=request.actor, **_read(shapes.LeafReasonIn, request))
        return Response({"code": score.code, "applies": score.applies})

    @extend_schema(request=shapes.LeafReasonIn)
    @action(detail=True, methods=["post"], url_path="put-back")
    def put_back(self, request: Request, pk: str) -> Response:
        """Let a leaf apply again."""
        score = actions.put_back(self.get_object(), by=request.actor, **_read(shapes.LeafReasonIn, request))
        return Response({"code": score.code, "applies": score.applies})

    @extend_schema(request=shapes.EvidenceIn)
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: str) -> Response:
        """Attach a file or a reference to a document."""
        card, given = self.get_object(), _read(shapes.EvidenceIn, request)
        code, upload = given.pop("code"), given.pop("file", None)
        if upload is None:
            piece = actions.add_document(card, code, by=request.actor, **given)
        else:
            kept = {name: given[name] for name in ("section", "number")}
            piece = actions.add_file(card, code, by=request.actor, upload=upload, **kept)
        return Response(shapes.EvidenceShape(piece).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path=r"evidence/(?P<piece>\d+)/remove")
    def remove_evidence(self, request: Request, pk: str, piece: str) -> Response:
        """Mark a piece of evidence removed."""
        rows = Evidence.objects.filter(score__card=self.get_object(), removed_at__isnull=True)
        actions.remove_evidence(get_object_or_404(rows, pk=piece), by=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=shapes.DelegationIn)
    @action(detail=True, methods=["post"])
    def delegate(self, request: Request, pk: str) -> Response:
        """Lend the approval of this card."""
        given = _read(shapes.DelegationIn, request)
        taker = get_object_or_404(get_user_model(), username=given.pop("taker"), is_active=True)
        lent = actions.delegate(self.get_object(), by=request.actor, taker=taker, **given)
        return Response({"id": lent.pk}, status=status.HTTP_201_CREATED)


class SurveyViewSet(viewsets.ViewSet):
    """Survey and outside-index points of a round."""

    @extend_schema(request=shapes.SurveyIn, responses={201: None})
    def create(self, request: Request) -> Response:
        """Enter points with their source, all or none."""
        given = _read(shapes.SurveyIn, request)
        round_ = get_object_or_404(rounds_for(request.actor), pk=given.pop("round"))
        lines = given.pop("lines")
        cards = (
            queries.scorecards_for(request.actor)
            .filter(round=round_)
            .in_bulk([line["card"] for line in lines])
        )
        if len(cards) < len({line["card"] for line in lines}):
            raise Http404
        rows = [actions.SurveyRow(cards[line.pop("card")], **line) for line in lines]
        source = actions.enter_survey(round_, rows, by=request.actor, **given)
        return Response({"id": source.pk}, status=status.HTTP_201_CREATED)


class OpeningViewSet(viewsets.ViewSet):
    """Opening a round makes its cards."""

    @extend_schema(request=shapes.OpeningIn, responses={201: None})
    def create(self, request: Request) -> Response:
        """Open the round and return how many cards were made."""
        round_ = get_object_or_404(rounds_for(request.actor), pk=_read(shapes.OpeningIn, request)["round"])
        cards = actions.open_round(round_, by=request.actor)
        return Response({"cards": len(cards)}, status=status.HTTP_201_CREATED)


def _saved(saved: actions.Saved) -> Response:
    body = dict(shapes.MarkShape(saved.mark).data)
    body |= {"explained": saved.explained, "total": str(saved.total), "given": saved.given}
    return Response(body | {"now": saved.now})


ROUTES = [
    ("scorecards", ScorecardViewSet, "scorecard"),
    ("survey-points", SurveyViewSet, "survey-points"),
    ("round-openings", OpeningViewSet, "round-opening"),
]
