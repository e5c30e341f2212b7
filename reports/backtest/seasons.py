"""Which seasons a set may be tried on, and which sets on a season; whose backtests a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from backend.core.exact import ZERO
from backend.criteria.models import Applicability, CriteriaSet
from backend.criteria.queries import serves, sets_for
from backend.rounds.models import Round
from permissions.actor import Actor, within
from permissions.roles import Verb
from reports.backtest.mapping import Mapping, groups_for, mapping
from reports.models import Backtest
from reports.queries.seeing import may_preview, rounds_for
from reports.queries.tables import DONE
from tiers.models import Kind


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
    """Return the rounds with concluded cards of a kind the set serves whose every card the person sees, newest first."""
    kinds = [kind for kind in Kind.objects.all() if serves(criteria_set, kind)]
    finished = Count("cards", filter=Q(cards__state__in=DONE, cards__group__kind__in=kinds))
    rows = rounds_for(actor).annotate(finished=finished).filter(finished__gt=0)
    return [_season(one, criteria_set) for one in rows if may_preview(actor, one)]


def _season(round_: Round, criteria_set: CriteriaSet) -> Season:
    found = _mapping(round_, criteria_set)
    return Season(
        round_,
        round_.finished,  # type: ignore[attr-defined]  # annotated above
        linked=len(found.pairs) - found.guesses,
        guessed=found.guesses,
        covered=sum((pair.new.max_points or ZERO for pair in found.scored), ZERO),
    )


def _mapping(round_: Round, criteria_set: CriteriaSet) -> Mapping:
    """Return the mapping with most leaves; the groups a set serves share their set as a rule."""
    sets = {group.criteria_set_id: group.criteria_set for group in groups_for(criteria_set, round_)}
    found = [
        mapping(criteria_set, one, with_survey=round_.with_survey, with_guesses=True) for one in sets.values()
    ]
    return max(found, key=lambda one: len(one.pairs))


def sets_for_round(actor: Actor, round_: Round) -> list[CriteriaSet]:
    """Return the sets the person writes that serve a kind of units of the round, drafts first."""
    kinds = round_.groups.order_by().values("kind")
    named = Applicability.objects.filter(kind__in=kinds).values("node__criteria_set")
    return list(sets_written_by(actor).filter(Q(kind__in=kinds) | Q(pk__in=named)))


def backtests_for(actor: Actor) -> QuerySet[Backtest]:
    """Return the backtests of sets the person writes over rounds she sees, newest first.

    Seeing one also takes ``running.require_right``: every card of the round.
    """
    written = sets_written_by(actor).order_by().values("pk")
    seen = rounds_for(actor).order_by().values("pk")
    rows = Backtest.objects.filter(criteria_set__in=written, round__in=seen)
    return rows.select_related("criteria_set__owner", "criteria_set__kind", "round__host")
