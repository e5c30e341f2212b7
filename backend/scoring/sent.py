"""JSON shapes of what is sent to the heart. Points are text, "8.5" or "8,5"; dates and moments are ISO."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from backend.core.dates import parse_moment, parse_start
from backend.core.errors import Invalid
from backend.core.serializers import KeyField, PointsSerializerField, WholeField
from backend.core.text import key_in
from backend.scoring.changes import KINDS
from backend.scoring.lifecycle import State
from backend.scoring.models import Attendance, Ballot


def read(shape: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    """Return what was sent, by its shape. Raises a refusal (422) field by field."""
    sent = shape(data=given)
    sent.is_valid(raise_exception=True)
    values: dict[str, Any] = sent.validated_data
    return values


class CardFilter(serializers.Serializer[Any]):
    """Which cards are listed."""

    round = KeyField(required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)


class SpanField(serializers.CharField):
    """A day or a moment as text, ISO or as people type it; gives an aware ``datetime``."""

    def __init__(self, *, reads: Callable[[str], datetime], **options: Any) -> None:
        super().__init__(**options)
        self.reads = reads

    def to_internal_value(self, data: Any) -> Any:
        """Return the moment. Raises ValidationError where it can't be read."""
        try:
            return self.reads(super().to_internal_value(data))
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.message) from None


