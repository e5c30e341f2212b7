"""Who cuts and who raises, how much: by member, by field and by unit, and where members agree on the same leaf.

Everything is counted exactly, in points or as a Fraction of a leaf's maximum. A loss is what a mark takes from the
points of the step before; a raise is a loss below zero. ``figures`` is arithmetic over plain rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.db.models import Q

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models import Mark
from backend.scoring.queries.savers import accounts_of, savers_in, told_apart
from backend.scoring.room import unpublished_cards
from permissions.actor import Actor

# With fewer decisions a mean says little.
ENOUGH = 5
_COUNCIL = (Step.Kind.APPRAISAL, Step.Kind.CONCLUSION)


@dataclass(frozen=True)
class Decision:
    """One mark of the council: who gave it, on which leaf of which unit, at which step of the order."""

    who: str
    score: int
    code: str
    unit: str
    order: int
    before: Decimal
    points: Decimal
    maximum: Decimal

    @property
    def loss(self) -> Decimal:
        """Return the points taken off; below zero where they were raised."""
        return self.before - self.points

    @property
    def share(self) -> Fraction:
        """Return the loss as a part of the maximum."""
        return Fraction(self.loss) / Fraction(self.maximum)


@dataclass
class Tally:
    """Decisions of one member, field or unit: counts, and points before and after them."""

    name: str
    cut: int = 0
    raised: int = 0
    kept: int = 0
    taken: Decimal = ZERO
    given: Decimal = ZERO
    share: Fraction = Fraction(0)
    beside: list[Fraction] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Return how many decisions there are."""
        return self.cut + self.raised + self.kept

    @property
    def net(self) -> Decimal:
        """Return what was taken off, with what was raised set against it."""
        return self.taken - self.given

    @property
    def mean(self) -> Fraction:
        """Return the mean loss of a decision in percent of the maximum."""
        return 100 * self.share / self.number if self.number else Fraction(0)

    @property
    def from_peers(self) -> Fraction | None:
        """Return by how much more than the others' median she takes off the same leaves, in percent; None alone."""
        return 100 * sum(self.beside, Fraction(0)) / len(self.beside) if self.beside else None

    @property
    def is_enough(self) -> bool:
        """Return whether there are decisions enough for the means to say something."""
        return self.number >= ENOUGH

    def add(self, decision: Decision) -> None:
        """Count one more decision."""
        self.cut += decision.loss > 0
        self.raised += decision.loss < 0
        self.kept += decision.loss == 0
        self.taken += max(decision.loss, ZERO)
        self.given += max(-decision.loss, ZERO)
        self.share += decision.share


@dataclass
class Pair:
    """Two people who marked the same leaves one after the other; ``same`` of them got the same points."""

    first: str
    second: str
    number: int = 0
    same: int = 0
    apart: Fraction = Fraction(0)

    @property
    def agreed(self) -> Fraction:
        """Return in how many of a hundred both gave the same."""
        return Fraction(100 * self.same, self.number)

    @property
    def distance(self) -> Fraction:
        """Return the mean distance of their points in percent of the maximum."""
        return 100 * self.apart / self.number


@dataclass(frozen=True)
class Figures:
    """The tables of a round. Of fields and units: the unit's own points against the last mark."""

    members: Sequence[Tally]
    fields: Sequence[Tally]
    units: Sequence[Tally]
    pairs: Sequence[Pair]


def figures(decisions: Iterable[Decision]) -> Figures:
    """Return every table; the most severe first."""
    rows = sorted(decisions, key=lambda row: (row.score, row.order))
    members: dict[str, Tally] = {}
    for row in rows:
        members.setdefault(row.who, Tally(row.who)).add(row)
    _beside_peers(rows, members)
    fields, units = {}, {}
    for row in _self_against_last(rows):
        part = row.code.partition(".")[0]
        fields.setdefault(part, Tally(part)).add(row)
        units.setdefault(row.unit, Tally(row.unit)).add(row)
    return Figures(
        sorted(members.values(), key=lambda tally: (-tally.mean, tally.name)),
        sorted(fields.values(), key=lambda tally: tally.name.zfill(6)),
        sorted(units.values(), key=lambda tally: (-tally.mean, tally.name)),
        sorted(_pairs(rows).values(), key=lambda pair: (pair.agreed, pair.first, pair.second)),
    )


def _beside_peers(rows: list[Decision], members: dict[str, Tally]) -> None:
    """Set each decision beside the median of what the others decided on the same leaf at the same step."""
    alike: dict[tuple[str, int], list[Decision]] = defaultdict(list)
    for row in rows:
        alike[row.code, row.order].append(row)
    for same in alike.values():
        medians = {
            who: _median([row.share for row in same if row.who != who]) for who in {row.who for row in same}
        }
        for row in same:
            peers = medians[row.who]
            if peers is not None:
                members[row.who].beside.append(row.share - peers)


def _median(values: list[Fraction]) -> Fraction | None:
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _self_against_last(rows: list[Decision]) -> list[Decision]:
    """Return one decision a leaf: from the points before the first mark to those of the last."""
    first: dict[int, Decision] = {}
    last: dict[int, Decision] = {}
    for row in rows:
        first.setdefault(row.score, row)
        last[row.score] = row
    return [
        Decision(end.who, key, end.code, end.unit, end.order, first[key].before, end.points, end.maximum)
        for key, end in last.items()
    ]


def _pairs(rows: list[Decision]) -> dict[tuple[str, str], Pair]:
    found: dict[tuple[str, str], Pair] = {}
    for one, next_ in pairwise(rows):
        if one.score == next_.score and one.order < next_.order and one.who != next_.who:
            pair = found.setdefault((one.who, next_.who), Pair(one.who, next_.who))
            pair.number += 1
            pair.same += one.points == next_.points
            pair.apart += abs(Fraction(one.points) - Fraction(next_.points)) / Fraction(one.maximum)
    return found


def decisions_in(round_: Round, viewer: Actor) -> list[Decision]:
    """Return the council's standing marks of a round, but for what is kept from the viewer; two statements."""
    kept = Q(step__round=round_, step__kind__in=_COUNCIL, score__applies=True)
    marks = Mark.objects.filter(kept, points__isnull=False, from_points__isnull=False)
    hidden = unpublished_cards(viewer)
    rows = marks.exclude(score__card__in=hidden).values_list(
        "pk",
        "score_id",
        "score__code",
        "score__card__unit_name",
        "step__order",
        "from_points",
        "points",
        "max_points",
    )
    people = _authors(round_)
    return [
        Decision(people.get(pk, "–"), score, code, unit, order, before, points, maximum)
        for pk, score, code, unit, order, before, points, maximum in rows
    ]


def field_titles(round_: Round) -> dict[str, str]:
    """Return what the fields of the round's criteria are called, by their code."""
    nodes = Node.objects.filter(parent=None, criteria_set__groups__round=round_)
    return dict(nodes.order_by("-pk").values_list("code", "title"))


def _authors(round_: Round) -> dict[int, str]:
    """Return who saved each mark last; two people of one name are told apart by their accounts."""
    last = savers_in(round_)
    names = told_apart(accounts_of(last.values()))
    return {mark: names.get(person, "–") for mark, person in last.items()}
