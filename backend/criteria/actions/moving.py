"""The tree of a draft: move a node, split a leaf, duplicate a node with all under it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import POINT, ZERO
from backend.criteria.actions import ordering
from backend.criteria.actions.copying import COPIED
from backend.criteria.actions.edits import refuse_moved
from backend.criteria.actions.nodes import FIRST, LAST, changing, find, insert, nodes_under_lock
from backend.criteria.actions.sets import hold_draft
from backend.criteria.checks import DEEPEST
from backend.criteria.models import Applicability, Node
from permissions.actor import Actor

MOST_PARTS = 20
WAYS = ("up", "down", "out", "in", "into")


@transaction.atomic
def move_node(node: Node, *, by: Actor, up: bool, seen: int | None = None) -> Node:
    """Let the node change places with its neighbour above or below; numbers stay at their places.

    ``seen`` is the set's revision as the person read it. Raises Refused or OutOfStep; Invalid at the end
    of the row.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    refuse_moved(held, seen, nodes, node)
    pair = ordering.neighbours(ordering.children_of(nodes, node.parent_id), node, up=up)
    if pair is None:
        raise Invalid(_("Tiêu chí này đã ở đầu hoặc cuối nhóm nên không chuyển tiếp được."))
    said = _("Chuyển %s lên") if up else _("Chuyển %s xuống")
    with changing(held, said % node.code, by=by):
        _put(nodes, pair[1], _parent_of(nodes, node), _before(nodes, pair[0]))
    return node


def _before(nodes: list[Node], node: Node) -> Node | None:
    siblings = ordering.children_of(nodes, node.parent_id)
    place = siblings.index(node)
    return siblings[place - 1] if place else None


@transaction.atomic
def place_node(
    node: Node, *, by: Actor, parent: Node | None, after: Node | str = LAST, seen: int | None = None
) -> Node:
    """Put the node with all under it under ``parent`` (None: as a field), behind ``after``, FIRST or LAST.

    Codes follow: the old group closes up, the new one makes room. Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    target = find(nodes, parent) if parent else None
    refuse_moved(held, seen, nodes, node, *_first_child(nodes, target))
    _refuse_wrong_place(nodes, node, target)
    said = _("Chuyển %(code)s vào %(group)s") % {
        "code": node.code,
        "group": target.code if target else _("hàng lĩnh vực"),
    }
    with changing(held, said, by=by):
        _put(nodes, node, target, _behind(nodes, node, target, after))
    return node


def _first_child(nodes: list[Node], target: Node | None) -> list[Node]:
    return ordering.children_of(nodes, target.pk if target else None)[:1]


def _refuse_wrong_place(nodes: list[Node], node: Node, target: Node | None) -> None:
    block = ordering.block_of(nodes, node)
    if target in block:
        raise Invalid(_("Không chuyển được một nhóm vào trong chính nó."))
    if target and target.is_leaf:
        raise Invalid(_("Tiêu chí chấm điểm không được có tiêu chí con."))
    depth = max(part.level for part in block) - node.level + 1
    if (target.level if target else 0) + depth > DEEPEST:
        raise Invalid(_("Cây tiêu chí có nhiều nhất 5 cấp."))


def _behind(nodes: list[Node], node: Node, target: Node | None, after: Node | str) -> Node | None:
    siblings = ordering.children_of(nodes, target.pk if target else None)
    if after == FIRST:
        return None
    if after == LAST:
        rest = [one for one in siblings if one.pk != node.pk]
        return rest[-1] if rest else None
    if after not in siblings:
        raise Invalid(_("Chỗ định chuyển đến không còn. Hãy tải lại trang."))
    return after if isinstance(after, Node) else None


def _put(nodes: list[Node], node: Node, target: Node | None, after: Node | None) -> None:
    before = ordering.places_of(nodes)
    ordering.put(nodes, node, target, after)
    too_long = next((part.code for part in nodes if len(part.code) > 30), "")
    if too_long:
        raise Invalid(_("Mã “%s” dài quá 30 ký tự. Hãy rút ngắn mã của nhóm trước.") % too_long)
    ordering.save_places(nodes, before)


def _parent_of(nodes: list[Node], node: Node) -> Node | None:
    return next((one for one in nodes if one.pk == node.parent_id), None)


@transaction.atomic
def lift_node(node: Node, *, by: Actor, seen: int | None = None) -> Node:
    """Put the node right behind the group it stands in, one level higher. Raises as ``place_node``."""
    hold_draft(node.criteria_set, by=by)
    parent = Node.objects.select_related("parent").filter(children=node.pk).first()
    if parent is None:
        raise Invalid(_("Lĩnh vực đã ở cấp cao nhất."))
    return place_node(node, by=by, parent=parent.parent, after=parent, seen=seen)


@transaction.atomic
def sink_node(node: Node, *, by: Actor, seen: int | None = None) -> Node:
    """Put the node as the last one into the group right above it in its row. Raises as ``place_node``."""
    hold_draft(node.criteria_set, by=by)
    row = Node.objects.filter(criteria_set_id=node.criteria_set_id, parent_id=node.parent_id)
    above = row.filter(order__lt=node.order).order_by("-order").first()
    if above is None or above.is_leaf:
        raise Invalid(_("Phía trên không có nhóm nào cùng cấp để chuyển vào."))
    return place_node(node, by=by, parent=above, seen=seen)


@transaction.atomic
def shift_node(
    node: Node, way: str, *, by: Actor, group: Node | None = None, seen: int | None = None
) -> Node:
    """Move the node one of ``WAYS``: "up", "down", "out", "in", or "into" a ``group`` (None: as a field).

    Raises Refused, OutOfStep or Invalid.
    """
    hold_draft(node.criteria_set, by=by)
    if way not in WAYS:
        raise Invalid(_("Hãy chọn cách chuyển: lên, xuống, ra ngoài, vào trong hoặc vào một nhóm."))
    if way == "into":
        return place_node(node, by=by, parent=group, seen=seen)
    if way in ("up", "down"):
        return move_node(node, by=by, up=way == "up", seen=seen)
    return (lift_node if way == "out" else sink_node)(node, by=by, seen=seen)


@transaction.atomic
def split_node(node: Node, *, by: Actor, parts: int, seen: int | None = None) -> list[Node]:
    """Make the leaf a group and return its ``parts`` new leaves; their points add up to its old maximum.

    The group keeps code, text and the earlier leaf it is mapped to, and plans the old maximum; the leaves
    take over its way of scoring. Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    refuse_moved(held, seen, nodes, node)
    shares = _shares_of(node, parts)
    made = [_part_of(node, share) for share in shares]
    said = _("Tách %(code)s thành %(parts)d tiêu chí") % {"code": node.code, "parts": parts}
    with changing(held, said, by=by):
        _make_group(node)
        for part in made:
            part.code = ordering.free_code(nodes, node)
            insert(nodes, part)
            _copy_scope(node, part)
    return made


