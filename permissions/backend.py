"""django-guardian decides approvals by the seats in force, with the tree's inheritance."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from guardian.utils import get_user_obj_perms_model

from permissions.actor import Seat
from permissions.roles import CONFLICTED, Place, Verb, verb_named


class SeatBackend:
    """Answers ``user.has_perm(verb, object)`` for objects that tell their place.

    A grant counts only while its appointment or delegation is in force by the
    database's clock, so a seat ends at midnight with no job.
    """

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Sign nobody in; other backends do that."""
        return

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        """Return whether ``user`` may do ``perm`` on ``obj``. An unknown verb raises ValueError."""
        if obj is None or not hasattr(obj, "place") or not user.is_active:
            return False
        verb = verb_named(perm.rpartition(".")[2])
        grants = list(_grants_that_matter(user, verb))
        place = obj.place()
        if verb in CONFLICTED and any(g.seat().workplace == place.unit for g in grants):
            return False
        singles = single_grants(user, verb, obj)
        if any(single.excludes for single in singles):
            return False
        given = tuple(g.seat() for g in grants if g.permission.codename == verb)
        return bool(singles) or _any_gives(_counted(user, verb, obj, given), verb, place)


def _grants_that_matter(user: Any, verb: Verb) -> Any:
    # A conflict comes from any seat, whatever it gives; without one only the verb's own grants count.
    grants = seat_grants(user)
    return grants if verb in CONFLICTED else grants.filter(permission__codename=str(verb))


def _counted(user: Any, verb: Verb, obj: Any, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    """Return the seats that count on ``obj``: it may leave some of a person out (``seats_counted``)."""
    counted: tuple[Seat, ...] = (
        obj.seats_counted(user.pk, verb, seats) if hasattr(obj, "seats_counted") else seats
    )
    return counted


def _any_gives(seats: Any, verb: Verb, place: Place) -> bool:
    return any(isinstance(seat, Seat) and seat.gives(verb, place) for seat in seats)


def seat_grants(user: Any) -> Any:
    """Return the user's guardian grants whose appointments are in force now."""
    model: Any = apps.get_model(settings.SEAT_GRANT_MODEL)
    return model.objects.in_force().filter(user_id=user.pk)


def single_grants(user: Any, verb: Verb, obj: Any) -> list[Any]:
    """Return grants made on ``obj`` itself (delegation, exclusion) that are in force now."""
    model: Any = get_user_obj_perms_model(obj)
    if model.objects.is_generic() or model._meta.label == settings.SEAT_GRANT_MODEL:
        return []
    rows = model.objects.in_force().filter(user_id=user.pk, content_object=obj)
    return list(rows.filter(permission__codename=str(verb)))
