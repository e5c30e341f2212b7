"""Pages for everybody. Each function makes the answer of one address out of what was published."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404

from backend.audit.models import Checkpoint
from backend.criteria.models import CriteriaSet
from reports import charts, correcting, placing, queries
from reports.opendata import LICENCE
from reports.placing_views import known, parts_of, title_of
from reports.public.finding import Publication, find, published_rounds, unit_in
from reports.public.keeping import Answer, kept, page
from reports.standings import Table
from tiers.models import Unit


@kept
def round_list() -> Answer:
    """List every round that was published."""
    rows = published_rounds()
    demo = settings.DEMO or any(one.is_illustration for one in rows)
    return page("reports/public/round_list.html", {"rows": rows, "demo": demo})


@kept
def ranking(host: str, year: int) -> Answer:
    """Show the ranking that counts."""
    return _ranking(find(host, year))


@kept
def version(host: str, year: int, version: int) -> Answer:
    """Show one publication of a round, superseded or not, and what it changed."""
    return _ranking(find(host, year, version))


def _ranking(found: Publication) -> Answer:
    context = _of(found, "ranking") | {
        "groups": correcting.changes_in(found.ranking),
        "sections": [(table, charts.field_bars(table)) for table in found.tables],
    }
    return page("reports/public/ranking.html", context)


@kept
def unit(host: str, year: int, code: str) -> Answer:
    """Show one unit's result: fields beside the group's mean, and its points leaf by leaf."""
    found = find(host, year)
    table, line = unit_in(found, code)
    leaves = queries.leaves_of(found.ranking, line.card_id)
    context = _of(found) | {
        "table": table,
        "line": line,
        "chart": charts.field_bars(table, line),
        "criteria": found.criteria.get(table.group_id, ()),
        "leaves": leaves,
        "years": [
            (one, None) for one in queries.past_of(Unit.objects.get(pk=line.unit_id), found.ranking.year)
        ],
    }
    return page("reports/public/unit.html", context)


@kept
def method(host: str, year: int) -> Answer:
    """Show how the ranking was made: the decision, sums, ties, bands and every criterion with its points."""
    found = find(host, year)
    sets = CriteriaSet.objects.filter(groups__round=found.round).distinct()
    ways = {one.title: one for one in sets}
    sections = [
        (table, found.criteria.get(table.group_id, ()), ways.get(table.criteria_title))
        for table in found.tables
    ]
    context = _of(found, "method") | {
        "sections": sections,
        "licence": LICENCE,
        "has_checkpoint": Checkpoint.objects.exists(),
    }
    return page("reports/public/method.html", context)


@kept
def over_all(host: str, year: int) -> Answer:
    """Rank the units of all groups together."""
    found = find(host, year)
    context = {"placing": placing.over_all(found.tables), "with_group": True, "decimals": 2, "of": ""}
    return page("reports/public/placing.html", _of(found, "placing") | context)


@kept
def by_part(host: str, year: int, number: int, code: str) -> Answer:
    """Rank the units of one group by one field or criterion."""
    found = find(host, year)
    table = _table(found, number)
    own = found.criteria.get(table.group_id, ())
    if not known(table, own, code):
        raise Http404
    leaves = {} if code in dict(table.field_titles) else queries.leaves_in(found.round, found.ranking)
    context = {
        "placing": placing.by_part(table, own, leaves, code),
        "title": title_of(table, own, code),
        "table": table,
        "number": number,
        "parts": parts_of(table, own),
        "decimals": table.decimals,
        "of": code,
    }
    return page("reports/public/placing.html", _of(found, "placing") | context)


def _table(found: Publication, number: int) -> Table:
    if not 1 <= number <= len(found.tables):
        raise Http404
    return found.tables[number - 1]


@kept
def conference(host: str, year: int, shown: int) -> Answer:
    """Show the ranking to a hall, band by band from the lowest; ``shown`` of them stand on the page."""
    found = find(host, year)
    parts = _bands(found.tables)
    if shown > len(parts):
        raise Http404
    context = _of(found) | {
        "parts": parts[:shown],
        "next": found.address("conference", shown + 1) if shown < len(parts) else "",
        "back": found.address("conference", shown - 1) if shown else "",
        "next_title": parts[shown][:2] if shown < len(parts) else None,
        "shown": shown,
        "most": len(parts),
    }
    return page("reports/public/conference.html", context)


def _bands(tables: list[Table]) -> list[tuple[str, str, list[Any], int]]:
    """Return group, band, lines from the lowest place and decimals, for every band that holds a unit, lowest first."""
    found = []
    for table in tables:
        labels = ["", *reversed([label for label, _count in table.band_counts])]
        for label in labels:
            lines = [line for line in table.standings if line.band == label]
            if lines:
                found.append((table.title, label, lines, table.decimals))
    return found


def _of(found: Publication, tab: str = "") -> dict[str, Any]:
    year, code = found.ranking.year, found.host
    return {
        "found": found,
        "ranking": found.ranking,
        "newest": found.newest,
        "versions": found.versions,
        "tables": found.tables,
        "links": found.links,
        "demo": found.demo,
        "host": code,
        "year": year,
        "own_paths": (),
        "tab": tab,
        "newest_url": found.address("ranking"),
    }
