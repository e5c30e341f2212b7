"""Results and documents as JSON: the same queries and actions as the pages. Percent and points are text."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.accounts.actions import re_authenticate
from backend.core.exact import format_percent
from backend.core.serializers import KeyField
from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring.queries import sheet
from permissions.roles import Verb
from reports import actions, details, queries
from reports.bulk import api as bulk
from reports.documents.serving import file_response
from reports.issuing import actions as issues
from reports.issuing import api as issuing
from reports.issuing import queries as issued
from reports.issuing.shapes import IssueShape, WithdrawShape, told
from reports.models import Document, Ranking
from reports.standings import Standing, Table


class RoundResultSerializer(serializers.ModelSerializer[Round]):
    """A round in the list of results."""

    host = serializers.CharField(source="host.name")
    stated_on = serializers.DateField(allow_null=True)

    class Meta:
        model = Round
        fields = [
            "id", "title", "year", "host", "state", "with_survey", "is_illustration", "published_at", "stated_on",
        ]  # fmt: skip


class PublishSerializer(serializers.Serializer[Any]):
    """The person's password (or code) again, and the publishing document."""

    secret = serializers.CharField(write_only=True, trim_whitespace=False)
    decision = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class AskSerializer(serializers.Serializer[Any]):
    """Which document: of a card (``card``), of a round's ranking (``round``) or of a council's ``session``."""

    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    round = KeyField(required=False)
    card = KeyField(required=False)
    session = KeyField(required=False)


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document: ``making``, ``ready`` or ``failed``; its bytes are at ``file/``."""

    class Meta:
        model = Document
        fields = [
            "id", "kind", "round", "card", "ranking", "older_set", "newer_set", "state", "file_name", "content_type", "size",
            "sha256", "fingerprint", "is_illustration", "requested_at", "made_at",
        ]  # fmt: skip


class ResultViewSet(mixins.ListModelMixin, GenericViewSet[Round]):
    """Rounds with their rankings, previews and publication."""

    serializer_class = RoundResultSerializer
    queryset = Round.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Round]:
        """Return the rounds the person sees results of."""
        return queries.rounds_for(self.request.actor)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return the published ranking; to who sees the whole round, the preview before that."""
        round_ = self.get_object()
        ranking = queries.current_ranking(round_)
        if ranking is None and not queries.may_preview(request.actor, round_):
            raise Http404
        tables = queries.tables(round_, ranking)
        return Response(_ranking(round_, ranking, tables))

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, url_path=r"cards/(?P<card>\d+)")
    def card(self, request: Request, pk: str | None = None, card: str = "") -> Response:
        """Return one unit's result; leaf by leaf to who may see its card."""
        seen = queries.result_of(request.actor, key_in(card))
        if seen is None or str(seen.round.pk) != pk:
            raise Http404
        body = {**_said(seen.round), **_line(seen.line)}
        if seen.whole:
            found = details.detail(sheet(seen.card, request.actor))
            body["leaves"] = [_leaf(line) for part in found.parts for line in part.lines if line.is_leaf]
        return Response(body)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def problems(self, request: Request, pk: str | None = None) -> Response:
        """Return what keeps the ranking from being published."""
        round_ = self.get_object()
        if not queries.may_preview(request.actor, round_):
            raise Http404
        return Response({"problems": [problem.sentence for problem in queries.problems(round_)]})

    @extend_schema(request=PublishSerializer, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Freeze and publish the ranking; the secret is asked again."""
        round_ = self.get_object()
        request.actor.require(Verb.PUBLISH, at=round_.place())
        given = _read(PublishSerializer, request)
        re_authenticate(request.user, given.pop("secret"))
        ranking = actions.publish_ranking(round_, by=request.actor, **given)
        body = _ranking(ranking.round, ranking, queries.published(ranking))
        return Response(body, status=status.HTTP_201_CREATED)


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Document]):
    """Documents: ask, look whether it is ready, fetch the bytes."""

    serializer_class = DocumentSerializer
    queryset = Document.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Document]:
        """Return the person's own requests in a list; one document by its key if she may read it."""
        rows = queries.documents_for(self.request.actor)
        return rows.filter(requested_by=self.request.user) if self.action == "list" else rows

    def get_object(self) -> Document:
        """Return the document, or raise Http404 where the person may not read it."""
        document = super().get_object()
        if not queries.may_read(self.request.actor, document):
            raise Http404
        return document

    @extend_schema(request=AskSerializer, responses={202: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a document; it is made in the background."""
        given = _read(AskSerializer, request)
        if given["kind"] in actions.MINUTES:
            found = queries.session_for(request.actor, given.get("session", 0))
            made = actions.request_minutes(found, given["kind"], by=request.actor)
            return Response(DocumentSerializer(made).data, status=status.HTTP_202_ACCEPTED)
        round_, card = queries.target(request.actor, given.get("round"), given.get("card"))
        made = actions.request_document(given["kind"], by=request.actor, round_=round_, card=card)
        return Response(DocumentSerializer(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: str | None = None) -> FileResponse:
        """Return the bytes of a ready document."""
        return file_response(self.get_object())

    @extend_schema(request=IssueShape, responses={202: DocumentSerializer})
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str | None = None) -> Response:
        """Issue a ready document under a number; the worker makes the file, which is a document of its own."""
        found = self.get_object()
        issued.require_right(request.actor, found)
        given = _read(IssueShape, request)
        re_authenticate(request.user, given.pop("secret"))
        made = issues.issue(found, issues.Stated(**given), by=request.actor)
        return Response(DocumentSerializer(made.document).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=WithdrawShape, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """Withdraw an issued document; what is said of it to everybody is returned."""
        found = self.get_object()
        issued.require_right(request.actor, found)
        made = issued.issue_of(found)
        if made is None:
            raise Http404
        return Response(told(issues.withdraw(made, by=request.actor, **_read(WithdrawShape, request))))


def _read(shape: type[serializers.BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _said(round_: Round) -> dict[str, Any]:
    return {"is_illustration": round_.is_illustration}


def _ranking(round_: Round, ranking: Ranking | None, tables: list[Table]) -> dict[str, Any]:
    return {
        **_said(round_),
        "round": round_.pk,
        "title": round_.title,
        "year": round_.year,
        "published": ranking is not None,
        "version": ranking.version if ranking else None,
        "published_at": ranking.published_at if ranking else None,
        "stated_on": ranking.stated_on if ranking else None,
        "stated_source": ranking.stated_source if ranking else "",
        "groups": [_table(table) for table in tables],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "criteria": table.criteria_title,
        "tie_rule": table.tie_rule.value,
        "bands": [
            {"label": band.label, "lower": str(band.lower), "inclusive": band.inclusive}
            for band in table.bands
        ],
        "rows": [_line(line) for line in table.standings],
        "waiting": [{"card": one.card_id, "unit": one.unit_name, "why": one.why} for one in table.waiting],
    }


def _line(line: Standing) -> dict[str, Any]:
    totals = line.totals
    return {
        "card": line.card_id,
        "unit": line.unit_name,
        "rank": line.rank,
        "shared": line.shared,
        "band": line.band,
        "total": str(totals.total),
        "appraised": str(totals.appraised),
        "survey": str(totals.survey),
        "maximum": str(totals.maximum),
        "full_maximum": str(totals.full_maximum),
        "bonus": str(totals.bonus),
        "penalty": str(totals.penalty),
        "deducted": str(totals.deducted),
        "percent": _text(totals.percent),
        "index": format_percent(line.index).replace(",", "."),
        "fields": [
            {
                "code": part.code,
                "title": part.title,
                "points": str(part.points),
                "maximum": str(part.maximum),
            }
            for part in line.fields
        ],
    }


def _leaf(line: details.Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.title,
        "maximum": str(line.maximum),
        "applies": line.applies,
        "own": _text(line.own),
        "appraised": [{"step": title, "points": _text(value)} for title, value in line.appraised],
        "result": _text(line.result),
        "note": line.note,
        "reasons": list(line.reasons),
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


ROUTES = [
    ("results", ResultViewSet, "result"),
    ("documents", DocumentViewSet, "document"),
    *issuing.ROUTES,
    *bulk.ROUTES,
]
