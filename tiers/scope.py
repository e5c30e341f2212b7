"""Whose past a person may read: what went into her unit, never with a right to write.

Of a unit that went whole into another, the people of the other read the closed cards and evidence.
Of a divided one they read only what its host, or who took the host's place, released.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from permissions.actor import Actor, within
from permissions.roles import ROLES, Reach, Verb
from tiers.models import Lineage, Release, Unit
from tiers.queries import today
from tiers.rules import in_being


class Past(NamedTuple):
    """Keys of the old units whose closed cards a person may read.

    ``whole`` went whole into a unit of hers; ``divided`` went in parts and were released to it.
    """

    whole: frozenset[int]
    divided: frozenset[int]

    @property
    def all(self) -> frozenset[int]:
        """Return both together."""
        return self.whole | self.divided


def predecessor_unit_ids(actor: Actor) -> Past:
    """Return whose past ``actor`` may read through her seats; one query per generation of mergers.

    A unit divided anywhere between then and now counts as divided: each division on the way must be
    released. The answer never gives a right to write.
    """
    whole: set[int] = set()
    divided: set[int] = set()
    found = _one_back(_read_through(actor))
    while found:
        fresh = {old: clean for old, clean in found.items() if old not in whole | divided}
        whole |= {old for old, clean in fresh.items() if clean}
        divided |= {old for old, clean in fresh.items() if not clean}
        found = _one_back(Q(new__in=list(fresh)), fresh) if fresh else {}
    return Past(frozenset(whole), frozenset(divided))


def _read_through(actor: Actor) -> Q:
    """Return the lines of lineage into the units whose work the actor's seats let her see."""
    condition = Q(pk__in=[])
    for seat in actor.seats:
        reach = ROLES[seat.role].get(Verb.VIEW)
        if reach is Reach.BELOW:
            condition |= Q(new__path__startswith=seat.path)
        elif reach is not None:
            condition |= Q(new__path=seat.path)
    return condition


def _one_back(lines: Q, clean: dict[int, bool] | None = None) -> dict[int, bool]:
    """Return the readable old units one generation back: key to whether all shares so far were whole."""
    released = Release.objects.filter(old=OuterRef("old"), new=OuterRef("new"))
    rows = Lineage.objects.filter(lines).annotate(released=Exists(released))
    found: dict[int, bool] = {}
    for row in rows.values("old_id", "new_id", "share", "released"):
        whole = row["share"] == Lineage.Share.WHOLE
        if whole or row["released"]:
            unbroken = whole and (clean is None or clean.get(row["new_id"], True))
            found[row["old_id"]] = found.get(row["old_id"], False) or unbroken
    return found


def keeper_of(old: Unit, day: date) -> Unit | None:
    """Return who decides on what ``old`` left behind on ``day``: its host, or whoever took the host's place.

    The nearest unit above ``old`` that is in being; where none is, the one that a unit above went into.
    """
    above = old.parent
    while above is not None:
        if living := _living(above, day):
            return living
        above = above.parent
    return None


def _living(unit: Unit, day: date) -> Unit | None:
    if in_being(day, unit.valid_from, unit.valid_to):
        return unit
    return Unit.objects.on(day).filter(origins__old=unit, origins__share=Lineage.Share.WHOLE).first()


def may_release(actor: Actor, old: Unit) -> bool:
    """Return whether the actor decides on the past of ``old`` and some successor of a part can't read it yet."""
    if not actor.may_anywhere(Verb.MANAGE_ROUND) or not open_successors(old).exists():
        return False
    return actor.may(Verb.MANAGE_ROUND, at=(keeper_of(old, today()) or old).place())


def open_successors(old: Unit) -> QuerySet[Unit]:
    """Return the units that took a part of ``old`` and can't read its past yet."""
    parts = Q(origins__old=old, origins__share=Lineage.Share.PART)
    return Unit.objects.filter(parts).exclude(released__old=old)


def releases_of(old: Unit) -> QuerySet[Release]:
    """Return to whom the past of a divided unit was released."""
    return old.releases.select_related("new", "host")


def releases_for(actor: Actor) -> QuerySet[Release]:
    """Return the releases the actor decides on, or whose past she may read."""
    decides = within(actor, Verb.MANAGE_ROUND, unit="host__path")
    reads = within(actor, Verb.VIEW, unit="new__path")
    return Release.objects.filter(decides | reads).select_related("old", "new", "host")
