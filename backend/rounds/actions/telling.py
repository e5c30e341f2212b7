"""Tell of other dates: the units at once, the councils of the host in their digest."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.core.dates import format_moment
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds import queries, rules
from backend.rounds.models import Extension, Round, Step
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
    tell(_council(round, by), key=key, subject=subject, body=body, url=page, kind=Kind.TIME)


def tell_new_dates(step: Step, round: Round, *, by: Actor, key: str, explained: str) -> None:
    """Tell everybody of the round that the step of all units opens or closes at another moment.

    ``explained`` is the reason with its document. Units hear of steps they work in at once.
    """
    subject = _("Đổi ngày bước “%(step)s” của mọi đơn vị") % {"step": step.title}
    body = _(
        "%(round)s: bước “%(step)s” mở lúc %(opens)s, hạn mới: %(until)s. Đơn vị đã được gia hạn riêng đến sau "
        "ngày này giữ hạn của mình.\nLý do: %(explained)s"
    ) % {
        "round": round.title,
        "step": step.title,
        "opens": format_moment(step.opens_at),
        "until": rules.said_closing(step.closes_at),
        "explained": explained,
    }
    told = {"key": key, "subject": subject, "body": body, "url": f"/rounds/{round.pk}/", "kind": Kind.TIME}
    if step.kind in (Step.Kind.SELF, Step.Kind.EXPLANATION):
        units = list(queries.units_in(round).values_list("pk", flat=True))
        people = {person.pk: person for held in holders_at(units, OF_UNIT).values() for person in held}
        tell(people.values(), urgent=True, **told)
    tell(_council(round, by), **told)


def _council(round: Round, by: Actor) -> list[User]:
    return [row for row in holders_at([round.host_id], OF_HOST)[round.host_id] if row.pk != by.user_id]
