"""The actor: one person with the seats in force now, plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from permissions.roles import CONFLICTED, ROLES, VERB_TITLES, Place, Reach, Role, Verb, reaches


@dataclass(frozen=True)
class Seat:
    """One appointment in force: a role at a path, worked from another path.

    ``fields`` holds the codes of the criteria fields the seat is limited to; empty means all.
    """

    role: Role
    path: str
    workplace: str
    fields: frozenset[str] = frozenset()
    title: str = ""

    def gives(self, verb: Verb, place: Place) -> bool:
        """Return whether this seat alone lets its holder do ``verb`` at ``place``."""
        reach = ROLES[self.role].get(verb)
        return reach is not None and reaches(reach, self.path, place)


@dataclass(frozen=True)
class Actor:
    """Who acts. ``user_id`` is None for nobody; ``name`` is what history keeps."""

    user_id: int | None
    name: str = ""
    seats: tuple[Seat, ...] = ()
    system: bool = field(default=False)

    def may(self, verb: Verb | str, *, at: Place) -> bool:
        """Return whether the person may do ``verb`` at ``at``. An unknown verb raises ValueError."""
        verb = Verb(verb)
        if self.system:
            return True
        if self.works_at(at) and verb in CONFLICTED:
            return False
        return any(seat.gives(verb, at) for seat in self.seats)

    def require(self, verb: Verb | str, *, at: Place) -> None:
        """Raise Refused with a sentence unless the person may do ``verb`` at ``at``."""
        if self.may(verb, at=at):
            return
        title = VERB_TITLES[Verb(verb)]
        if self.works_at(at) and Verb(verb) in CONFLICTED:
            raise Refused(
                _("Bạn đang công tác tại đơn vị này nên không được %(act)s cho đơn vị mình.") % {"act": title}
            )
        raise Refused(_("Bạn không có quyền %(act)s ở đơn vị này.") % {"act": title})

    def works_at(self, place: Place) -> bool:
        """Return whether any seat of the person is worked from the unit of ``place``."""
        return any(seat.workplace == place.unit for seat in self.seats)

    def may_anywhere(self, verb: Verb | str) -> bool:
        """Return whether any seat gives ``verb`` somewhere; used for menus only."""
        verb = Verb(verb)
        return self.system or any(verb in ROLES[seat.role] for seat in self.seats)

    def require_anywhere(self, verb: Verb | str) -> None:
        """Raise Refused unless a seat gives ``verb`` somewhere: what is new has no place to ask at yet."""
        if not self.may_anywhere(verb):
            raise Refused(_("Bạn không có quyền %(act)s.") % {"act": VERB_TITLES[Verb(verb)]})

    def fields_for(self, verb: Verb | str, *, at: Place) -> frozenset[str] | None:
        """Return the field codes the person may touch with ``verb``; None means every field."""
        verb = Verb(verb)
        if self.system:
            return None
        giving = [seat for seat in self.seats if seat.gives(verb, at)]
        if any(not seat.fields for seat in giving):
            return None
        return frozenset().union(*(seat.fields for seat in giving))


NOBODY = Actor(user_id=None)
SYSTEM = Actor(user_id=None, name="Hệ thống", system=True)


def within(actor: Actor, verbs: Verb | Iterable[Verb], *, unit: str = "unit__path", host: str = "") -> Q:
    """Return the filter that keeps the rows at which ``actor`` may do any of ``verbs``.

    ``unit`` and ``host`` name the look-ups of the two paths; without ``host`` both are ``unit``.
    A list filtered so and ``actor.may`` on each row always agree.
    """
    wanted = [verbs] if isinstance(verbs, Verb) else [Verb(verb) for verb in verbs]
    if actor.system:
        return Q()
    condition = Q(pk__in=[])
    for verb in wanted:
        condition |= _within_one(actor, verb, unit, host or unit)
    return condition


def _within_one(actor: Actor, verb: Verb, unit: str, host: str) -> Q:
    condition = Q(pk__in=[])
    for seat in actor.seats:
        reach = ROLES[seat.role].get(verb)
        if reach is not None:
            condition |= _reach_filter(reach, seat.path, unit, host)
    if verb in CONFLICTED:
        condition &= ~Q(**{f"{unit}__in": [seat.workplace for seat in actor.seats]})
    return condition


def _reach_filter(reach: Reach, path: str, unit: str, host: str) -> Q:
    if reach is Reach.OWN:
        return Q(**{unit: path})
    if reach is Reach.HOST:
        return Q(**{host: path})
    return Q(**{f"{unit}__startswith": path})
