"""A round's results as a person may analyse them: what is published, or the preview to who sees the whole round."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import OuterRef, Subquery

from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from backend.scoring.queries import of_unit
from backend.scoring.queries.cards import arrivals
from permissions.actor import Actor
from reports.models import Ranking
from reports.queries.seeing import may_preview
from reports.queries.tables import DONE, current_ranking, tables
from reports.standings import Table


@dataclass(frozen=True)
class Analysed:
    """The results of one round for one viewer; ``whole``: she sees every card, leaf by leaf."""

    round: Round
    viewer: Actor
    ranking: Ranking | None
    whole: bool

    @cached_property
    def tables(self) -> list[Table]:
        """Return the ranking groups, published or as they would be now."""
        return tables(self.round, self.ranking)

    @cached_property
    def cards(self) -> list[Scorecard]:
        """Return the cards with a result that she may see leaf by leaf beside one another; one statement.

        Before publication without the card of the unit where she works herself. ``arrived_by`` is the move that
        brought each to the host.
        """
        rows = Scorecard.objects.filter(round=self.round, state__in=DONE).select_related(
            "unit", "round__host"
        )
        rows = rows.annotate(arrived_by=Subquery(arrivals(OuterRef("pk"))[:1]))
        found = rows.order_by("unit__order", "pk")
        return [row for row in found if self.ranking or not of_unit(self.viewer, row)]

    @property
    def keys(self) -> list[int]:
        """Return the keys of those cards."""
        return [row.pk for row in self.cards]


def analysed(actor: Actor, round_: Round) -> Analysed | None:
    """Return the results of a round she sees; None while they are not published and she does not see the whole."""
    ranking = current_ranking(round_) if round_.state == Round.State.PUBLISHED else None
    whole = may_preview(actor, round_)
    return Analysed(round_, actor, ranking, whole) if ranking or whole else None
