"""The tree of a draft: add, edit, move, delete a node."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid
from backend.core.exact import ZERO
from backend.criteria.actions import ordering
from backend.criteria.actions.sets import hold_draft
from backend.criteria.checks import DEEPEST
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import RuleError, RuleType, parse_rule
from permissions.actor import Actor

EDITABLE = frozenset(
    {
        "title",
        "is_leaf",
        "max_points",
        "planned_points",
        "source",
        "rule",
        "params",
        "guidance",
        "evidence_asked",
        "needs_evidence",
        "lead_agency",
        "previous",
    }
)
_CODE = re.compile(r"\w+(?:\.\w+)*")


@transaction.atomic
def add_node(
    criteria_set: CriteriaSet, *, by: Actor, parent: Node | None = None, code: str = "", **values: Any
) -> Node:
    """Add a node as the last one under ``parent`` (None: a new field). Without a code it gets the next.

    Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(criteria_set, by=by)
    nodes = _nodes(held)
    node = Node(
        criteria_set=held,
        parent=parent,
        level=parent.level + 1 if parent else 1,
        code=code or ordering.free_code(nodes, parent),
    )
    _take(node, values)
    _check(node, nodes)
    with recording(by=by, about=held.history_about, reason=_("Thêm tiêu chí %s") % node.code):
        node.order = ordering.place_at_end(nodes, parent)
        node.save()
    return node


@transaction.atomic
def edit_node(node: Node, *, by: Actor, code: str = "", **changes: Any) -> Node:
    """Change ``EDITABLE`` fields and the code of a node of a draft; codes under it follow its code.

    Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = _nodes(held)
    node = _find(nodes, node)
    _take(node, changes)
    _check(node, nodes, code=code)
    with recording(by=by, about=held.history_about, reason=_("Sửa tiêu chí %s") % node.code):
        if changes:
            node.save(update_fields=[*changes, *_emptied(node)])
        if code:
            ordering.rename(nodes, node, code)
    return node


@transaction.atomic
def move_node(node: Node, *, by: Actor, up: bool) -> Node:
    """Let the node change places with its neighbour above or below; numbers stay at their places.

    Raises Refused or OutOfStep, the latter at the end of the row too.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = _nodes(held)
    node = _find(nodes, node)
    pair = ordering.neighbours(ordering.children_of(nodes, node.parent_id), node, up=up)
    if pair is None:
        raise Invalid(_("Tiêu chí này đã ở đầu hoặc cuối nhóm nên không chuyển tiếp được."))
    with recording(by=by, about=held.history_about, reason=_("Chuyển chỗ tiêu chí %s") % node.code):
        ordering.swap(nodes, *pair)
    return node


@transaction.atomic
def delete_node(node: Node, *, by: Actor) -> None:
    """Delete a node of a draft with all under it. Raises Refused or OutOfStep."""
    held = hold_draft(node.criteria_set, by=by)
    nodes = _nodes(held)
    with recording(by=by, about=held.history_about, reason=_("Xóa tiêu chí %s") % node.code):
        for part in reversed(ordering.block_of(nodes, _find(nodes, node))):
            part.delete()


def _nodes(criteria_set: CriteriaSet) -> list[Node]:
    return list(Node.objects.filter(criteria_set=criteria_set).order_by("order"))


def _find(nodes: list[Node], node: Node) -> Node:
    for found in nodes:
        if found.pk == node.pk:
            return found
    raise Invalid(_("Tiêu chí này vừa bị xóa. Hãy tải lại trang."))


def _take(node: Node, values: dict[str, Any]) -> None:
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    for name, value in values.items():
        setattr(node, name, value)
    for name in _emptied(node):
        setattr(node, name, Node._meta.get_field(name).get_default())


def _emptied(node: Node) -> list[str]:
    """Return the fields that have no meaning for this kind of node."""
    return ["planned_points"] if node.is_leaf else ["max_points", "rule", "params"]


def _check(node: Node, nodes: list[Node], *, code: str = "") -> None:
    fields = {
        "title": _wrong_title(node),
        "code": _wrong_code(node, nodes, code or node.code),
        "parent": _wrong_parent(node),
        "is_leaf": _wrong_kind(node, nodes),
        "max_points": _wrong_points(node),
        "rule": _wrong_rule(node),
        "previous": _wrong_previous(node),
    }
    wrong = {name: sentences for name, sentences in fields.items() if sentences}
    if wrong:
        raise Invalid(" ".join(line for lines in wrong.values() for line in lines), fields=wrong)


def _wrong_title(node: Node) -> list[str]:
    return [] if node.title.strip() else [_("Hãy nhập nội dung tiêu chí.")]


def _wrong_code(node: Node, nodes: list[Node], code: str) -> list[str]:
    if not _CODE.fullmatch(code) or len(code) > 30:
        return [_("Mã “%s” không hợp lệ. Hãy viết như 1.2.3.") % code]
    if any(other.code == code and other.pk != node.pk for other in nodes):
        return [_("Mã “%s” đã có trong bộ tiêu chí.") % code]
    prefix = f"{node.parent.code}." if node.parent else ""
    if not code.startswith(prefix) or (not prefix and "." in code):
        return [_wrong_prefix(code, prefix)]
    return []


def _wrong_prefix(code: str, prefix: str) -> str:
    if not prefix:
        return _("Mã lĩnh vực “%s” không được có dấu chấm.") % code
    return _("Mã “%(code)s” phải bắt đầu bằng “%(prefix)s”.") % {"code": code, "prefix": prefix}


def _wrong_parent(node: Node) -> list[str]:
    if node.parent and node.parent.criteria_set_id != node.criteria_set_id:
        return [_("Nhóm này thuộc bộ tiêu chí khác.")]
    if node.parent and node.parent.is_leaf:
        return [_("Tiêu chí chấm điểm không được có tiêu chí con.")]
    return [_("Cây tiêu chí có nhiều nhất 5 cấp.")] if node.level > DEEPEST else []


def _wrong_kind(node: Node, nodes: list[Node]) -> list[str]:
    if node.is_leaf and node.pk and ordering.children_of(nodes, node.pk):
        return [_("Nhóm đang có tiêu chí con nên không thể là tiêu chí chấm điểm.")]
    return []


def _wrong_points(node: Node) -> list[str]:
    if node.is_leaf and (node.max_points is None or node.max_points <= ZERO):
        return [_("Điểm tối đa phải lớn hơn 0.")]
    return []


def _wrong_rule(node: Node) -> list[str]:
    """Say what is wrong with the rule; a right one is put into its canonical form."""
    if not node.is_leaf or not node.rule:
        return []
    if node.source != Node.Source.ASSESSED and node.rule != RuleType.DIRECT:
        return [_("Điểm điều tra và chỉ số ngoài phải nhập trực tiếp.")]
    try:
        node.params = parse_rule(node.rule, node.params).to_params()
    except RuleError as wrong:
        return wrong.problems
    return []


def _wrong_previous(node: Node) -> list[str]:
    # A draft's leaf may be deleted; what a published set points to must stay.
    if node.previous and not node.previous.criteria_set.is_frozen:
        return [_("Tiêu chí năm trước phải thuộc bộ tiêu chí đã ban hành.")]
    return []
