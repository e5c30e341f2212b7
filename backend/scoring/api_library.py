"""A card's evidence as JSON: the list with search and flags, what is missing, reuse, the package."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.serializers import PointsSerializerField
from backend.core.text import key_in
from backend.scoring import actions, queries
from backend.scoring.actions.moves import require_verb
from backend.scoring.models import Bundle
from backend.scoring.sent import read
from backend.scoring.shapes import EvidenceShape
from permissions.roles import Verb


class LibraryIn(serializers.Serializer[Any]):
    """Which evidence is listed: words (without accents), field, leaf, kind of flag; in which order ("-" turns it round)."""

    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=queries.MOST_SOUGHT)
    field = serializers.CharField(required=False, allow_blank=True, default="")
    leaf = serializers.CharField(required=False, allow_blank=True, default="")
    flag = serializers.ChoiceField(queries.FlagKind.choices, required=False, allow_blank=True, default="")
    sort = serializers.ChoiceField(
        [sign + name for name in queries.SORTS for sign in ("", "-")],
        required=False,
        allow_blank=True,
        default="",
    )


class PicksIn(serializers.Serializer[Any]):
    """Which offers of earlier years are attached, by their ``key``."""

    picks = serializers.ListField(child=serializers.CharField(max_length=60), max_length=2000)


class FlagShape(serializers.Serializer[Any]):
    """One thing to notice, and how it is said."""

    kind = serializers.ChoiceField(queries.FlagKind.choices)
    words = serializers.CharField()


class HitShape(serializers.Serializer[Any]):
    """Where the words stand in the text: page, and the sentence round them."""

    page = serializers.IntegerField()
    before = serializers.CharField()
    words = serializers.CharField()
    after = serializers.CharField()


class ItemShape(serializers.Serializer[Any]):
    """One piece of evidence of the card. ``preview`` is the address to look at it in place, null with ``why_not``."""

    code = serializers.CharField(source="leaf.code")
    title = serializers.CharField(source="leaf.node.title")
    evidence = EvidenceShape(source="piece")
    size = serializers.IntegerField(source="piece.file.size", default=None, allow_null=True)
    reused_year = serializers.IntegerField(source="piece.reused_year", allow_null=True)
    flags = FlagShape(many=True)
    preview = serializers.SerializerMethodField()
    why_not = serializers.CharField(source="why_not_shown")
    hit = serializers.SerializerMethodField()

    def get_preview(self, item: Any) -> str | None:
        """Return the address of what a browser shows."""
        if not item.is_shown:
            return None
        return reverse("scoring:evidence_preview", args=[item.leaf.score.card_id, item.piece.pk])

    @extend_schema_field(HitShape(allow_null=True))
    def get_hit(self, item: Any) -> Any:
        """Return the sentence with the words looked for, where the text has them."""
        return {"page": item.page, **vars(item.hit)} if item.hit else None


class LackShape(serializers.Serializer[Any]):
    """One leaf without a document."""

    code = serializers.CharField(source="leaf.code")
    title = serializers.CharField(source="leaf.node.title")
    points = PointsSerializerField(source="leaf.points", allow_null=True)
    why = serializers.CharField()
    asked = serializers.CharField()
    is_explained = serializers.BooleanField()


class LacksShape(serializers.Serializer[Any]):
    """The leaves of a card without a document."""

    results = LackShape(many=True)


class OfferShape(serializers.Serializer[Any]):
    """One piece of an earlier year that a leaf could show again."""

    key = serializers.CharField()
    code = serializers.CharField(source="score.code")
    year = serializers.IntegerField()
    unit_name = serializers.CharField()
    evidence = EvidenceShape(source="piece")


class OffersShape(serializers.Serializer[Any]):
    """What earlier years have for a card."""

    results = OfferShape(many=True)


class BundleShape(serializers.ModelSerializer[Bundle]):
    """A package of all evidence, made in the background; ``file`` is where it is given out once it is ready."""

    file = serializers.SerializerMethodField()

    class Meta:
        model = Bundle
        fields = [
            "id", "state", "done", "total", "file_name", "size", "sha256", "requested_at", "made_at", "file",
        ]  # fmt: skip

    def get_file(self, bundle: Bundle) -> str | None:
        """Return the address of the zip."""
        ready = bundle.state == Bundle.State.READY
        return reverse("scoring:bundle_file", args=[bundle.card_id, bundle.pk]) if ready else None


class LibraryActions:
    """What a card's JSON says of its evidence; mixed into the cards' own view."""

    get_object: Any
    paginate_queryset: Any
    get_paginated_response: Any

    @extend_schema(parameters=[LibraryIn], responses=ItemShape(many=True))
    @action(detail=True)
    def library(self, request: Request, pk: str) -> Response:
        """Return the evidence of the card that the person may see, searched, narrowed and sorted."""
        given = read(LibraryIn, request.query_params)
        wanted = queries.Wanted(words=given.pop("q"), **given)
        seen = queries.sheet(self.get_object(), request.actor)
        found = queries.found(queries.items_of(seen, request.actor), wanted)
        page = self.paginate_queryset(found)
        queries.show_hits(page, wanted)
        return self.get_paginated_response(ItemShape(page, many=True).data)

    @extend_schema(responses=LacksShape)
    @action(detail=True)
    def missing(self, request: Request, pk: str) -> Response:
        """Return the leaves without a document, to who may read what the unit gives itself; to others 404."""
        sheet = queries.sheet(self.get_object(), request.actor)
        if not sheet.shows_own:
            raise Http404
        return Response(LacksShape({"results": queries.missing(sheet)}).data)

    @extend_schema(responses=OffersShape)
    @action(detail=True)
    def reuse(self, request: Request, pk: str) -> Response:
        """Return what earlier years have for the leaves of the card."""
        card = self.get_object()
        require_verb(card, Verb.SCORE, request.actor)
        return Response(OffersShape({"results": queries.offers(card, request.actor)}).data)

    @extend_schema(request=PicksIn, responses={201: EvidenceShape(many=True)})
    @reuse.mapping.post
    def attach_again(self, request: Request, pk: str) -> Response:
        """Attach pieces of earlier years to their leaves."""
        card = self.get_object()
        require_verb(card, Verb.SCORE, request.actor)
        made = actions.reuse(card, read(PicksIn, request.data)["picks"], by=request.actor)
        return Response(EvidenceShape(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={202: BundleShape})
    @action(detail=True, methods=["post"])
    def bundles(self, request: Request, pk: str) -> Response:
        """Ask for all evidence of the card as one zip."""
        made = actions.request_bundle(self.get_object(), by=request.actor)
        return Response(BundleShape(made).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=BundleShape)
    @action(detail=True, url_path=r"bundles/(?P<bundle>\d+)")
    def bundle(self, request: Request, pk: str, bundle: str) -> Response:
        """Return how far a package is that was asked for by this person."""
        mine = Bundle.objects.filter(card=self.get_object(), requested_by=request.actor.user_id)
        return Response(BundleShape(get_object_or_404(mine, pk=key_in(bundle))).data)
