"""Totals of a round, by card: two queries for any number of units.

The database gives whole thousandths and they are summed as such; a card's figures become points when all its rows
are read, and what was summed for it is let go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
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


def _field_of(name: str) -> Left:
    """Return the part of a code before its first point, computed by the database."""
    return Left(name, StrIndex(Concat(F(name), Value(".")), Value(".")) - 1)


def _thousandths(name: str, **where: Any) -> Sum:
    return Sum(name, output_field=BigIntegerField(), **where)


DEDUCTED = "deducted"


def _points_in(round_: Round) -> QuerySet[Any]:
    """Return card, field, source, where it counts and thousandths: of marks, and of what was taken off, in one query."""
    deductions = standing_deductions(card__round=round_).annotate(part=_field_of("code"))
    taken = deductions.annotate(source=Value(Node.Source.ASSESSED), counting=Value(DEDUCTED))
    off = (
        taken.values("card_id", "part", "source", "counting").annotate(sum=_thousandths("points")).order_by()
    )
    return _marked_in(round_).union(off.values_list(*_TAKEN), all=True)


_TAKEN = ("card_id", "part", "source", "counting", "sum")
_MARKED = ("card", "part", "of", "where", "sum")


def _marked_in(round_: Round) -> QuerySet[Any]:
    marks = Mark.objects.filter(counted("score__"), score__card__round=round_, score__applies=True)
    if not round_.with_survey:
        marks = marks.filter(score__source=Node.Source.ASSESSED)
    named = marks.annotate(card=F("score__card_id"), part=_field_of("score__code"))
    grouped = named.values("card", "part", of=F("score__source"), where=F("score__counting"))
    return grouped.annotate(sum=_thousandths("points")).order_by().values_list(*_MARKED)


def _maxima_in(round_: Round) -> QuerySet[Any]:
    """Return card, field, source, the rules of its set, thousandths of all its leaves and of those that apply."""
    scores = Score.objects.filter(card__round=round_, counting=Node.Counting.BASE)
    if not round_.with_survey:
        scores = scores.filter(source=Node.Source.ASSESSED)
    rules = {
        "way": F("card__criteria_set__left_out_way"),
        "bonus_most": _ceiling("bonus_ceiling"),
        "penalty_most": _ceiling("penalty_ceiling"),
    }
    grouped = scores.annotate(part=_field_of("code")).values("card", "part", "source", **rules)
    sums = grouped.annotate(
        full=_thousandths("max_points"), most=_thousandths("max_points", filter=Q(applies=True))
    )
    names = ("card", "part", "source", *rules, "full", "most")
    return sums.order_by().values_list(*names)


def _ceiling(name: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(f"card__criteria_set__{name}"), output_field=BigIntegerField())


@lru_cache(100_000)
def _exact(thousandths: int) -> Decimal:
    """Return points; most cards share theirs with others."""
    return Decimal(thousandths).scaleb(-3)


# What is summed of a field, or of one kind of source: points given, of which maximum, of all its leaves.
POINTS, MAXIMUM, FULL = 0, 1, 2


class _Sums:
    """Thousandths of one card while its rows are read; ``council`` is of assessed leaves, ``others`` of the rest."""

    __slots__ = ("ceilings", "council", "extras", "fields", "others", "way")

    def __init__(self) -> None:
        self.way: str = CriteriaSet.LeftOut.OWN_MAXIMUM
        self.ceilings = (0, 0)
        self.council, self.others = [0, 0, 0], [0, 0, 0]
        self.extras = [0, 0, 0]  # bonus, penalty, deducted
        self.fields: dict[str, list[int]] = {}

    def add_maxima(self, part: str, source: str, full: int, most: int) -> None:
        """Take in the maxima of one field and source."""
        for one in self._parts(source, part):
            one[FULL] += full
            one[MAXIMUM] += most

    def add_points(self, part: str, source: str, where: str, points: int) -> None:
        """Take in the points of one field, source and place where they count."""
        if where in _EXTRA:
            self.extras[_EXTRA[where]] += points
            if where == DEDUCTED:
                self._field(part)[POINTS] -= points
            return
        for one in self._parts(source, part):
            one[POINTS] += points

    def _parts(self, source: str, part: str) -> tuple[list[int], list[int]]:
        return self.council if source == Node.Source.ASSESSED else self.others, self._field(part)

    def _field(self, part: str) -> list[int]:
        found = self.fields.get(part)
        if found is None:
            found = self.fields[intern(part)] = [0, 0, 0]
        return found

    def totals(self, card_id: int) -> Totals:
        """Return the sums as plain totals, what is left out made good in the set's way."""
        council, others = self.council, self.others
        bonus, penalty, deducted = self.extras
        made = Totals(
            card_id,
            _exact(council[POINTS]),
            _exact(others[POINTS]),
            _exact(council[MAXIMUM] + others[MAXIMUM]),
            _exact(council[FULL] + others[FULL]),
            self._in_order((code, max(one[POINTS], 0), one[MAXIMUM]) for code, one in self._real()),
            _exact(min(bonus, self.ceilings[0])),
            _exact(min(penalty, self.ceilings[1])),
            _exact(deducted),
            marked=_exact(council[POINTS]),
            marked_maximum=_exact(council[MAXIMUM]),
            marked_full=_exact(council[FULL]),
        )
        if self.way == CriteriaSet.LeftOut.RESCALED:
            return self._rescaled(made)
        return self._filled(made) if self.way == CriteriaSet.LeftOut.FULL_POINTS else made

    def _real(self) -> Iterable[tuple[str, list[int]]]:
        return ((code, one) for code, one in self.fields.items() if one[FULL])

    @staticmethod
    def _in_order(fields: Iterable[tuple[str, int, int]]) -> Any:
        return fields_in_order({code: (_exact(points), _exact(most)) for code, points, most in fields})

    def _rescaled(self, made: Totals) -> Totals:
        points, most, full = (_exact(value) for value in self.council)
        if not ZERO < most < full:
            return made
        return replace(
            made,
            appraised=round_half_up(rescaled(points, most, full)),
            percent=percent_reached(points, most),
            maximum=made.maximum + full - most,
        )

    def _filled(self, made: Totals) -> Totals:
        council, others = self.council, self.others
        whole = (
            (code, max(one[POINTS] + one[FULL] - one[MAXIMUM], 0), one[FULL]) for code, one in self._real()
        )
        return replace(
            made,
            appraised=_exact(council[POINTS] + council[FULL] - council[MAXIMUM]),
            survey=_exact(others[POINTS] + others[FULL] - others[MAXIMUM]),
            maximum=made.full_maximum,
            fields=self._in_order(whole),
        )


_EXTRA = {Node.Counting.BONUS: 0, Node.Counting.PENALTY: 1, DEDUCTED: 2}


def totals_in(round_: Round) -> dict[int, Totals]:
    """Return the totals of every card of the round by card key; two queries for any number of units.

    Points are of concluded marks and, in a round with survey, of survey and outside-index marks; what becomes
    of leaves that do not apply is the set's ``left_out_way`` (dossier, section 5). Bonus and penalty stop at the
    set's ceilings (R12); standing deductions come off at the end, in points of the full scale (R13).
    """
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for card, part, source, way, bonus_most, penalty_most, full, most in _maxima_in(round_).iterator(2000):
        one = sums[card]
        one.way, one.ceilings = intern(way), (bonus_most, penalty_most)
        one.add_maxima(part, source, int(full), int(most or 0))
    for card, part, source, where, points in _points_in(round_).iterator(2000):
        sums[card].add_points(part, source, where, int(points or 0))
    return {card: sums.pop(card).totals(card) for card in list(sums)}
