"""A draft made from another set: the next version, the next year, another owner, or inside a framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core.errors import Invalid, OutOfStep
from backend.criteria.actions.sets import create_set
from backend.criteria.models import Applicability, CriteriaSet, Node
from permissions.actor import Actor
from tiers.models import Kind, Unit

# What follows from the place in the tree or from another set is not copied but made anew.
_OWN = {"id", "criteria_set", "parent", "previous", "frame", "lead_agency", "revision"}
COPIED = tuple(field.attname for field in Node._meta.concrete_fields if field.name not in _OWN)
OF_SET = ("scale", "left_out_way", "bonus_ceiling", "penalty_ceiling")


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

    Of a later year, its leaves are mapped to the published leaves they come from. Texts and rules come along;
    ``losses_of`` says what does not. Raises Refused.
    """
    criteria_set = _as_it_stands(criteria_set)
    owner, kind = owner or criteria_set.owner, kind or criteria_set.kind
    keeps = _Keeping(criteria_set, owner, kind)
    made = create_set(
        owner,
        by=by,
        kind=kind,
        year=year,
        title=title or criteria_set.title.replace(str(criteria_set.year), str(year)),
        framework=criteria_set.framework if keeps.framework else None,
        is_framework=criteria_set.is_framework and keeps.same_owner,
        is_illustration=criteria_set.is_illustration,
        **{name: getattr(criteria_set, name) for name in OF_SET},
    )
    with recording(by=by, about=made.history_about, reason=_("Sao từ %s") % criteria_set.title):
        _copy_nodes(
            criteria_set,
            made,
            keeps,
            earlier=lambda node: _earlier(node, criteria_set, made),
            frame=lambda node: node.frame_id if keeps.framework else None,
        )
    return made


@transaction.atomic
def follow_framework(
    framework: CriteriaSet, *, by: Actor, owner: Unit, year: int | None = None, title: str = ""
) -> CriteriaSet:
    """Return a draft of ``owner`` inside a published framework of a unit above it, every node tied to its own.

    Its leaves are mapped to those of the owner's own set of an earlier year that followed the framework before.
    Raises Refused, OutOfStep or Invalid.
    """
    framework = _as_it_stands(framework)
    if not framework.is_framework or framework.state != CriteriaSet.State.PUBLISHED:
        raise OutOfStep(_("Chỉ lập được theo một khung đang có hiệu lực."))
    above = framework.owner.path
    if owner.path == above or not owner.path.startswith(above):
        sentence = _("Khung này dành cho cơ quan cấp dưới của %s.") % framework.owner.name
        raise Invalid(sentence, fields={"owner": [sentence]})
    year = year or framework.year
    made = create_set(
        owner,
        by=by,
        kind=framework.kind,
        year=year,
        title=title or title_inside(framework, year),
        framework=framework,
        is_illustration=framework.is_illustration,
        **{name: getattr(framework, name) for name in OF_SET},
    )
    mapped = _followed_before(made)
    with recording(by=by, about=made.history_about, reason=_("Lập theo khung %s") % framework.title):
        _copy_nodes(
            framework,
            made,
            _Keeping(framework, owner, framework.kind, as_frame=True),
            earlier=lambda node: mapped.get(node.previous_id or 0),
            frame=lambda node: node.pk,
        )
    return made


def title_inside(framework: CriteriaSet, year: int) -> str:
    """Return what a set inside the framework is called unless its owner says otherwise: no "Khung ..." of its own."""
    title = framework.title.replace(str(framework.year), str(year))
    head, _space, rest = title.partition(" ")
    if head.casefold() != "khung" or not rest:
        return title
    return rest[:1].upper() + rest[1:] if rest.casefold().startswith("bộ tiêu chí") else f"Bộ tiêu chí {rest}"


def _as_it_stands(criteria_set: CriteriaSet) -> CriteriaSet:
    return CriteriaSet.objects.select_related("owner", "kind", "framework__owner").get(pk=criteria_set.pk)


def _followed_before(made: CriteriaSet) -> Mapping[int, int]:
    """Return the owner's leaf of the newest earlier year for each framework's leaf it was tied to."""
    rows = CriteriaSet.objects.filter(owner=made.owner, kind=made.kind, year__lt=made.year)
    last = rows.filter(published_at__isnull=False).order_by("-year", "-version").first()
    leaves = Node.objects.filter(criteria_set=last, is_leaf=True, frame__isnull=False)
    return {frame: leaf for frame, leaf in leaves.values_list("frame_id", "pk") if frame}


