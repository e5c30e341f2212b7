"""A set that follows a framework (khung): what it must keep, and where it may add or split.

A tier above fixes fields, criteria and points; a tier below writes its own set inside (dossier, section 8, Hà Nội).
Under a node that is ``open_to_additions`` it may add; such a leaf it may split. The points of what is added come out
of the open node's, so below an open node points and rules are free, and above it every sum stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import Invalid
from backend.core.exact import ZERO
from backend.core.points import format_points
from backend.criteria.models import Applicability, CriteriaSet, Node

# What makes a leaf's points: the same for everyone who keeps the framework.
SCORING = ("rule", "params", "source", "counting", "not_arisen")

# For whom each node is: pairs of kind and unit (keys), by the node's key; without any it is for all.
Scopes = Mapping[int, frozenset[tuple[int | None, int | None]]]

Sums = dict[str, Decimal]

_OF_SET = {
    "scale": gettext_lazy("Thang điểm"),
    "bonus_ceiling": gettext_lazy("Điểm thưởng tối đa"),
    "penalty_ceiling": gettext_lazy("Điểm phạt tối đa"),
}


@dataclass(frozen=True)
class Breach:
    """One thing in which a set leaves its framework; ``node_id`` is None where it lacks a node or is the whole.

    ``is_sum`` is one that a person mends step by step: a draft may have it, a published set not.
    """

    sentence: str
    node_id: int | None = None
    code: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class Tree:
    """Nodes of one set by key, with the children and the sums under each, and for whom they are."""

    nodes: dict[int, Node]
    children: dict[int | None, list[Node]]
    scopes: Scopes = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Sequence[Node], scopes: Scopes) -> Tree:
        """Return the tree over ``nodes``."""
        children: dict[int | None, list[Node]] = {}
        for node in sorted(nodes, key=lambda node: node.order):
            children.setdefault(node.parent_id, []).append(node)
        return cls({node.pk: node for node in nodes}, children, scopes)

    def above(self, node: Node) -> Iterator[Node]:
        """Yield the nodes over ``node``, nearest first."""
        while node.parent_id is not None and node.parent_id in self.nodes:
            node = self.nodes[node.parent_id]
            yield node

    def sums(self, node: Node) -> Sums:
        """Return the points under the node by what they count as (scale, bonus, penalty)."""
        if node.is_leaf:
            return {node.counting: node.max_points or ZERO}
        total: Sums = {}
        for child in self.children.get(node.pk, []):
            for counting, points in self.sums(child).items():
                total[counting] = total.get(counting, ZERO) + points
        return total

    def is_free(self, node: Node) -> bool:
        """Return whether the node stands somewhere below an open one."""
        return any(one.open_to_additions for one in self.above(node))


def breaches(framework: Sequence[Node], nodes: Sequence[Node], scopes: Scopes | None = None) -> list[Breach]:
    """Return everything in which a set with these ``nodes`` leaves its framework; an empty list means it keeps it.

    Pure: both are read before, with the ``scopes`` of both. ``frame_id`` says which node of the framework a node is.
    """
    frame, own = Tree.of(framework, scopes or {}), Tree.of(nodes, scopes or {})
    held: dict[int, list[Node]] = {}
    for node in own.nodes.values():
        if node.frame_id is not None:
            held.setdefault(node.frame_id, []).append(node)
    return [
        *_missing_or_twice(frame, held),
        *(breach for node in nodes for breach in _of_node(node, frame, own)),
        *_order(frame, own),
    ]


def _missing_or_twice(frame: Tree, held: dict[int, list[Node]]) -> Iterator[Breach]:
    for pk, asked in frame.nodes.items():
        found = held.get(pk, [])
        if not found:
            yield Breach(_("Thiếu “%(code)s. %(title)s” của khung. Hãy khôi phục.") % _named(asked))
        for twice in found[1:]:
            sentence = _("“%(code)s” của khung có hai lần. Hãy xóa một.") % _named(asked)
            yield Breach(sentence, twice.pk, twice.code)


def _named(node: Node) -> dict[str, str]:
    return {"code": node.code, "title": node.title}


def _of_node(node: Node, frame: Tree, own: Tree) -> Iterator[Breach]:
    if node.frame_id is None:
        sentences = [(_of_addition(node, frame, own), False)]
    elif node.frame_id not in frame.nodes:
        sentences = [(_("Tiêu chí này theo một khung khác."), False)]
    else:
        asked = frame.nodes[node.frame_id]
        sentences = [(_of_text(node, asked), False), (_of_place(node, asked, own), False)]
        sentences += [(_of_shape(node, asked, frame), False), (_of_scope(node, asked, frame, own), False)]
        sentences += _of_points(node, asked, frame, own)
    for sentence, is_sum in sentences:
        if sentence:
            yield Breach(sentence, node.pk, node.code, is_sum)


def _of_addition(node: Node, frame: Tree, own: Tree) -> str:
    for above in own.above(node):
        asked = frame.nodes.get(above.frame_id or 0)
        if asked is not None:
            if asked.open_to_additions or frame.is_free(asked):
                return ""
            return _("Khung không cho bổ sung vào “%(code)s. %(title)s”.") % _named(asked)
    return _("Khung không cho thêm lĩnh vực. Hãy bổ sung vào chỗ khung để mở.")


def _of_text(node: Node, asked: Node) -> str:
    if node.code != asked.code:
        return _("Mã theo khung là “%(code)s”, ở đây là “%(own)s”.") % {"code": asked.code, "own": node.code}
    if node.title.split() != asked.title.split():
        return _("Nội dung khác khung. Theo khung: “%s”.") % asked.title
    return ""


def _of_place(node: Node, asked: Node, own: Tree) -> str:
    parent = own.nodes.get(node.parent_id or 0)
    if (parent.frame_id if parent else None) != asked.parent_id:
        return _("Tiêu chí này đứng ở chỗ khác với khung.")
    return ""


def _of_shape(node: Node, asked: Node, frame: Tree) -> str:
    if node.is_leaf and not asked.is_leaf:
        return _("Theo khung đây là nhóm, không phải tiêu chí chấm điểm.")
    if asked.is_leaf and not node.is_leaf and not (asked.open_to_additions or frame.is_free(asked)):
        return _("Khung không cho tách tiêu chí này.")
    if asked.is_leaf and node.is_leaf and not frame.is_free(asked):
        changed = [name for name in SCORING if getattr(node, name) != getattr(asked, name)]
        return _("Cách chấm, nguồn điểm khác khung.") if changed else ""
    return ""


def _of_scope(node: Node, asked: Node, frame: Tree, own: Tree) -> str:
    """Who is left out of a framed node has other points than the framework gives: it stays for the same units."""
    if frame.is_free(asked):
        return ""
    same = node.only_with_procedures == asked.only_with_procedures
    if same and own.scopes.get(node.pk) == frame.scopes.get(asked.pk):
        return ""
    return _("Phạm vi áp dụng khác khung.")


def _of_points(node: Node, asked: Node, frame: Tree, own: Tree) -> Iterator[tuple[str, bool]]:
    if frame.is_free(asked):
        return
    wanted, found = _without_zeros(frame.sums(asked)), _without_zeros(own.sums(node))
    if wanted != found:
        sentence = _("Theo khung là %(wanted)s điểm, ở đây là %(found)s điểm.") % {
            "wanted": format_points(sum(wanted.values(), ZERO)),
            "found": format_points(sum(found.values(), ZERO)),
        }
        yield sentence, not (node.is_leaf and asked.is_leaf)


def _without_zeros(sums: Sums) -> Sums:
    return {counting: points for counting, points in sums.items() if points}


def _order(frame: Tree, own: Tree) -> Iterator[Breach]:
    """Framed nodes under one parent keep the framework's order; what is added may stand among them."""
    for siblings in own.children.values():
        framed = [node for node in siblings if node.frame_id in frame.nodes]
        last = -1
        for node in framed:
            place = frame.nodes[node.frame_id or 0].order
            if place < last:
                yield Breach(_("Thứ tự các tiêu chí theo khung đã bị đổi."), node.pk, node.code)
            last = max(last, place)


