"""Seats: appointments to guardian grants, and the plain actor of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid
from backend.core.prepared import Prepared
from permissions.actor import NOBODY, Actor
from permissions.roles import ROLES, Role, Verb
from tiers.models import Appointment, Unit, UnitGrant

# The shortest a seat can be: the clock of the databases reads no finer than milliseconds.
MOMENT = timedelta(milliseconds=1)
_SEATS = Prepared(
    lambda user: Appointment.objects.in_force().filter(user=user).select_related("acts_for", "workplace")
)


def actor_for(user: Any) -> Actor:
    """Return the person as a plain actor with the seats in force now; one query."""
    if not user.is_authenticated:
        return NOBODY
    seats = tuple(row.seat() for row in _SEATS.all(user=user.pk))
    return Actor(user_id=user.pk, name=user.full_name, seats=seats)


class ActorMiddleware:
    """Puts ``request.actor`` on every request; the query runs when it is first used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its actor at hand."""
        request.actor = SimpleLazyObject(lambda: actor_for(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)


@transaction.atomic
def appoint(  # noqa: PLR0913  (a seat has that many facts, all by name)
    user: Any,
    role: Role | str,
    *,
    acts_for: Unit,
    by: Actor,
    workplace: Unit | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    title: str = "",
    fields_limit: str = "",
    decision_number: str = "",
    decision_date: Any = None,
    reason: str = "",
) -> Appointment:
    """Seat a person and write her guardian grants. Raises Refused, or Invalid on wrong dates."""
    by.require(Verb.MANAGE_PEOPLE, at=acts_for.place())
    begins = starts_at or clock.now()
    if ends_at is not None and ends_at <= begins:
        raise Invalid(_("Ngày kết thúc phải sau ngày bắt đầu."))
    seat = Appointment(
        user=user,
        role=Role(role),
        acts_for=acts_for,
        workplace=workplace or acts_for,
        starts_at=begins,
        ends_at=ends_at,
        title=title,
        fields_limit=fields_limit,
        decision_number=decision_number,
        decision_date=decision_date,
    )
    with recording(by=by, reason=reason or _("Phân công")):
        seat.save()
    grant(seat)
    return seat


@transaction.atomic
def end(seat: Appointment, *, ends_at: datetime, by: Actor, reason: str) -> Appointment:
    """End a seat at a moment. Raises Refused, or Invalid where the moment is before its start."""
    seat = Appointment.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    by.require(Verb.MANAGE_PEOPLE, at=seat.place())
    if ends_at <= seat.starts_at:
        raise Invalid(_("Ngày kết thúc phải sau ngày bắt đầu."))
    seat.ends_at = ends_at
    with recording(by=by, reason=reason):
        seat.save(update_fields=["ends_at"])
    return seat


def grant(seat: Appointment) -> None:
    """Write one guardian grant per verb of the seat's role, on the unit it acts for."""
    grant_all([seat])


def grant_all(seats: Iterable[Appointment]) -> None:
    """Write the grants of many seats; three queries."""
    kind = ContentType.objects.get_for_model(Unit)
    permissions = {row.codename: row for row in Permission.objects.filter(content_type=kind)}
    UnitGrant.objects.bulk_create(
        UnitGrant(
            user_id=seat.user_id,
            permission=permissions[str(verb)],
            content_object_id=seat.acts_for_id,
            appointment=seat,
        )
        for seat in seats
        for verb in ROLES[Role(seat.role)]
    )


def wrong_grants() -> Iterator[str]:
    """Yield a line for every seat whose guardian grants are not exactly those of its role."""
    seats = Appointment.objects.select_related("acts_for", "user").prefetch_related("grants__permission")
    for seat in seats.iterator(500):
        wanted = {(str(verb), seat.acts_for_id, seat.user_id) for verb in ROLES[Role(seat.role)]}
        found = {(row.permission.codename, row.content_object_id, row.user_id) for row in seat.grants.all()}
        for verb, *_rest in sorted(wanted ^ found):
            yield f"{seat.acts_for.name}: quyền {verb} của {seat.user.username} ({seat}) khác với phân công"


def holders(unit: Unit, verb: Verb) -> list[Any]:
    """Return the active people whose seat in force on ``unit`` itself gives ``verb``."""
    grants = UnitGrant.objects.in_force().filter(
        content_object=unit, permission__codename=str(verb), user__is_active=True
    )
    return list({row.user_id: row.user for row in grants.select_related("user")}.values())
