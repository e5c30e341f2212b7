"""Files on their way to a card as JSON: begin, pieces by offset, finish, the tray, placing; new versions of evidence.

The page's own script speaks this. What the system has already is asked first (``begin`` answers ``received``); a
piece at another offset is refused (409) with ``details.received``, from where to go on.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.serializers import WholeField
from backend.core.text import key_in
from backend.scoring import actions, queries
from backend.scoring.actions import Spot
from backend.scoring.actions.intake import MOST_PIECE
from backend.scoring.actions.moves import require_verb
from backend.scoring.matching import codes_in, day_in
from backend.scoring.models import Evidence, Scorecard, Upload
from backend.scoring.sent import ReasonIn, read
from backend.scoring.shapes import EvidenceShape
from permissions.roles import Verb

FORM = "multipart/form-data"


class UploadShape(serializers.ModelSerializer[Upload]):
    """A file on its way or in the tray; ``codes`` are the leaves its name says. Sizes in bytes."""

    state_title = serializers.CharField(source="get_state_display")
    codes = serializers.SerializerMethodField()
    issued_on = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = [
            "id", "name", "size", "mark", "received", "state", "state_title", "reason", "codes", "issued_on", "begun_by",
            "begun_at",
        ]  # fmt: skip

    def get_codes(self, upload: Upload) -> list[str]:
        """Return the codes of leaves that the file's name says for certain."""
        return list(codes_in(upload.name, self.context["leaves"]))

    def get_issued_on(self, upload: Upload) -> date | None:
        """Return the day that the file's name says in full."""
        return day_in(upload.name)


class UploadIn(serializers.Serializer[Any]):
    """A file that is about to be sent; ``mark`` is the SHA-256 of its content in hex, where it is known."""

    name = serializers.CharField(max_length=1000, trim_whitespace=False)
    size = WholeField()
    mark = serializers.RegexField(
        r"^[0-9a-z-]*$", max_length=64, required=False, default="", allow_blank=True
    )


class PieceIn(serializers.Serializer[Any]):
    """Bytes of a file from ``offset`` on."""

    offset = WholeField()
    piece = serializers.FileField(allow_empty_file=True)


class ReceivedShape(serializers.ModelSerializer[Upload]):
    """How much of a file has arrived, in bytes."""

    class Meta:
        model = Upload
        fields = ["id", "received", "size", "state"]


class SpotIn(serializers.Serializer[Any]):
    """A leaf with the section and page to look at."""

    code = serializers.CharField()
    section = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class SpotsIn(serializers.Serializer[Any]):
    """On which leaves a file is put."""

    spots = SpotIn(many=True)


class PlacedIn(SpotsIn):
    """On which leaves a file of the tray is put, and when its document was issued, where that is known."""

    issued_on = serializers.DateField(required=False, allow_null=True, default=None)


class ToldIn(serializers.Serializer[Any]):
    """What is told of a piece of evidence; what is not sent stays as it is."""

    number = serializers.CharField(required=False, allow_blank=True, max_length=100)
    issuer = serializers.CharField(required=False, allow_blank=True, max_length=200)
    issued_on = serializers.DateField(required=False, allow_null=True)
    section = serializers.CharField(required=False, allow_blank=True, max_length=200)


class VersionIn(ToldIn):
    """A new version of a piece of evidence; what is not sent stays as the old one has it."""

    file = serializers.FileField()


class PhotosIn(serializers.Serializer[Any]):
    """Photographs of one document for one leaf."""

    code = serializers.CharField()
    photos = serializers.ListField(child=serializers.FileField(), allow_empty=False)
    section = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


def _spots(given: Any) -> list[Spot]:
    return [Spot(**spot) for spot in given["spots"]]


class OfCardViewSet(GenericViewSet[Any]):
    """What hangs on one card; who may score it reaches it, to strangers it does not exist."""

    queryset = Upload.objects.none()
    lookup_value_regex = r"\d+"

    def card(self) -> Scorecard:
        """Return the card of the address. Raises Http404 or Refused."""
        card = queries.card_for(self.request.actor, key_in(self.kwargs["card"]))
        if card is None:
            raise Http404
        require_verb(card, Verb.SCORE, self.request.actor)
        return card


