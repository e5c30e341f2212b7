"""Sessions of the council and changes after the conclusion, as JSON: the pages' own queries and actions."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.accounts.actions import re_authenticate
from backend.scoring import actions, api_rounds, board, queries, sent, shapes_sessions
from backend.scoring.models import Amendment, Proposal, Scorecard, Session
from backend.scoring.queries.sessions import require_presiding
from backend.scoring.sent import read
from permissions.roles import Verb


class SessionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Session]):
    """Sessions of the rounds whose cards the person works on for their host, or inspects."""

    serializer_class = shapes_sessions.SessionShape
    queryset = Session.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> Any:
        """Return the sessions of those rounds, newest first."""
        rounds = board.hosted_rounds(self.request.actor)
        rows = Session.objects.filter(round__in=rounds).select_related("round__host")
        return rows.order_by("-opened_at", "-pk")

    @extend_schema(request=sent.BeginIn, responses={201: shapes_sessions.SessionShape})
    def create(self, request: Request) -> Response:
        """Begin a session of a round's council."""
        given = request.data if hasattr(request.data, "get") else {}
        round_ = api_rounds.named(request, given)
        require_presiding(queries.council_members(round_), request.actor)
        venue = read(sent.BeginIn, request.data)["venue"]
        made = actions.begin_session(round_, by=request.actor, venue=venue)
        return Response(shapes_sessions.SessionShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=shapes_sessions.WholeSessionShape)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one session with who is there, its agenda and votes; without cards the person is kept from."""
        found: Session = self.get_object()
        cards = [row.card for row in queries.agenda_of(found)]
        seen = set(board.heard_cards(request.actor, found.round).values_list("pk", flat=True))
        cards = [card for card in cards if card.pk in seen]
        left, quorum = queries.disagreements(cards), queries.quorum_of(found)
        agenda = [
            {"card": card.pk, "unit_name": card.unit_name, "state": card.state, "open": left.get(card.pk, [])}
            for card in cards
        ]
        body = {
            "session": found,
            "present": quorum.present,
            "members": quorum.members,
            "wanted": quorum.wanted,
            "quorate": quorum.holds,
            "attendance": found.attendances.order_by("order", "pk"),
            "agenda": agenda,
            "votings": queries.votings(found, score__card__in=cards),
        }
        return Response(shapes_sessions.WholeSessionShape(body).data)

    @extend_schema(request=sent.AttendanceIn, responses=shapes_sessions.WholeSessionShape)
    @action(detail=True, methods=["post"])
    def attendance(self, request: Request, pk: str) -> Response:
        """Note who is there."""
        found: Session = self.get_object()
        actions.mark_attendance(found, by=request.actor, rows={})  # her right before what she sent
        rows = read(sent.AttendanceIn, request.data)["rows"]
        given = {row["person"]: (row["presence"], row["reason"]) for row in rows}
        actions.mark_attendance(found, by=request.actor, rows=given)
        return self.retrieve(request, pk=pk)

    @extend_schema(request=None, responses=shapes_sessions.WholeSessionShape)
    @action(detail=True, methods=["post"])
    def agenda(self, request: Request, pk: str) -> Response:
        """Put on the agenda what was appraised since the session began."""
        actions.add_waiting(self.get_object(), by=request.actor)
        return self.retrieve(request, pk=pk)

    @extend_schema(request=sent.ProposalIn, responses={201: shapes_sessions.VotingShape})
    @action(detail=True, methods=["post"])
    def proposals(self, request: Request, pk: str) -> Response:
        """Propose points for a leaf of a card."""
        found: Session = self.get_object()
        key = sent.card_key(request.data)
        card = get_object_or_404(board.heard_cards(request.actor, found.round), pk=key)
        actions.require_voter(found, card, request.actor)
        given = read(sent.ProposalIn, request.data)
        given.pop("card")
        row = actions.propose(found, card, given.pop("code"), by=request.actor, **given)
        made = queries.votings(found, pk=row.pk)[0]
        return Response(shapes_sessions.VotingShape(made).data, status=status.HTTP_201_CREATED)

    def _proposal(self, key: str) -> Proposal:
        session: Session = self.get_object()
        rows = Proposal.objects.filter(session=session).select_related("session", "score")
        found = get_object_or_404(rows, pk=key)
        get_object_or_404(board.heard_cards(self.request.actor, session.round), pk=found.score.card_id)
        return found

    @extend_schema(request=sent.VoteIn, responses={201: shapes_sessions.VotedShape})
    @action(detail=True, methods=["post"], url_path=r"proposals/(?P<row>\d+)/vote")
    def vote(self, request: Request, pk: str, row: str) -> Response:
        """Vote on a proposal, once."""
        found = self._proposal(row)
        actions.require_voter(found.session, found.score.card, request.actor)
        made = actions.vote(found, by=request.actor, **read(sent.VoteIn, request.data))
        return Response(shapes_sessions.VotedShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=shapes_sessions.VotingShape)
    @action(detail=True, methods=["post"], url_path=r"proposals/(?P<row>\d+)/end")
    def end_vote(self, request: Request, pk: str, row: str) -> Response:
        """Take no more votes on a proposal."""
        found = actions.end_vote(self._proposal(row), by=request.actor)
        return Response(shapes_sessions.VotingShape(queries.votings(found.session, pk=found.pk)[0]).data)

    @extend_schema(request=sent.SecretIn, responses=shapes_sessions.SessionShape)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the session and freeze its minutes; the secret is asked again."""
        found: Session = self.get_object()
        actions.require_closing(found, request.actor)
        re_authenticate(request.user, read(sent.SecretIn, request.data)["secret"], field="secret")  # type: ignore[arg-type]
        return Response(shapes_sessions.SessionShape(actions.close_session(found, by=request.actor)).data)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def minutes(self, request: Request, pk: str) -> Response:
        """Return what the minutes say: frozen once the session is closed, else as it stands."""
        found: Session = self.get_object()
        kept = set(found.agenda.values_list("card_id", flat=True))
        if kept - set(board.heard_cards(request.actor, found.round).values_list("pk", flat=True)):
            raise Http404  # who is kept from a card on the agenda reads the signed paper
        return Response(queries.minutes_for(found))


