"""The rows of a season, read for a backtest: some hundred cards at a time, whole thousandths at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import left_out_by
from backend.criteria.rules import Rule, RuleError
from backend.rounds.models import Group, Step
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import standing_deductions
from reports.backtest.carrying import Asked, Carrier, Inputs, Way, thousandths
from reports.backtest.cases import NOTHING, Case, Extra, Leaf, Making
from reports.backtest.mapping import Mapping, Pair
from reports.queries.tables import DONE

# Cards read by one statement; with a hundred leaves some forty thousand marks.
CARDS_AT_ONCE = 200


@dataclass
class Season:
    """One group's case, and how each leaf's points came over: by leaf key, way and number of units."""

    case: Case
    ways: dict[int, Counter[Way]] = field(default_factory=dict)


@dataclass
class _Given:
    """What one leaf of one card has: the points that count, and the inputs kept with some mark."""

    points: int | None = None
    inputs: Inputs = field(default_factory=dict)
    inputs_points: int | None = None

    @property
    def appraised_inputs(self) -> Inputs:
        """Return the inputs the points that count were worked out from; empty where the council set others."""
        return self.inputs if self.points == self.inputs_points else {}


def cards_of(group: Group) -> list[Scorecard]:
    """Return the group's concluded or published cards with their units, in the order of units."""
    rows = Scorecard.objects.filter(group=group, state__in=DONE)
    return list(rows.select_related("unit").order_by("unit__order", "pk"))


def read_season(
    group: Group,
    draft: CriteriaSet,
    cards: Sequence[Scorecard],
    found: Mapping,
    told: Callable[[int], object] = int,
) -> Season:
    """Return the case of these cards over the mapped leaves; ``told`` hears how many cards are read.

    Three statements for every 200 cards. A leaf without points counts zero, as in the result itself; one that the
    draft leaves out for a unit does not apply to it, nor one that did not apply in the season. Totals are made as
    either set makes them.
    """
    before = list({pair.old.pk: pair.old for pair in found.pairs}.values())
    asked, wanted = _Side(group.criteria_set, before), _Side(draft, [pair.new for pair in found.pairs])
    places = {node.pk: place for place, node in enumerate(before)}
    carriers = [(places[pair.old.pk], pair.new.pk, _carrier(pair)) for pair in found.pairs]
    ways: dict[int, Counter[Way]] = {pair.new.pk: Counter() for pair in found.pairs}
    left = _left_out(draft, cards)
    for card, given, deducted in _rows(cards, before, told):
        out = left.get(card.unit_id, {})
        asked.add([one.points if one else None for one in given], _by_field(deducted, found, new=False))
        wanted.add(
            [
                None if key in out else _carried(given[place], carrier, ways[key])
                for place, key, carrier in carriers
            ],
            _by_field(deducted, found, new=True),
        )
    scored = [place for place, node in enumerate(before) if node.counting == Node.Counting.BASE]
    origin = tuple(scored.index(places[pair.old.pk]) for pair in found.scored)
    case = Case(
        tuple(card.pk for card in cards),
        asked.leaves,
        wanted.leaves,
        origin,
        tuple(asked.rows),
        tuple(wanted.rows),
        asked.making,
        wanted.making,
    )
    return Season(case, ways)


class _Side:
    """One side while its rows are read: those of leaves within the scale, and what is besides."""

    def __init__(self, criteria_set: CriteriaSet, nodes: Sequence[Node]) -> None:
        self.set = criteria_set
        self.places = {
            where: [place for place, node in enumerate(nodes) if node.counting == where]
            for where in Node.Counting.values
        }
        self.leaves = tuple(_leaf(nodes[place]) for place in self.places[Node.Counting.BASE])
        self.rows: list[list[int | None]] = []
        self.extras: list[Extra] = []

    def add(self, row: Sequence[int | None], deducted: dict[str, int]) -> None:
        """Take in one unit's points on all its leaves, in the order of the nodes."""
        scored = [row[place] for place in self.places[Node.Counting.BASE]]
        if self.set.left_out_way == CriteriaSet.LeftOut.FULL_POINTS:
            scored = [
                leaf.maximum if points is None else points
                for leaf, points in zip(self.leaves, scored, strict=True)
            ]
        self.rows.append(scored)
        bonus = self._sum(row, Node.Counting.BONUS, self.set.bonus_ceiling)
        penalty = self._sum(row, Node.Counting.PENALTY, self.set.penalty_ceiling)
        self.extras.append(Extra(bonus, penalty, deducted))

    def _sum(self, row: Sequence[int | None], where: str, ceiling: Decimal) -> int:
        return min(sum(row[place] or 0 for place in self.places[where]), thousandths(ceiling))

    @property
    def making(self) -> Making:
        """Return how the set makes totals of the rows."""
        rescales = self.set.left_out_way == CriteriaSet.LeftOut.RESCALED
        return Making(rescales, tuple(self.extras) if any(one != NOTHING for one in self.extras) else ())


