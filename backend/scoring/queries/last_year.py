"""What the mapped leaves of a card got the year before, as published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, Scorecard

if TYPE_CHECKING:
    from backend.scoring.queries.sheets import Leaf


def add_last_year_across(round_: Round, node: Node, leaves: Iterable[Leaf]) -> None:
    """Put last year's points of one leaf on it for many units; one statement, none where it goes on from no leaf."""
    if not node.previous_id or not round_.previous_id:
        return
    before = {leaf.score.card.unit_id: leaf for leaf in leaves}
    marks = Mark.objects.filter(
        score__card__round_id=round_.previous_id,
        score__card__state=State.PUBLISHED,
        score__node_id=node.previous_id,
        step__kind__in=[Step.Kind.CONCLUSION, Step.Kind.SURVEY],
    )
    for unit_id, points, most in marks.values_list("score__card__unit_id", "points", "max_points"):
        if unit_id in before:
            before[unit_id].last_year, before[unit_id].last_maximum = points, most


def add_last_year(card: Scorecard, leaves: Iterable[Leaf]) -> None:
    """Put last year's points and their maximum on the leaves that go on from one; one statement, none without."""
    before = {leaf.node.previous_id: leaf for leaf in leaves if leaf.node.previous_id}
    if not before or not card.round.previous_id:
        return
    marks = Mark.objects.filter(
        score__card__round_id=card.round.previous_id,
        score__card__unit_id=card.unit_id,
        score__card__state=State.PUBLISHED,
        score__node_id__in=before,
        step__kind__in=[Step.Kind.CONCLUSION, Step.Kind.SURVEY],
    )
    for node_id, points, most in marks.values_list("score__node_id", "points", "max_points"):
        before[node_id].last_year, before[node_id].last_maximum = points, most
