"""Work shared inside a unit as JSON, for its own people only: assignments, divisions, remarks, its own council."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.errors import Invalid
from backend.criteria.models import Node
from backend.scoring import actions, queries
from backend.scoring.actions.own_council import require_member
from backend.scoring.actions.sharing import require_own
from backend.scoring.models import Division, Remark, Score, Scorecard
from backend.scoring.sent import LeafIn, ReasonIn, read
from backend.scoring.shapes import CountShape
from backend.scoring.shapes_sharing import (
    AssignIn,
    DivisionIn,
    DivisionShape,
    DueIn,
    LeavesIn,
    OpinionIn,
    OpinionShape,
    OwnCouncilIn,
    OwnCouncilShape,
    RemarkIn,
    RemarkShape,
    SharingShape,
)

LEAF = OpenApiParameter("code", str, required=True, description="Mã tiêu chí.")


class SharingActs(GenericViewSet[Scorecard]):
    """What the unit's people do among themselves on a card; mixed into the cards' own addresses."""

    def _own(self) -> Scorecard:
        """Return the card if the person is one of its unit's own. Raises Http404 or Refused."""
        card: Scorecard = self.get_object()
        require_own(card, self.request.actor)
        return card

    @extend_schema(responses=SharingShape)
    @action(detail=True)
    def sharing(self, request: Request, pk: str) -> Response:
        """Return who of the unit has which leaf until when, and how far each is."""
        card = self._own()
        return Response(SharingShape(_shared(card, request.actor)).data)

    @extend_schema(request=AssignIn, responses=CountShape)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Give leaves to a division or a person of the unit; return how many changed."""
        card = self._own()
        given = read(AssignIn, request.data)
        codes = _codes(card, given)
        to = {"assignee": given["assignee"], "due_at": given["due_at"]}
        return Response({"number": actions.assign(card, codes, by=request.actor, **to)})

    @extend_schema(request=LeavesIn, responses=CountShape)
    @action(detail=True, methods=["post"])
    def unassign(self, request: Request, pk: str) -> Response:
        """Take leaves back from whom they were given to; return how many."""
        card = self._own()
        codes = _codes(card, read(LeavesIn, request.data))
        return Response({"number": actions.unassign(card, codes, by=request.actor)})

    @extend_schema(request=DueIn, responses=CountShape)
    @action(detail=True, methods=["post"], url_path="copy-assignments")
    def copy_assignments(self, request: Request, pk: str) -> Response:
        """Give the leaves nobody has to whom their leaf of last year was given; return how many."""
        card = self._own()
        number = actions.copy_assignments(card, by=request.actor, **read(DueIn, request.data))
        return Response({"number": number})

    @extend_schema(request=DivisionIn, responses={201: DivisionShape})
    @action(detail=True, methods=["post"])
    def divisions(self, request: Request, pk: str) -> Response:
        """Add a division to the unit."""
        made = self._save_division(self._own(), None)
        return Response(DivisionShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DivisionIn, responses=DivisionShape, operation_id="scorecards_division_change")
    @action(detail=True, methods=["post"], url_path=r"divisions/(?P<division>\d+)")
    def division(self, request: Request, pk: str, division: str) -> Response:
        """Change a division of the unit."""
        card = self._own()
        row = get_object_or_404(Division.objects.select_related("unit"), unit=card.unit, pk=division)
        return Response(DivisionShape(self._save_division(card, row)).data)

    def _save_division(self, card: Scorecard, row: Division | None) -> Division:
        given = read(DivisionIn, self.request.data)
        given["people"] = _people(card, given["people"], row)
        return actions.save_division(card, by=self.request.actor, division=row, **given)

    @extend_schema(parameters=[LEAF], responses=RemarkShape(many=True))
    @action(detail=True)
    def remarks(self, request: Request, pk: str) -> Response:
        """Return what the unit's people say to each other on a leaf, oldest first."""
        score = _score(self._own(), read(LeafIn, request.query_params))
        page = self.paginate_queryset(queries.remarks_on(score))
        return self.get_paginated_response(RemarkShape(page, many=True).data)

    @extend_schema(request=RemarkIn, responses={201: RemarkShape})
    @remarks.mapping.post
    def add_remark(self, request: Request, pk: str) -> Response:
        """Say something about a leaf to the unit's other people."""
        card = self._own()
        given = read(RemarkIn, request.data)
        called = _people(card, given.pop("mentioned"))
        code = _score(card, given).code
        made = actions.add_remark(card, code, by=request.actor, text=given["text"], mentioned=called)
        return Response(RemarkShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=LeafIn, responses=CountShape)
    @action(detail=True, methods=["post"], url_path="remarks/read")
    def read_remarks(self, request: Request, pk: str) -> Response:
        """Note that the person has read what calls her on a leaf; return how much that was."""
        card = self._own()
        code = _score(card, read(LeafIn, request.data)).code
        return Response({"number": actions.read_remarks(card, code, by=request.actor)})

    @extend_schema(request=None, responses=RemarkShape)
    @action(detail=True, methods=["post"], url_path=r"remarks/(?P<remark>\d+)/withdraw")
    def withdraw_remark(self, request: Request, pk: str, remark: str) -> Response:
        """Take one's own words back."""
        rows = Remark.objects.select_related("score").filter(score__card=self._own())
        made = actions.withdraw_remark(get_object_or_404(rows, pk=remark), by=request.actor)
        return Response(RemarkShape(made).data)

    @extend_schema(responses=OwnCouncilShape)
    @action(detail=True, url_path="own-council")
    def own_council(self, request: Request, pk: str) -> Response:
        """Return the unit's own council on the card and what its members said at its newest sitting."""
        return Response(OwnCouncilShape(_council(self._own())).data)

    @extend_schema(request=OwnCouncilIn, responses=OwnCouncilShape)
    @own_council.mapping.post
    def form_council(self, request: Request, pk: str) -> Response:
        """Form the unit's own council for this card, or change it."""
        card = self._own()
        given = read(OwnCouncilIn, request.data)
        keys = _people(card, [row["person"] for row in given["members"]])
        given["members"] = dict(zip(keys, [row["part"] for row in given["members"]], strict=True))
        actions.form_council(card, by=request.actor, **given)
        return Response(OwnCouncilShape(_council(card)).data)

    @extend_schema(request=ReasonIn, responses=OwnCouncilShape)
    @action(detail=True, methods=["post"], url_path="own-council/dismiss")
    def dismiss_council(self, request: Request, pk: str) -> Response:
        """Let the card go straight to the leader again."""
        card = self._own()
        actions.dismiss_council(card, by=request.actor, **read(ReasonIn, request.data))
        return Response(OwnCouncilShape(_council(card)).data)

    @extend_schema(request=OpinionIn, responses=OpinionShape)
    @action(detail=True, methods=["post"], url_path="own-council/opinions")
    def opinions(self, request: Request, pk: str) -> Response:
        """Say as a member of the unit's own council what one thinks of a leaf."""
        card: Scorecard = self.get_object()
        require_member(card, request.actor)
        given = read(OpinionIn, request.data)
        given["code"] = _score(card, given).code
        return Response(OpinionShape(actions.opine(card, by=request.actor, **given)).data)

    @extend_schema(request=None, responses=CountShape)
    @action(detail=True, methods=["post"], url_path="own-council/agree")
    def agree_with_rest(self, request: Request, pk: str) -> Response:
        """Agree as a member with every leaf one has said nothing of; return how many."""
        card: Scorecard = self.get_object()
        require_member(card, request.actor)
        return Response({"number": actions.agree_with_rest(card, by=request.actor)})


