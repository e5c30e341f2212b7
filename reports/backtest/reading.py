"""The rows of a season, read for a backtest: some hundred cards at a time, whole thousandths at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.criteria.queries import left_out_by
from backend.criteria.rules import Rule, RuleError
from backend.rounds.models import Group, Step
from backend.scoring.models import Mark, Score, Scorecard
from reports.backtest.carrying import Asked, Carrier, Inputs, Way, thousandths
from reports.backtest.cases import Case, Leaf
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


def read_season(cards: Sequence[Scorecard], found: Mapping, told: Callable[[int], object] = int) -> Season:
    """Return the case of these cards over the mapped leaves; ``told`` hears how many cards are read.

    Two statements for every 200 cards. A leaf without points counts zero, as in the result itself; one that the
    draft leaves out for a unit does not apply to it.
    """
    before = list({pair.old.pk: pair.old for pair in found.pairs}.values())
    places = {node.pk: place for place, node in enumerate(before)}
    carriers = [(places[pair.old.pk], pair.new.pk, _carrier(pair)) for pair in found.pairs]
    keys = tuple(card.pk for card in cards)
    ways: dict[int, Counter[Way]] = {pair.new.pk: Counter() for pair in found.pairs}
    left = _left_out(cards, found)
    old, new = [], []
    for card, given in zip(cards, _rows(keys, before, told), strict=True):
        out = left.get(card.unit_id, {})
        old.append([one.points if one else None for one in given])
        new.append(
            [
                None if key in out else _carried(given[place], carrier, ways[key])
                for place, key, carrier in carriers
            ]
        )
    origin = tuple(place for place, _, _ in carriers)
    after = tuple(_leaf(pair.new) for pair in found.pairs)
    return Season(Case(keys, tuple(map(_leaf, before)), after, origin, tuple(old), tuple(new)), ways)


def _left_out(cards: Sequence[Scorecard], found: Mapping) -> dict[int, dict[int, str]]:
    """Return the leaves the draft leaves out, by unit and leaf."""
    if not found.pairs:
        return {}
    draft = found.pairs[0].new.criteria_set
    nodes = list(Node.objects.filter(criteria_set=draft).order_by("order"))
    return left_out_by(draft, nodes, [card.unit for card in cards])


def _carried(given: _Given | None, carrier: Carrier, ways: Counter[Way]) -> int | None:
    if given is None:
        return None
    points, way = carrier.carry(given.points or 0, given.appraised_inputs)
    ways[way] += 1
    return points


def _rows(
    cards: Sequence[int], leaves: Sequence[Node], told: Callable[[int], object]
) -> Iterator[list[_Given | None]]:
    """Give for every card what it has on each of the leaves; None where the leaf does not apply."""
    keys = [node.pk for node in leaves]
    for begin in range(0, len(cards), CARDS_AT_ONCE):
        some = cards[begin : begin + CARDS_AT_ONCE]
        given = _given(some, keys)
        for card in some:
            yield [given.get((card, key)) for key in keys]
        told(begin + len(some))


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
    return Leaf(node.code, node.title, node.field_code, thousandths(node.max_points or ZERO))
