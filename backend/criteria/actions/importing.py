"""A previewed sheet applied to a draft: one action, one edit to undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core.errors import Invalid, OutOfStep
from backend.criteria import frames, queries
from backend.criteria.actions import ordering
from backend.criteria.actions.nodes import changing, nodes_under_lock
from backend.criteria.actions.sets import create_set, hold_draft
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.sheets import Plan, Reading, plan_for
from backend.criteria.sheets.comparing import longest_rising
from backend.criteria.sheets.lines import Remark
from backend.criteria.sheets.numbering import Row
from backend.criteria.sheets.rows import Wish
from permissions.actor import Actor
from tiers.models import Unit

_GROUP_HAS_NONE: dict[str, Any] = {
    "max_points": None,
    "rule": "",
    "params": {},
    "source": Node.Source.ASSESSED,
}
_LEAF_HAS_NONE: dict[str, Any] = {"planned_points": None}


@transaction.atomic
def preview_sheet(criteria_set: CriteriaSet, reading: Reading, *, by: Actor) -> Plan:
    """Return what a sheet would do to a draft; writes nothing. Raises Refused or OutOfStep.

    ``criteria_set.revision`` is then the one that was compared with.
    """
    held = hold_draft(criteria_set, by=by)
    criteria_set.revision = held.revision
    plan = plan_for(reading, held)
    if held.framework_id and not plan.problems:
        plan.remarks += _breaches(held, plan, by=by)
    return plan


def _breaches(held: CriteriaSet, plan: Plan, *, by: Actor) -> list[Remark]:
    """Return in what the draft would leave its framework: the import is carried out and taken back.

    Nodes that the file lacks stay, unless they cannot; of those that the framework asks for it is said.
    """
    rehearsed = plan_for(plan.reading, held)
    with transaction.atomic(), recording(by=by, about=held.history_about):
        _carry_out(held, rehearsed, {}, remove=bool(plan.stuck))
        found = frames.breaches_of(held, nodes_under_lock(held))
        transaction.set_rollback(True)
    cells = {wish.row.code: plan.reading.cell(wish.row.line, "code") for wish in plan.wishes}
    remarks = [Remark(cells.get(one.code, ""), one.sentence, not one.is_sum) for one in found]
    if any(node.frame_id for node in plan.removed) and not plan.stuck:
        said = _("Có dòng của khung không có trong tệp. Các dòng đó được giữ lại; khung không cho xóa.")
        remarks.append(Remark("", said, False))
    return remarks


@transaction.atomic
def preview_new_set(owner: Unit, reading: Reading, *, by: Actor, **values: Any) -> tuple[CriteriaSet, Plan]:
    """Return the draft that ``import_new_set`` would make, without a key, and the plan; writes nothing.

    ``values`` as in ``create_set``. Raises Refused or Invalid.
    """
    with transaction.atomic():
        made = create_set(owner, by=by, **values)
        plan = preview_sheet(made, reading, by=by)
        transaction.set_rollback(True)
    made.pk = None
    return made, plan


@transaction.atomic
def import_new_set(owner: Unit, reading: Reading, *, by: Actor, **values: Any) -> tuple[CriteriaSet, Plan]:
    """Make a draft that says what the sheet says; return both. Raises as ``create_set`` and ``import_sheet`` do."""
    made = create_set(owner, by=by, **values)
    return made, import_sheet(made, reading, by=by, seen=made.revision)


@transaction.atomic
def import_sheet(
    criteria_set: CriteriaSet, reading: Reading, *, by: Actor, seen: int, remove: bool = False
) -> Plan:
    """Make a draft say what the sheet says and return the plan that was carried out.

    ``seen`` is the set's revision at the preview. Nodes that the sheet does not name go only with ``remove``.
    Nodes found by key or code keep their key. Raises Refused, OutOfStep (also where the draft has changed
    since the preview), Invalid with every problem (``details["problems"]``).
    """
    held = hold_draft(criteria_set, by=by)
    if held.revision != seen:
        raise OutOfStep(_("Dự thảo đã được sửa sau khi bạn xem trước. Hãy gửi lại tệp để xem trước lần nữa."))
    plan = plan_for(reading, held)
    _demand_sound(plan, remove=remove)
    said = _("Nhập từ Excel: thêm %(added)d, sửa %(changed)d, chuyển chỗ %(moved)d, xóa %(removed)d")
    said = said % plan.counts(remove=remove)
    earlier = _earlier_leaves(held, reading, by=by)
    with changing(held, said, by=by):
        _carry_out(held, plan, earlier, remove=remove)
    return plan


def _carry_out(held: CriteriaSet, plan: Plan, earlier: dict[str, int], *, remove: bool) -> None:
    if remove:
        _delete(plan.removed)
    _write(held, plan, [] if remove else plan.removed, earlier)


def _demand_sound(plan: Plan, *, remove: bool) -> None:
    if plan.problems:
        sentences = [str(problem) for problem in plan.problems]
        raise Invalid(_("Tệp còn chỗ phải sửa: %s") % " ".join(sentences[:5]), problems=sentences)
    if plan.stuck and not remove:
        raise Invalid(
            _("Không giữ lại được %s vì mã hoặc nhóm đã dành cho dòng khác trong tệp. "
              "Hãy đồng ý xóa, hoặc thêm lại vào tệp.") % ", ".join(node.code for node in plan.stuck[:10])
        )  # fmt: skip


def _earlier_leaves(held: CriteriaSet, reading: Reading, *, by: Actor) -> dict[str, int]:
    """Return the leaves that a sheet of an issued set of an earlier year was exported from, by hidden key."""
    if reading.of is None or reading.of[0] == held.pk:
        return {}
    seen = queries.sets_for(by).filter(pk=reading.of[0], year__lt=held.year)
    issued = [CriteriaSet.State.PUBLISHED, CriteriaSet.State.SUPERSEDED]
    leaves = Node.objects.filter(criteria_set__in=seen.filter(state__in=issued).values("pk"), is_leaf=True)
    return {str(key): key for key in leaves.values_list("pk", flat=True)}


def _delete(nodes: Sequence[Node]) -> None:
    for node in sorted(nodes, key=lambda node: (-node.level, -node.order)):
        node.delete()


def _write(held: CriteriaSet, plan: Plan, kept: Sequence[Node], earlier: dict[str, int]) -> None:
    before = ordering.places_of([*(wish.node for wish in plan.wishes if wish.node), *kept])
    final = _final(held, plan, earlier)
    for node in kept:
        _put_back(final, node, before)
    _number(final)
    stood = [node for node in final if node.pk]
    places = ordering.places_of(stood)
    # A group that is new has no key yet; who comes under it has changed places all the same.
    moved = {node.pk for node in stood if before[node.pk] != places[node.pk]}
    ordering.set_aside(sorted(moved))
    _create(final)
    _update(plan, final, moved)
    _name(plan, {node.code: node for node in final})


def _final(held: CriteriaSet, plan: Plan, earlier: dict[str, int]) -> list[Node]:
    """Return the nodes of the sheet in its order, told what it says of them."""
    by_row: dict[Row | None, Node] = {}
    for wish in plan.wishes:
        node = by_row[wish.row] = wish.node or _new(held, wish, earlier)
        node.code, node.level, node.parent = wish.row.code, wish.row.level, by_row.get(wish.row.parent)
        without = _LEAF_HAS_NONE if wish.is_leaf else _GROUP_HAS_NONE
        for name, value in {**wish.values, **without}.items():
            setattr(node, name, value)
    return list(by_row.values())


def _new(held: CriteriaSet, wish: Wish, earlier: dict[str, int]) -> Node:
    key = wish.row.line.cells.get("id", "")
    return Node(criteria_set=held, previous_id=earlier.get(key) if wish.is_leaf else None)


def _put_back(final: list[Node], node: Node, before: Mapping[int, ordering.Place]) -> None:
    """Put a node that the sheet does not name behind the neighbour it stood behind, else first in its group."""

    def stood(one: Node) -> int:
        return before[one.pk][0]

    ahead = [one for one in final if one.pk and one.parent_id == node.parent_id and stood(one) < stood(node)]
    group = [one for one in final if one.pk and one.pk == node.parent_id]
    if ahead:
        final.insert(_end_of(final, max(ahead, key=stood)), node)
    else:
        final.insert(final.index(group[0]) + 1 if group else 0, node)


def _end_of(final: Sequence[Node], node: Node) -> int:
    """Return the place behind a node and everything under it."""
    place = final.index(node) + 1
    while place < len(final) and final[place].level > node.level:
        place += 1
    return place


def _number(final: Sequence[Node]) -> None:
    """Give orders that rise; a node that keeps its place among the others keeps its number."""
    known = [node for node in final if node.pk]
    still = {known[place].pk for place in longest_rising([node.order for node in known])}
    orders = _rising([node.order if node.pk in still else None for node in final])
    for node, order in zip(final, orders, strict=True):
        node.order = order


def _rising(orders: Sequence[int | None]) -> list[int]:
    """Return rising numbers, the given ones kept where there is room between them, else all anew."""
    made: list[int] = []
    last, waiting = 0, 0
    for order in orders:
        if order is None:
            waiting += 1
            continue
        step = (order - last) // (waiting + 1)
        if step < 1:
            return [place * ordering.STRIDE for place in range(1, len(orders) + 1)]
        made += [last + step * turn for turn in range(1, waiting + 1)]
        made.append(order)
        last, waiting = order, 0
    return made + [last + ordering.STRIDE * turn for turn in range(1, waiting + 1)]


def _create(final: Sequence[Node]) -> None:
    # Level by level: a group must have its key before what stands under it is made.
    fresh = sorted((node for node in final if node.pk is None), key=lambda node: node.level)
    for _level, nodes in groupby(fresh, key=lambda node: node.level):
        made = list(nodes)
        for node in made:
            node.parent_id = node.parent.pk if node.parent else None
        create_all(Node, made)


def _update(plan: Plan, final: Sequence[Node], moved: set[int]) -> None:
    told = {wish.node.pk: wish for wish in plan.wishes if wish.node}
    names = {name for wish in plan.changed for name in wish.values} | {*_GROUP_HAS_NONE, *_LEAF_HAS_NONE}
    changed = [node for node in final if node.pk in moved or (node.pk in told and told[node.pk].fields)]
    for node in changed:
        node.parent_id = node.parent.pk if node.parent else None
    if changed:
        update_all(Node, changed, sorted({*names, *ordering.PLACE}))


def _name(plan: Plan, by_code: Mapping[str, Node]) -> None:
    """Write for whom the nodes are whose scope the sheet changes."""
    wanted = {by_code[wish.row.code].pk: wish.scope for wish in plan.wishes if wish.scope is not None}
    if not wanted:
        return
    standing: dict[int, set[tuple[int | None, int | None]]] = {}
    for row in Applicability.objects.filter(node__in=wanted):
        pair = (row.kind_id, row.unit_id)
        if pair in wanted[row.node_id]:
            standing.setdefault(row.node_id, set()).add(pair)
        else:
            row.delete()
    fresh = [
        Applicability(node_id=node, kind_id=kind, unit_id=unit)
        for node, scope in wanted.items()
        for kind, unit in sorted(scope - standing.get(node, set()), key=str)
    ]
    create_all(Applicability, fresh)
