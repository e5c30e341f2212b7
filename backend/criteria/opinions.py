"""Reads of consultations: who is asked, who may read what, how far the units are, opinions in tree order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from backend.criteria.models import Consultation, CriteriaSet, Edit, Node, Opinion, Response
from permissions.actor import Actor, within
from permissions.roles import ROLES, Verb
from tiers.models import Unit
from tiers.queries import scored_units

SEEING = (Verb.VIEW, Verb.MANAGE_CRITERIA)
WRITING = (Verb.SCORE, Verb.SUBMIT, Verb.APPROVE)
_OWNER = "criteria_set__owner__path"
_STATE = Response.State


# --- who is asked ------------------------------------------------------------------------------------------


def subject_units(criteria_set: CriteriaSet, day: date) -> list[Unit]:
    """Return the units whose opinion is asked: of the set's kind, straight below its owner, on ``day``.

    A framework binds further: the units below that have such units under them and so follow it, and all
    units of the kind below the owner.
    """
    if not criteria_set.is_framework:
        return list(scored_units(criteria_set.owner, [criteria_set.kind], day))
    of_kind = Unit.objects.on(day).below(criteria_set.owner.path).filter(kind=criteria_set.kind)
    bound = Q(pk__in=of_kind.values("pk")) | Q(pk__in=of_kind.values("parent"))
    rows = Unit.objects.on(day).below(criteria_set.owner.path).filter(bound)
    return list(rows.select_related("kind").order_by("path"))


def invited(actor: Actor) -> Q:
    """Return the condition of the sets in consultation on which a unit of the person is asked."""
    paths = {seat.path for seat in actor.seats if Verb.VIEW in ROLES[seat.role]}
    asked = Response.objects.filter(unit__path__in=paths, consultation__ended_at__isnull=True)
    return Q(state=CriteriaSet.State.CONSULTATION, pk__in=asked.values("consultation__criteria_set"))


# --- who may read what -------------------------------------------------------------------------------------


def responses_for(actor: Actor) -> QuerySet[Response]:
    """Return the responses of the units for which the person writes or approves."""
    mine = within(actor, WRITING, unit="unit__path", host="consultation__criteria_set__owner__path")
    rows = Response.objects.filter(mine)
    return rows.select_related(
        "unit", "consultation__criteria_set__owner", "consultation__criteria_set__kind"
    )


def consultations_for(actor: Actor) -> QuerySet[Consultation]:
    """Return the consultations of the sets whose owner the person works for; once ended, those of her units."""
    asked = Q(ended_at__isnull=False, pk__in=responses_for(actor).values("consultation"))
    rows = Consultation.objects.filter(within(actor, SEEING, unit=_OWNER) | asked)
    return rows.select_related("criteria_set__owner", "criteria_set__kind")


def opinions_for(actor: Actor) -> QuerySet[Opinion]:
    """Return the approved opinions on the sets that the person writes."""
    path = f"response__consultation__{_OWNER}"
    rows = Opinion.objects.filter(within(actor, Verb.MANAGE_CRITERIA, unit=path))
    rows = rows.filter(response__state=_STATE.APPROVED)
    return rows.select_related("response__unit", "response__consultation__criteria_set__owner", "edit")


def may_read_all(actor: Actor, consultation: Consultation, now: datetime) -> bool:
    """Return whether the person reads what all units said.

    Who writes the set does from the first approved one on; anybody else who sees the consultation waits
    until the units can't write any more.
    """
    manages = actor.may(Verb.MANAGE_CRITERIA, at=consultation.criteria_set.place())
    return manages or not consultation.is_open(now)


# --- how far the units are ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How many units were asked, how many answered and how; ``begun`` have not sent what they write."""

    invited: int
    approved: int
    agreeing: int
    submitted: int
    begun: int

    @property
    def differing(self) -> int:
        """Return how many units sent opinions."""
        return self.approved - self.agreeing

    @property
    def waiting(self) -> int:
        """Return how many units have sent nothing."""
        return self.invited - self.approved

    @property
    def silent(self) -> int:
        """Return how many units have written nothing at all."""
        return self.waiting - self.submitted - self.begun