def _shared(card: Scorecard, viewer: Any) -> dict[str, Any]:
    sheet, found = queries.sheet(card, viewer), queries.shares(card, viewer)
    own = [(leaf, found.get(leaf.score.pk, queries.NOTHING)) for leaf in (*sheet.own, *sheet.extra)]
    leaves = [
        vars(share)
        | {
            "code": leaf.code,
            "done": queries.is_done(leaf),
            "late": queries.is_late(leaf, share, sheet.now),
        }
        for leaf, share in own
    ]
    return {
        "leaves": leaves,
        "people": queries.people_of(card.unit),
        "divisions": queries.divisions_of(card.unit),
        "progress": queries.progress(sheet, found),
    }


def _council(card: Scorecard) -> dict[str, Any]:
    seen = queries.council_of(card)
    return {
        "on": seen is not None,
        "decision_number": seen.council.decision_number if seen else None,
        "decision_date": seen.council.decision_date if seen else None,
        "members": seen.members if seen else [],
        "opinions": seen.all if seen else [],
        "minute": seen.minute.reason if seen and seen.minute else None,
    }


def _score(card: Scorecard, given: dict[str, Any]) -> Score:
    score: Score = get_object_or_404(card.scores, code=given["code"])
    return score


def _codes(card: Scorecard, given: dict[str, Any]) -> list[str]:
    """Return the codes sent, with those of whole fields that the unit scores itself."""
    fields = Q(pk__in=[])
    for field in given["fields_whole"]:
        fields |= Q(code__startswith=f"{field}.")
    whole = Score.objects.filter(fields, card=card, applies=True, source=Node.Source.ASSESSED)
    return [*given["codes"], *whole.values_list("code", flat=True)]


def _people(card: Scorecard, usernames: list[str], division: Division | None = None) -> list[int]:
    """Return the keys of the unit's people of those names, in that order. Raises Invalid for others."""
    known = {person.username: person.pk for person in queries.people_of(card.unit)}
    if division:
        members = get_user_model().objects.filter(pk__in=division.members.values("person"))
        known |= dict(members.values_list("username", "pk"))
    if unknown := [name for name in usernames if name not in known]:
        raise Invalid(
            _("Không có người giữ vai trò ở đơn vị với tên đăng nhập: %s.") % ", ".join(unknown[:5])
        )
    return [known[name] for name in usernames]
