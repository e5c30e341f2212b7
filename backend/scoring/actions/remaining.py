"""What is left of fields and leaves after deductions (R13): the bound of a new one, and whether those standing fit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.models import Deduction, Mark, Scorecard
from backend.scoring.queries import standing_deductions

_COUNCIL = (Step.Kind.APPRAISAL, Step.Kind.CONCLUSION)


@dataclass
class Remaining:
    """Points of a card's fields and leaves by code, and what stands taken off, in points."""

    points: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    taken: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def left(self, code: str) -> Decimal:
        """Return how much may still come off a field or leaf: no more than is left of its whole field."""
        part = code.partition(".")[0]
        return min(self.points[one] - self.taken[one] for one in {code, part})

    @property
    def over(self) -> tuple[str, ...]:
        """Return the codes off which more stands taken than they have."""
        return tuple(sorted(code for code, taken in self.taken.items() if taken > self.points[code]))


def remaining(card: Scorecard) -> Remaining:
    """Return the card's newest council points within the scale and its standing deductions; two queries.

    What is taken off a leaf is taken off its field too; what is taken off a field off no leaf of it.
    """
    made = Remaining()
    for code, points in newest_points(card).items():
        made.points[code] = points
        made.points[code.partition(".")[0]] += points if "." in code else ZERO
    for row in standing_deductions(card=card):
        _take(made, row)
    return made


def newest_points(card: Scorecard) -> dict[str, Decimal]:
    """Return the council's newest points of each leaf within the scale that applies, by code."""
    marks = Mark.objects.filter(
        score__card=card,
        score__applies=True,
        score__source=Node.Source.ASSESSED,
        score__counting=Node.Counting.BASE,
        step__kind__in=_COUNCIL,
        points__isnull=False,
    )
    return dict(marks.order_by("step__order").values_list("score__code", "points"))


def _take(made: Remaining, row: Deduction) -> None:
    made.taken[row.code] += row.points
    if "." in row.code:
        made.taken[row.code.partition(".")[0]] += row.points


def over_deducted(card: Scorecard) -> tuple[str, ...]:
    """Return the fields and leaves off which more stands taken than they have now."""
    return remaining(card).over
