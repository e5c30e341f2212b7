"""One unit over the years: its published results, and its points on leaves that stand for one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Exists, OuterRef

from backend.criteria.models import CriteriaSet, Node
from backend.scoring.models import Mark, Scorecard
from backend.scoring.queries import scorecards_for
from permissions.actor import Actor
from reports.backtest.mapping import mapping
from reports.models import Ranking, Row
from reports.queries.results import Result
from reports.queries.seeing import rounds_for
from reports.queries.totals import counted
from tiers.models import Lineage
from tiers.queries import predecessors


@dataclass(frozen=True)
class Season:
    """One published result of a unit: the year, where it stood among how many, the indices of all its group."""

    year: int
    round_title: str
    unit_name: str
    share: str
    card: Scorecard
    index: Fraction
    rank: int
    band: str
    indices: tuple[Fraction, ...]


def seasons_before(seen: Result, viewer: Actor) -> list[Season]:
    """Return the unit's published results of earlier years that the person sees, oldest first; two statements."""
    return _seasons({seen.card.unit_id: ""}, seen, viewer)


def of_origins(seen: Result, viewer: Actor) -> list[Season]:
    """Return the published results of the units it was formed of, by year; three statements."""
    parts = {part.old_id: str(Lineage.Share(part.share).label) for part in predecessors(seen.card.unit)}
    return _seasons(parts, seen, viewer) if parts else []


def _seasons(units: dict[int, str], seen: Result, viewer: Actor) -> list[Season]:
    later = Ranking.objects.filter(
        round=OuterRef("section__ranking__round"),
        version__gt=OuterRef("section__ranking__version"),
        published_at__isnull=False,
    )
    rows = Row.objects.filter(
        ~Exists(later),
        unit__in=list(units),
        section__ranking__published_at__isnull=False,
        section__ranking__round__in=rounds_for(viewer).order_by().values("pk"),
        section__ranking__year__lt=seen.round.year,
    ).select_related("section__ranking", "card__criteria_set", "card__round")
    found = list(rows.order_by("section__ranking__year", "unit_order", "pk"))
    groups: dict[int, list[Fraction]] = defaultdict(list)
    for row in Row.objects.filter(section__in={row.section_id for row in found}):
        groups[row.section_id].append(row.index)
    return [_season(row, units[row.unit_id], groups[row.section_id]) for row in found]


def _season(row: Row, share: str, indices: Iterable[Fraction]) -> Season:
    made = row.section.ranking
    return Season(
        made.year, made.title, row.unit_name, share, row.card, row.index, row.rank, row.band, tuple(indices)
    )


@dataclass(frozen=True)
class Compared:
    """One leaf of the newest set and what the unit has of it by year: points of a maximum; only years it is mapped to."""

    node: Node
    years: dict[int, tuple[Decimal, Decimal]]


def leaves_over_years(seen: Result, seasons: Iterable[Season], viewer: Actor) -> list[Compared]:
    """Return the leaves of the card's set with the points of every year whose set maps to them, one leaf to one.

    A leaf of an earlier year that stands for several now is left out, as is one that did not apply. Only of cards
    she sees leaf by leaf.
    """
    known = {one.card.pk: one.card for one in seasons}
    shown = set(scorecards_for(viewer).filter(pk__in=known).order_by().values_list("pk", flat=True))
    cards = [seen.card, *(card for key, card in known.items() if key in shown)]
    points = _points(cards)
    years: dict[int, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for card in cards:
        for now, then in _pairs(seen.card.criteria_set, card):
            if (card.pk, then) in points:
                years[now][card.round.year] = points[card.pk, then]
    nodes = Node.objects.filter(
        criteria_set=seen.card.criteria_set, is_leaf=True, counting=Node.Counting.BASE
    )
    return [Compared(node, years[node.pk]) for node in nodes.order_by("order") if node.pk in years]


def _pairs(newest: CriteriaSet, card: Scorecard) -> list[tuple[int, int]]:
    found = mapping(newest, card.criteria_set, with_survey=card.round.with_survey, with_guesses=False).scored
    times = Counter(pair.old.pk for pair in found)
    return [(pair.new.pk, pair.old.pk) for pair in found if times[pair.old.pk] == 1]


def _points(cards: Iterable[Scorecard]) -> dict[tuple[int, int], tuple[Decimal, Decimal]]:
    marks = Mark.objects.filter(counted("score__"), score__card__in=list(cards), score__applies=True)
    rows = marks.filter(points__isnull=False).values_list(
        "score__card_id", "score__node_id", "points", "max_points"
    )
    return {(card, node): (points, most) for card, node, points, most in rows}
