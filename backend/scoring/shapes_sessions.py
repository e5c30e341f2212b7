"""JSON shapes of the council's sessions and of changes after the conclusion."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.serializers import PointsSerializerField
from backend.scoring.models import Amendment, Attendance, Session


class SessionShape(serializers.ModelSerializer[Session]):
    """A session; ``fingerprint`` is that of its minutes once it is closed."""

    class Meta:
        model = Session
        fields = [
            "id", "round", "number", "venue", "by_name", "quorum", "opened_at", "opened_by", "closed_at", "closed_by",
            "fingerprint",
        ]  # fmt: skip


class AttendanceShape(serializers.ModelSerializer[Attendance]):
    """A member at the session."""

    class Meta:
        model = Attendance
        fields = ["person", "person_name", "role", "title", "presence", "reason"]


class VoteCountShape(serializers.Serializer[Any]):
    """How a vote came out."""

    agreed = serializers.IntegerField()
    against = serializers.IntegerField()
    abstained = serializers.IntegerField()


class VotingShape(serializers.Serializer[Any]):
    """A proposal with its votes; ``count`` is null while a closed vote goes on, ``named`` empty where it was closed."""

    id = serializers.IntegerField(source="proposal.pk")
    card = serializers.IntegerField(source="proposal.score.card_id")
    code = serializers.CharField(source="proposal.score.code")
    author = serializers.CharField(source="proposal.author_name")
    points = PointsSerializerField(source="proposal.points")
    reason = serializers.CharField(source="proposal.reason")
    ended_at = serializers.DateTimeField(source="proposal.ended_at", allow_null=True)
    count = VoteCountShape(allow_null=True)
    voters = serializers.ListField(child=serializers.CharField())
    named = serializers.SerializerMethodField()

    def get_named(self, voting: Any) -> dict[str, list[str]]:
        """Return who chose what, by the choice in words."""
        return dict(voting.named)


class OpenShape(serializers.Serializer[Any]):
    """A leaf on which council and unit differ."""

    code = serializers.CharField()
    own = PointsSerializerField(allow_null=True)
    appraised = PointsSerializerField(allow_null=True)
    words = serializers.CharField()


class AgendaShape(serializers.Serializer[Any]):
    """A card on the agenda with what is open on it."""

    card = serializers.IntegerField()
    unit_name = serializers.CharField()
    state = serializers.CharField()
    open = OpenShape(many=True)


class WholeSessionShape(serializers.Serializer[Any]):
    """A session with who is there, its agenda, and its votes as far as they may be told."""

    session = SessionShape()
    present = serializers.IntegerField()
    members = serializers.IntegerField()
    wanted = serializers.IntegerField()
    quorate = serializers.BooleanField()
    attendance = AttendanceShape(many=True)
    agenda = AgendaShape(many=True)
    votings = VotingShape(many=True)


class VotedShape(serializers.Serializer[Any]):
    """That the person has voted."""

    proposal = serializers.IntegerField(source="proposal_id")
    voter = serializers.CharField(source="voter_name")


class AmendmentShape(serializers.ModelSerializer[Amendment]):
    """A change proposed after the conclusion."""

    code = serializers.SerializerMethodField()
    from_points = PointsSerializerField(allow_null=True)
    points = PointsSerializerField(allow_null=True)

    class Meta:
        model = Amendment
        fields = [
            "id", "kind", "code", "from_points", "points", "inputs", "reason", "document", "proposer_name",
            "proposed_at", "state", "settler_name", "settled_at", "answer",
        ]  # fmt: skip

    def get_code(self, row: Amendment) -> str:
        """Return the leaf's code; empty where the whole conclusion is meant."""
        return row.score.code if row.score else ""
