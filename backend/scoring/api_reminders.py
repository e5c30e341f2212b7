"""The host's reminders as JSON: who would get what, send it, what was sent, whom letters did not reach."""

from __future__ import annotations

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core import clock
from backend.core.text import key_in
from backend.notices.actions import resend
from backend.rounds.models import HostReminder, RemindedUnit
from backend.rounds.queries import host_reminders
from backend.scoring import actions, mailing
from backend.scoring.actions.host_reminding import BODY, MOST_UNITS, SUBJECT
from backend.scoring.api_rounds import round_of
from backend.scoring.sent import read


class ReminderIn(serializers.Serializer[Any]):
    """What is sent to which cards; with ``preview`` nothing is sent. ``again`` confirms a second one on a day."""

    cards = serializers.ListField(child=serializers.IntegerField(), max_length=MOST_UNITS)
    subject = serializers.CharField(max_length=200, default=SUBJECT)
    body = serializers.CharField(max_length=3000, default=BODY)
    again = serializers.BooleanField(default=False)
    preview = serializers.BooleanField(default=False)


class PreparedShape(serializers.Serializer[Any]):
    """What one unit would get."""

    card = serializers.IntegerField(source="row.card.pk")
    unit_name = serializers.CharField(source="row.card.unit_name")
    subject = serializers.CharField()
    body = serializers.CharField()
    people = serializers.IntegerField(source="reach.number")
    mails = serializers.IntegerField(source="reach.mails")
    without_address = serializers.ListField(child=serializers.CharField(), source="reach.without")
    bounced = serializers.ListField(child=serializers.CharField(), source="reach.bounced")
    reminded_at = serializers.DateTimeField(allow_null=True)


class RemindedUnitShape(serializers.ModelSerializer[RemindedUnit]):
    """A unit that was reminded."""

    class Meta:
        model = RemindedUnit
        fields = ["unit", "unit_name", "people", "mails", "without_address"]


class HostReminderShape(serializers.ModelSerializer[HostReminder]):
    """One reminder of the host and the units it went to."""

    units = RemindedUnitShape(many=True)

    class Meta:
        model = HostReminder
        fields = ["id", "sender_name", "sent_at", "subject", "body", "units"]


class TroubleShape(serializers.Serializer[Any]):
    """One person whom letters do not reach, and why; ``letter`` and ``state`` are empty without an address."""

    unit_name = serializers.CharField()
    person = serializers.CharField(source="person.full_name")
    address = serializers.CharField(source="person.email")
    letter = serializers.IntegerField(source="letter.pk", default=None)
    state = serializers.CharField(source="letter.state", default="")
    error = serializers.CharField(source="letter.error", default="")


class RemindersShape(serializers.Serializer[Any]):
    """What the host sent in a round, newest first, and whom letters do not reach."""

    sent = HostReminderShape(many=True)
    troubles = TroubleShape(many=True)


class PreviewShape(serializers.Serializer[Any]):
    """What each unit would get."""

    units = PreparedShape(many=True)


class ReminderViewSet(ViewSet):
    """Reminders that somebody of the host writes."""

    @extend_schema(responses=forced_singular_serializer(RemindersShape))  # type: ignore[no-untyped-call]
    def list(self, request: Request, pk: str) -> Response:
        """Return what the host sent, and whom letters do not reach."""
        round_ = round_of(request, key_in(pk))
        actions.require_reminding(request.actor, round_)  # type: ignore[attr-defined]
        body = {"sent": host_reminders(round_)[:100], "troubles": mailing.troubles(round_)}
        return Response(RemindersShape(body).data)

    @extend_schema(request=ReminderIn, responses={200: PreviewShape, 201: HostReminderShape})
    def create(self, request: Request, pk: str) -> Response:
        """Return what each unit would get, or send it."""
        round_ = round_of(request, key_in(pk))
        actions.require_reminding(request.actor, round_)  # type: ignore[attr-defined]
        given = read(ReminderIn, request.data)
        cards, preview = given.pop("cards"), given.pop("preview")
        if preview:
            del given["again"]
            units = actions.prepare(round_, cards, now=clock.now(), **given)
            return Response(PreviewShape({"units": units}).data)
        made = actions.send_reminder(round_, cards, by=request.actor, **given)  # type: ignore[attr-defined]
        return Response(HostReminderShape(made).data, status=status.HTTP_201_CREATED)


class ResendingViewSet(ViewSet):
    """Letters of which nobody knows whether they arrived."""

    @extend_schema(request=None, responses={204: None})
    def create(self, request: Request, pk: str, letter_pk: str) -> Response:
        """Send such a letter again."""
        round_ = round_of(request, key_in(pk))
        actions.require_reminding(request.actor, round_)  # type: ignore[attr-defined]
        resend(mailing.unsure_letter(round_, key_in(letter_pk)))
        return Response(status=status.HTTP_204_NO_CONTENT)


ROUTES = [
    (r"rounds/(?P<pk>\d+)/reminders", ReminderViewSet, "round-reminder"),
    (r"rounds/(?P<pk>\d+)/reminders/(?P<letter_pk>\d+)/resend", ResendingViewSet, "round-resending"),
]
