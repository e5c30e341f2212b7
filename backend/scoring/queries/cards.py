"""Which cards a person may see, and which step a card is at, for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.core import clock
from backend.core.exact import ZERO
from backend.core.prepared import Prepared
from backend.criteria.models import Node
from backend.rounds import queries as rounds
from backend.rounds.models import Step
from backend.scoring.lifecycle import UNAPPROVED, WITH_UNIT, State
from backend.scoring.models import Deduction, Mark, Score, Scorecard, ScorecardGrant, Signature
from permissions.actor import Actor, within
from permissions.roles import Verb
from tiers.scope import predecessor_unit_ids

CARD_PARTS = ("unit", "round__host", "group", "step", "criteria_set__kind")


def scorecards_for(actor: Actor) -> QuerySet[Scorecard]:
    """Return the cards the person may see: by seat, by delegation, and closed ones of predecessors."""
    return Scorecard.objects.filter(_by_right(actor) | _past(actor)).select_related(*CARD_PARTS)


def living_for(actor: Actor) -> QuerySet[Scorecard]:
    """Return the cards the person may see by seat or by delegation, without those of predecessors."""
    return Scorecard.objects.filter(_by_right(actor)).select_related(*CARD_PARTS)


def card_for(actor: Actor, pk: int) -> Scorecard | None:
    """Return one card if the person may see it; what is lent to her and who came before her is asked only when needed."""
    card: Any = _SEEN.first(pk=pk, user=actor.user_id)
    if card is None or (not card.has_grants and actor.may(Verb.VIEW, at=card.place())):
        return card  # type: ignore[no-any-return]
    found = living_for(actor).select_related("signed_report").filter(pk=pk).first()
    return found or scorecards_for(actor).select_related("signed_report").filter(pk=pk).first()


def _with_grants(pk: Any, user: Any) -> QuerySet[Scorecard]:
    """Return the card; ``has_grants`` tells that something is or was lent to the person or kept from her on it."""
    grants = ScorecardGrant.objects.filter(user=user, content_object=OuterRef("pk"))
    return Scorecard.objects.filter(pk=pk).order_by().annotate(has_grants=Exists(grants))


_SEEN = Prepared(lambda pk, user: _with_grants(pk, user).select_related(*CARD_PARTS, "signed_report"))
_HELD = Prepared(
    lambda pk, user: (
        _with_grants(pk, user)
        .select_related("unit", "round__host", "criteria_set")
        .select_for_update(of=("self",))
    )
)


def held_for(actor: Actor, pk: int) -> Scorecard | None:
    """Return one card if the person sees it by her seats, locked until the transaction ends; one statement.

    Where it ``has_grants`` it is returned whatever her seats say, and the grants decide.
    """
    card: Any = _HELD.first(pk=pk, user=actor.user_id)
    if card is None or card.has_grants or actor.may(Verb.VIEW, at=card.place()):
        return card
    return None


def _by_right(actor: Actor) -> Q:
    seen = within(actor, Verb.VIEW, unit="unit__path", host="round__host__path")
    lent = ScorecardGrant.objects.in_force().filter(
        user_id=actor.user_id, excludes=False, content_object=OuterRef("pk")
    )
    return seen | Q(Exists(lent))


def single_grants(actor: Actor, card: Scorecard) -> tuple[frozenset[str], frozenset[str]]:
    """Return the verbs lent to the person on this very card, and those she is excluded from; one query.

    None where ``card_for`` has found that there is nothing of hers on the card.
    """
    if not getattr(card, "has_grants", True):
        return frozenset(), frozenset()
    rows = ScorecardGrant.objects.in_force().filter(user_id=actor.user_id, content_object=card)
    found = list(rows.values_list("permission__codename", "excludes"))
    lent = frozenset(name for name, excludes in found if not excludes)
    return lent, frozenset(name for name, excludes in found if excludes)


def takers_on(cards: Iterable[int]) -> dict[int, list[Any]]:
    """Return, by card, the active people to whom its approval is lent now; one statement, none for no card."""
    keys = list(cards)
    found: dict[int, list[Any]] = {}
    if not keys:
        return found
    rows = ScorecardGrant.objects.in_force().filter(
        content_object__in=keys,
        excludes=False,
        permission__codename=str(Verb.APPROVE),
        user__is_active=True,
    )
    for row in rows.select_related("user").order_by("user_id", "pk"):
        found.setdefault(row.content_object_id, []).append(row.user)
    return found


def _past(actor: Actor) -> Q:
    whole, released = predecessor_unit_ids(actor)
    return Q(unit_id__in=whole | released, state=State.PUBLISHED)


def scored_itself(card: Scorecard) -> bool:
    """Return False for a card that came to the host as "không tự chấm"; its draft counts for nothing."""
    if card.state in WITH_UNIT:
        return True
    if hasattr(card, "arrived_by"):  # a list has read it with its cards
        return card.arrived_by != "no_self_score"
    return arrivals(card.pk).first() != "no_self_score"


def arrivals(card: Any) -> Any:
    """Return the moves by which a card came to its host, newest first; ``card`` may be an ``OuterRef``."""
    rows = Signature.objects.filter(card=card, move__in=["approve", "accept", "no_self_score"])
    return rows.order_by("-signed_at", "-pk").values_list("move", flat=True)


@dataclass(frozen=True)
class Window:
    """When a step is open for one unit, its own extension counted, and the database's time."""

    step: Step
    opens: datetime
    closes: datetime
    now: datetime

    @classmethod
    def of(cls, step: Step, dates: rounds.Window, now: datetime) -> Window:
        """Return the step with the unit's own dates, beside ``now``."""
        return cls(step, dates.opens_at, dates.closes_at, now)

    @property
    def is_open(self) -> bool:
        """Return whether the step takes writes at ``now``."""
        return self.opens <= self.now < self.closes


