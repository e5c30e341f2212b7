"""Places and codes in the tree of a draft. Both are unique in a set, so they change in two strokes.

Functions change the nodes in memory; ``save_places`` writes what differs from ``places_of`` taken before.
Codes follow places: siblings keep their row of codes, whoever stands at a place has the code of that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from backend.audit.recording import update_all
from backend.criteria.models import Node

STRIDE = 1000
PLACE = ("order", "code", "level", "parent")
_AWAY = 1_000_000_000

Place = tuple[int, str, int, int | None]


def children_of(nodes: Sequence[Node], parent_id: int | None) -> list[Node]:
    """Return the nodes directly under ``parent_id`` (None: the fields), in order."""
    return [node for node in nodes if node.parent_id == parent_id]


def block_of(nodes: Sequence[Node], node: Node) -> list[Node]:
    """Return the node and all under it, in order."""
    inside, block = {node.pk}, [node]
    for other in nodes:
        if other.parent_id in inside:
            inside.add(other.pk)
            block.append(other)
    return block


def free_code(nodes: Sequence[Node], parent: Node | None) -> str:
    """Return the next number under ``parent``: "1.3" after "1.2"."""
    prefix = f"{parent.code}." if parent else ""
    used = {node.code for node in nodes}
    number = len(children_of(nodes, parent.pk if parent else None)) + 1
    while f"{prefix}{number}" in used:
        number += 1
    return f"{prefix}{number}"


def place_at_end(nodes: list[Node], parent: Node | None) -> int:
    """Return an order right after everything under ``parent``; makes room where there is none."""
    last = block_of(nodes, parent)[-1] if parent else (nodes[-1] if nodes else None)
    if last is None:
        return STRIDE
    after = [node for node in nodes if node.order > last.order]
    if not after:
        return last.order + STRIDE
    if after[0].order - last.order < 2:
        before = places_of(nodes)
        _spread(nodes)
        save_places(nodes, before)
    return (last.order + after[0].order) // 2


def _spread(nodes: Sequence[Node]) -> None:
    for place, node in enumerate(nodes, 1):
        node.order = place * STRIDE


def neighbours(siblings: Sequence[Node], node: Node, *, up: bool) -> tuple[Node, Node] | None:
    """Return the pair (upper, lower) that changes places when the node moves, or None at the end."""
    for upper, lower in pairwise(siblings):
        if node.pk == (lower.pk if up else upper.pk):
            return upper, lower
    return None


def put(nodes: list[Node], node: Node, parent: Node | None, after: Node | None) -> None:
    """Put the node with all under it under ``parent``, behind its child ``after`` (None: as the first).

    ``nodes`` come and are left in the order of reading.
    """
    if node.parent_id == (parent.pk if parent else None):
        siblings = children_of(nodes, node.parent_id)
        _give_codes(nodes, _with(siblings, node, after), [one.code for one in siblings])
    else:
        _change_group(nodes, node, parent, after)
    _change_order(nodes, block_of(nodes, node), parent, after)


def close_up(nodes: Sequence[Node], codes: Sequence[str], parent_id: int | None) -> None:
    """Give the children of ``parent_id`` the first of ``codes``, those of the row before one left it."""
    left = children_of(nodes, parent_id)
    _give_codes(nodes, left, list(codes[: len(left)]))


def _with(siblings: Sequence[Node], node: Node, after: Node | None) -> list[Node]:
    rest = [one for one in siblings if one.pk != node.pk]
    place = next((number for number, one in enumerate(rest, 1) if after and one.pk == after.pk), 0)
    return [*rest[:place], node, *rest[place:]]


def _give_codes(nodes: Sequence[Node], siblings: Sequence[Node], codes: Sequence[str]) -> None:
    for node, code in zip(siblings, codes, strict=True):
        rename(nodes, node, code)


def _change_group(nodes: list[Node], node: Node, parent: Node | None, after: Node | None) -> None:
    block, left = block_of(nodes, node), node.parent_id
    codes = [one.code for one in children_of(nodes, left)]
    # Out of the old row first: its codes close up, and the new group's own code may be one of them.
    node.parent_id = -1
    close_up(nodes, codes, left)
    target = parent.pk if parent else None
    siblings = children_of(nodes, target)
    row = [*(one.code for one in siblings), free_code(nodes, parent)]
    node.parent = parent
    deeper = (parent.level if parent else 0) + 1 - node.level
    for part in block:
        part.level += deeper
    _give_codes(nodes, _with(siblings, node, after), row)


def _change_order(nodes: list[Node], block: Sequence[Node], parent: Node | None, after: Node | None) -> None:
    inside = {part.pk for part in block}
    rest = [one for one in nodes if one.pk not in inside]
    above = block_of(rest, after)[-1] if after else parent
    place = next((number for number, one in enumerate(rest, 1) if above and one.pk == above.pk), 0)
    nodes[:] = [*rest[:place], *block, *rest[place:]]
    low = rest[place - 1].order if place else 0
    high = rest[place].order if place < len(rest) else low + STRIDE * (len(block) + 1)
    step = (high - low) // (len(block) + 1)
    if not step:
        _spread(nodes)
        return
    for number, part in enumerate(block, 1):
        part.order = low + number * step


def rename(nodes: Sequence[Node], node: Node, code: str) -> None:
    """Give a node another code; the codes under it follow."""
    old = node.code
    for part in block_of(nodes, node):
        part.code = _renamed(part.code, old, code)


def _renamed(code: str, old: str, new: str) -> str:
    return new + code[len(old) :] if code == old or code.startswith(f"{old}.") else code


def places_of(nodes: Sequence[Node]) -> dict[int, Place]:
    """Return where each node stands: order, code, level and group, by key."""
    return {node.pk: (node.order, node.code, node.level, node.parent_id) for node in nodes}


def save_places(nodes: Sequence[Node], before: dict[int, Place]) -> None:
    """Write, recorded, the places that differ from ``before``; they may be turned round among the nodes."""
    now = places_of(nodes)
    changed = [node for node in nodes if node.pk in before and before[node.pk] != now[node.pk]]
    if changed:
        set_aside([node.pk for node in changed])
        update_all(Node, changed, list(PLACE))


def set_aside(keys: Sequence[Any]) -> None:
    """Free the orders and codes of these nodes for others, until they are written anew."""
    aside = Concat(Value("~"), Cast("pk", CharField()))
    Node.objects.filter(pk__in=keys).update(order=F("order") + _AWAY, code=aside)
