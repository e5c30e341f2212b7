"""The tree of a draft: add, edit, delete a node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, Stale
from backend.core.exact import ZERO
from backend.criteria.actions import ordering
from backend.criteria.actions.edits import label_of, overtaken, recorded_edit, refuse_moved
from backend.criteria.actions.sets import hold_draft
from backend.criteria.checks import DEEPEST, wrong_source
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import RuleError, parse_rule
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
        "open_to_additions",
    }
)
LAST: Final = "last"
FIRST: Final = "first"
_CODE = re.compile(r"\w+(?:\.\w+)*")


@transaction.atomic
def add_node(
    criteria_set: CriteriaSet,
    *,
    by: Actor,
    parent: Node | None = None,
    after: Node | str = LAST,
    code: str = "",
    **values: Any,
) -> Node:
    """Add a node under ``parent`` (None: a new field), behind its child ``after``, FIRST or LAST.

    Without a code it gets the one of its place, and those behind it move on by one. Raises Refused,
    OutOfStep or Invalid.
    """
    held = hold_draft(criteria_set, by=by)
    nodes = nodes_under_lock(held)
    parent = find(nodes, parent) if parent else None
    node = Node(
        criteria_set=held,
        parent=parent,
        level=parent.level + 1 if parent else 1,
        code=code or ordering.free_code(nodes, parent),
    )
    _take(node, values)
    _check(node, nodes)
    with changing(held, _("Thêm tiêu chí %s") % node.title, by=by):
        insert(nodes, node, after)
    return node


def insert(nodes: list[Node], node: Node, after: Node | str = LAST) -> None:
    """Save a new node with a code of its own at the end of its group, then put it where it belongs."""
    node.order = ordering.place_at_end(nodes, node.parent)
    node.save()
    nodes.append(node)
    nodes.sort(key=lambda one: one.order)
    if after == LAST:
        return
    before = ordering.places_of(nodes)
    ordering.put(nodes, node, node.parent, find(nodes, after) if isinstance(after, Node) else None)
    ordering.save_places(nodes, before)


@transaction.atomic
def edit_node(node: Node, *, by: Actor, code: str = "", revision: int | None = None, **changes: Any) -> Node:
    """Change ``EDITABLE`` fields and the code of a node of a draft; codes under it follow its code.

    ``revision`` is the node's as the person read it. Raises Refused, OutOfStep or Invalid; Stale where
    somebody else changed what the node says since, with both values by the names of the fields.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    _refuse_overtaken(node, revision, changes)
    said = _said_of(node, changes, code)
    _take(node, changes)
    _check(node, nodes, code=code)
    with changing(held, said, by=by):
        if changes:
            node.save(update_fields=[*changes, *_emptied(node)])
        if code:
            before = ordering.places_of(nodes)
            ordering.rename(nodes, node, code)
            ordering.save_places(nodes, before)
    node.refresh_from_db(fields=["revision"])
    return node


def _refuse_overtaken(node: Node, revision: int | None, changes: dict[str, Any]) -> None:
    if not overtaken(node, revision):
        return
    theirs = {name: getattr(node, name) for name in changes if getattr(node, name) != changes[name]}
    if theirs:
        raise Stale(
            _("Tiêu chí %s vừa được người khác sửa nên chưa lưu được.") % node.code,
            theirs=_as_text(theirs),
            yours=_as_text({name: changes[name] for name in theirs}),
        )


def _as_text(values: dict[str, Any]) -> dict[str, str]:
    return {label_of(name): "" if value is None else str(value) for name, value in values.items()}


def _said_of(node: Node, changes: dict[str, Any], code: str) -> str:
    names = [name for name in changes if name in EDITABLE and getattr(node, name) != changes[name]]
    changed = [label_of(name) for name in names if name != "is_leaf"]
    if code and code != node.code:
        changed.insert(0, _("mã thành %s") % code)
    said = _("Sửa tiêu chí %s") % node.code
    return f"{said}: {', '.join(changed)}" if changed else said


@transaction.atomic
def delete_node(node: Node, *, by: Actor, seen: int | None = None) -> None:
    """Delete a node of a draft with all under it; codes behind it close up.

    ``seen`` is the set's revision as the person read it. Raises Refused or OutOfStep.
    """
    held = hold_draft(node.criteria_set, by=by)
    nodes = nodes_under_lock(held)
    node = find(nodes, node)
    refuse_moved(held, seen, nodes, node)
    block = ordering.block_of(nodes, node)
    siblings = [one.code for one in ordering.children_of(nodes, node.parent_id)]
    gone = {part.pk for part in block}
    left = [one for one in nodes if one.pk not in gone]
    with changing(
        held, _("Xóa tiêu chí %(code)s %(title)s") % {"code": node.code, "title": node.title}, by=by
    ):
        for part in reversed(block):
            part.delete()
        before = ordering.places_of(left)
        ordering.close_up(left, siblings, node.parent_id)
        ordering.save_places(left, before)


@contextmanager
def changing(held: CriteriaSet, said: str, *, by: Actor) -> Iterator[None]:
    """Record what the block does to the tree of a draft: in history, and as one edit to undo."""
    with recording(by=by, about=held.history_about, reason=said[:300]), recorded_edit(held, by=by, said=said):
        yield


def nodes_under_lock(criteria_set: CriteriaSet) -> list[Node]:
    """Return the nodes of a set held by ``hold_draft``, in the order of reading."""
    return list(Node.objects.filter(criteria_set=criteria_set).order_by("order"))


def find(nodes: list[Node], node: Node) -> Node:
    """Return the node as it stands under the lock. Raises Invalid where it is gone."""
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
    _refuse_lost({name: values[name] for name in _emptied(node) if values.get(name)}, node)
    for name in _emptied(node):
        setattr(node, name, Node._meta.get_field(name).get_default())


def _refuse_lost(lost: dict[str, Any], node: Node) -> None:
    """Raise Invalid where something is said that has no meaning for this kind of node: it would be lost unsaid."""
    kind = _("Tiêu chí chấm điểm") if node.is_leaf else _("Nhóm")
    said = _("%(kind)s không có %(what)s.")
    wrong = {name: [said % {"kind": kind, "what": label_of(name)}] for name in lost}
    if wrong:
        raise Invalid(" ".join(lines[0] for lines in wrong.values()), fields=wrong)


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
    if wrong := wrong_source(node.source, node.rule):
        return [wrong]
    try:
        node.params = parse_rule(node.rule, node.params).to_params()
    except RuleError as refusal:
        return refusal.problems
    return []


def _wrong_previous(node: Node) -> list[str]:
    # A draft's leaf may be deleted; what a published set points to must stay.
    if node.previous and not node.previous.criteria_set.is_frozen:
        return [_("Tiêu chí năm trước phải thuộc bộ tiêu chí đã ban hành.")]
    return []
