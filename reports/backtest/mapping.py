"""Which groups of a season a draft is tried on, and which of its leaves stands for which of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.text import fold
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import serves
from backend.rounds.models import Group, Round

# A leaf mapped over more sets than this is not followed further.
LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Pair:
    """A leaf of the draft and the leaf of the season it stands for; ``guessed`` by code and title only."""

    new: Node
    old: Node
    guessed: bool


@dataclass(frozen=True)
class Mapping:
    """The pairs in the order of the draft, and the leaves of either side that stand alone."""

    pairs: tuple[Pair, ...]
    new_only: tuple[Node, ...]
    old_only: tuple[Node, ...]

    @property
    def scored(self) -> tuple[Pair, ...]:
        """Return the pairs within the scale."""
        return tuple(pair for pair in self.pairs if pair.new.counting == Node.Counting.BASE)

    @property
    def outside(self) -> tuple[Pair, ...]:
        """Return the pairs of bonus and penalty."""
        return tuple(pair for pair in self.pairs if pair.new.counting != Node.Counting.BASE)

    @property
    def guesses(self) -> int:
        """Return how many pairs are guessed."""
        return sum(pair.guessed for pair in self.pairs)


def groups_for(criteria_set: CriteriaSet, round_: Round) -> list[Group]:
    """Return the groups of the round whose kind of unit the set serves, in order."""
    rows = round_.groups.select_related("criteria_set", "kind", "round").order_by("order", "pk")
    return [group for group in rows if serves(criteria_set, group.kind)]


def mapping(draft: CriteriaSet, season: CriteriaSet, *, with_survey: bool, with_guesses: bool) -> Mapping:
    """Return which leaves stand for each other: by ``previous``, through sets in between, else guessed.

    Only leaves that counted in the season: without survey none of a survey. Leaves within the scale, of bonus and of
    penalty stand for their like only. A set tried on its own season maps to itself.
    """
    new, old = _leaves(draft, with_survey), _leaves(season, with_survey)
    found = {node.pk: (node, False) for node in new} if draft.pk == season.pk else _linked(new, old)
    found = {node.pk: found[node.pk] for node in new if node.pk in found and _alike(node, found[node.pk][0])}
    if with_guesses:
        found = _guessed(new, old, found) | found
    pairs = tuple(Pair(node, *found[node.pk]) for node in new if node.pk in found)
    used = {pair.old.pk for pair in pairs}
    return Mapping(
        pairs,
        tuple(node for node in new if node.pk not in found),
        tuple(node for node in old if node.pk not in used),
    )


Found = dict[int, tuple[Node, bool]]


def _leaves(criteria_set: CriteriaSet, with_survey: bool) -> list[Node]:
    rows = Node.objects.filter(criteria_set=criteria_set, is_leaf=True)
    if not with_survey:
        rows = rows.filter(source=Node.Source.ASSESSED)
    return list(rows.select_related("criteria_set").order_by("order"))


def _linked(new: list[Node], old: list[Node]) -> Found:
    """Follow ``previous`` from every leaf until it stands in the season's set; a query for each set between."""
    ends = {node.pk: node for node in old}
    at = {node.pk: node.previous_id for node in new if node.previous_id}
    found: Found = {}
    for _ in range(LONGEST_CHAIN):
        found |= {key: (ends[place], False) for key, place in at.items() if place in ends}
        waiting = {key: place for key, place in at.items() if key not in found}
        before = dict(Node.objects.filter(pk__in=set(waiting.values())).values_list("pk", "previous_id"))
        at = {key: before[place] for key, place in waiting.items() if before.get(place)}
        if not at:
            break
    return found


def _guessed(new: list[Node], old: list[Node], found: Found) -> Found:
    """Return for leaves without a link the free leaf of the same code and title, accents and case aside."""
    used = {node.pk for node, _ in found.values()}
    free = {_looks(node): node for node in old if node.pk not in used}
    same = {node.pk: free.get(_looks(node)) for node in new if node.pk not in found}
    return {key: (node, True) for key, node in same.items() if node}


def _looks(node: Node) -> tuple[str, str, str]:
    return node.code, fold(node.title), node.counting


def _alike(new: Node, old: Node) -> bool:
    return new.counting == old.counting
