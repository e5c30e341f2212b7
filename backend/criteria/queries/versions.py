"""Sets beside one another: the versions of one year, the year before, and one as items to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.core.points import format_points
from backend.criteria.comparing import Comparison, Item, compare
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.queries.sets import sets_for
from backend.criteria.queries.trees import flatten, tree_of
from permissions.actor import Actor

Key = tuple[int, int, int, bool]


def chains_of(sets: Iterable[CriteriaSet], seen: QuerySet[CriteriaSet]) -> dict[int, list[CriteriaSet]]:
    """Return for each set by key the versions of the same owner, kind and year, oldest first; one query.

    Of ``seen`` only: a version the person may not see is not told of.
    """
    wanted = {made.pk: _chain_key(made) for made in sets}
    condition = Q(pk__in=[])
    for owner, kind, year, is_framework in set(wanted.values()):
        condition |= Q(owner=owner, kind=kind, year=year, is_framework=is_framework)
    rows: dict[Key, list[CriteriaSet]] = {}
    for made in seen.filter(condition).order_by("version"):
        rows.setdefault(_chain_key(made), []).append(made)
    return {pk: rows.get(key, []) for pk, key in wanted.items()}


def _chain_key(made: CriteriaSet) -> Key:
    return made.owner_id, made.kind_id, made.year, made.is_framework


@dataclass(frozen=True)
class Relatives:
    """A set's versions, oldest first, and the sets it is compared with; None where there is none to be seen."""

    chain: list[CriteriaSet]
    before: CriteriaSet | None
    last_year: CriteriaSet | None
    framework: CriteriaSet | None


def relatives_of(criteria_set: CriteriaSet, actor: Actor) -> Relatives:
    """Return the sets beside this one that the person sees: earlier version, last year's in force, framework.

    One query.
    """
    own = {"owner": criteria_set.owner_id, "kind": criteria_set.kind_id}
    own |= {"is_framework": criteria_set.is_framework, "year__lte": criteria_set.year}
    seen = list(
        sets_for(actor).filter(Q(**own) | Q(pk=criteria_set.framework_id)).order_by("year", "version")
    )
    chain = [made for made in seen if _chain_key(made) == _chain_key(criteria_set)]
    earlier = [made for made in chain if made.version < criteria_set.version]
    past = [made for made in seen if made.year < criteria_set.year and made.pk != criteria_set.framework_id]
    published = [made for made in past if made.published_at]
    above = [made for made in seen if made.pk == criteria_set.framework_id]
    return Relatives(chain, *(next(reversed(rows), None) for rows in (earlier, published, above)))


# --- to compare -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """Two sets side by side; ``facts`` are what differs of the sets as a whole: (what, before, after)."""

    old: CriteriaSet
    new: CriteriaSet
    comparison: Comparison
    facts: tuple[tuple[str, str, str], ...]


def compared(old: CriteriaSet, new: CriteriaSet) -> Compared:
    """Return what ``new`` changes in ``old``; two queries for each."""
    before, after = facts_of(old), facts_of(new)
    facts = tuple(
        (what, was, now) for (what, was), (_what, now) in zip(before, after, strict=True) if was != now
    )
    return Compared(old, new, compare(items_of(old), items_of(new)), facts)


def facts_of(criteria_set: CriteriaSet) -> list[tuple[str, str]]:
    """Return what is said of a set as a whole: (what, as text), always the same rows."""
    legal = criteria_set.legal_number
    if legal and criteria_set.legal_date:
        legal = _("%(number)s ngày %(day)s") % {"number": legal, "day": format_date(criteria_set.legal_date)}
    return [
        (_("Tên"), criteria_set.title),
        (_("Cơ quan ban hành"), criteria_set.owner.name),
        (_("Loại đơn vị"), criteria_set.kind.title),
        (_("Căn cứ"), legal or _("chưa ghi")),
        (_("Thang điểm"), format_points(criteria_set.scale)),
        (_("Điểm thưởng tối đa"), format_points(criteria_set.bonus_ceiling)),
        (_("Điểm phạt tối đa"), format_points(criteria_set.penalty_ceiling)),
        (_("Tiêu chí không áp dụng"), str(criteria_set.get_left_out_way_display())),
    ]


def items_of(criteria_set: CriteriaSet) -> list[Item]:
    """Return the nodes of a set as they are compared, in the order of reading; two queries."""
    scopes: dict[int, list[str]] = {}
    rows = Applicability.objects.filter(node__criteria_set=criteria_set).select_related("kind", "unit")
    for row in rows.order_by("kind__order", "unit__order"):
        scopes.setdefault(row.node_id, []).append(_named(row))
    return [
        _item(branch.node, branch.points, scopes.get(branch.node.pk, ()))
        for branch in flatten(tree_of(criteria_set))
    ]


def _named(row: Applicability) -> str:
    return row.unit.name if row.unit else row.kind.title if row.kind else ""


def _item(node: Node, points: Decimal, scope: Sequence[str]) -> Item:
    words = node.rule_words
    return Item(
        key=node.pk,
        parent=node.parent_id,
        code=node.code,
        title=node.title,
        is_leaf=node.is_leaf,
        points=(node.max_points or points) if node.is_leaf else points,
        planned=node.planned_points,
        rule=f"{node.rule} {json.dumps(node.params, sort_keys=True)}" if node.is_leaf else "",
        rule_words=(words.title, *words.lines) if words else (_("chưa chọn cách chấm"),),
        guidance=node.guidance,
        evidence=node.evidence_asked,
        lead=node.lead_agency.name if node.lead_agency else "",
        flags=tuple(_flags(node, scope)),
        links=frozenset(key for key in (node.previous_id, node.frame_id) if key),
    )


def _flags(node: Node, scope: Sequence[str]) -> Iterator[str]:
    if node.is_leaf:
        yield from _leaf_flags(node)
    if node.only_with_procedures:
        yield _("chỉ đơn vị có thủ tục hành chính")
    if node.open_to_additions:
        yield _("cấp dưới được bổ sung")
    if scope:
        yield _("chỉ áp dụng: %s") % ", ".join(scope)


def _leaf_flags(node: Node) -> Iterator[str]:
    if node.source != Node.Source.ASSESSED:
        yield str(node.get_source_display())
    if node.counting != Node.Counting.BASE:
        yield str(node.get_counting_display())
    if node.not_arisen:
        yield _("khi không phát sinh: %s") % node.get_not_arisen_display()
    if not node.needs_evidence:
        yield _("không bắt buộc tài liệu kiểm chứng")
