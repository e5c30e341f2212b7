"""Which seasons a set may be tried on, and which sets on a season; whose backtests a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet
from backend.criteria.queries import sets_for
from backend.rounds.models import Round
from permissions.actor import Actor, within
from permissions.roles import Verb
from reports.backtest.mapping import Mapping, mapping
from reports.models import Backtest
from reports.queries.seeing import may_preview, rounds_for
from reports.queries.tables import DONE


@dataclass(frozen=True)
class Season:
    """A season a set may be tried on: units with a result, leaves linked and guessed, points of the draft covered."""

    round: Round
    units: int
    linked: int
    guessed: int
    covered: Decimal


def sets_written_by(actor: Actor) -> QuerySet[CriteriaSet]:
    """Return the sets the person writes, drafts first, then the newest."""
    rows = sets_for(actor).filter(within(actor, Verb.MANAGE_CRITERIA, unit="owner__path"))
    return rows.annotate(is_draft=Count("pk", filter=Q(published_at__isnull=True))).order_by(
        "-is_draft", "-year", "pk"
    )


def seasons_for(actor: Actor, criteria_set: CriteriaSet) -> list[Season]:
    """Return the rounds with concluded cards of the set's kind of which the person sees every card, newest first."""
    finished = Count("cards", filter=Q(cards__state__in=DONE, cards__group__kind=criteria_set.kind_id))
    rows = rounds_for(actor).annotate(finished=finished).filter(finished__gt=0)
    return [_season(one, criteria_set) for one in rows if may_preview(actor, one)]


def _season(round_: Round, criteria_set: CriteriaSet) -> Season:
    found = _mapping(round_, criteria_set)
    return Season(
        round_,
        round_.finished,  # type: ignore[attr-defined]  # annotated above
        linked=len(found.pairs) - found.guesses,
        guessed=found.guesses,
        covered=sum((pair.new.max_points or ZERO for pair in found.pairs), ZERO),
    )


def _mapping(round_: Round, criteria_set: CriteriaSet) -> Mapping:
    """Return the mapping onto the first group of the set's kind; the groups of a kind share their set as a rule."""
    group = round_.groups.filter(kind=criteria_set.kind_id).select_related("criteria_set").first()
    return mapping(criteria_set, group.criteria_set, with_survey=round_.with_survey, with_guesses=True)


def sets_for_round(actor: Actor, round_: Round) -> list[CriteriaSet]:
    """Return the sets the person writes for kinds of units of the round, drafts first."""
    return list(sets_written_by(actor).filter(kind__in=round_.groups.values("kind")))


def backtests_for(actor: Actor) -> QuerySet[Backtest]:
    """Return the backtests of sets the person writes over rounds she sees, newest first.

    Seeing one also takes ``running.require_right``: every card of the round.
    """
    written = sets_written_by(actor).order_by().values("pk")
    seen = rounds_for(actor).order_by().values("pk")
    rows = Backtest.objects.filter(criteria_set__in=written, round__in=seen)
    return rows.select_related("criteria_set__owner", "criteria_set__kind", "round__host")
