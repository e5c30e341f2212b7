"""One unit's result as a person may see it, and what a document is asked of."""

from __future__ import annotations

from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from backend.scoring.queries import scorecards_for
from permissions.actor import Actor
from reports.models import Ranking
from reports.queries.seeing import may_preview, rounds_for
from reports.queries.tables import current_ranking, find, tables
from reports.standings import Standing, Table


@dataclass(frozen=True)
class Result:
    """One unit's result as the person may see it; ``whole`` is leaf by leaf, else by field only."""

    card: Scorecard
    ranking: Ranking | None
    table: Table
    line: Standing
    whole: bool

    @property
    def round(self) -> Round:
        """Return the round of the result."""
        return self.card.round


def result_of(actor: Actor, card_id: int) -> Result | None:
    """Return the result of a card: published to all of the round, before that to who may preview."""
    rows = Scorecard.objects.select_related("unit", "round__host", "group", "step", "criteria_set")
    card = rows.filter(pk=card_id, round__in=rounds_for(actor).order_by().values("pk")).first()
    if card is None:
        return None
    ranking = current_ranking(card.round)
    if ranking is None and not may_preview(actor, card.round):
        return None
    found = find(tables(card.round, ranking), card.pk)
    whole = scorecards_for(actor).filter(pk=card.pk).exists()
    return Result(card, ranking, *found, whole) if found else None


def target(actor: Actor, round_id: int | None, card_id: int | None) -> tuple[Round | None, Scorecard | None]:
    """Return the round or card a document is asked of. Raises Http404 outside the person's scope."""
    if card_id is not None:
        return None, get_object_or_404(scorecards_for(actor), pk=card_id)
    return get_object_or_404(rounds_for(actor), pk=round_id or 0), None
