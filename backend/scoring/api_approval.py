"""What a leader reads and returns, as JSON: findings before signing, changes, leaves returned with a reason each."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.rounds.models import Step
from backend.scoring import actions, checking, queries, sent, shapes_approval
from backend.scoring.models import Scorecard
from backend.scoring.sent import read
from permissions.roles import Verb


class ApprovalActs(GenericViewSet[Scorecard]):
    """Acts around the approval of a card, for the card's view set."""

    def _card(self, verb: Verb) -> Scorecard:
        """Return the card if the person holds ``verb`` on it."""
        raise NotImplementedError

    @extend_schema(responses=shapes_approval.BriefShape)
    @action(detail=True)
    def check(self, request: Request, pk: str) -> Response:
        """Return what keeps the card from being submitted, what to look at again, and the content's fingerprint."""
        card = self.get_object()
        actions.require_own(card, self.request.actor)
        seen = queries.sheet(card, self.request.actor)
        returned = queries.returned_now(card)
        parts = [*checking.to_fix(seen), *checking.to_look_at(seen, returned)]
        body = {
            "fingerprint": queries.shown_fingerprint(seen),
            "now": seen.now,
            "findings": [one for part in parts for one in part.findings],
            "returned": returned,
        }
        return Response(shapes_approval.BriefShape(body).data)

    @extend_schema(responses=shapes_approval.AskedLeavesShape)
    @action(detail=True)
    def explanation(self, request: Request, pk: str) -> Response:
        """Return what the council asks with the unit's answers, and their fingerprint: the move "explain" names it."""
        card = self.get_object()
        actions.require_own(card, self.request.actor)
        seen, window = queries.sheet(card, self.request.actor), queries.time_of(card, Step.Kind.EXPLANATION)
        wanted = window.step.pk if window else None
        rows = [
            (leaf.code, asked, [piece for piece in leaf.evidence if piece.step_id == asked.step_id])
            for leaf in seen.leaves
            for asked in leaf.explanations
            if asked.step_id == wanted
        ]
        body = {
            "fingerprint": queries.answers_fingerprint(rows),
            "now": seen.now,
            "closes_at": window.closes if window else None,
            "asked": [{"code": code, "explanation": row, "evidence": pieces} for code, row, pieces in rows],
        }
        return Response(shapes_approval.AskedLeavesShape(body).data)

    @extend_schema(request=sent.ReturnNoteIn, responses={200: shapes_approval.ReturnedShape, 204: None})
    @action(detail=True, methods=["post"], url_path="return-notes")
    def return_notes(self, request: Request, pk: str) -> Response:
        """Keep why one leaf is to go back, until the move "return" sends it; an empty reason takes it off."""
        card = self._card(Verb.APPROVE)
        row = actions.note_return(card, by=self.request.actor, **read(sent.ReturnNoteIn, request.data))
        if row is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(shapes_approval.ReturnedShape(row).data)

    @extend_schema(request=sent.ReturnAnswerIn, responses=shapes_approval.ReturnedShape)
    @action(detail=True, methods=["post"], url_path="answer-return")
    def answer_return(self, request: Request, pk: str) -> Response:
        """Mark a returned leaf as dealt with, or as not yet."""
        card = self._card(Verb.SCORE)
        row = actions.answer_return(card, by=self.request.actor, **read(sent.ReturnAnswerIn, request.data))
        return Response(shapes_approval.ReturnedShape(row).data)

    @extend_schema(request=sent.LookIn, responses=shapes_approval.ChangesSinceShape)
    @action(detail=True, methods=["post"])
    def look(self, request: Request, pk: str) -> Response:
        """Note that the person has looked at the card as of a moment; return what had changed since she last did."""
        card = self._card(Verb.APPROVE)
        actor = self.request.actor
        seen, moves = queries.sheet(card, actor), queries.signatures(card, actor)
        since = queries.fresh_since(queries.look_of(card, actor), seen.now, moves)
        changes = queries.trail(seen, [since]).after(since)
        actions.look(card, by=actor, at=read(sent.LookIn, request.data)["at"])
        return Response(shapes_approval.ChangesSinceShape({"since": since, "changes": changes}).data)