class UploadViewSet(OfCardViewSet):
    """The card's files on their way and in the tray."""

    serializer_class = UploadShape

    def _upload(self) -> Upload:
        rows = Upload.objects.select_related("card__unit", "card__round__host")
        return get_object_or_404(rows, card=self.card(), pk=key_in(self.kwargs["pk"]))

    def _said(self, card: Scorecard, uploads: Any, *, many: bool = False) -> Any:
        return UploadShape(uploads, many=many, context={"leaves": queries.own_leaves(card)}).data

    @extend_schema(responses=UploadShape(many=True))
    def list(self, request: Request, card: str) -> Response:
        """Return what is on its way, in the tray or refused, oldest first."""
        of = self.card()
        page = self.paginate_queryset(queries.uploads_of(of))
        return self.get_paginated_response(self._said(of, page, many=True))

    @extend_schema(request=UploadIn, responses={201: UploadShape})
    def create(self, request: Request, card: str) -> Response:
        """Begin a file, or find where the same file stands: ``received`` says from where to go on."""
        of = self.card()
        upload = actions.begin(of, by=request.actor, **read(UploadIn, request.data))
        return Response(self._said(of, upload), status=status.HTTP_201_CREATED)

    @extend_schema(request={FORM: PieceIn}, responses=ReceivedShape)
    @action(detail=True, methods=["post"])
    def pieces(self, request: Request, card: str, pk: str) -> Response:
        """Keep the bytes from ``offset`` on."""
        upload = self._upload()
        given = read(PieceIn, request.data)
        content = given["piece"].read(MOST_PIECE + 1)
        upload = actions.add_piece(upload, by=request.actor, offset=given["offset"], content=content)
        return Response(ReceivedShape(upload).data)

    @extend_schema(request=None, responses=UploadShape)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, card: str, pk: str) -> Response:
        """Judge the whole file and lay it in the tray."""
        upload = self._upload()
        upload = actions.finish(upload, by=request.actor)
        return Response(self._said(upload.card, upload))

    @extend_schema(request=PlacedIn, responses={201: EvidenceShape(many=True)})
    @action(detail=True, methods=["post"])
    def place(self, request: Request, card: str, pk: str) -> Response:
        """Put a file of the tray on leaves."""
        upload = self._upload()
        given = read(PlacedIn, request.data)
        days = {upload.pk: given["issued_on"]} if given["issued_on"] else {}
        made = actions.place(upload.card, {upload.pk: _spots(given)}, by=request.actor, days=days)
        return Response(EvidenceShape(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonIn, responses={204: None})
    @action(detail=True, methods=["post"], url_path="throw-away")
    def throw_away(self, request: Request, card: str, pk: str) -> Response:
        """Put a file aside with a word."""
        actions.throw_away(self._upload(), by=request.actor, **read(ReasonIn, request.data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EvidenceViewSet(OfCardViewSet):
    """What may be done with a piece of evidence besides taking it off; photographs."""

    serializer_class = EvidenceShape

    def _piece(self) -> Evidence:
        rows = Evidence.objects.select_related("score__card__unit", "score__card__round__host", "file")
        rows = rows.filter(score__card=self.card(), removed_at__isnull=True)
        return get_object_or_404(rows, pk=key_in(self.kwargs["pk"]))

    @extend_schema(request={FORM: VersionIn}, responses={201: EvidenceShape})
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, card: str, pk: str) -> Response:
        """Put a new version in the place of a piece of evidence."""
        piece = self._piece()
        given = read(VersionIn, request.data)
        made = actions.replace_file(piece, by=request.actor, upload=given.pop("file"), **given)
        return Response(EvidenceShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ToldIn, responses=EvidenceShape)
    @action(detail=True, methods=["post"])
    def mend(self, request: Request, card: str, pk: str) -> Response:
        """Change number, issuer, day and section of a piece of evidence; its file stays."""
        piece = self._piece()
        piece = actions.mend_told(piece, by=request.actor, **read(ToldIn, request.data))
        return Response(EvidenceShape(piece).data)

    @extend_schema(request=SpotsIn, responses={201: EvidenceShape(many=True)})
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, card: str, pk: str) -> Response:
        """Put a piece of evidence on further leaves, without sending its file again."""
        piece = self._piece()
        made = actions.attach_again(piece, _spots(read(SpotsIn, request.data)), by=request.actor)
        return Response(EvidenceShape(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request={FORM: PhotosIn}, responses={201: EvidenceShape})
    @action(detail=False, methods=["post"])
    def photos(self, request: Request, card: str) -> Response:
        """Put photographs on a leaf as one document."""
        of = self.card()
        given = read(PhotosIn, request.data)
        code, photographs = given.pop("code"), given.pop("photos")
        made = actions.add_photographs(of, code, by=request.actor, photographs=photographs, **given)
        return Response(EvidenceShape(made).data, status=status.HTTP_201_CREATED)


ROUTES = [
    (r"scorecards/(?P<card>\d+)/uploads", UploadViewSet, "upload"),
    (r"scorecards/(?P<card>\d+)/evidence", EvidenceViewSet, "evidence"),
]
