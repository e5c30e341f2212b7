"""A ranking as plain tables: the preview computed now, and what was published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from backend.criteria.models import Node
from backend.rounds.models import Band as BandModel
from backend.rounds.models import Group, Round
from backend.scoring.models import Scorecard, State
from reports.models import BandCopy, FieldRow, Ranking, Row, Section
from reports.queries.totals import totals_in
from reports.rankings import Band, TieRule
from reports.standings import FieldPoints, Standing, Table, Totals, Waiting, ranked

# What a published row copies of the totals besides points and maxima.
KEPT = ("bonus", "penalty", "deducted", "percent", "marked", "marked_maximum", "marked_full")
DONE = (State.CONCLUDED, State.PUBLISHED)


def preview(round_: Round) -> list[Table]:
    """Return the ranking as it would be published now; units not concluded yet wait below it.

    Five queries for any number of units.
    """
    cards: dict[Group, list[Scorecard]] = defaultdict(list)
    rows = Scorecard.objects.filter(round=round_).select_related("unit", "group__criteria_set")
    for card in rows.order_by("group__order", "group", "unit__order", "pk"):
        cards[card.group].append(card)
    bands = _bands(BandModel.objects.filter(group__round=round_), "group_id")
    titles = field_titles(round_)
    totals = totals_in(round_)
    return [_preview_table(group, own, totals, titles, bands[group.pk]) for group, own in cards.items()]


def field_titles(round_: Round) -> dict[tuple[int, str], str]:
    """Return the titles of the round's fields by criteria set and code: sets may number them differently."""
    rows = Node.objects.filter(criteria_set__groups__round=round_, level=1)
    return {(row[0], row[1]): row[2] for row in rows.values_list("criteria_set_id", "code", "title")}


def bands_of(group: Group) -> tuple[Band, ...]:
    """Return the bands of a group from the highest; one query."""
    return _bands(BandModel.objects.filter(group=group), "group_id")[group.pk]


def _bands(rows: QuerySet[Any], owner: str) -> dict[int, tuple[Band, ...]]:
    found: dict[int, tuple[Band, ...]] = defaultdict(tuple)
    for row in rows.order_by("-lower"):
        found[getattr(row, owner)] += (Band(row.label, row.lower, row.inclusive),)
    return found


def _preview_table(
    group: Group,
    cards: list[Scorecard],
    totals: dict[int, Totals],
    titles: dict[tuple[int, str], str],
    bands: tuple[Band, ...],
) -> Table:
    lines, waiting = [], []
    named = {code: title for (set_id, code), title in titles.items() if set_id == group.criteria_set_id}
    for card in cards:
        own = totals.get(card.pk, Totals(card.pk)).named(named)
        if why := _why_waiting(card, own):
            waiting.append(Waiting(card.pk, card.unit_name, why))
        else:
            lines.append(_line(card, own))
    tie_rule = TieRule(group.tie_rule)
    return Table(
        group.pk,
        group.title,
        group.criteria_set.title,
        tie_rule,
        bands,
        ranked(lines, tie_rule, bands, group.tie_order),
        tuple(waiting),
        tuple(group.tie_order),
        group.decimals,
    )


def _line(card: Scorecard, own: Totals) -> Standing:
    unit = card.unit
    return Standing(
        card.pk, unit.pk, card.unit_name, unit.order, own, unit_path=unit.path, unit_code=unit.code
    )


def _why_waiting(card: Scorecard, own: Totals) -> str:
    if card.state not in DONE:
        return str(State(card.state).label)
    return "" if own.maximum else _("không có tiêu chí nào áp dụng")


def current_ranking(round_: Round) -> Ranking | None:
    """Return the newest published ranking of the round, if there is one."""
    rows = Ranking.objects.filter(round=round_, published_at__isnull=False)
    return rows.order_by("-version").first()


def versions_of(round_: Round) -> list[Ranking]:
    """Return every publication of the round, the newest first; that one counts, the others are superseded."""
    return list(Ranking.objects.filter(round=round_, published_at__isnull=False).order_by("-version"))


def version_of(round_: Round, version: int) -> Ranking | None:
    """Return one publication of the round."""
    return Ranking.objects.filter(round=round_, published_at__isnull=False, version=version).first()


def published(ranking: Ranking) -> list[Table]:
    """Return the tables of a published ranking from its copies; three queries."""
    return [table for _key, table in published_of([ranking.pk])]


def published_of(rankings: list[int]) -> list[tuple[int, Table]]:
    """Return the tables of several publications, each with its ranking's key; three queries for any number."""
    rows = Row.objects.filter(section__ranking__in=rankings).select_related("section__group", "unit")
    rows = rows.prefetch_related(Prefetch("fields", FieldRow.objects.order_by("order", "pk")))
    lines: dict[Section, list[Standing]] = defaultdict(list)
    for row in rows.order_by("section__ranking", "section__order", "section", "rank", "unit_order", "pk"):
        lines[row.section].append(_standing(row))
    bands = _bands(BandCopy.objects.filter(section__ranking__in=rankings), "section_id")
    return [
        (section.ranking_id, _published_table(section, own, bands[section.pk]))
        for section, own in lines.items()
    ]


def _published_table(section: Section, lines: list[Standing], bands: tuple[Band, ...]) -> Table:
    return Table(
        section.group_id,
        section.title,
        section.criteria_title,
        TieRule(section.tie_rule),
        bands,
        tuple(lines),
        # An opened round's groups don't change.
        tie_order=tuple(section.group.tie_order),
        decimals=section.group.decimals,
    )


def _standing(row: Row) -> Standing:
    fields = tuple(FieldPoints(part.code, part.title, part.points, part.maximum) for part in row.fields.all())
    kept = {name: getattr(row, name) for name in KEPT}
    totals = Totals(row.card_id, row.appraised, row.survey, row.maximum, row.full_maximum, fields, **kept)
    return Standing(
        row.card_id,
        row.unit_id,
        row.unit_name,
        row.unit_order,
        totals,
        row.rank,
        row.shared,
        row.band,
        row.unit.path,
        row.unit_code or row.unit.code,
    )


def tables(round_: Round, ranking: Ranking | None) -> list[Table]:
    """Return the published tables where there is a ranking, else the preview."""
    return published(ranking) if ranking else preview(round_)


def find(found: Iterable[Table], card_id: int) -> tuple[Table, Standing] | None:
    """Return the table and line of a card, or None where it has no result."""
    for table in found:
        for line in table.standings:
            if line.card_id == card_id:
                return table, line
    return None
