"""Places and codes in the tree of a draft. Both are unique in a set, so they change in two strokes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from backend.audit.recording import update_all
from backend.criteria.models import Node

STRIDE = 1000
_AWAY = 1_000_000_000


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
        _spread(nodes)
    return (last.order + after[0].order) // 2


def _spread(nodes: list[Node]) -> None:
    wanted = {node.pk: (place * STRIDE, node.code) for place, node in enumerate(nodes, 1)}
    rewrite(nodes, wanted)


def swap(nodes: Sequence[Node], upper: Node, lower: Node) -> None:
    """Let two neighbours change places; each takes the other's code, and so does all under it."""
    blocks = [*block_of(nodes, upper), *block_of(nodes, lower)]
    turned = [*block_of(nodes, lower), *block_of(nodes, upper)]
    orders = sorted(node.order for node in blocks)
    codes = {upper.pk: (upper.code, lower.code), lower.pk: (lower.code, upper.code)}
    renamed = {
        node.pk: _renamed(node.code, *codes[root.pk])
        for root in (upper, lower)
        for node in block_of(nodes, root)
    }
    wanted = {node.pk: (order, renamed[node.pk]) for node, order in zip(turned, orders, strict=True)}
    rewrite(blocks, wanted)


def _renamed(code: str, old: str, new: str) -> str:
    return new + code[len(old) :] if code == old or code.startswith(f"{old}.") else code


def rename(nodes: Sequence[Node], node: Node, code: str) -> None:
    """Give a node another code; the codes under it follow."""
    wanted = {part.pk: (part.order, _renamed(part.code, node.code, code)) for part in block_of(nodes, node)}
    rewrite(nodes, wanted)


def rewrite(nodes: Sequence[Node], wanted: dict[int, tuple[int, str]]) -> None:
    """Set order and code of nodes by id, recorded; the values may be turned round among them."""
    changed = [node for node in nodes if node.pk in wanted and (node.order, node.code) != wanted[node.pk]]
    if not changed:
        return
    aside = Concat(Value("~"), Cast("pk", CharField()))
    Node.objects.filter(pk__in=[node.pk for node in changed]).update(order=F("order") + _AWAY, code=aside)
    for node in changed:
        node.order, node.code = wanted[node.pk]
    update_all(Node, changed, ["order", "code"])


def neighbours(siblings: Sequence[Node], node: Node, *, up: bool) -> tuple[Node, Node] | None:
    """Return the pair (upper, lower) that changes places when the node moves, or None at the end."""
    for upper, lower in pairwise(siblings):
        if node.pk == (lower.pk if up else upper.pk):
            return upper, lower
    return None
