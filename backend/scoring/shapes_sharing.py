"""JSON shapes of work shared inside a unit: what is sent, what is answered."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import PointsSerializerField, WholeField
from backend.scoring.models import Division, OwnMember, OwnOpinion, Remark

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
    part = serializers.ChoiceField(choices=OwnMember.Role.choices)


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


class SharedProgressShape(serializers.Serializer[Any]):
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
    progress = SharedProgressShape()


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
    part = serializers.ChoiceField(source="role", choices=OwnMember.Role.choices)

    class Meta:
        model = OwnMember
        fields = ["person", "full_name", "part"]


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
