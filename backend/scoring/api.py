"""Scorecards as JSON: the same queries and actions as the pages. What is asked: which card, which right, what.

A right is asked before the body is read, so that who may not act learns nothing from how it is judged.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from backend.accounts.actions import re_authenticate
from backend.scoring import (
    actions,
    api_across,
    api_councils,
    api_intake,
    api_room,
    api_rounds,
    api_sessions,
    api_survey,
    changes,
    queries,
    sent,
    shapes,
)
from backend.scoring.actions.appraisal import require_field
from backend.scoring.actions.facts import SEEN
from backend.scoring.actions.moves import require_move, require_verb
from backend.scoring.api_approval import ApprovalActs
from backend.scoring.api_library import LibraryActions
from backend.scoring.api_room import RoomActs
from backend.scoring.api_sessions import AmendmentActs
from backend.scoring.api_sharing import SharingActs
from backend.scoring.lifecycle import MOVES
from backend.scoring.models import Deduction, Delegation, Evidence, Scorecard
from backend.scoring.sent import read
from permissions.roles import Verb

FORM = "multipart/form-data"
SAVE_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Mã của lần ghi: số tài khoản, dấu gạch ngang, rồi 16-40 ký tự 0-9 a-f do bên gửi tự sinh "
        "(ví dụ 17-5f0c6e2b9d3a41c8). Gửi lại cùng mã và nội dung thì trả lời như cũ, không ghi thêm; "
        "cùng mã mà khác nội dung: 422; mã của tài khoản khác: 403; mã không đúng dạng: 422, phần đầu "
        "phải có đứng ở details.prefix."
    ),
)


class ScorecardViewSet(
    LibraryActions,
    SharingActs,
    ApprovalActs,
    RoomActs,
    AmendmentActs,
    api_councils.DraftActs,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
):
    """Cards the person may see; every act on a card is a POST that calls the page's own action."""

    serializer_class = shapes.CardShape
    queryset = Scorecard.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> Any:
        """Return the cards in the person's scope."""
        rows = queries.scorecards_for(self.request.actor)
        return rows.order_by("-round__year", "unit__order", "pk")

    @extend_schema(parameters=[sent.CardFilter])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the cards in the person's scope, of one round or in one state where asked."""
        rows = self.get_queryset().filter(**read(sent.CardFilter, request.query_params))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.CardShape(page, many=True).data)

    @extend_schema(responses=shapes.SheetShape)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one card with its leaves, moves made and totals, as far as the person may see them."""
        seen = queries.sheet(self.get_object(), request.actor)
        return Response(shapes.SheetShape(seen, context={"viewer": request.actor}).data)

    def _card(self, verb: Verb) -> Scorecard:
        """Return the card if the person holds ``verb`` on it. Raises Http404 or Refused."""
        card = self.get_object()
        require_verb(card, verb, self.request.actor)
        return card

    @extend_schema(
        parameters=[OpenApiParameter("code", str, required=True, description="Mã tiêu chí.")],
        responses=shapes.EntryShape(many=True),
    )
    @action(detail=True)
    def history(self, request: Request, pk: str) -> Response:
        """Return the life of one leaf in words, oldest first, as far as the person may know it."""
        card = self.get_object()
        wanted = read(sent.LeafIn, request.query_params)
        score = get_object_or_404(card.scores.select_related("node"), code=wanted["code"])
        entries = self.paginate_queryset(changes.entries_for(card, score, request.actor))
        return self.get_paginated_response(shapes.EntryShape(entries, many=True).data)

    # --- the unit ------------------------------------------------------------------------------------

    @extend_schema(parameters=[SAVE_KEY], request=sent.PointsIn, responses=shapes.SavedShape)
    @action(detail=True, methods=["post"])
    def points(self, request: Request, pk: str) -> Response:
        """Save the unit's own points of one leaf.

        ``version`` is the mark's version as last read: where somebody saved since, 409 with ``theirs``,
        ``yours`` and the newest ``version`` under ``details``. With ``Idempotency-Key`` a write whose answer
        was lost is sent again as it was: it answers the same and writes nothing twice.
        """
        card = self._card(Verb.SCORE)
        key = request.headers.get("Idempotency-Key", "")
        saved = actions.set_points(card, by=request.actor, key=key, **read(sent.PointsIn, request.data))
        return Response(shapes.SavedShape(saved).data)

    @extend_schema(request=sent.TextsIn, responses=shapes.TextsShape)
    @action(detail=True, methods=["post"])
    def texts(self, request: Request, pk: str) -> Response:
        """Save difficulties and proposals.

        ``seen`` is the card's ``texts_seen`` as last read: where somebody saved others since, 409 with
        ``theirs``, ``yours`` and the newest ``seen`` under ``details``; 422 with both where it is left out
        though texts stand.
        """
        card = self._card(Verb.SCORE)
        card = actions.set_texts(card, by=request.actor, **read(sent.TextsIn, request.data))
        return Response(shapes.TextsShape(card).data)

    @extend_schema(
        request={"application/json": sent.EvidenceIn, FORM: sent.EvidenceIn},
        responses={201: shapes.EvidenceShape},
    )
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: str) -> Response:
        """Attach a file (as a form with ``file``) or a reference to a document."""
        card = self._card(Verb.SCORE)
        given = read(sent.EvidenceIn, request.data)
        code, upload = given.pop("code"), given.pop("file", None)
        if upload is None:
            piece = actions.add_document(card, code, by=request.actor, **given)
        else:
            piece = actions.add_file(card, code, by=request.actor, upload=upload, **given)
        return Response(shapes.EvidenceShape(piece).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path=r"evidence/(?P<piece>\d+)/remove")
    def remove_evidence(self, request: Request, pk: str, piece: str) -> Response:
        """Mark a piece of evidence removed."""
        rows = Evidence.objects.select_related("score")
        rows = rows.filter(score__card=self._card(Verb.SCORE), removed_at__isnull=True)
        actions.remove_evidence(get_object_or_404(rows, pk=piece), by=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request={FORM: sent.SignedCopyIn}, responses=shapes.CardShape)
    @action(detail=True, methods=["post"], url_path="signed-copy")
    def signed_copy(self, request: Request, pk: str) -> Response:
        """Attach the signed and stamped report, until the lock."""
        card = self._card(Verb.SCORE)
        given = read(sent.SignedCopyIn, request.data)
        card = actions.attach_signed_copy(card, upload=given.pop("file"), by=request.actor, **given)
        return Response(shapes.CardShape(card).data)

    @extend_schema(request=sent.AnswerIn, responses=shapes.ExplanationShape)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Save the unit's answer to one question."""
        card = self._card(Verb.SCORE)
        given = actions.answer(card, by=request.actor, **read(sent.AnswerIn, request.data))
        return Response(shapes.ExplanationShape(given).data)

    # --- moves and delegation ------------------------------------------------------------------------

    @extend_schema(request=sent.MoveIn, responses=shapes.CardShape)
    @action(detail=True, methods=["post"], url_path=r"moves/(?P<name>[a-z_]+)")
    def moves(self, request: Request, pk: str, name: str) -> Response:
        """Make a move of the table; those that sign need the secret again, approvals ``seen`` too."""
        if name not in MOVES or name == "publish":
            raise Http404
        card: Scorecard = self.get_object()
        name = queries.way_of(card, name)
        require_move(card, name, request.actor)
        given = read(sent.MoveIn, request.data)
        secret, seen = given.pop("secret"), given.pop("seen")
        given["leaves"] = {row["code"]: row["reason"] for row in given["leaves"]}
        if name in SEEN:
            actions.require_seen(card, seen, name)
            given["seen"] = seen
        if MOVES[name].signs:
            re_authenticate(request.user, secret, field="secret")  # type: ignore[arg-type]
        return Response(shapes.CardShape(actions.move(card, name, by=request.actor, **given)).data)

    @extend_schema(responses=shapes.DelegationShape(many=True))
    @action(detail=True)
    def delegations(self, request: Request, pk: str) -> Response:
        """Return to whom the approval of this card is or was lent."""
        rows = self._card(Verb.APPROVE).delegations.select_related("taker").order_by("-starts_at")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.DelegationShape(page, many=True).data)

    @extend_schema(request=sent.DelegationIn, responses={201: shapes.DelegationShape})
    @delegations.mapping.post
    def delegate(self, request: Request, pk: str) -> Response:
        """Lend the approval of this card to a colleague for a period."""
        card = self._card(Verb.DELEGATE)
        given = read(sent.DelegationIn, request.data)
        people = get_user_model().objects.filter(is_active=True, appointments__acts_for=card.unit_id)
        taker = get_object_or_404(people.distinct(), username=given.pop("taker"))
        lent = actions.delegate(card, by=request.actor, taker=taker, **given)
        return Response(shapes.DelegationShape(lent).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=sent.ReasonIn, responses=shapes.DelegationShape)
    @action(detail=True, methods=["post"], url_path=r"delegations/(?P<lent>\d+)/revoke")
    def revoke(self, request: Request, pk: str, lent: str) -> Response:
        """End a delegation now."""
        row = get_object_or_404(Delegation, card=self._card(Verb.DELEGATE), pk=lent)
        row = actions.revoke(row, by=request.actor, **read(sent.ReasonIn, request.data))
        return Response(shapes.DelegationShape(row).data)

    # --- the council ---------------------------------------------------------------------------------

    def _leaf(self, verb: Verb, shape: type[Serializer[Any]]) -> tuple[Scorecard, dict[str, Any]]:
        """Return the card and what was sent about one leaf of the person's fields."""
        card = self._card(verb)
        given = read(shape, self.request.data)
        score = get_object_or_404(card.scores, code=given["code"])
        if verb is Verb.APPRAISE:
            require_field(card, score, self.request.actor)
        return card, given

    @extend_schema(request=sent.MarkIn, responses=shapes.SavedShape)
    @action(detail=True, methods=["post"])
    def appraise(self, request: Request, pk: str) -> Response:
        """Save the council's points of one leaf."""
        card, given = self._leaf(Verb.APPRAISE, sent.MarkIn)
        return Response(shapes.SavedShape(actions.appraise(card, by=request.actor, **given)).data)

    @extend_schema(request=sent.MarkIn, responses=shapes.SavedShape)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Save the chair's own points of one leaf."""
        card, given = self._leaf(Verb.CONCLUDE, sent.MarkIn)
        return Response(shapes.SavedShape(actions.decide(card, by=request.actor, **given)).data)

    @extend_schema(request=None, responses=shapes.CountShape)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Agree with every leaf of the person's fields not marked yet; return how many."""
        number = actions.agree_rest(self._card(Verb.APPRAISE), by=request.actor)
        return Response(shapes.CountShape({"number": number}).data)

    @extend_schema(request=sent.QuestionIn, responses=shapes.ExplanationShape)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the unit about one leaf."""
        card, given = self._leaf(Verb.APPRAISE, sent.QuestionIn)
        return Response(shapes.ExplanationShape(actions.ask(card, by=request.actor, **given)).data)

    @extend_schema(request=None, responses=shapes.CountShape)
    @action(detail=True, methods=["post"], url_path="ask-for-cuts")
    def ask_for_cuts(self, request: Request, pk: str) -> Response:
        """Ask about every leaf of the person's fields that was cut; return how many."""
        number = actions.ask_for_cuts(self._card(Verb.APPRAISE), by=request.actor)
        return Response(shapes.CountShape({"number": number}).data)

    @extend_schema(request=sent.LeafReasonIn, responses={204: None})
    @action(detail=True, methods=["post"])
    def unask(self, request: Request, pk: str) -> Response:
        """Take a question back before it is sent."""
        card, given = self._leaf(Verb.APPRAISE, sent.LeafReasonIn)
        actions.unask(card, by=request.actor, **given)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=sent.LeafIn, responses=shapes.AppliesShape)
    @action(detail=True, methods=["post"], url_path="not-arisen")
    def not_arisen(self, request: Request, pk: str) -> Response:
        """Agree that nothing arose on a leaf: it leaves the unit's maximum."""
        card, given = self._leaf(Verb.APPRAISE, sent.LeafIn)
        return Response(shapes.AppliesShape(actions.agree_not_arisen(card, by=request.actor, **given)).data)

    @extend_schema(
        request={"application/json": sent.DeductionIn, FORM: sent.DeductionIn},
        responses={201: shapes.DeductionShape},
    )
    @action(detail=True, methods=["post"])
    def deductions(self, request: Request, pk: str) -> Response:
        """Take points off a field or leaf after appraisal, by reason and document."""
        card = self._card(Verb.ASK)
        given = read(sent.DeductionIn, request.data)
        made = actions.deduct(card, by=request.actor, upload=given.pop("file", None), **given)
        return Response(shapes.DeductionShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=sent.ReasonIn, responses={201: shapes.DeductionShape})
    @action(detail=True, methods=["post"], url_path=r"deductions/(?P<row>\d+)/withdraw")
    def withdraw_deduction(self, request: Request, pk: str, row: str) -> Response:
        """Take a deduction back; return the row that says so."""
        rows = Deduction.objects.filter(card=self._card(Verb.ASK), withdraws__isnull=True)
        given = read(sent.ReasonIn, request.data)
        made = actions.withdraw_deduction(get_object_or_404(rows, pk=row), by=request.actor, **given)
        return Response(shapes.DeductionShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=sent.LeafReasonIn, responses=shapes.AppliesShape)
    @action(detail=True, methods=["post"], url_path="leave-out")
    def leave_out(self, request: Request, pk: str) -> Response:
        """Leave a leaf out for this unit."""
        card, given = self._leaf(Verb.REOPEN, sent.LeafReasonIn)
        return Response(shapes.AppliesShape(actions.leave_out(card, by=request.actor, **given)).data)

    @extend_schema(request=sent.LeafReasonIn, responses=shapes.AppliesShape)
    @action(detail=True, methods=["post"], url_path="put-back")
    def put_back(self, request: Request, pk: str) -> Response:
        """Let a leaf apply again."""
        card, given = self._leaf(Verb.REOPEN, sent.LeafReasonIn)
        return Response(shapes.AppliesShape(actions.put_back(card, by=request.actor, **given)).data)


ROUTES = [
    ("scorecards", ScorecardViewSet, "scorecard"),
    *api_intake.ROUTES,
    *api_rounds.ROUTES,
    *api_room.ROUTES,
    *api_across.ROUTES,
    *api_sessions.ROUTES,
    *api_survey.ROUTES,
    *api_councils.ROUTES,
]
