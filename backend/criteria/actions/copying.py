"""A draft made from another set: the next version, the next year, another owner."""

from __future__ import annotations

from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core.errors import OutOfStep
from backend.criteria.actions.sets import create_set
from backend.criteria.models import CriteriaSet, Node
from permissions.actor import Actor
from tiers.models import Kind, Unit

COPIED = (
    "code",
    "level",
    "order",
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
    "lead_agency_id",
)


@transaction.atomic
def new_version(criteria_set: CriteriaSet, *, by: Actor) -> CriteriaSet:
    """Return a draft of the next version, same owner, kind and year. Raises Refused, OutOfStep.

    Its leaves are mapped to the same earlier leaves as those of the published set.
    """
    criteria_set = _as_it_stands(criteria_set)
    if not criteria_set.is_frozen:
        raise OutOfStep(_("Bộ tiêu chí này còn là dự thảo; hãy sửa trực tiếp."))
    return copy_set(criteria_set, by=by, year=criteria_set.year, title=criteria_set.title)


@transaction.atomic
def copy_set(
    criteria_set: CriteriaSet,
    *,
    by: Actor,
    year: int,
    owner: Unit | None = None,
    kind: Kind | None = None,
    title: str = "",
) -> CriteriaSet:
    """Return a draft with the tree of ``criteria_set`` for another year, owner or kind of unit.

    Of a later year, its leaves are mapped to the published leaves they come from. Raises Refused.
    """
    criteria_set = _as_it_stands(criteria_set)
    made = create_set(
        owner or criteria_set.owner,
        by=by,
        kind=kind or criteria_set.kind,
        year=year,
        title=title or criteria_set.title.replace(str(criteria_set.year), str(year)),
        scale=criteria_set.scale,
        is_illustration=criteria_set.is_illustration,
    )
    with recording(by=by, about=made.history_about, reason=_("Sao từ %s") % criteria_set.title):
        _copy_nodes(criteria_set, made)
    return made


def _as_it_stands(criteria_set: CriteriaSet) -> CriteriaSet:
    return CriteriaSet.objects.select_related("owner", "kind").get(pk=criteria_set.pk)


def _copy_nodes(source: CriteriaSet, made: CriteriaSet) -> None:
    # Level by level: a parent must have its key before its children are made.
    rows = Node.objects.filter(criteria_set=source).order_by("level", "order")
    fresh: dict[int, Node] = {}
    for _level, nodes in groupby(rows, key=lambda node: node.level):
        old = list(nodes)
        copies = [_copy(node, source, made, fresh) for node in old]
        for node, copy in zip(old, create_all(Node, copies), strict=True):
            fresh[node.pk] = copy


def _copy(node: Node, source: CriteriaSet, made: CriteriaSet, fresh: dict[int, Node]) -> Node:
    copy = Node(criteria_set=made, **{name: getattr(node, name) for name in COPIED})
    copy.parent = fresh[node.parent_id] if node.parent_id else None
    copy.previous_id = _earlier(node, source, made)
    return copy


def _earlier(node: Node, source: CriteriaSet, made: CriteriaSet) -> int | None:
    """Return the leaf of an earlier year that asked the same; a draft's leaf may still go."""
    if made.year == source.year:
        return node.previous_id
    return node.pk if node.is_leaf and source.is_frozen and made.year > source.year else None
