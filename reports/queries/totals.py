"""Totals of a round, by card: two queries for any number of units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, Left, StrIndex

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models import Mark, Score
from reports.standings import Totals, fields_in_order


def _counted(prefix: str) -> Q:
    """Return the marks that make a result: concluded ones of assessed leaves, survey ones of others."""
    assessed = Q(**{f"{prefix}source": Node.Source.ASSESSED})
    concluded = Q(step__kind=Step.Kind.CONCLUSION)
    return (assessed & concluded) | (~assessed & Q(step__kind=Step.Kind.SURVEY))


def _field_of(name: str) -> Left:
    """Return the part of a code before its first point, computed by the database."""
    return Left(name, StrIndex(Concat(F(name), Value(".")), Value(".")) - 1)


def _points_in(round_: Round) -> QuerySet[Any]:
    marks = Mark.objects.filter(_counted("score__"), score__card__round=round_, score__applies=True)
    if not round_.with_survey:
        marks = marks.filter(score__source=Node.Source.ASSESSED)
    named = marks.annotate(card=F("score__card_id"), part=_field_of("score__code"))
    grouped = named.values("card", "part", source=F("score__source"))
    return grouped.annotate(points=Sum("points")).order_by()


def _maxima_in(round_: Round) -> QuerySet[Any]:
    scores = Score.objects.filter(card__round=round_)
    if not round_.with_survey:
        scores = scores.filter(source=Node.Source.ASSESSED)
    grouped = scores.annotate(part=_field_of("code")).values("card", "part")
    return grouped.annotate(
        full=Sum("max_points"), maximum=Sum("max_points", filter=Q(applies=True))
    ).order_by()


@dataclass
class _Sums:
    """Sums of one card while its rows are read."""

    appraised: Decimal = ZERO
    survey: Decimal = ZERO
    full: Decimal = ZERO
    points: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    maxima: dict[str, Decimal] = field(default_factory=dict)

    def totals(self, card_id: int) -> Totals:
        """Return the sums as plain totals."""
        parts = {code: (self.points[code], maximum) for code, maximum in self.maxima.items()}
        maximum = sum(self.maxima.values(), ZERO)
        fields = fields_in_order(parts)
        return Totals(card_id, self.appraised, self.survey, maximum, self.full, fields)


def totals_in(round_: Round) -> dict[int, Totals]:
    """Return the totals of every card of the round by card key; two queries for any number of units.

    Points are of concluded marks and, in a round with survey, of survey and outside-index marks; leaves
    that do not apply count neither in points nor in the maximum (dossier, section 5).
    """
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for row in _maxima_in(round_):
        one = sums[row["card"]]
        one.maxima[row["part"]] = row["maximum"] or ZERO
        one.full += row["full"]
    for row in _points_in(round_):
        one, points = sums[row["card"]], row["points"] or ZERO
        one.points[row["part"]] += points
        if row["source"] == Node.Source.ASSESSED:
            one.appraised += points
        else:
            one.survey += points
    return {card_id: one.totals(card_id) for card_id, one in sums.items()}
