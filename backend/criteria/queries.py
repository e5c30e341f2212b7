"""Every read of criteria sets: whose sets, one tree with its sums, totals for lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from backend.core import clock
from backend.core.dates import vn_date
from backend.core.exact import ZERO
from backend.core.text import fold
from backend.criteria.applying import Scope, left_out, scopes_over
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


def serves(criteria_set: CriteriaSet, kind: Kind) -> bool:
    """Return whether the set may score units of the kind: its own, or one that it names for some of its nodes."""
    named = Applicability.objects.filter(node__criteria_set=criteria_set, kind=kind)
    return criteria_set.kind_id == kind.pk or named.exists()


def with_totals(sets: QuerySet[CriteriaSet]) -> QuerySet[CriteriaSet]:
    """Return the sets with ``total`` (points of the leaves within the scale) and ``leaf_count``; no further query."""
    leaves = Q(nodes__is_leaf=True)
    within_scale = leaves & Q(nodes__counting=Node.Counting.BASE)
    return sets.annotate(
        total=Sum("nodes__max_points", filter=within_scale), leaf_count=Count("nodes", filter=leaves)
    )


@dataclass
class Branch:
    """A node with what stands under it. ``leaves`` counts all leaves below, ``points`` and ``survey`` those within the scale.

    Bonus and penalty leaves (R12) stand outside the scale and give no points here. ``survey`` are points of survey and outside-index leaves, part of ``points``. ``depth`` starts
    at 1; ``prefix`` is what the code has to begin with.
    """

    node: Node
    depth: int = 1
    prefix: str = ""
    points: Decimal = ZERO
    survey: Decimal = ZERO
    leaves: int = 0
    children: list[Branch] = field(default_factory=list)

    @property
    def assessed(self) -> Decimal:
        """Return the points that the unit scores itself."""
        return self.points - self.survey


@dataclass(frozen=True)
class Totals:
    """Points and counts of a whole set."""

    points: Decimal
    survey: Decimal
    fields: int
    groups: int
    leaves: int

    @property
    def assessed(self) -> Decimal:
        """Return the points that units score themselves."""
        return self.points - self.survey


def tree_of(criteria_set: CriteriaSet) -> list[Branch]:
    """Return the fields of the set as branches, in order, with sums per node; one query."""
    return branches(nodes_of(criteria_set))


def nodes_of(criteria_set: CriteriaSet) -> list[Node]:
    """Return the nodes of the set in the order of reading, with lead agency and earlier leaf."""
    rows = Node.objects.filter(criteria_set=criteria_set).order_by("order")
    return list(rows.select_related("lead_agency", "previous__criteria_set"))


def branches(nodes: Sequence[Node]) -> list[Branch]:
    """Return the tree over ``nodes``; they may come in any order that has parents first."""
    made: dict[int, Branch] = {}
    roots: list[Branch] = []
    for node in sorted(nodes, key=lambda node: node.order):
        above = made.get(node.parent_id) if node.parent_id else None
        made[node.pk] = Branch(node)
        (above.children if above else roots).append(made[node.pk])
        if above:
            made[node.pk].depth = above.depth + 1
            made[node.pk].prefix = f"{above.node.code}."
    for branch in roots:
        _add_up(branch)
    return roots


def _add_up(branch: Branch) -> None:
    if branch.node.is_leaf:
        counts = branch.node.counting == Node.Counting.BASE
        branch.points, branch.leaves = (branch.node.max_points or ZERO) if counts else ZERO, 1
        branch.survey = branch.points if branch.node.source != Node.Source.ASSESSED else ZERO
        return
    for child in branch.children:
        _add_up(child)
        branch.points += child.points
        branch.survey += child.survey
        branch.leaves += child.leaves


def flatten(tree: Iterable[Branch]) -> Iterator[Branch]:
    """Yield every branch in the order of reading: a node, then all under it."""
    waiting = list(tree)[::-1]
    while waiting:
        branch = waiting.pop()
        yield branch
        waiting.extend(reversed(branch.children))


def totals_of(tree: Sequence[Branch]) -> Totals:
    """Return points and counts over a whole tree."""
    nodes = [branch.node for branch in flatten(tree)]
    return Totals(
        points=sum((branch.points for branch in tree), ZERO),
        survey=sum((branch.survey for branch in tree), ZERO),
        fields=len(tree),
        groups=sum(not node.is_leaf for node in nodes) - sum(not branch.node.is_leaf for branch in tree),
        leaves=sum(branch.leaves for branch in tree),
    )
