"""What was published of a unit and of the units that went into it, year by year."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from reports.lineage import Ancestor, Part, PastYear, years_of
from reports.models import Ranking, Row
from tiers.models import Lineage, Unit


def ancestors_of(unit: Unit) -> list[Ancestor]:
    """Return the unit itself and all that went into it; one query per generation of mergers."""
    found = {
        unit.pk: Ancestor(
            unit.pk, unit.name, is_whole=True, since=unit.valid_from, ended=unit.valid_to, is_self=True
        )
    }
    newest = dict(found)
    while newest:
        rows = Lineage.objects.filter(new__in=list(newest)).select_related("old")
        older: dict[int, Ancestor] = {}
        for row in rows.order_by("old__order", "old__path"):
            if row.old_id in found:
                continue
            whole = row.share == Lineage.Share.WHOLE and newest[row.new_id].is_whole
            made = Ancestor(row.old_id, row.old.name, whole, row.old.valid_from, row.old.valid_to)
            older.setdefault(row.old_id, made)
        found |= older
        newest = older
    return list(found.values())


def past_of(unit: Unit, until: int) -> list[PastYear]:
    """Return what was published of the unit and its parts up to that year, the newest first.

    One query for the results beside one per generation of mergers.
    """
    ancestors = {one.unit_id: one for one in ancestors_of(unit)}
    newest = Ranking.objects.filter(round=OuterRef("section__ranking__round"), published_at__isnull=False)
    among = Row.objects.filter(section=OuterRef("section")).order_by().values("section")
    rows = Row.objects.filter(
        unit__in=ancestors,
        section__ranking__year__lte=until,
        section__ranking=Subquery(newest.order_by("-version").values("pk")[:1]),
    )
    counted = Subquery(among.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    rows = rows.annotate(among=Coalesce(counted, 0)).select_related("unit", "section__ranking__round__host")
    found: dict[int, list[tuple[Part, bool]]] = defaultdict(list)
    for row in rows.order_by("section__ranking__year", "unit_order", "pk"):
        ranking = row.section.ranking
        found[ranking.year].append((_part(ancestors[row.unit_id], row), ranking.is_illustration))
    return years_of(list(ancestors.values()), found)


def _part(ancestor: Ancestor, row: Row) -> Part:
    ranking = row.section.ranking
    return Part(
        ancestor,
        row.index,
        row.rank,
        row.among,
        row.band,
        row.section.title,
        ranking.host_name,
        ranking.round.host.code,
        row.unit_code or row.unit.code,
    )
