"""Rows of a file to a draft, recorded, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.criteria.actions import create_set
from backend.criteria.actions.ordering import STRIDE
from backend.criteria.loading.reading import BrokenFileError, Problem, Row
from backend.criteria.models import CriteriaSet, Node
from permissions.actor import Actor
from tiers.models import Kind, Unit

SAME = "="


@transaction.atomic
def load_set(
    rows: Sequence[Row],
    *,
    owner: Unit,
    kind: Kind,
    year: int,
    by: Actor,
    previous: CriteriaSet | None = None,
    agencies: Mapping[str, Unit] | None = None,
    **values: object,
) -> CriteriaSet:
    """Return a new draft with these rows; ``values`` are those of ``actions.create_set``.

    ``previous`` is the set that the column of that name points into ("=": the same code).
    ``agencies`` are the lead agencies by code; without it that column is left aside.
    Raises Refused; BrokenFileError where a code leads nowhere, and then nothing is written.
    """
    earlier = _leaves(previous)
    problems = [*_unknown_leads(rows, agencies), *_unknown_leaves(rows, previous, earlier)]
    if problems:
        raise BrokenFileError(str(values.get("title", "")), problems)
    made = create_set(owner, kind=kind, year=year, by=by, **values)
    nodes = [_node(row, place, made, agencies, earlier) for place, row in enumerate(rows, 1)]
    with recording(by=by, about=made.history_about, reason=_("Nạp bộ tiêu chí từ tệp")):
        _save(nodes, rows)
    return made


def agencies_on(day: date, rows: Iterable[Row]) -> dict[str, Unit]:
    """Return the units in being on ``day`` whose codes the rows name as lead agencies; one query."""
    codes = {code for row in rows for code in row.lead}
    return {unit.code: unit for unit in Unit.objects.on(day).filter(code__in=codes)}


def _leaves(previous: CriteriaSet | None) -> dict[str, int]:
    if previous is None or not previous.is_frozen:
        return {}
    return dict(Node.objects.filter(criteria_set=previous, is_leaf=True).values_list("code", "pk"))


def _unknown_leads(rows: Sequence[Row], agencies: Mapping[str, Unit] | None) -> Iterable[Problem]:
    for row in rows if agencies is not None else ():
        if row.lead and not _lead_of(row, agencies):
            yield Problem(row.line, _("không có cơ quan mã %s") % "/".join(row.lead))


def _lead_of(row: Row, agencies: Mapping[str, Unit] | None) -> Unit | None:
    known = agencies or {}
    return next((known[code] for code in row.lead if code in known), None)


def _unknown_leaves(
    rows: Sequence[Row], previous: CriteriaSet | None, earlier: Mapping[str, int]
) -> Iterable[Problem]:
    for row in rows if previous else ():
        if row.previous and _earlier_code(row) not in earlier:
            yield Problem(row.line, _("bộ tiêu chí trước không có tiêu chí %s") % _earlier_code(row))


def _earlier_code(row: Row) -> str:
    return row.code if row.previous == SAME else row.previous


def _node(
    row: Row,
    place: int,
    made: CriteriaSet,
    agencies: Mapping[str, Unit] | None,
    earlier: Mapping[str, int],
) -> Node:
    points: dict[str, Decimal | None] = {"max_points" if row.is_leaf else "planned_points": row.points}
    return Node(
        criteria_set=made,
        code=row.code,
        level=row.level,
        order=place * STRIDE,
        title=row.title,
        is_leaf=row.is_leaf,
        source=row.source or Node.Source.ASSESSED,
        rule=row.rule,
        params=dict(row.params),
        guidance=row.guidance,
        evidence_asked=row.evidence,
        needs_evidence=row.needs_evidence,
        lead_agency=_lead_of(row, agencies),
        previous_id=earlier.get(_earlier_code(row)) if row.previous else None,
        **points,
    )


def _save(nodes: list[Node], rows: Sequence[Row]) -> None:
    # Level by level: a parent must have its key before its children are made.
    by_code = {node.code: node for node in nodes}
    parents = {row.code: row.parent for row in rows}
    ordered = sorted(nodes, key=lambda node: (node.level, node.order))
    for _level, group in groupby(ordered, key=lambda node: node.level):
        level = list(group)
        for node in level:
            node.parent = by_code.get(parents[node.code])
        create_all(Node, level)
