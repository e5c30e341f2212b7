"""Seats: appointments to guardian grants, and the plain actor of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid
from backend.core.prepared import Prepared
from backend.notices.queries import unread_of
from permissions.actor import NOBODY, Actor
from permissions.roles import ROLES, Role, Verb
from tiers.models import Appointment, Unit, UnitGrant

# The shortest a seat can be: the clock of the databases reads no finer than milliseconds.
MOMENT = timedelta(milliseconds=1)
# With how many messages the person has not read: the header shows it at no statement more.
_UNREAD = unread_of(OuterRef("user")).order_by().values("user").annotate(n=Count("pk")).values("n")
_SEATS = Prepared(
    lambda user: (
        Appointment.objects.in_force()
        .filter(user=user)
        .annotate(unread=Subquery(_UNREAD))
        .select_related("acts_for", "workplace")
    )
)


def actor_for(user: Any) -> Actor:
    """Return the person as a plain actor with the seats in force now; one query."""
    return _seated(user)[0] if user.is_authenticated else NOBODY


def _seated(user: Any) -> tuple[Actor, int | None]:
    """Return the person as an actor, and how many messages she has not read; None where she has no seat to count by."""
    found: list[Any] = _SEATS.all(user=user.pk)
    actor = Actor(user_id=user.pk, name=user.full_name, seats=tuple(row.seat() for row in found))
    return actor, (found[0].unread or 0) if found else None


def _actor_of(request: Any) -> Actor:
    """Return the request's actor and leave ``unread`` on the request: the header shows it at no statement more."""
    if not request.user.is_authenticated:
        return NOBODY
    actor, request.unread = _seated(request.user)
    return actor


class ActorMiddleware:
    """Puts ``request.actor`` on every request; the query runs when it is first used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its actor at hand."""
        request.actor = SimpleLazyObject(lambda: _actor_of(request))  # type: ignore[attr-defined]
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


def holders_at(units: Iterable[int], verbs: Iterable[Verb]) -> dict[int, list[Any]]:
    """Return, by unit id, the active people whose seat in force gives any of the verbs there.

    Each person once a unit, in the order of her account; one query for every five hundred units.
    """
    wanted = list(units)
    found: dict[int, dict[int, Any]] = {unit: {} for unit in wanted}
    names = [str(verb) for verb in verbs]
    for start in range(0, len(wanted), 500):
        grants = UnitGrant.objects.in_force().filter(
            content_object__in=wanted[start : start + 500],
            permission__codename__in=names,
            user__is_active=True,
        )
        for row in grants.select_related("user").order_by("user_id"):
            found[row.content_object_id][row.user_id] = row.user
    return {unit: list(people.values()) for unit, people in found.items()}
