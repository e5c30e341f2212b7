"""Every read about accounts and seats; each starts from the administrator who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from backend.accounts.models import User
from backend.core.text import fold
from permissions.actor import Actor, within
from permissions.roles import ROLE_TITLES, Role, Verb
from tiers.models import Appointment, Unit

STATES = ("active", "first", "disabled", "unseated")
_NOT_OVER = Q(ends_at__isnull=True) | Q(ends_at__gt=Now())


def accounts_for(actor: Actor) -> QuerySet[User]:
    """Return the people who sit, sat or will sit at a unit the actor manages."""
    if actor.system:
        return User.objects.all()
    return User.objects.filter(Exists(_managed(actor).filter(user=OuterRef("pk"))))


def _managed(actor: Actor) -> QuerySet[Appointment]:
    return Appointment.objects.filter(within(actor, Verb.MANAGE_PEOPLE, unit="acts_for__path"))


def seats_for(actor: Actor) -> QuerySet[Appointment]:
    """Return the seats the actor manages, with person, unit and workplace."""
    return _managed(actor).select_related("user", "acts_for", "workplace")


def units_for(actor: Actor, day: date) -> QuerySet[Unit]:
    """Return the units in being on ``day`` whose people the actor manages."""
    return Unit.objects.on(day).filter(within(actor, Verb.MANAGE_PEOPLE, unit="path"))


def all_units_for(actor: Actor) -> QuerySet[Unit]:
    """Return the units of any day whose people the actor manages."""
    return Unit.objects.filter(within(actor, Verb.MANAGE_PEOPLE, unit="path"))


def filtered(
    rows: QuerySet[User], *, words: str = "", unit: Unit | None = None, role: str = "", state: str = ""
) -> QuerySet[User]:
    """Return the accounts that match: name or username without accents, a seat not over, a state."""
    rows = rows.filter(folded__contains=fold(words)) if words.strip() else rows
    seats = Appointment.objects.filter(_NOT_OVER, user=OuterRef("pk"))
    if unit is not None:
        rows = rows.filter(Exists(seats.filter(Q(acts_for=unit) | Q(workplace=unit))))
    if role:
        rows = rows.filter(Exists(seats.filter(role=role)))
    return _in_state(rows, state)


def _in_state(rows: QuerySet[User], state: str) -> QuerySet[User]:
    if state == "active":
        return rows.filter(is_active=True)
    if state == "first":
        return rows.filter(is_active=True, must_change_password=True)
    if state == "disabled":
        return rows.filter(is_active=False)
    if state == "unseated":
        in_force = Appointment.objects.in_force().filter(user=OuterRef("pk"))
        return rows.filter(~Exists(in_force))
    return rows


def with_seats(rows: QuerySet[User]) -> QuerySet[User]:
    """Return the accounts with ``seats_now``: their seats not yet over, in one more query."""
    seats = Appointment.objects.filter(_NOT_OVER).select_related("acts_for", "workplace")
    return rows.prefetch_related(Prefetch("appointments", queryset=seats, to_attr="seats_now"))


def seats_of(user: User) -> QuerySet[Appointment]:
    """Return every seat a person ever held, the newest first."""
    return user.appointments.select_related("acts_for", "workplace").order_by("-starts_at", "-pk")


def seats_outside(user: User, actor: Actor) -> list[Appointment]:
    """Return the person's seats not yet over that the actor does not manage."""
    rows = user.appointments.filter(_NOT_OVER).select_related("acts_for")
    return [seat for seat in rows if not actor.may(Verb.MANAGE_PEOPLE, at=seat.place())]


def last_seat(user: User) -> Appointment | None:
    """Return the person's newest seat with its workplace, None where she never had one."""
    return user.appointments.select_related("workplace").order_by("-starts_at", "-pk").first()


@dataclass(frozen=True)
class Line:
    """One recorded change of an account or a seat: when, who, what with its reason."""

    at: datetime
    actor_name: str
    text: str


def history_of(user: User) -> list[Line]:
    """Return what was done with the account and its seats, the newest first; three queries."""
    lines = [Line(row.history_date, row.actor_name, row.history_change_reason) for row in user.history.all()]
    seats = Appointment.history.filter(user_id=user.pk)
    units = dict(Unit.objects.filter(pk__in={row.acts_for_id for row in seats}).values_list("pk", "name"))
    lines += [Line(row.history_date, row.actor_name, _of_seat(row, units)) for row in seats]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _of_seat(row: Any, units: dict[int, str]) -> str:
    return f"{row.history_change_reason}: {ROLE_TITLES[Role(row.role)]} - {units.get(row.acts_for_id, '')}"
