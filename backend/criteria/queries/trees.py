"""One set as a tree with its sums, totals for lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node


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