def _by_field(deducted: Iterable[tuple[str, int]], found: Mapping, *, new: bool) -> dict[str, int]:
    """Return what was taken off by field of either set; what was taken off leaves that are not tried is not."""
    sums: dict[str, int] = {}
    for code, points in deducted:
        pair = next((one for one in found.scored if code in (one.old.code, one.old.field_code)), None)
        if pair:
            field_code = (pair.new if new else pair.old).field_code
            sums[field_code] = sums.get(field_code, 0) + points
    return sums


def _left_out(draft: CriteriaSet, cards: Sequence[Scorecard]) -> dict[int, dict[int, str]]:
    """Return the leaves the draft leaves out, by unit and leaf."""
    nodes = list(Node.objects.filter(criteria_set=draft).order_by("order"))
    return left_out_by(draft, nodes, [card.unit for card in cards])


def _carried(given: _Given | None, carrier: Carrier, ways: Counter[Way]) -> int | None:
    if given is None:
        return None
    points, way = carrier.carry(given.points or 0, given.appraised_inputs)
    ways[way] += 1
    return points


def _rows(
    cards: Sequence[Scorecard], leaves: Sequence[Node], told: Callable[[int], object]
) -> Iterator[tuple[Scorecard, list[_Given | None], list[tuple[str, int]]]]:
    """Give for every card what it has on each of the leaves, None where one does not apply, and what was taken off."""
    nodes = [node.pk for node in leaves]
    for begin in range(0, len(cards), CARDS_AT_ONCE):
        some = cards[begin : begin + CARDS_AT_ONCE]
        keys = [card.pk for card in some]
        given, deducted = _given(keys, nodes), _deducted(keys)
        for card in some:
            yield card, [given.get((card.pk, key)) for key in nodes], deducted.get(card.pk, [])
        told(begin + len(some))


def _deducted(cards: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    rows = standing_deductions(card__in=cards)
    for card, code, points in rows.values_list("card_id", "code", "points"):
        found.setdefault(card, []).append((code, thousandths(points)))
    return found


def _given(cards: Sequence[int], leaves: Sequence[int]) -> dict[tuple[int, int], _Given]:
    scores = Score.objects.filter(card__in=cards, node__in=leaves, applies=True)
    found = {(card, node): _Given(0) for card, node in scores.values_list("card_id", "node_id")}
    counted = Q(step__kind=Step.Kind.CONCLUSION) | Q(step__kind=Step.Kind.SURVEY)
    marks = Mark.objects.filter(counted | ~Q(inputs={}), score__card__in=cards, score__node__in=leaves)
    columns = ("score__card_id", "score__node_id", "step__kind", "points", "inputs")
    for card, node, kind, points, inputs in marks.order_by("step__order").values_list(*columns).iterator():
        if one := found.get((card, node)):
            _note(one, kind, points, inputs)
    return found


def _note(one: _Given, kind: str, points: Decimal | None, inputs: Any) -> None:
    exact = thousandths(points or ZERO)
    if kind in (Step.Kind.CONCLUSION, Step.Kind.SURVEY):
        one.points = exact
    if inputs:
        one.inputs, one.inputs_points = inputs, exact


def _carrier(pair: Pair) -> Carrier:
    return Carrier(_asked(pair.old), _asked(pair.new))


def _asked(node: Node) -> Asked:
    return Asked(_rule(node), node.max_points or ZERO)


def _rule(node: Node) -> Rule | None:
    try:
        return node.parsed_rule()
    except RuleError:
        return None


def _leaf(node: Node) -> Leaf:
    return Leaf(
        node.code,
        node.title,
        node.field_code,
        thousandths(node.max_points or ZERO),
        node.source == Node.Source.ASSESSED,
    )
