"""Reminders: how long before the end of a step, and what the host sent by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.rounds import rules
from backend.rounds.actions.setup import hold_round
from backend.rounds.models import HostReminder, RemindedUnit, Reminder, Round, Step
from permissions.actor import Actor
from permissions.roles import Verb

REMINDED = (Step.Kind.SELF, Step.Kind.EXPLANATION)


@transaction.atomic
def set_reminders(step: Step, hours: Sequence[int], *, by: Actor) -> list[Reminder]:
    """Set how many hours before its end the people of a step are reminded.

    Raises Refused, OutOfStep for a published round or a step units don't work in, Invalid.
    """
    round = hold_round(step.round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    if round.state == Round.State.PUBLISHED or step.kind not in REMINDED:
        raise OutOfStep(_("Bước “%(step)s” không có thư nhắc hạn để đặt.") % {"step": step.title})
    if problems := rules.wrong_distances(hours):
        raise Invalid(" ".join(problems), problems=problems)
    with recording(by=by, about=round.history_about, reason=_("Đặt mốc nhắc hạn")):
        for old in step.reminders.exclude(hours__in=hours):
            old.delete()
        have = set(step.reminders.values_list("hours", flat=True))
        for one in sorted(set(hours) - have, reverse=True):
            Reminder.objects.create(step=step, hours=one)
    return list(step.reminders.all())


def note_reminder(
    round: Round, *, by: Actor, now: datetime, subject: str, body: str, units: Iterable[RemindedUnit]
) -> HostReminder:
    """Record what the host sends to which units. The caller holds the round and has asked who may."""
    made = HostReminder.objects.create(
        round=round, sent_by_id=by.user_id, sender_name=by.name, sent_at=now, subject=subject, body=body
    )
    rows = list(units)
    for row in rows:
        row.reminder = made
    RemindedUnit.objects.bulk_create(rows)
    return made
