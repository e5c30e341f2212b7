"""The canned reasons of a host: those of one leaf with the general ones, and all of a round.

A leaf that goes on from one of an earlier year offers what was kept for that one too.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Q, QuerySet

from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.scoring.models import CannedReason

# What nobody has written anew for so many years is offered no more.
YEARS_BACK = 3


def canned_for(host_id: int, node_id: int) -> list[CannedReason]:
    """Return what the host's council may use on a leaf, its own first, the general ones last; one statement."""
    of_leaf = Q(node__isnull=True) | Q(node=node_id)
    before = Node.objects.filter(pk=node_id).values("previous")
    for _year in range(YEARS_BACK):
        of_leaf |= Q(node__in=before)
        before = Node.objects.filter(pk__in=before).values("previous")
    rows = list(_kept(of_leaf, host_id))
    return [*_on_leaf(rows, node_id), *_general(rows)]


def canned_in(round_: Round) -> list[CannedReason]:
    """Return what is in use on the leaves of the round, the general ones first."""
    leaves = list(leaves_in(round_))
    lines = _lines(leaves)
    known = {key for line in lines.values() for key in line}
    rows = list(_kept(Q(node__isnull=True) | Q(node__in=known), round_.host_id))
    found = _general(rows)
    for leaf in leaves:
        line = lines[leaf.pk]
        hers = [copy.copy(row) for row in rows if row.node_id in line]
        found += sorted(_on_leaf(hers, leaf.pk, leaf), key=attrgetter("code"))
    return found


def canned_named(round_: Round, pk: int | None, leaf: int | None = None) -> CannedReason | None:
    """Return one of those in use in the round, on a leaf where it is named; None where there is no such."""
    found = [row for row in canned_in(round_) if row.pk == pk]
    on_leaf = [row for row in found if row.leaf and row.leaf.pk == leaf]
    return next(iter([*on_leaf, *found]), None)


def leaves_in(round_: Round) -> QuerySet[Node]:
    """Return the leaves of the round that a council appraises, in order."""
    sets = round_.groups.values("criteria_set")
    rows = Node.objects.filter(criteria_set__in=sets, is_leaf=True, source=Node.Source.ASSESSED)
    return rows.order_by("criteria_set", "order")


def _kept(where: Q, host_id: int) -> QuerySet[CannedReason]:
    rows = CannedReason.objects.filter(where, host=host_id)
    return rows.select_related("node__criteria_set", "host").order_by("code", "pk")


def _general(rows: Iterable[CannedReason]) -> list[CannedReason]:
    return [row for row in rows if row.node is None and row.retired_at is None]


def _on_leaf(rows: Iterable[CannedReason], key: int, leaf: Node | None = None) -> list[CannedReason]:
    """Return what a leaf offers: under each code what the nearest year has, nothing where that was retired."""
    led = [row for row in rows if row.node is not None]
    led.sort(key=lambda row: (row.node_id != key, -row.node.criteria_set.year, -row.node.pk))  # type: ignore[union-attr]
    nearest: dict[str, int | None] = {}
    for row in led:
        nearest.setdefault(row.code, row.node_id)
        row.offered_on = leaf
        row.is_carried = row.node_id != key
    return [row for row in led if row.retired_at is None and nearest[row.code] == row.node_id]


def _lines(leaves: Iterable[Node]) -> dict[int, set[int]]:
    """Return each leaf's key with those of the leaves it goes on from; a statement for each year back."""
    ends = {leaf.pk: leaf.pk for leaf in leaves}
    before = {leaf.pk: leaf.previous_id for leaf in leaves}
    lines = {key: {key} for key in ends}
    for _year in range(YEARS_BACK):
        steps = {key: before[end] for key, end in ends.items() if before.get(end)}
        for key, end in steps.items():
            lines[key].add(end)
        ends = steps
        if not ends:
            break
        before = dict(Node.objects.filter(pk__in=set(ends.values())).values_list("pk", "previous"))
    return lines