# --- what comes along -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Keeping:
    """What of ``source`` has a meaning for another owner or kind; ``as_frame`` where the copy is made inside it."""

    source: CriteriaSet
    owner: Unit
    kind: Kind
    as_frame: bool = False

    @property
    def same_owner(self) -> bool:
        return self.owner.pk == self.source.owner_id

    @property
    def framework(self) -> bool:
        """Whether the copy still stands inside the framework: under its owner and for the same kind."""
        above = self.source.framework
        if above is None or self.kind.pk != self.source.kind_id:
            return False
        return self.owner.path != above.owner.path and self.owner.path.startswith(above.owner.path)

    def agency(self, node: Node) -> bool:
        """Whether the lead agency stands straight below the new owner, as ``agencies_for`` asks."""
        return self.same_owner or bool(node.lead_agency and node.lead_agency.parent_id == self.owner.pk)

    def scope(self, row: Applicability) -> bool:
        """Whether a kind or unit a node applies to can be one that the new set scores.

        What a framework says stays even of units elsewhere: without it the node would be for everybody.
        """
        if row.unit is None or self.as_frame or (self.framework and row.node.frame_id):
            return True
        same_kind = self.kind.pk in (self.source.kind_id, row.unit.kind_id)
        return same_kind and row.unit.path.startswith(self.owner.path)


def losses_of(criteria_set: CriteriaSet, *, owner: Unit, kind: Kind) -> list[str]:
    """Return what a copy for ``owner`` and ``kind`` leaves behind, one sentence each; empty where nothing."""
    source = _as_it_stands(criteria_set)
    keeps = _Keeping(source, owner, kind)
    led = [node.code for node in _nodes_of(source) if node.lead_agency_id and not keeps.agency(node)]
    scoped = [row.node.code for row in _scopes_of(source) if not keeps.scope(row)]
    found = []
    if led:
        found.append(_("Bỏ cơ quan chủ trì thẩm định của cơ quan khác: %s.") % ", ".join(led))
    if scoped:
        found.append(
            _("Bỏ phạm vi áp dụng cho đơn vị của cơ quan khác: %s.") % ", ".join(dict.fromkeys(scoped))
        )
    if source.framework_id and not keeps.framework:
        found.append(_("Không còn theo khung “%s”.") % source.framework)
    if source.is_framework and not keeps.same_owner:
        found.append(_("Bản sao không còn là khung cho cấp dưới."))
    return found


def _nodes_of(source: CriteriaSet) -> list[Node]:
    return list(
        Node.objects.filter(criteria_set=source).select_related("lead_agency").order_by("level", "order")
    )


def _scopes_of(source: CriteriaSet) -> list[Applicability]:
    rows = Applicability.objects.filter(node__criteria_set=source).select_related("node", "unit")
    return list(rows.order_by("node__order", "pk"))


def _copy_nodes(
    source: CriteriaSet,
    made: CriteriaSet,
    keeps: _Keeping,
    *,
    earlier: Callable[[Node], int | None],
    frame: Callable[[Node], int | None],
) -> None:
    # Level by level: a parent must have its key before its children are made.
    fresh: dict[int, Node] = {}
    for _level, nodes in groupby(_nodes_of(source), key=lambda node: node.level):
        old = list(nodes)
        copies = [_copy(node, made, fresh, keeps) for node in old]
        for node, copy in zip(old, copies, strict=True):
            copy.previous_id, copy.frame_id = earlier(node), frame(node)
        for node, copy in zip(old, create_all(Node, copies), strict=True):
            fresh[node.pk] = copy
    rows = [row for row in _scopes_of(source) if keeps.scope(row)]
    scopes = [
        Applicability(node=fresh[row.node_id], kind_id=row.kind_id, unit_id=row.unit_id) for row in rows
    ]
    if scopes:
        create_all(Applicability, scopes)


def _copy(node: Node, made: CriteriaSet, fresh: dict[int, Node], keeps: _Keeping) -> Node:
    copy = Node(criteria_set=made, **{name: getattr(node, name) for name in COPIED})
    copy.parent = fresh[node.parent_id] if node.parent_id else None
    copy.lead_agency_id = node.lead_agency_id if keeps.agency(node) else None
    return copy


def _earlier(node: Node, source: CriteriaSet, made: CriteriaSet) -> int | None:
    """Return the leaf of an earlier year that asked the same; a draft's leaf may still go."""
    if made.year == source.year:
        return node.previous_id
    return node.pk if node.is_leaf and source.is_frozen and made.year > source.year else None