def _shares_of(node: Node, parts: int) -> list[Decimal]:
    if not node.is_leaf:
        raise Invalid(_("Chỉ tách được tiêu chí chấm điểm."))
    if node.level >= DEEPEST:
        raise Invalid(_("Cây tiêu chí có nhiều nhất 5 cấp nên không tách thêm được."))
    if not 2 <= parts <= MOST_PARTS:
        raise Invalid(_("Hãy tách thành 2 đến %d tiêu chí.") % MOST_PARTS)
    return shares(node.max_points or ZERO, parts)


def shares(points: Decimal, parts: int) -> list[Decimal]:
    """Return ``points`` in ``parts`` shares that add up exactly, rounder ones first: 2 in 3 is 0,67 0,67 0,66.

    Hundredths where the points have no thousandths, else thousandths. Raises Invalid where a share is zero.
    """
    unit = POINT * 10 if points % (POINT * 10) == ZERO and points >= parts * POINT * 10 else POINT
    whole, rest = divmod(int(points / unit), parts)
    if not whole:
        raise Invalid(_("Điểm tối đa quá nhỏ để tách thành %d tiêu chí.") % parts)
    return [unit * (whole + (number < rest)) for number in range(parts)]


def _part_of(node: Node, share: Decimal) -> Node:
    part = _copy_of(node)
    part.parent, part.level, part.max_points = node, node.level + 1, share
    return part


def _copy_of(node: Node) -> Node:
    return Node(criteria_set_id=node.criteria_set_id, **{name: getattr(node, name) for name in COPIED})


def _copy_scope(node: Node, copy: Node) -> None:
    for row in node.applicabilities.all():
        Applicability.objects.create(node=copy, kind_id=row.kind_id, unit_id=row.unit_id)


def _make_group(node: Node) -> None:
    node.is_leaf, node.planned_points, node.max_points = False, node.max_points, None
    node.rule, node.params, node.source = "", {}, Node.Source.ASSESSED
    node.save(update_fields=["is_leaf", "planned_points", "max_points", "rule", "params", "source"])


@transaction.atomic
def duplicate_node(node: Node, *, by: Actor, seen: int | None = None) -> Node:
    """Return a copy of the node with all under it, right behind it. Copies are mapped to no earlier leaf.

    Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    refuse_moved(held, seen, nodes, node)
    with changing(held, _("Nhân đôi %s") % node.code, by=by):
        return _copy_block(nodes, node)


def _copy_block(nodes: list[Node], node: Node) -> Node:
    copies: dict[int | None, Node] = {}
    for part in ordering.block_of(nodes, node):
        copy = _copy_of(part)
        copy.parent = copies.get(part.parent_id) or _parent_of(nodes, part)
        copy.code = ordering.free_code(nodes, copy.parent)
        insert(nodes, copy)
        _copy_scope(part, copy)
        copies[part.pk] = copy
    before = ordering.places_of(nodes)
    ordering.put(nodes, copies[node.pk], _parent_of(nodes, node), node)
    ordering.save_places(nodes, before)
    return copies[node.pk]
