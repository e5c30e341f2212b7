"""Leaves marked by two people: what one person may see of them, what differs, how far a round is; drafts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet

from backend.rounds.models import Round, Step
from backend.scoring.models import DoubleChoice, DoubleLeaf, Draft, FirstMark, Score, Scorecard
from backend.scoring.queries.seeing import of_unit
from permissions.actor import Actor


@dataclass
class DoubleSeen:
    """A leaf marked twice as one person may see it: of the others' marks nothing before both are given."""

    double: DoubleLeaf
    mine: FirstMark | None = None
    given: int = 0
    both: list[FirstMark] = field(default_factory=list)

    @property
    def is_third(self) -> bool:
        """Return whether both are given and neither is hers, so that she may settle."""
        return self.given == 2 and self.mine is None

    @property
    def differs(self) -> bool:
        """Return whether both are given and nobody has settled the difference."""
        return self.given == 2 and self.double.is_open

    @property
    def may_mark(self) -> bool:
        """Return whether she may give or change her own mark, or settle."""
        return self.is_third or self.given < 2

    @property
    def difference(self) -> Decimal | None:
        """Return by how many points the two marks differ, once both are given."""
        return abs(self.both[0].points - self.both[1].points) if len(self.both) == 2 else None


def double_of(score: Score, step: Step) -> DoubleLeaf | None:
    """Return the double marking of a leaf at a step, open or settled; None where it is marked once."""
    rows = DoubleLeaf.objects.filter(score=score, step=step, dropped_at__isnull=True)
    return rows.prefetch_related("first_marks").first()


def open_doubles(card: Scorecard, step: Step) -> QuerySet[DoubleLeaf]:
    """Return the leaves of the card that wait for two marks or for a third to settle them, in order."""
    rows = DoubleLeaf.objects.filter(score__card=card, score__applies=True, step=step)
    return rows.filter(settled_at__isnull=True, dropped_at__isnull=True).order_by("score__order")


def doubles_on(card: Scorecard, step: Step | None, viewer: Actor) -> dict[int, DoubleSeen]:
    """Return, by score key, the card's leaves marked twice at ``step`` as the viewer may see them; two statements."""
    if step is None:
        return {}
    rows = DoubleLeaf.objects.filter(score__card=card, step=step, dropped_at__isnull=True)
    return {row.score_id: seen_by(row, viewer) for row in rows.prefetch_related("first_marks")}


def seen_by(double: DoubleLeaf, viewer: Actor) -> DoubleSeen:
    """Return what the viewer may see of a leaf marked twice."""
    marks = list(double.first_marks.all())
    mine = next((mark for mark in marks if mark.person_id == viewer.user_id), None)
    return DoubleSeen(double, mine, len(marks), marks if len(marks) == 2 else [])


def drafts_on(card: Scorecard, step: Step) -> dict[int, Draft]:
    """Return, by score key, what the support team drafted for the card at ``step``; one statement."""
    return {row.score_id: row for row in Draft.objects.filter(score__card=card, step=step)}


@dataclass
class ChoiceSeen:
    """A leaf chosen for double marking with how far its units are."""

    choice: DoubleChoice
    leaves: int = 0
    begun: int = 0
    settled: int = 0
    dropped: int = 0

    @property
    def open(self) -> int:
        """Return how many units are still owed marks or differ."""
        return self.leaves - self.settled - self.dropped


def choices_of(round_: Round) -> list[ChoiceSeen]:
    """Return what the round has chosen, newest first; one statement."""
    rows = DoubleChoice.objects.filter(round=round_).select_related("node__criteria_set__kind")
    settled = Q(leaves__settled_at__isnull=False, leaves__dropped_at__isnull=True)
    counted = rows.annotate(
        n=Count("leaves", distinct=True),
        done=Count("leaves", filter=settled, distinct=True),
        gone=Count("leaves", filter=Q(leaves__dropped_at__isnull=False), distinct=True),
        started=Count("leaves", filter=Q(leaves__first_marks__isnull=False), distinct=True),
    )
    return [ChoiceSeen(row, row.n, row.started, row.done, row.gone) for row in counted]


def differing_doubles(round_: Round, viewer: Actor) -> list[DoubleSeen]:
    """Return the leaves of the round on which both marks are given and differed, open ones first.

    Of the unit where the viewer works nothing; the points of a leaf with one mark stand nowhere here.
    """
    rows = DoubleLeaf.objects.filter(choice__round=round_, dropped_at__isnull=True)
    marks = Prefetch("first_marks", queryset=FirstMark.objects.order_by("slot"))
    found = rows.annotate(n=Count("first_marks")).filter(n=2).prefetch_related(marks)
    parts = ("score__card__unit", "score__card__round__host", "score__node", "step")
    seen = [seen_by(row, viewer) for row in found.select_related(*parts)]
    shown = [one for one in seen if one.difference and not of_unit(viewer, one.double.score.card)]
    return sorted(shown, key=lambda one: (not one.double.is_open, one.double.score.card.unit.order))


def waiting(round_: Round) -> QuerySet[DoubleLeaf]:
    """Return the leaves of the round that are not settled, with unit and leaf; no mark is read."""
    rows = DoubleLeaf.objects.filter(
        choice__round=round_, score__applies=True, settled_at__isnull=True, dropped_at__isnull=True
    )
    found = rows.annotate(given=Count("first_marks")).select_related("score__card__unit", "score__node")
    return found.order_by("score__order", "score__card__unit__order", "pk")