class ChangesIn(serializers.Serializer[Any]):
    """Which changes are listed: words of the unit's name (with all below it), kind, person, step, round.

    ``first`` and ``last`` are days or moments and count both. ``code`` is a leaf, or a field or criterion with
    all below it; ``turn`` is 1 where the council raised points, -1 where it cut; ``points_before`` and
    ``points_after`` are those of a change; ``reason`` are words of the reason, without accents too; ``before`` is where to go on.
    """

    q = serializers.CharField(required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=list(KINDS), required=False, allow_blank=True, default="")
    first = SpanField(required=False, default=None, reads=parse_start)
    last = SpanField(required=False, default=None, reads=parse_moment)
    person = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    step = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    round = KeyField(required=False, default=None)
    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=30)
    turn = serializers.ChoiceField(choices=[-1, 0, 1], required=False, default=0)
    points_before = PointsSerializerField(required=False, default=None)
    points_after = PointsSerializerField(required=False, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    before = serializers.CharField(required=False, default="")


class LeafIn(serializers.Serializer[Any]):
    """Which leaf."""

    code = serializers.CharField()


class ReasonIn(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField()


class RoundIn(serializers.Serializer[Any]):
    """Which round."""

    round = KeyField()


class EndingIn(serializers.Serializer[Any]):
    """Why a step ends early, and by which document."""

    reason = serializers.CharField()
    document = serializers.CharField(max_length=200)


class PointsIn(serializers.Serializer[Any]):
    """A save of one leaf: inputs of its rule, or bare points where it asks for nothing else; neither clears it."""

    code = serializers.CharField()
    version = WholeField()
    inputs = serializers.DictField(required=False)
    points = PointsSerializerField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True)


class MarkIn(serializers.Serializer[Any]):
    """The council's points of one leaf."""

    code = serializers.CharField()
    version = WholeField()
    points = PointsSerializerField()
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class DeductionIn(serializers.Serializer[Any]):
    """Points taken off a field or leaf after appraisal; ``file`` (sent as a form) is the document itself."""

    code = serializers.CharField()
    points = PointsSerializerField()
    reason = serializers.CharField()
    document = serializers.CharField(max_length=200)
    file = serializers.FileField(required=False)


class CannedIn(serializers.Serializer[Any]):
    """A canned reason: ``leaf`` is the key of its leaf (none: every leaf); ``version`` 0 makes it new."""

    code = serializers.CharField(max_length=9)
    text = serializers.CharField(max_length=1000)
    leaf = KeyField(required=False, allow_null=True, default=None)
    version = WholeField(required=False, default=0)


class ReturnNoteIn(serializers.Serializer[Any]):
    """Why one leaf is to go back; an empty reason takes it off."""

    code = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class ReturnAnswerIn(serializers.Serializer[Any]):
    """What was done about a returned leaf; ``done`` false: not yet."""

    code = serializers.CharField()
    answer = serializers.CharField(required=False, allow_blank=True, default="")
    done = serializers.BooleanField(required=False, default=True)


class LookIn(serializers.Serializer[Any]):
    """The moment of what the person has read."""

    at = serializers.DateTimeField()


class MoveIn(serializers.Serializer[Any]):
    """A move: its reason and document; ``secret`` (password or code) where it signs.

    ``seen`` is the fingerprint of what was read (``check``, or the card itself): an approval has to name it.
    ``leaves`` are leaves returned with a reason each.
    """

    reason = serializers.CharField(required=False, allow_blank=True, default="")
    document = serializers.CharField(required=False, allow_blank=True, default="")
    new_close = serializers.DateTimeField(required=False, allow_null=True, default=None)
    secret = serializers.CharField(required=False, allow_blank=True, default="")
    seen = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    leaves = ReturnNoteIn(many=True, required=False, default=list)


class TextsIn(serializers.Serializer[Any]):
    """Difficulties and proposals of the report; ``seen`` is the card's ``texts_seen`` as last read."""

    difficulties = serializers.CharField(allow_blank=True)
    proposals = serializers.CharField(allow_blank=True)
    seen = serializers.CharField(required=False, allow_blank=True, default="", max_length=16)


class QuestionIn(serializers.Serializer[Any]):
    """A question to the unit about one leaf."""

    code = serializers.CharField()
    question = serializers.CharField()


class AnswerIn(serializers.Serializer[Any]):
    """The unit's answer about one leaf."""

    code = serializers.CharField()
    version = WholeField()
    answer = serializers.CharField(allow_blank=True)


class LeafReasonIn(serializers.Serializer[Any]):
    """A leaf and why it is left out, put back or no longer asked about."""

    code = serializers.CharField()
    reason = serializers.CharField()


class EvidenceIn(serializers.Serializer[Any]):
    """A file, or a reference to a document by number and issuer."""

    code = serializers.CharField()
    file = serializers.FileField(required=False)
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    issuer = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    issued_on = serializers.DateField(required=False, allow_null=True, default=None)
    section = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class SurveyLineIn(serializers.Serializer[Any]):
    """One survey or outside-index leaf of one unit: ``points``, or the ``inputs`` listed as ``asked``.

    ``version`` as listed, 0 before the first.
    """

    card = KeyField()
    code = serializers.CharField()
    version = WholeField()
    points = PointsSerializerField(required=False, allow_null=True, default=None)
    inputs = serializers.DictField(required=False, default=dict)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SourceIn(serializers.Serializer[Any]):
    """Where survey points come from: the report, its date, forms sent and answered."""

    report_number = serializers.CharField()
    report_date = serializers.DateField()
    sample = WholeField()
    answers = WholeField()


class SurveyIn(SourceIn):
    """Survey points of a round with their source."""

    round = KeyField()
    lines = SurveyLineIn(many=True)


class SurveyFileIn(serializers.Serializer[Any]):
    """The filled-in workbook of a group of the round, as the page of survey points gives it out."""

    group = KeyField()
    file = serializers.FileField()


class SurveyConfirmIn(SourceIn):
    """``preview`` as ``survey-import`` answered it, with the source of its points."""

    preview = serializers.CharField()


class DelegationIn(serializers.Serializer[Any]):
    """Whom the approval is lent to, and for when."""

    taker = serializers.CharField(help_text="tên đăng nhập")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    document = serializers.CharField(required=False, allow_blank=True, default="")


class SignedCopyIn(serializers.Serializer[Any]):
    """The signed report with its number and date."""

    file = serializers.FileField()
    number = serializers.CharField(max_length=100)
    signed_on = serializers.DateField()


class BeginIn(serializers.Serializer[Any]):
    """A session of a round's council begins somewhere."""

    round = KeyField()
    venue = serializers.CharField(max_length=300)


class PresenceIn(serializers.Serializer[Any]):
    """One member's presence."""

    person = KeyField()
    presence = serializers.ChoiceField(choices=Attendance.Presence.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)


class AttendanceIn(serializers.Serializer[Any]):
    """Who is there."""

    rows = PresenceIn(many=True)


class ProposalIn(serializers.Serializer[Any]):
    """Points proposed for a leaf of a card."""

    card = KeyField()
    code = serializers.CharField()
    points = PointsSerializerField()
    reason = serializers.CharField()


class VoteIn(serializers.Serializer[Any]):
    """One vote."""

    choice = serializers.ChoiceField(choices=Ballot.Choice.choices)


class SecretIn(serializers.Serializer[Any]):
    """The person shows again who she is."""

    secret = serializers.CharField(trim_whitespace=False)


class AmendmentIn(serializers.Serializer[Any]):
    """A change after the conclusion: of the leaf ``code`` by ``points`` or its rule's ``inputs``; without it, of all."""

    code = serializers.CharField(required=False, allow_blank=True, default="")
    points = PointsSerializerField(required=False, allow_null=True, default=None)
    inputs = serializers.DictField(required=False, default=dict)
    reason = serializers.CharField()
    document = serializers.CharField(max_length=200)


class RefusalIn(serializers.Serializer[Any]):
    """Why a change is turned down or taken back."""

    answer = serializers.CharField()


def card_key(data: Any) -> int:
    """Return the key of the card that was sent; 0 where none was, which is no card's."""
    given = data.get("card", "") if hasattr(data, "get") else ""
    return key_in(str(given)) or 0