def breaches_of(criteria_set: CriteriaSet, nodes: Sequence[Node]) -> list[Breach]:
    """Return in what the set leaves its framework; none where it follows none. Two queries, of the framework."""
    framework = criteria_set.framework
    if framework is None:
        return []
    frame = list(Node.objects.filter(criteria_set=framework))
    return [*_of_set(criteria_set, framework), *breaches(frame, nodes, _scopes(criteria_set, framework))]


def _scopes(*sets: CriteriaSet) -> Scopes:
    found: dict[int, set[tuple[int | None, int | None]]] = {}
    rows = Applicability.objects.filter(node__criteria_set__in=sets)
    for node, *pair in rows.values_list("node_id", "kind_id", "unit_id"):
        found.setdefault(node, set()).add((pair[0], pair[1]))
    return {node: frozenset(pairs) for node, pairs in found.items()}


def _of_set(criteria_set: CriteriaSet, framework: CriteriaSet) -> Iterator[Breach]:
    for name, label in _OF_SET.items():
        wanted, found = getattr(framework, name), getattr(criteria_set, name)
        if wanted != found:
            yield Breach(
                _("%(what)s theo khung là %(wanted)s, ở đây là %(found)s.")
                % {
                    "what": label,
                    "wanted": format_points(wanted),
                    "found": format_points(found),
                }
            )


def check_edit(criteria_set: CriteriaSet) -> None:
    """Raise Invalid where the draft, as it stands now, leaves its framework; sums may be mended later.

    Called at the end of every change of a tree, inside its transaction, so that a refused change is undone.
    """
    if criteria_set.framework_id is None:
        return
    nodes = list(Node.objects.filter(criteria_set=criteria_set))
    found = [breach for breach in breaches_of(criteria_set, nodes) if not breach.is_sum]
    if found:
        head = _("Bộ tiêu chí này theo khung “%s” nên không sửa được như vậy.") % criteria_set.framework
        first = found[0]
        where = f"{first.code}: " if first.code else ""
        raise Invalid(f"{head} {where}{first.sentence}")
