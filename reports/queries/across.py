"""Units of one kind over several hosts in one year, communes of every district say; published results only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max, OuterRef, Subquery

from backend.rounds.models import Group, Round
from reports.models import Ranking
from reports.placing import Placing, over_all
from reports.queries.tables import published_of
from reports.standings import Table


@dataclass(frozen=True)
class Across:
    """The units of one kind, ranked together by exact index, and the publications they come from."""

    title: str
    placing: Placing
    rankings: tuple[Ranking, ...]
    criteria: tuple[str, ...]

    @property
    def is_one_set(self) -> bool:
        """Return whether all hosts used criteria of one title; else the index alone is compared."""
        return len(self.criteria) == 1


def newest_published() -> Subquery:
    """Return the key of the newest publication of the outer row's round."""
    rows = Ranking.objects.filter(round=OuterRef("round"), published_at__isnull=False).order_by("-version")
    return Subquery(rows.values("pk")[:1])


def across(round_: Round) -> list[Across]:
    """Return by kind of unit the ranking over all hosts that stand beside the round's, this one among them.

    Hosts under one parent run rounds of one year. The same number of queries for any number of hosts.
    """
    beside = Ranking.objects.filter(
        round__host__parent=round_.host.parent_id, round__year=round_.year, pk=newest_published()
    )
    if round_.host.parent_id is None:
        beside = beside.filter(round=round_)
    rankings = {one.pk: one for one in beside.select_related("round__host").order_by("round__host__order")}
    kinds = _kinds([one.round_id for one in rankings.values()])
    found: dict[tuple[int, str], list[tuple[Ranking, Table]]] = {}
    for key, table in published_of(list(rankings)):
        found.setdefault(kinds[table.group_id], []).append((rankings[key], table))
    return [
        _across(title, parts) for (_order, title), parts in sorted(found.items(), key=lambda item: item[0])
    ]


def _kinds(rounds: list[int]) -> dict[int, tuple[int, str]]:
    rows = (
        Group.objects.filter(round__in=rounds).values("pk", "kind__title").annotate(place=Max("kind__order"))
    )
    return {row["pk"]: (row["place"], row["kind__title"]) for row in rows}


def _across(title: str, parts: list[tuple[Ranking, Table]]) -> Across:
    made = {ranking.pk: ranking for ranking, _table in parts}
    named = [
        Table(t.group_id, r.host_name, t.criteria_title, t.tie_rule, t.bands, t.standings) for r, t in parts
    ]
    criteria = tuple(dict.fromkeys(table.criteria_title for _ranking, table in parts))
    return Across(title, over_all(named), tuple(made.values()), criteria)
