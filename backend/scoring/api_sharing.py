"""Work shared inside a unit as JSON, for its own people only: assignments, divisions, remarks, its own council."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.errors import Invalid
from backend.core.serializers import PointsSerializerField, WholeField
from backend.criteria.models import Node
from backend.scoring import actions, queries
from backend.scoring.actions.own_council import require_member
from backend.scoring.actions.sharing import require_own
from backend.scoring.models import Division, OwnMember, OwnOpinion, Remark, Score, Scorecard
from backend.scoring.sent import LeafIn, ReasonIn, read
from backend.scoring.shapes import CountShape

LEAF = OpenApiParameter("code", str, required=True, description="Mã tiêu chí.")


# --- shapes in -----------------------------------------------------------------------------------------------


class DueIn(serializers.Serializer[Any]):
    """The unit's own deadline: the first moment too late."""

    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class LeavesIn(serializers.Serializer[Any]):
    """Leaves by code, and whole fields by theirs."""

    codes = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    fields_whole = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class AssignIn(LeavesIn, DueIn):
    """Leaves and to whom: ``assignee`` is "d-3" for a division or "p-12" for a person, as listed."""

    assignee = serializers.CharField()


class DivisionIn(serializers.Serializer[Any]):
    """A division of the unit; ``people`` are usernames."""

    name = serializers.CharField(max_length=150)
    order = WholeField(required=False, default=1)
    people = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    is_active = serializers.BooleanField(required=False, default=True)


class RemarkIn(serializers.Serializer[Any]):
    """What is said of a leaf; ``mentioned`` are usernames."""

    code = serializers.CharField()
    text = serializers.CharField(max_length=4000)
    mentioned = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class OwnMemberIn(serializers.Serializer[Any]):
    """One member of the unit's own council, by username."""

    person = serializers.CharField()
    role = serializers.ChoiceField(choices=OwnMember.Role.choices)


class OwnCouncilIn(serializers.Serializer[Any]):
    """The decision and the members."""

    decision_number = serializers.CharField(max_length=100)
    decision_date = serializers.DateField()
    members = OwnMemberIn(many=True)


class OpinionIn(serializers.Serializer[Any]):
    """What a member thinks of one leaf."""

    code = serializers.CharField()
    verdict = serializers.ChoiceField(choices=OwnOpinion.Verdict.choices)
    points = PointsSerializerField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


# --- shapes out ----------------------------------------------------------------------------------------------


class PersonShape(serializers.Serializer[Any]):
    """A person of the unit; ``key`` names her as an assignee."""

    key = serializers.SerializerMethodField()
    username = serializers.CharField()
    full_name = serializers.CharField()

    def get_key(self, person: Any) -> str:
        """Return "p-12"."""
        return f"p-{person.pk}"


class DivisionShape(serializers.ModelSerializer[Division]):
    """A division of the unit with its people; ``key`` names it as an assignee."""

    key = serializers.SerializerMethodField()
    people = serializers.SerializerMethodField()

    class Meta:
        model = Division
        fields = ["id", "key", "name", "order", "is_active", "people"]

    def get_key(self, division: Division) -> str:
        """Return "d-3"."""
        return f"d-{division.pk}"

    @extend_schema_field(PersonShape(many=True))
    def get_people(self, division: Division) -> Any:
        """Return who works in it."""
        return PersonShape([row.person for row in division.members.all()], many=True).data


class SharedLeafShape(serializers.Serializer[Any]):
    """One leaf with who has it until when (``key`` empty: nobody) and how much is said of it."""

    code = serializers.CharField()
    key = serializers.CharField()
    assignee = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    mine = serializers.BooleanField()
    done = serializers.BooleanField()
    late = serializers.BooleanField()
    remarks = serializers.IntegerField()
    unread = serializers.IntegerField()


class TallyShape(serializers.Serializer[Any]):
    """How far a person, division or field is: counts of leaves."""

    key = serializers.CharField()
    title = serializers.CharField()
    leaves = serializers.IntegerField()
    done = serializers.IntegerField()
    no_points = serializers.IntegerField()
    no_evidence = serializers.IntegerField()
    late = serializers.IntegerField()
    nearest = serializers.DateTimeField(allow_null=True)


class ProgressShape(serializers.Serializer[Any]):
    """How far the unit is, three ways."""

    people = TallyShape(many=True)
    divisions = TallyShape(many=True)
    fields_ = TallyShape(many=True, source="fields")
    unassigned = TallyShape()


class SharingShape(serializers.Serializer[Any]):
    """Who has what, and how far each is."""

    leaves = SharedLeafShape(many=True)
    people = PersonShape(many=True)
    divisions = DivisionShape(many=True)
    progress = ProgressShape()


class RemarkShape(serializers.ModelSerializer[Remark]):
    """One remark; its text is null once it is withdrawn. ``mentioned`` are usernames."""

    text = serializers.SerializerMethodField()
    mentioned = serializers.SerializerMethodField()

    class Meta:
        model = Remark
        fields = ["id", "author_name", "text", "made_at", "withdrawn_at", "mentioned"]

    def get_text(self, remark: Remark) -> str | None:
        """Return what was said, unless it was taken back."""
        return None if remark.withdrawn_at else remark.text

    def get_mentioned(self, remark: Remark) -> list[str]:
        """Return who is called."""
        return [] if remark.withdrawn_at else [row.person.username for row in remark.mentions.all()]


class OwnMemberShape(serializers.ModelSerializer[OwnMember]):
    """One member of the unit's own council."""

    person = serializers.CharField(source="person.username")
    full_name = serializers.CharField(source="person.full_name")

    class Meta:
        model = OwnMember
        fields = ["person", "full_name", "role"]


class OpinionShape(serializers.ModelSerializer[OwnOpinion]):
    """What one member said of one leaf at the newest sitting."""

    code = serializers.CharField(source="score.code")
    points = PointsSerializerField(allow_null=True)

    class Meta:
        model = OwnOpinion
        fields = ["code", "person_name", "verdict", "points", "reason", "made_at"]


class OwnCouncilShape(serializers.Serializer[Any]):
    """The unit's own council, with what its members said at its newest sitting; ``on`` false: there is none."""

    on = serializers.BooleanField()
    decision_number = serializers.CharField(allow_null=True)
    decision_date = serializers.DateField(allow_null=True)
    members = OwnMemberShape(many=True)
    opinions = OpinionShape(many=True)
    minute = serializers.CharField(allow_null=True)


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

    @extend_schema(request=DivisionIn, responses=DivisionShape)
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
        given["members"] = dict(zip(keys, [row["role"] for row in given["members"]], strict=True))
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