def standings(consultation: Consultation) -> list[Response]:
    """Return all responses in protocol order with ``written``, the number of opinions; one query."""
    rows = consultation.responses.select_related("unit").order_by("unit__order", "unit__code")
    return list(rows.annotate(written=Count("opinions")))


def progress_of(responses: Iterable[Response]) -> Progress:
    """Return the counts over ``standings``."""
    rows = list(responses)
    states = Counter(row.state for row in rows)
    return Progress(
        invited=len(rows),
        approved=states[_STATE.APPROVED],
        agreeing=sum(row.agrees for row in rows if row.state == _STATE.APPROVED),
        submitted=states[_STATE.SUBMITTED],
        begun=sum(has_begun(row) for row in rows if row.state == _STATE.WRITING),
    )


def has_begun(row: Response) -> bool:
    """Return whether a row of ``standings`` says anything yet."""
    return row.agrees or bool(row.written)  # type: ignore[attr-defined]


# --- what was said -----------------------------------------------------------------------------------------


@dataclass
class Topic:
    """What opinions are about: a node by its code and title then, or the whole set (``code`` empty)."""

    code: str
    title: str
    opinions: list[Opinion] = field(default_factory=list)


def approved_opinions(consultation: Consultation, *, unanswered: bool = False) -> list[Opinion]:
    """Return what leaders approved, the whole set first, then in tree order, units in protocol order.

    Nodes that went since stand at the end. Two queries.
    """
    rows = Opinion.objects.filter(response__consultation=consultation, response__state=_STATE.APPROVED)
    if unanswered:
        rows = rows.filter(verdict="")
    found = rows.select_related("response__unit", "edit").order_by("response__unit__order", "pk")
    places = dict(
        Node.objects.filter(criteria_set_id=consultation.criteria_set_id).values_list("pk", "order")
    )
    return sorted(found, key=lambda row: _place(row, places))


def _place(opinion: Opinion, places: dict[int, int]) -> tuple[int, int, str]:
    if not opinion.code:
        return (0, 0, "")
    order = places.get(opinion.node_id or 0)
    return (2, 0, opinion.code) if order is None else (1, order, opinion.code)


def topics(opinions: Iterable[Opinion]) -> list[Topic]:
    """Return opinions that stand beside each other and are about the same under one head."""
    made: list[Topic] = []
    for opinion in opinions:
        if not made or made[-1].code != opinion.code:
            made.append(Topic(opinion.code, opinion.title))
        made[-1].opinions.append(opinion)
    return made


def own_opinions(response: Response) -> list[Opinion]:
    """Return what one unit wrote, approved or not, the whole set first, then in tree order."""
    rows = response.opinions.select_related("node", "edit")
    places = {row.node_id: row.node.order for row in rows if row.node}
    return sorted(rows, key=lambda row: _place(row, places))


def changes_since(consultation: Consultation) -> QuerySet[Edit]:
    """Return the changes of the tree since the consultation was opened that still stand, newest first."""
    rows = Edit.objects.filter(criteria_set_id=consultation.criteria_set_id, is_undone=False)
    return rows.filter(made_at__gte=consultation.opened_at).order_by("-number")


# --- what waits for a person -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """An opinion that a unit still has to send: to be written, or to be approved by who reads this."""

    response: Response
    closes_at: datetime
    to_approve: bool


def waiting_for(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Yield what waits for the person in consultations open at ``now``; one query."""
    if not any(actor.may_anywhere(verb) for verb in WRITING):
        return
    rows = responses_for(actor).filter(consultation__ended_at__isnull=True, consultation__closes_at__gt=now)
    for row in rows.exclude(state=_STATE.APPROVED).order_by("consultation__closes_at", "unit__order"):
        to_approve = row.state == _STATE.SUBMITTED
        if actor.may(Verb.APPROVE if to_approve else Verb.SCORE, at=row.place()):
            yield Waiting(row, row.consultation.closes_at, to_approve)
