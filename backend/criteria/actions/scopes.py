"""For whom a node of a draft applies, how it counts, and what becomes of what is left out."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import ZERO
from backend.criteria.actions.edits import overtaken, recorded_edit
from backend.criteria.actions.sets import hold_draft
from backend.criteria.models import Applicability, CriteriaSet, Node
from permissions.actor import Actor
from tiers.models import Kind, Unit

SCOPE = frozenset({"scope", "only_with_procedures", "counting", "not_arisen"})


@transaction.atomic
def set_scope(
    node: Node,
    *,
    by: Actor,
    kinds: Collection[Kind] = (),
    units: Collection[Unit] = (),
    only_with_procedures: bool = False,
    counting: str | None = None,
    not_arisen: str | None = None,
    revision: int | None = None,
) -> Node:
    """Say for whom a node of a draft applies, and of a leaf how it counts (R12) and what "không phát sinh" gives (R11).

    No kinds and no units: for everybody. ``revision`` is the node's as the person read it; None asks nothing.
    Raises Refused; OutOfStep where others changed this since; Invalid for a unit elsewhere and for what does not
    fit the node.
    """
    held = hold_draft(node.criteria_set, by=by)
    node = _as_it_stands(node, held)
    if not SCOPE.isdisjoint(overtaken(node, revision)):
        raise OutOfStep(_("Phạm vi áp dụng của %s vừa được người khác sửa. Hãy tải lại trang.") % node.code)
    node.only_with_procedures = only_with_procedures
    node.counting = node.counting if counting is None else counting
    node.not_arisen = node.not_arisen if not_arisen is None else not_arisen
    _check(node, held, units)
    said = _("Đặt phạm vi áp dụng tiêu chí %s") % node.code
    with recorded_edit(held, by=by, said=said), recording(by=by, about=held.history_about, reason=said):
        node.save(update_fields=["only_with_procedures", "counting", "not_arisen"])
        _name(node, {kind.pk for kind in kinds}, {unit.pk for unit in units})
    node.refresh_from_db(fields=["revision"])
    return node


def _as_it_stands(node: Node, held: CriteriaSet) -> Node:
    found = Node.objects.filter(pk=node.pk, criteria_set=held).first()
    if found is None:
        raise Invalid(_("Tiêu chí này vừa bị xóa. Hãy tải lại trang."))
    found.criteria_set = held
    return found


def _check(node: Node, held: CriteriaSet, units: Collection[Unit]) -> None:
    fields = {
        "units": _wrong_units(held, units),
        "counting": _wrong_counting(node),
        "not_arisen": _wrong_answer(node),
    }
    wrong = {name: sentences for name, sentences in fields.items() if sentences}
    if wrong:
        raise Invalid(" ".join(line for lines in wrong.values() for line in lines), fields=wrong)


def _wrong_units(held: CriteriaSet, units: Collection[Unit]) -> list[str]:
    return [
        _("%(unit)s không phải là đơn vị dưới %(owner)s.") % {"unit": unit.name, "owner": held.owner.name}
        for unit in units
        if unit.pk == held.owner_id or not unit.path.startswith(held.owner.path)
    ]


def _wrong_counting(node: Node) -> list[str]:
    if node.counting == Node.Counting.BASE or (node.is_leaf and node.source == Node.Source.ASSESSED):
        return []
    return [_("Chỉ tiêu chí đơn vị tự chấm mới là điểm thưởng hoặc điểm phạt.")]


def _wrong_answer(node: Node) -> list[str]:
    if node.not_arisen == Node.NotArisen.NEVER:
        return []
    if not node.is_leaf or node.source != Node.Source.ASSESSED:
        return [_("Chỉ tiêu chí đơn vị tự chấm mới có câu trả lời “không phát sinh”.")]
    if node.counting != Node.Counting.BASE:
        return [_("Điểm thưởng, điểm phạt để trống khi không có, không cần câu trả lời “không phát sinh”.")]
    return []


def _name(node: Node, kinds: set[int], units: set[int]) -> None:
    standing = list(node.applicabilities.all())
    for row in standing:
        if row.kind_id not in kinds and row.unit_id not in units:
            row.delete()
    for key in sorted(kinds - {row.kind_id for row in standing}):
        Applicability.objects.create(node=node, kind_id=key)
    for key in sorted(units - {row.unit_id for row in standing}):
        Applicability.objects.create(node=node, unit_id=key)


@transaction.atomic
def set_counting(
    criteria_set: CriteriaSet,
    *,
    by: Actor,
    left_out_way: str,
    bonus_ceiling: Decimal,
    penalty_ceiling: Decimal,
) -> CriteriaSet:
    """Say what becomes of leaves that do not apply, and where bonus and penalty stop on a card, in points.

    Raises Refused, OutOfStep, or Invalid for another way or a ceiling below zero.
    """
    held = hold_draft(criteria_set, by=by)
    fields: dict[str, list[str]] = {}
    if left_out_way not in CriteriaSet.LeftOut.values:
        fields["left_out_way"] = [_("Hãy chọn một trong các cách tính.")]
    for name, ceiling in (("bonus_ceiling", bonus_ceiling), ("penalty_ceiling", penalty_ceiling)):
        if ceiling < ZERO:
            fields[name] = [_("Mức trần không được nhỏ hơn 0.")]
    if fields:
        raise Invalid(" ".join(line for lines in fields.values() for line in lines), fields=fields)
    held.left_out_way, held.bonus_ceiling, held.penalty_ceiling = left_out_way, bonus_ceiling, penalty_ceiling
    with recording(
        by=by, about=held.history_about, reason=_("Đặt cách tính tiêu chí không áp dụng, thưởng, phạt")
    ):
        held.save(update_fields=["left_out_way", "bonus_ceiling", "penalty_ceiling"])
    return held
