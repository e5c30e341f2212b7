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

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models import FirstMark, Mark
from backend.scoring.queries.savers import accounts_of, savers_in, told_apart
from backend.scoring.room import unpublished_cards
from permissions.actor import Actor

# With fewer decisions a mean says little.
ENOUGH = 5
BOTH = 2
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
    """Two people who marked the same leaves; ``same`` of them got the same points.

    They did so one after the other, or ``is_blind``: then neither knew what the other gave.
    """

    first: str
    second: str
    is_blind: bool = False
    number: int = 0
    same: int = 0
    apart: Fraction = Fraction(0)

    def add(self, points: tuple[Decimal, Decimal], maximum: Decimal) -> None:
        """Count one more leaf."""
        self.number += 1
        self.same += points[0] == points[1]
        self.apart += abs(Fraction(points[0]) - Fraction(points[1])) / Fraction(maximum)

    @property
    def agreed(self) -> Fraction:
        """Return in how many of a hundred both gave the same."""
        return Fraction(100 * self.same, self.number)

    @property
    def distance(self) -> Fraction:
        """Return the mean distance of their points in percent of the maximum."""
        return 100 * self.apart / self.number


@dataclass(frozen=True)
class Blind:
    """One leaf that two people marked without knowing of each other: who, and points, of each; the maximum."""

    first: str
    second: str
    points: tuple[Decimal, Decimal]
    maximum: Decimal


@dataclass(frozen=True)
class Figures:
    """The tables of a round. Of fields and units: the unit's own points against the last mark."""

    members: Sequence[Tally]
    fields: Sequence[Tally]
    units: Sequence[Tally]
    pairs: Sequence[Pair]


def figures(decisions: Iterable[Decision], blind: Iterable[Blind] = ()) -> Figures:
    """Return every table; the most severe first. Of pairs those who marked apart stand first."""
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
        sorted(
            [*_blind_pairs(blind).values(), *_pairs(rows).values()],
            key=lambda pair: (not pair.is_blind, pair.agreed, pair.first, pair.second),
        ),
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
            pair.add((one.points, next_.points), one.maximum)
    return found


def _blind_pairs(leaves: Iterable[Blind]) -> dict[tuple[str, ...], Pair]:
    """Return the pairs of who marked apart, whoever of the two is named first on a leaf."""
    found: dict[tuple[str, ...], Pair] = {}
    for leaf in leaves:
        first, second = sorted((leaf.first, leaf.second))
        found.setdefault((first, second), Pair(first, second, is_blind=True)).add(leaf.points, leaf.maximum)
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
        "author",
    )
    people = _authors(round_)
    return [
        Decision(people.get(pk) or author or "–", score, code, unit, order, before, points, maximum)
        for pk, score, code, unit, order, before, points, maximum, author in rows
    ]


def blind_in(round_: Round, viewer: Actor) -> list[Blind]:
    """Return the leaves of a round that two people marked apart, once both have; two statements.

    Marks that were dropped again count too: both were given.
    """
    marks = FirstMark.objects.filter(double__step__round=round_)
    marks = marks.exclude(double__score__card__in=unpublished_cards(viewer)).order_by("double", "slot")
    by_leaf: dict[int, list[FirstMark]] = defaultdict(list)
    for mark in marks:
        by_leaf[mark.double_id].append(mark)
    names = told_apart(accounts_of({mark.person_id for mark in marks}))
    return [
        Blind(names[one.person_id], names[other.person_id], (one.points, other.points), one.max_points)
        for one, other in (pair for pair in by_leaf.values() if len(pair) == BOTH)
    ]


def newest_marked(rounds: QuerySet[Round]) -> Round | None:
    """Return the first of the rounds in which a council has given marks, else the first."""
    given = Mark.objects.filter(
        step__round=OuterRef("pk"), step__kind__in=_COUNCIL, points__isnull=False, from_points__isnull=False
    )
    return rounds.filter(Exists(given)).first() or rounds.first()


def field_titles(round_: Round) -> dict[str, str]:
    """Return what the fields of the round's criteria are called, by their code."""
    nodes = Node.objects.filter(parent=None, criteria_set__groups__round=round_)
    return dict(nodes.order_by("-pk").values_list("code", "title"))


def _authors(round_: Round) -> dict[int, str]:
    """Return who gave each mark its points last; two people of one name are told apart by their accounts."""
    last = savers_in(round_)
    names = told_apart(accounts_of(last.values()))
    return {mark: names.get(person, "") for mark, person in last.items()}
