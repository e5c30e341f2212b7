"""The leaves of a set, each with its rule read once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import Rule


@dataclass(frozen=True)
class Leaf:
    """A leaf and its rule."""

    node: Node
    rule: Rule

    @property
    def most(self) -> Decimal:
        """Return the leaf's maximum points."""
        return self.node.max_points or ZERO

    @property
    def is_own(self) -> bool:
        """Return whether the unit scores it itself."""
        return self.node.source == Node.Source.ASSESSED


def leaves_of(chosen: CriteriaSet) -> list[Leaf]:
    """Return the leaves of a set in order; one query."""
    rows = Node.objects.filter(criteria_set=chosen, is_leaf=True).order_by("order")
    return [Leaf(node, node.parsed_rule()) for node in rows]
