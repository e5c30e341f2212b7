"""A round leaf by leaf: its criteria by group and every unit's points; copies once published, else computed now."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import F

from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.scoring.models import Mark, Score
from reports.copies import CriterionCopy, LeafRow
from reports.models import Ranking
from reports.placing import Criterion, Leaves
from reports.queries.totals import counted

_OF_NODE = ("code", "title", "level", "is_leaf", "max_points", "source", "counting")


def criteria_in(round_: Round, ranking: Ranking | None) -> dict[int, tuple[Criterion, ...]]:
    """Return the criteria of each ranking group in order, by the group's key; one query."""
    if ranking:
        copies = CriterionCopy.objects.filter(section__ranking=ranking).order_by("section__order", "order")
        rows = copies.values_list("section__group_id", *_OF_NODE)
    else:
        nodes = Node.objects.filter(criteria_set__groups__round=round_)
        if not round_.with_survey:
            nodes = nodes.exclude(is_leaf=True, source__in=_OUTSIDE)
        rows = nodes.order_by("order").values_list(F("criteria_set__groups"), *_OF_NODE)
    found: dict[int, list[Criterion]] = defaultdict(list)
    for group_id, code, title, level, is_leaf, most, source, counting in rows:
        leaf = (most, source, counting) if is_leaf else ()
        found[group_id].append(Criterion(code, title, level, is_leaf, *leaf))
    return {group_id: tuple(lines) for group_id, lines in found.items()}


_OUTSIDE = [source for source in Node.Source.values if source != Node.Source.ASSESSED]


def leaves_in(round_: Round, ranking: Ranking | None) -> Leaves:
    """Return every unit's points by card key and leaf code; None where nothing counts, absent where it does not apply.

    One query of the copies, two of the live marks.
    """
    found: Leaves = defaultdict(dict)
    if ranking:
        rows = LeafRow.objects.filter(row__section__ranking=ranking, applies=True)
        for card, code, points in rows.values_list("row__card_id", "criterion__code", "points"):
            found[card][code] = points
        return found
    scores = Score.objects.filter(card__round=round_, applies=True)
    marks = Mark.objects.filter(counted("score__"), score__card__round=round_, score__applies=True)
    if not round_.with_survey:
        scores = scores.filter(source=Node.Source.ASSESSED)
        marks = marks.filter(score__source=Node.Source.ASSESSED)
    for card, code in scores.values_list("card_id", "code"):
        found[card][code] = None
    for card, code, points in marks.values_list("score__card_id", "score__code", "points"):
        found[card][code] = points
    return found


def leaves_of(ranking: Ranking, card_id: int) -> dict[str, Decimal | None]:
    """Return one unit's published points by leaf; what does not apply is absent. One query."""
    rows = LeafRow.objects.filter(row__section__ranking=ranking, row__card=card_id, applies=True)
    return dict(rows.values_list("criterion__code", "points"))