def time_of(card: Scorecard, kind: str, now: datetime | None = None) -> Window | None:
    """Return the window of the card's step of that kind that is on or next; None without one.

    ``now`` is the database's time where the page has read it already.
    """
    step = step_of(card, kind)
    if step is None:
        return None
    return Window.of(step, rounds.window(step, card.unit_id), now or clock.now())


def still_writing(now: datetime) -> QuerySet[Scorecard]:
    """Return the cards that are in their unit's own hands: not approved, its own time not over.

    Nobody outside the unit reads what it gives itself, attaches or sends round inside until then.
    """
    running = rounds.still_open(Step.Kind.SELF, now, round="round", unit="unit")
    return Scorecard.objects.filter(running, state__in=UNAPPROVED)


_STEPS = Prepared(lambda round: Step.objects.filter(round=round).order_by("order"))


def steps_of(card: Scorecard) -> list[Step]:
    """Return the round's steps in order; kept on the round so that one page reads them once."""
    if not hasattr(card.round, "steps_in_order"):
        card.round.steps_in_order = _STEPS.all(round=card.round_id)  # type: ignore[attr-defined]
    steps: list[Step] = card.round.steps_in_order  # type: ignore[attr-defined]
    return steps


def step_of(card: Scorecard, kind: str) -> Step | None:
    """Return the step of ``kind`` the card is at or comes to next.

    Self-scoring, survey and conclusion come once. Of appraisals and explanations it is the first
    one after the step the card has finished; the explanation a card is out for counts as next.
    """
    kinds = [step for step in steps_of(card) if step.kind == kind]
    if kind in (Step.Kind.SELF, Step.Kind.SURVEY, Step.Kind.CONCLUSION):
        return kinds[0] if kinds else None
    done = card.step.order if card.step else -1
    return next((step for step in kinds if step.order > done), None)


def approval_of(card: Scorecard) -> Signature | None:
    """Return the approval in force: the newest one that is not voided."""
    rows = card.signatures.filter(move="approve", voided_at__isnull=True)
    return rows.order_by("-signed_at", "-pk").first()


def owed_scores(card: Scorecard) -> QuerySet[Score]:
    """Return the leaves the council owes a mark: within the scale all, of bonus and penalty what was claimed."""
    given = Mark.objects.filter(score=OuterRef("pk"), points__gt=ZERO)
    if not scored_itself(card):
        given = given.exclude(step__kind=Step.Kind.SELF)
    rows = Score.objects.filter(card=card, applies=True, source=Node.Source.ASSESSED)
    return rows.filter(Q(counting=Node.Counting.BASE) | Exists(given)).order_by("order")


def standing_deductions(**where: Any) -> QuerySet[Deduction]:
    """Return the points taken off that nobody took back, oldest first (R13)."""
    return Deduction.objects.filter(withdraws__isnull=True, withdrawal__isnull=True, **where)
