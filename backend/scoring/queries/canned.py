"""The canned reasons of a host: those of one leaf with the general ones, and all of them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.scoring.models import CannedReason


def canned_for(host_id: int, node_id: int) -> list[CannedReason]:
    """Return what the host's council may use on a leaf, its own first; one statement."""
    of_leaf = Q(node__isnull=True) | Q(node=node_id)
    rows = CannedReason.objects.filter(of_leaf, host=host_id, retired_at__isnull=True)
    return sorted(rows, key=lambda row: (row.node_id is None, row.code))


def canned_in(round_: Round) -> QuerySet[CannedReason]:
    """Return what is in use on the leaves of the round's criteria sets, and the general ones first."""
    sets = round_.groups.values("criteria_set")
    rows = CannedReason.objects.filter(host=round_.host_id, retired_at__isnull=True)
    rows = rows.filter(Q(node__isnull=True) | Q(node__criteria_set__in=sets))
    return rows.select_related("node", "host").order_by("node__criteria_set", "node__order", "code")


def leaves_in(round_: Round) -> QuerySet[Node]:
    """Return the leaves of the round that a council appraises, in order."""
    sets = round_.groups.values("criteria_set")
    rows = Node.objects.filter(criteria_set__in=sets, is_leaf=True, source=Node.Source.ASSESSED)
    return rows.order_by("criteria_set", "order")
