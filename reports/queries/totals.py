"""Totals of a round, by card: two queries for any number of units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, Left, StrIndex

from backend.core.exact import ZERO, round_half_up
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round, Step
from backend.scoring.models import Mark, Score
from backend.scoring.queries import standing_deductions
from reports.rankings import percent_reached, rescaled
from reports.standings import Totals, fields_in_order


def counted(prefix: str) -> Q:
    """Return the marks that make a result: concluded ones of assessed leaves, survey ones of others."""
    assessed = Q(**{f"{prefix}source": Node.Source.ASSESSED})
    concluded = Q(step__kind=Step.Kind.CONCLUSION)
    return (assessed & concluded) | (~assessed & Q(step__kind=Step.Kind.SURVEY))


def field_of(name: str) -> Left:
    """Return the part of a code before its first point, computed by the database."""
    return Left(name, StrIndex(Concat(F(name), Value(".")), Value(".")) - 1)


DEDUCTED = "deducted"


def _points_in(round_: Round) -> QuerySet[Any]:
    """Return card, field, source, where it counts and points: of marks, and of what was taken off, in one query."""
    deductions = standing_deductions(card__round=round_).annotate(part=field_of("code"))
    taken = deductions.annotate(source=Value(Node.Source.ASSESSED), counting=Value(DEDUCTED))
    off = taken.values("card_id", "part", "source", "counting").annotate(sum=Sum("points")).order_by()
    return _marked_in(round_).union(off.values_list(*_TAKEN), all=True)


_TAKEN = ("card_id", "part", "source", "counting", "sum")
_MARKED = ("card", "part", "of", "where", "sum")


def _marked_in(round_: Round) -> QuerySet[Any]:
    marks = Mark.objects.filter(counted("score__"), score__card__round=round_, score__applies=True)
    if not round_.with_survey:
        marks = marks.filter(score__source=Node.Source.ASSESSED)
    named = marks.annotate(card=F("score__card_id"), part=field_of("score__code"))
    grouped = named.values("card", "part", of=F("score__source"), where=F("score__counting"))
    return grouped.annotate(sum=Sum("points")).order_by().values_list(*_MARKED)


def _maxima_in(round_: Round) -> QuerySet[Any]:
    scores = Score.objects.filter(card__round=round_, counting=Node.Counting.BASE)
    if not round_.with_survey:
        scores = scores.filter(source=Node.Source.ASSESSED)
    rules = {name: F(f"card__criteria_set__{name}") for name in _RULES}
    grouped = scores.annotate(part=field_of("code")).values("card", "part", "source", **rules)
    return grouped.annotate(
        full=Sum("max_points"), maximum=Sum("max_points", filter=Q(applies=True))
    ).order_by()


_RULES = ("left_out_way", "bonus_ceiling", "penalty_ceiling")


@dataclass
class _Part:
    """Sums of one field of one card: points given, of which maximum, and of all its leaves."""

    points: Decimal = ZERO
    maximum: Decimal = ZERO
    full: Decimal = ZERO


@dataclass
class _Sums:
    """Sums of one card while its rows are read; ``by_source`` is of assessed leaves (True) and of others."""

    way: str = CriteriaSet.LeftOut.OWN_MAXIMUM
    bonus_ceiling: Decimal = ZERO
    penalty_ceiling: Decimal = ZERO
    bonus: Decimal = ZERO
    penalty: Decimal = ZERO
    deducted: Decimal = ZERO
    by_source: dict[bool, _Part] = field(default_factory=lambda: defaultdict(_Part))
    fields: dict[str, _Part] = field(default_factory=lambda: defaultdict(_Part))

    def add_maxima(self, row: dict[str, Any]) -> None:
        """Take in one row of ``_maxima_in``."""
        self.way = row["left_out_way"]
        self.bonus_ceiling, self.penalty_ceiling = row["bonus_ceiling"], row["penalty_ceiling"]
        for part in self._parts(row["source"], row["part"]):
            part.maximum += row["maximum"] or ZERO
            part.full += row["full"]

    def add_points(self, part: str, source: str, where: str, points: Decimal) -> None:
        """Take in one row of ``_points_in``."""
        if where == Node.Counting.BONUS:
            self.bonus += points
        elif where == Node.Counting.PENALTY:
            self.penalty += points
        elif where == DEDUCTED:
            self.deducted += points
            self.fields[part].points -= points
        else:
            for one in self._parts(source, part):
                one.points += points

    def _parts(self, source: str, part: str) -> tuple[_Part, _Part]:
        return self.by_source[source == Node.Source.ASSESSED], self.fields[part]

    def totals(self, card_id: int) -> Totals:
        """Return the sums as plain totals, what is left out made good in the set's way."""
        council, others = self.by_source[True], self.by_source[False]
        made = Totals(
            card_id,
            council.points,
            others.points,
            council.maximum + others.maximum,
            council.full + others.full,
            fields_in_order({code: (max(one.points, ZERO), one.maximum) for code, one in self._real()}),
            min(self.bonus, self.bonus_ceiling),
            min(self.penalty, self.penalty_ceiling),
            self.deducted,
            marked=council.points,
            marked_maximum=council.maximum,
            marked_full=council.full,
        )
        if self.way == CriteriaSet.LeftOut.RESCALED:
            return self._rescaled(made)
        return self._filled(made) if self.way == CriteriaSet.LeftOut.FULL_POINTS else made

    def _real(self) -> Iterable[tuple[str, _Part]]:
        return ((code, one) for code, one in self.fields.items() if one.full)

    def _rescaled(self, made: Totals) -> Totals:
        council = self.by_source[True]
        if not ZERO < council.maximum < council.full:
            return made
        return replace(
            made,
            appraised=round_half_up(rescaled(council.points, council.maximum, council.full)),
            percent=percent_reached(council.points, council.maximum),
            maximum=made.maximum + council.full - council.maximum,
        )

    def _filled(self, made: Totals) -> Totals:
        council, others = self.by_source[True], self.by_source[False]
        whole = {
            code: (max(one.points + one.full - one.maximum, ZERO), one.full) for code, one in self._real()
        }
        return replace(
            made,
            appraised=council.points + council.full - council.maximum,
            survey=others.points + others.full - others.maximum,
            maximum=made.full_maximum,
            fields=fields_in_order(whole),
        )


def totals_in(round_: Round) -> dict[int, Totals]:
    """Return the totals of every card of the round by card key; two queries for any number of units.

    Points are of concluded marks and, in a round with survey, of survey and outside-index marks; what becomes
    of leaves that do not apply is the set's ``left_out_way`` (dossier, section 5). Bonus and penalty stop at the
    set's ceilings (R12); standing deductions come off at the end, in points of the full scale (R13).
    """
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for row in _maxima_in(round_):
        sums[row["card"]].add_maxima(row)
    for card_id, part, source, where, points in _points_in(round_):
        sums[card_id].add_points(part, source, where, points or ZERO)
    return {card_id: one.totals(card_id) for card_id, one in sums.items()}
