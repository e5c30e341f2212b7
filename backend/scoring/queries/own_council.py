"""The unit's own council on a card: who sits in it, what it said at its newest sitting, what it passed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from backend.scoring.lifecycle import State
from backend.scoring.models import OwnCouncil, OwnMember, OwnOpinion, Scorecard, Signature
from backend.scoring.queries.sharing import OWN_ROLES
from permissions.actor import Actor
from tiers.models import Appointment

PRESIDES = (OwnMember.Role.CHAIR, OwnMember.Role.SECRETARY)
ORDER = {OwnMember.Role.CHAIR: 0, OwnMember.Role.SECRETARY: 1, OwnMember.Role.MEMBER: 2}


def way_of(card: Scorecard, name: str) -> str:
    """Return the move that ``name`` is for this card: "submit" goes to the unit's own council where it has one."""
    if name == "submit" and OwnCouncil.objects.filter(card=card, is_on=True).exists():
        return "refer"
    return name


def members_of(card: Scorecard, **where: object) -> list[OwnMember]:
    """Return who sits in the card's council and holds a seat at the unit now: chair, secretary, then the others."""
    seats = Appointment.objects.in_force().filter(
        acts_for=card.unit_id, user=OuterRef("person"), role__in=OWN_ROLES
    )
    rows = OwnMember.objects.filter(Exists(seats), council__card=card, council__is_on=True, **where)
    found = rows.filter(person__is_active=True).select_related("person").order_by("person__full_name", "pk")
    return sorted(found, key=lambda member: ORDER[OwnMember.Role(member.role)])


def members_on(cards: Iterable[int]) -> dict[int, list[Any]]:
    """Return, by card, the people of its council who hold a seat at the unit now; one statement, none for no card."""
    keys = list(cards)
    found: dict[int, list[Any]] = {}
    if not keys:
        return found
    seats = Appointment.objects.in_force().filter(
        acts_for=OuterRef("council__card__unit"), user=OuterRef("person"), role__in=OWN_ROLES
    )
    rows = OwnMember.objects.filter(Exists(seats), council__card__in=keys, council__is_on=True)
    for member in rows.filter(person__is_active=True).select_related("person", "council").order_by("pk"):
        found.setdefault(member.council.card_id, []).append(member.person)
    return found


def seat_in(card: Scorecard, actor: Actor) -> OwnMember | None:
    """Return the person's seat in the card's council, None without one."""
    return next(iter(members_of(card, person=actor.user_id)), None)


def sitting_of(card: Scorecard) -> Signature | None:
    """Return the signature by which the card came to its council last; what is said hangs on it."""
    return card.signatures.filter(move="refer").order_by("-signed_at", "-pk").first()


def objections_on(card: Scorecard) -> int:
    """Return on how many leaves the newest sitting does not agree."""
    rows = OwnOpinion.objects.filter(score__card=card, sitting=sitting_of(card))
    return rows.exclude(verdict=OwnOpinion.Verdict.AGREE).values("score").distinct().count()


def objections_behind(minute: Signature) -> list[OwnOpinion]:
    """Return what did not agree at the sitting that ended with this move, in the order of leaves; one statement."""
    before = Signature.objects.filter(card=minute.card_id, move="refer", pk__lt=minute.pk)
    sitting = Subquery(before.order_by("-signed_at", "-pk").values("pk")[:1])
    rows = OwnOpinion.objects.filter(score__card=minute.card_id, sitting=sitting).select_related("score")
    return list(rows.exclude(verdict=OwnOpinion.Verdict.AGREE).order_by("score__order", "made_at", "pk"))


@dataclass
class CouncilSeen:
    """The council of a card as the unit's people see it.

    ``opinions`` are those of the newest sitting, by score; ``minute`` is the move with which it ended.
    """

    council: OwnCouncil
    members: list[OwnMember]
    sitting: Signature | None = None
    minute: Signature | None = None
    opinions: dict[int, list[OwnOpinion]] = field(default_factory=dict)

    @property
    def all(self) -> list[OwnOpinion]:
        """Return every opinion of the sitting, in the order of leaves."""
        return [one for rows in self.opinions.values() for one in rows]

    @property
    def objections(self) -> list[OwnOpinion]:
        """Return the opinions that do not agree, in the order of leaves."""
        return [one for one in self.all if one.verdict != OwnOpinion.Verdict.AGREE]

    def given_by(self, actor: Actor) -> dict[int, OwnOpinion]:
        """Return the person's own opinions, by score."""
        return {one.score_id: one for one in self.all if one.person_id == actor.user_id}


def council_of(card: Scorecard) -> CouncilSeen | None:
    """Return the card's council while it is in use; None without one. At most four statements."""
    council = OwnCouncil.objects.filter(card=card, is_on=True).first()
    if council is None:
        return None
    seen = CouncilSeen(council, members_of(card))
    moves = card.signatures.filter(move__in=["refer", "pass_on", "send_back"]).order_by("signed_at", "pk")
    _place(seen, moves, card)
    if seen.sitting:
        rows = OwnOpinion.objects.filter(sitting=seen.sitting).select_related("score__node")
        for one in rows.order_by("score__order", "made_at", "pk"):
            seen.opinions.setdefault(one.score_id, []).append(one)
    return seen


def _place(seen: CouncilSeen, moves: Iterable[Signature], card: Scorecard) -> None:
    for signature in moves:
        if signature.move == "refer":
            seen.sitting, seen.minute = signature, None
        else:
            seen.minute = signature
    if card.state == State.REVIEWING:
        seen.minute = None
