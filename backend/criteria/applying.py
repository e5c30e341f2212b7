"""For whom a node applies: kinds of unit, named units, units with public procedures. Pure: nodes and units in, words out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.criteria.models import Applicability, Node
from tiers.models import Unit


@dataclass(frozen=True)
class Scope:
    """Whom one node is for, by key with titles: a unit of one of ``kinds`` or one of ``units``; all where both are empty.

    With ``only_with_procedures`` it must have public procedures (thủ tục hành chính) besides.
    """

    kinds: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    only_with_procedures: bool = False

    @property
    def whom(self) -> str:
        """Return the kinds and units in words: "Phường; Xã Tân Hòa"; empty for all."""
        return "; ".join([*self.kinds.values(), *self.units.values()])

    @property
    def words(self) -> str:
        """Return the whole scope in one line; empty where it holds for everybody."""
        whom = [_("Chỉ áp dụng cho: %s") % self.whom] if self.whom else []
        procedures = [_("Chỉ đơn vị có thủ tục hành chính")] if self.only_with_procedures else []
        return ". ".join([*whom, *procedures])

    def holds(self, unit: Unit) -> bool:
        """Return whether the unit is of the kinds or one of the units named."""
        return not self.whom or unit.kind_id in self.kinds or unit.pk in self.units


def scopes_over(nodes: Iterable[Node], rows: Iterable[Applicability]) -> dict[int, Scope]:
    """Return the scope of every node that is not for everybody, by its key."""
    kinds: dict[int, dict[int, str]] = {}
    units: dict[int, dict[int, str]] = {}
    for row in rows:
        if row.kind is not None:
            kinds.setdefault(row.node_id, {})[row.kind.pk] = row.kind.title
        if row.unit is not None:
            units.setdefault(row.node_id, {})[row.unit.pk] = row.unit.name
    return {
        node.pk: Scope(kinds.get(node.pk, {}), units.get(node.pk, {}), node.only_with_procedures)
        for node in nodes
        if node.only_with_procedures or node.pk in kinds or node.pk in units
    }


def left_out(nodes: Sequence[Node], scopes: Mapping[int, Scope], unit: Unit) -> dict[int, str]:
    """Return why each leaf that is not for the unit is left out, by the leaf's key.

    A scope holds for everything under its node, so a leaf applies where its own scope and those of all groups
    above it hold. The reason is that of the highest one that does not.
    """
    by_key = {node.pk: node for node in nodes}
    out = {key: why for key, scope in scopes.items() if (why := _why(by_key[key], scope, unit))}
    found = {}
    for node in nodes:
        above = [key for key in _up(node, by_key) if key in out]
        if node.is_leaf and above:
            found[node.pk] = out[above[-1]]
    return found


def for_nobody(nodes: Sequence[Node], scopes: Mapping[int, Scope], units: Sequence[Unit]) -> list[Node]:
    """Return the nodes whose scope, with those above, holds for none of ``units``; of nested ones the highest."""
    by_key = {node.pk: node for node in nodes}
    empty: dict[int, Node] = {}
    for key in scopes:
        chain = [above for above in _up(by_key[key], by_key) if above in scopes]
        if not any(all(not _why(by_key[one], scopes[one], unit) for one in chain) for unit in units):
            empty[key] = by_key[key]
    return [
        node
        for key, node in empty.items()
        if not any(one in empty for one in _up(node, by_key) if one != key)
    ]


def _up(node: Node, by_key: Mapping[int, Node]) -> Iterable[int]:
    key: int | None = node.pk
    while key is not None:
        yield key
        key = by_key[key].parent_id


def _why(node: Node, scope: Scope, unit: Unit) -> str:
    if not scope.holds(unit):
        return _("Theo bộ tiêu chí, mục %(code)s chỉ áp dụng cho: %(whom)s.") % {
            "code": node.code,
            "whom": scope.whom,
        }
    if scope.only_with_procedures and not unit.has_procedures:
        return _("Theo bộ tiêu chí, mục %(code)s chỉ áp dụng cho đơn vị có thủ tục hành chính.") % {
            "code": node.code
        }
    return ""
