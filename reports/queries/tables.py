"""A ranking as plain tables: the preview computed now, and what was published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from backend.criteria.models import Node
from backend.rounds.models import Band as BandModel
from backend.rounds.models import Group, Round
from backend.scoring.lifecycle import State
from backend.scoring.models import Scorecard
from reports.models import BandCopy, FieldRow, Ranking, Row, Section
from reports.queries.totals import totals_in
from reports.rankings import Band, TieRule
from reports.standings import FieldPoints, Standing, Table, Totals, Waiting, ranked

DONE = (State.CONCLUDED, State.PUBLISHED)


def preview(round_: Round) -> list[Table]:
    """Return the ranking as it would be published now; units not concluded yet wait below it.

    Six queries for any number of units.
    """
    groups = Group.objects.filter(round=round_).select_related("criteria_set").order_by("order", "pk")
    found = list(groups.prefetch_related(Prefetch("bands", BandModel.objects.order_by("-lower"))))
    titles = field_titles(group.criteria_set_id for group in found)
    totals = totals_in(round_, titles)
    cards: dict[int, list[Scorecard]] = defaultdict(list)
    for card in Scorecard.objects.filter(round=round_).select_related("unit"):
        cards[card.group_id].append(card)
    return [_preview_table(group, cards[group.pk], totals) for group in found]


def field_titles(sets: Iterable[int]) -> dict[str, str]:
    """Return code to title of the fields of those criteria sets."""
    rows = Node.objects.filter(criteria_set_id__in=list(sets), level=1)
    return dict(rows.values_list("code", "title"))


def _preview_table(group: Group, cards: list[Scorecard], totals: dict[int, Totals]) -> Table:
    bands = tuple(Band(band.label, band.lower, band.inclusive) for band in group.bands.all())
    lines, waiting = [], []
    for card in cards:
        own = totals.get(card.pk, Totals(card.pk))
        if why := _why_waiting(card, own):
            waiting.append(Waiting(card.pk, card.unit_name, why))
        else:
            lines.append(Standing(card.pk, card.unit_id, card.unit_name, card.unit.order, own))
    tie_rule = TieRule(group.tie_rule)
    return Table(
        group.pk,
        group.title,
        group.criteria_set.title,
        tie_rule,
        bands,
        ranked(lines, tie_rule, bands),
        tuple(waiting),
    )


def _why_waiting(card: Scorecard, own: Totals) -> str:
    if card.state not in DONE:
        return str(State(card.state).label)
    return "" if own.maximum else _("không có tiêu chí nào áp dụng")


def current_ranking(round_: Round) -> Ranking | None:
    """Return the newest published ranking of the round, if there is one."""
    rows = Ranking.objects.filter(round=round_, published_at__isnull=False)
    return rows.order_by("-version").first()


def published(ranking: Ranking) -> list[Table]:
    """Return the tables of a published ranking from its copies; four queries."""
    rows = Row.objects.prefetch_related(Prefetch("fields", FieldRow.objects.order_by("order", "pk")))
    sections = Section.objects.filter(ranking=ranking).prefetch_related(
        Prefetch("rows", rows.order_by("rank", "unit_order", "pk")),
        Prefetch("bands", BandCopy.objects.order_by("-lower")),
    )
    return [_published_table(section) for section in sections.order_by("order", "pk")]


def _published_table(section: Section) -> Table:
    return Table(
        section.group_id,
        section.title,
        section.criteria_title,
        TieRule(section.tie_rule),
        tuple(Band(band.label, band.lower, band.inclusive) for band in section.bands.all()),
        tuple(_standing(row) for row in section.rows.all()),
    )


def _standing(row: Row) -> Standing:
    fields = tuple(FieldPoints(part.code, part.title, part.points, part.maximum) for part in row.fields.all())
    totals = Totals(row.card_id, row.appraised, row.survey, row.maximum, row.full_maximum, fields)
    return Standing(
        row.card_id,
        row.unit_id,
        row.unit_name,
        row.unit_order,
        totals,
        row.rank,
        row.shared,
        row.band,
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
