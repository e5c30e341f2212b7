"""Tell of more time: the unit at once, the councils of the host in their digest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds import rules
from backend.rounds.models import Extension, Round
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.seating import holders_at

OF_UNIT = (Verb.SCORE, Verb.APPROVE)
OF_HOST = (Verb.APPRAISE, Verb.MANAGE_ROUND)


def tell_more_time(made: Extension, round: Round, *, by: Actor, url: str = "") -> None:
    """Tell the unit and all councils of the host; ``url`` is where the unit goes on."""
    done = _("mở lại phiếu") if made.reopens else _("gia hạn")
    subject = f"{made.unit.name}: {done}"
    body = _(
        "%(unit)s được %(done)s, bước “%(step)s”, hạn mới: %(until)s.\nLý do: %(reason)s\nVăn bản: %(document)s"
    ) % {
        "unit": made.unit.name,
        "done": done,
        "step": made.step.title,
        "until": rules.said_closing(made.closes_at),
        "reason": made.reason,
        "document": made.document,
    }
    page = f"/rounds/{round.pk}/"
    people = holders_at([made.unit_id], OF_UNIT)[made.unit_id]
    key = f"time-{made.pk}"
    tell(people, key=key, subject=subject, body=body, url=url or page, kind=Kind.TIME, urgent=True)
    council = [row for row in holders_at([round.host_id], OF_HOST)[round.host_id] if row.pk != by.user_id]
    tell(council, key=key, subject=subject, body=body, url=page, kind=Kind.TIME)
