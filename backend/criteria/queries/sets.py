"""Whose sets a person sees and writes, and for whom their nodes apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from backend.core import clock
from backend.core.dates import vn_date
from backend.core.text import fold
from backend.criteria.applying import Scope, for_nobody, left_out, scopes_over
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.opinions import SEEING, Waiting, invited, waiting_for
from permissions.actor import Actor, within
from permissions.roles import ROLES, Verb
from tiers.models import Kind, Unit


def sets_for(actor: Actor) -> QuerySet[CriteriaSet]:
    """Return the sets the person writes or sees, and those published for or asked of a unit of hers."""
    mine = within(actor, SEEING, unit="owner__path")
    rows = CriteriaSet.objects.select_related("owner", "kind")
    return rows.filter(mine | _scoring_units_of(actor) | invited(actor))


def _scoring_units_of(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for path in {seat.path for seat in actor.seats if Verb.VIEW in ROLES[seat.role]}:
        kinds = Unit.objects.filter(path=path).values("kind")
        condition |= Q(owner__path__in=_above(path), kind__in=kinds)
    issued = Q(state__in=[CriteriaSet.State.PUBLISHED, CriteriaSet.State.SUPERSEDED])
    return (condition | _frameworks_over(actor)) & issued


def _frameworks_over(actor: Actor) -> Q:
    """Return the condition of the frameworks that bind the sets the person writes."""
    condition = Q(pk__in=[])
    for path in {seat.path for seat in actor.seats if Verb.MANAGE_CRITERIA in ROLES[seat.role]}:
        condition |= Q(owner__path__in=_above(path), is_framework=True)
    return condition


def frameworks_for(actor: Actor) -> QuerySet[CriteriaSet]:
    """Return the frameworks in force above a unit whose sets the person writes."""
    rows = CriteriaSet.objects.select_related("owner", "kind")
    return rows.filter(_frameworks_over(actor), state=CriteriaSet.State.PUBLISHED)


def _above(path: str) -> list[str]:
    """Return the paths of the units over ``path``: "/92/916/31117/" has "/92/" and "/92/916/"."""
    codes = path.strip("/").split("/")[:-1]
    return ["/" + "/".join(codes[:count]) + "/" for count in range(1, len(codes) + 1)]


def opinions_waiting_for(actor: Actor, now: datetime) -> list[Waiting]:
    """Return what of consultations open at ``now`` waits for the person; one query."""
    return list(waiting_for(actor, now))


def nodes_for(actor: Actor) -> QuerySet[Node]:
    """Return the nodes of the sets the person may see."""
    rows = Node.objects.filter(criteria_set__in=sets_for(actor).values("pk"))
    return rows.select_related("criteria_set__owner", "parent", "lead_agency")


def matching(sets: QuerySet[CriteriaSet], words: str) -> QuerySet[CriteriaSet]:
    """Return the sets whose title, owner or document holds every one of ``words``, accents aside.

    Folding is done here: there are a few sets a year, not thousands.
    """
    wanted = fold(words).split()
    if not wanted:
        return sets
    rows = sets.values_list("pk", "title", "owner__name", "legal_number")
    folded = [(pk, fold(" ".join(texts))) for pk, *texts in rows]
    return sets.filter(pk__in=[pk for pk, text in folded if all(word in text for word in wanted)])


SORTS = {"title": ("title",), "year": ("year",), "kind": ("kind__order",), "state": ("state",)}


def sorted_by(sets: QuerySet[CriteriaSet], column: str) -> QuerySet[CriteriaSet]:
    """Return the sets sorted by a column of the list, "-" in front turns it round."""
    names = SORTS.get(column.lstrip("-"))
    if names is None:
        return sets.order_by("-year", "owner__path", "kind__order", "-version")
    sign = "-" if column.startswith("-") else ""
    return sets.order_by(*(f"{sign}{name}" for name in names), "-year", "pk")


def owners_for(actor: Actor) -> QuerySet[Unit]:
    """Return the units whose sets the person writes."""
    return Unit.objects.filter(within(actor, Verb.MANAGE_CRITERIA, unit="path"))


def agencies_for(criteria_set: CriteriaSet) -> QuerySet[Unit]:
    """Return the units that may lead the appraisal of a leaf: straight below the owner today."""
    today = vn_date(clock.now())
    return Unit.objects.on(today).filter(parent_id=criteria_set.owner_id)


def units_under(criteria_set: CriteriaSet) -> QuerySet[Unit]:
    """Return the units that may be named in the set: of today, below its owner."""
    below = Unit.objects.on(vn_date(clock.now())).filter(path__startswith=criteria_set.owner.path)
    return below.exclude(pk=criteria_set.owner_id).order_by("path")


def scopes_of(criteria_set: CriteriaSet, nodes: Iterable[Node]) -> dict[int, Scope]:
    """Return for whom each of these nodes of the set applies, by key, where not for everybody; one query."""
    rows = Applicability.objects.filter(node__criteria_set=criteria_set)
    named = rows.select_related("kind", "unit").order_by("kind__order", "unit__order", "pk")
    return scopes_over(nodes, named)


def left_out_by(
    criteria_set: CriteriaSet, nodes: Sequence[Node], units: Iterable[Unit]
) -> dict[int, dict[int, str]]:
    """Return, by unit and leaf key, why the set leaves that leaf out for that unit; one query for any number of units.

    ``nodes`` are all of the set's.
    """
    scopes = scopes_of(criteria_set, nodes)
    return {unit.pk: left_out(nodes, scopes, unit) if scopes else {} for unit in units}


def for_nobody_in(
    criteria_set: CriteriaSet, nodes: Sequence[Node], scopes: Mapping[int, Scope]
) -> list[Node]:
    """Return the nodes of a set that are for none of the units it may score today; at most one query.

    ``scopes`` are ``scopes_of`` the nodes. Units of its kind and of the kinds it names count. Where there are none yet nothing can be said, and what a
    framework says of units elsewhere is the framework's to say.
    """
    own = {node.pk for node in nodes if node.frame_id is None}
    if own.isdisjoint(scopes):
        return []
    kinds = {criteria_set.kind_id, *(kind for scope in scopes.values() for kind in scope.kinds)}
    named = {unit for scope in scopes.values() for unit in scope.units}
    units = list(units_under(criteria_set).filter(Q(kind__in=kinds) | Q(pk__in=named)))
    return [node for node in for_nobody(nodes, scopes, units) if node.pk in own] if units else []


def serves(criteria_set: CriteriaSet, kind: Kind) -> bool:
    """Return whether the set may score units of the kind: its own, or one that it names for some of its nodes."""
    named = Applicability.objects.filter(node__criteria_set=criteria_set, kind=kind)
    return criteria_set.kind_id == kind.pk or named.exists()
