"""Whom letters about a card reach: who has no address, whose address failed, of which nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404

from backend.notices.models import Letter
from backend.notices.queries import address_problems, unsure_letters
from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from permissions.roles import Verb
from tiers.seating import holders_at

# Who works on a card for its unit: officers and leaders.
TOLD = (Verb.SCORE, Verb.APPROVE)
NO_ADDRESS, LOST = "none", "lost"


@dataclass(frozen=True)
class Reach:
    """The people of one unit and what is known of their addresses."""

    people: list[Any]
    lost: dict[int, Letter] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Return how many people are told."""
        return len(self.people)

    @property
    def mails(self) -> int:
        """Return how many of them have an address."""
        return sum(bool(person.email) for person in self.people)

    @property
    def without(self) -> list[str]:
        """Return the names of those without one."""
        return [person.full_name for person in self.people if not person.email]

    @property
    def bounced(self) -> list[str]:
        """Return the names of those whose address did not get the last letter."""
        return [person.full_name for person in self.people if person.pk in self.lost]

    @property
    def lacks(self) -> bool:
        """Return whether somebody can't be mailed, or nobody is there."""
        return not self.people or bool(self.without)


def reach_of(units: Iterable[int]) -> dict[int, Reach]:
    """Return, by unit id, who is told and how well that works; three statements for five hundred units."""
    people = holders_at(units, TOLD)
    lost = address_problems({person.pk for found in people.values() for person in found})
    return {unit: Reach(found, lost) for unit, found in people.items()}


def units_in_trouble(round_: Round, which: str) -> list[int]:
    """Return the units of the round in which somebody has no address (NO_ADDRESS), or a letter came back (LOST)."""
    units = Scorecard.objects.filter(round=round_).values_list("unit_id", flat=True)
    found = reach_of(units)
    return [unit for unit, reach in found.items() if (reach.lacks if which == NO_ADDRESS else reach.bounced)]


@dataclass(frozen=True)
class Trouble:
    """One person of a unit whom letters don't reach; ``letter`` is None where she has no address."""

    unit_name: str
    person: Any
    letter: Letter | None = None


def troubles(round_: Round) -> list[Trouble]:
    """Return everybody of the round's units who has no address, a bad one, or a letter that nobody knows of."""
    names = dict(
        Scorecard.objects.filter(round=round_).order_by("unit__order").values_list("unit_id", "unit_name")
    )
    found = reach_of(names)
    people = {person.pk for reach in found.values() for person in reach.people}
    unsure = {letter.user_id: letter for letter in unsure_letters(people)}
    return [
        Trouble(names[unit], person, reach.lost.get(person.pk) or unsure.get(person.pk))
        for unit, reach in found.items()
        for person in reach.people
        if not person.email or person.pk in reach.lost or person.pk in unsure
    ]


def unsure_letter(round_: Round, pk: int | None) -> Letter:
    """Return a letter to somebody of the round's units of which nobody knows whether it arrived. Raises Http404."""
    found = [row.letter for row in troubles(round_) if row.letter and row.letter.pk == pk]
    if not found or found[0].state != Letter.State.UNSURE:
        raise Http404
    return found[0]