class AmendmentActs(GenericViewSet[Scorecard]):
    """Changes after the conclusion, for the card's view set."""

    def _card(self, verb: Verb) -> Scorecard:
        """Return the card if the person holds ``verb`` on it."""
        raise NotImplementedError

    def _hosted(self) -> Scorecard:
        return get_object_or_404(board.hosted_cards(self.request.actor), pk=self.kwargs["pk"])

    @extend_schema(responses=shapes_sessions.AmendmentShape(many=True))
    @action(detail=True)
    def amendments(self, request: Request, pk: str) -> Response:
        """Return the changes proposed since the conclusion, oldest first."""
        rows = self._hosted().amendments.select_related("score").order_by("proposed_at", "pk")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes_sessions.AmendmentShape(page, many=True).data)

    @extend_schema(request=sent.AmendmentIn, responses={201: shapes_sessions.AmendmentShape})
    @amendments.mapping.post
    def propose_change(self, request: Request, pk: str) -> Response:
        """Propose a change: of the leaf ``code``, or without one to open the conclusion again."""
        card = self._hosted()
        actions.require_amending(card, by=request.actor)
        given = read(sent.AmendmentIn, request.data)
        code, points, inputs = given.pop("code"), given.pop("points"), given.pop("inputs")
        if code:
            get_object_or_404(card.scores, code=code)
            made = actions.propose_change(card, code, by=request.actor, points=points, inputs=inputs, **given)
        else:
            made = actions.propose_reopening(card, by=request.actor, **given)
        return Response(shapes_sessions.AmendmentShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=sent.SecretIn, responses=shapes_sessions.AmendmentShape)
    @action(detail=True, methods=["post"], url_path=r"amendments/(?P<row>\d+)/confirm")
    def confirm_change(self, request: Request, pk: str, row: str) -> Response:
        """Confirm a change as the second person; the secret is asked again."""
        self._hosted()
        found = get_object_or_404(Amendment, card=self._card(Verb.CONCLUDE), pk=row)
        re_authenticate(request.user, read(sent.SecretIn, request.data)["secret"], field="secret")  # type: ignore[arg-type]
        made = actions.confirm_change(found, by=request.actor)
        return Response(shapes_sessions.AmendmentShape(made).data)

    @extend_schema(request=sent.RefusalIn, responses=shapes_sessions.AmendmentShape)
    @action(detail=True, methods=["post"], url_path=r"amendments/(?P<row>\d+)/refuse")
    def refuse_change(self, request: Request, pk: str, row: str) -> Response:
        """Turn a change down, or take one's own back."""
        found = get_object_or_404(Amendment, card=self._hosted(), pk=row)
        if found.proposed_by_id != request.actor.user_id:
            self._card(Verb.CONCLUDE)
        made = actions.refuse_change(found, by=request.actor, **read(sent.RefusalIn, request.data))
        return Response(shapes_sessions.AmendmentShape(made).data)


ROUTES = [("sessions", SessionViewSet, "session")]
