"""The leaves of a round across its units: what they cost, and what units claimed of them. Sums by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models import Mark, Score
from reports.queries.analysed import Analysed
from reports.queries.totals import counted, field_of
from reports.rankings import index


@dataclass(frozen=True)
class Loss:
    """One leaf of one group: how many units it applies to, how many have all of it, and what they have of what."""

    group_id: int
    node_id: int
    code: str
    title: str
    units: int
    full: int
    maximum: Decimal
    points: Decimal

    @property
    def lost(self) -> Decimal:
        """Return the points that units did not get, together."""
        return self.maximum - self.points

    @property
    def reached(self) -> Fraction:
        """Return what they got, in percent of what they could."""
        return index(self.points, self.maximum)


def losses(seen: Analysed) -> list[Loss]:
    """Return every leaf within the scale, group by group, the one that costs most first; three statements."""
    scores = _counting(seen.round, Score.objects.filter(card__in=seen.keys), "")
    wanted = scores.values("card__group_id", "node_id", "code", "node__title")
    given = _given(seen)
    rows = wanted.annotate(units=Count("pk"), most=Sum("max_points")).order_by("card__group__order", "order")
    found = [_loss(row, given) for row in rows]
    places = {row.group_id: place for place, row in enumerate(reversed(found))}
    return sorted(found, key=lambda row: (-places[row.group_id], -row.lost))


def _counting(round_: Round, rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    kept = rows.filter(**{f"{prefix}applies": True, f"{prefix}counting": Node.Counting.BASE})
    return kept if round_.with_survey else kept.filter(**{f"{prefix}source": Node.Source.ASSESSED})


def _given(seen: Analysed) -> dict[tuple[int, int], tuple[Decimal, int]]:
    marks = Mark.objects.filter(counted("score__"), score__card__in=seen.keys)
    marks = _counting(seen.round, marks, "score__").order_by()
    rows = marks.values_list("score__card__group_id", "score__node_id").annotate(
        sum=Sum("points"), full=Count("pk", filter=Q(points=F("max_points")))
    )
    return {(group, node): (points or ZERO, full) for group, node, points, full in rows}


def _loss(row: dict[str, Any], given: dict[tuple[int, int], tuple[Decimal, int]]) -> Loss:
    group, node = row["card__group_id"], row["node_id"]
    points, full = given.get((group, node), (ZERO, 0))
    return Loss(group, node, row["code"], row["node__title"], row["units"], full, row["most"], points)


def reasons(seen: Analysed, nodes: Iterable[int]) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Return why the council took points off these leaves: by group and leaf, each reason with its number of units.

    The commonest first. One statement.
    """
    cut = Q(points__lt=F("from_points"), step__kind__in=(Step.Kind.APPRAISAL, Step.Kind.CONCLUSION))
    marks = Mark.objects.filter(cut, score__card__in=seen.keys, score__node__in=list(nodes)).exclude(
        reason=""
    )
    rows = marks.order_by().values_list("score__card__group_id", "score__node_id", "reason")
    found: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    for group, node, reason, units in rows.annotate(units=Count("score_id", distinct=True)):
        found[group, node].append((reason, units))
    return {key: sorted(own, key=lambda one: (-one[1], one[0])) for key, own in found.items()}


@dataclass
class Claim:
    """What was claimed and what was given on some leaves: ``over`` where more was claimed, ``under`` where less."""

    leaves: int = 0
    own: Decimal = ZERO
    result: Decimal = ZERO
    over: Decimal = ZERO
    under: Decimal = ZERO
    overs: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Take in the sums of some more leaves."""
        self.leaves += row["leaves"]
        self.overs += row["overs"]
        self.own += row["own_sum"] or ZERO
        self.result += row["result_sum"] or ZERO
        self.over += (row["own_over"] or ZERO) - (row["result_over"] or ZERO)
        self.under += (row["result_under"] or ZERO) - (row["own_under"] or ZERO)


Key = tuple[int, str]


@dataclass(frozen=True)
class Claims:
    """What was claimed by card and field, and by group and leaf; ``titles`` are of the leaves, by group and code."""

    by_field: dict[Key, Claim]
    by_leaf: dict[Key, Claim]
    titles: dict[Key, str]


def claims(seen: Analysed) -> Claims:
    """Return what units gave themselves beside the result, of cards that scored themselves; three statements."""
    rows = _claimed(seen)
    by_field = rows.annotate(part=field_of("code")).values("card_id", "part")
    by_leaf = _summed(rows.values("card__group_id", "code", "node__title"))
    return Claims(
        _added(_summed(by_field), "card_id", "part"),
        _added(by_leaf, "card__group_id", "code"),
        {(row["card__group_id"], row["code"]): row["node__title"] for row in by_leaf},
    )


def _summed(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    over, under = Q(own__points__gt=F("result__points")), Q(own__points__lt=F("result__points"))
    return list(
        rows.order_by().annotate(
            leaves=Count("pk"),
            overs=Count("pk", filter=over),
            own_sum=Sum("own__points"),
            result_sum=Sum("result__points"),
            own_over=Sum("own__points", filter=over),
            result_over=Sum("result__points", filter=over),
            own_under=Sum("own__points", filter=under),
            result_under=Sum("result__points", filter=under),
        )
    )


def _added(rows: Iterable[dict[str, Any]], *by: str) -> dict[Key, Claim]:
    found: dict[Key, Claim] = defaultdict(Claim)
    for row in rows:
        found[row[by[0]], row[by[1]]].add(row)
    return dict(found)


def _claimed(seen: Analysed) -> QuerySet[Any]:
    """Return the leaves with points of the unit and of the conclusion, each beside the other.

    Not of cards that came to the host without the unit: a draft nobody sent claims nothing.
    """
    steps = dict(Step.objects.filter(round=seen.round).order_by("-order").values_list("kind", "pk"))
    own, result = steps.get(Step.Kind.SELF), steps.get(Step.Kind.CONCLUSION)
    sent = [card.pk for card in seen.cards if card.arrived_by != "no_self_score"]  # type: ignore[attr-defined]
    rows = Score.objects.filter(card__in=sent, source=Node.Source.ASSESSED)
    rows = _counting(seen.round, rows, "").annotate(
        own=FilteredRelation("marks", condition=Q(marks__step=own)),
        result=FilteredRelation("marks", condition=Q(marks__step=result)),
    )
    return rows.filter(own__points__isnull=False, result__points__isnull=False)
