"""Cards their units must still finish, each with its time: who is late, and by how much. Few statements for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.rounds.models import Extension, Round, Step
from backend.scoring.agenda import with_progress
from backend.scoring.lifecycle import UNAPPROVED, State
from backend.scoring.models import Explanation, Scorecard, Signature
from backend.scoring.queries import step_of

UNFINISHED = UNAPPROVED | {State.EXPLAINING}


@dataclass(frozen=True)
class Waiting:
    """A card in its unit's hands at a step. ``given_at`` is from when the closing moment stands."""

    card: Scorecard
    step: Step
    given_at: datetime
    closes: datetime
    missing: int

    @property
    def moved_at(self) -> datetime | None:
        """Return when the card last changed hands; None before the first time."""
        return self.card.moved_at  # type: ignore[attr-defined,no-any-return]


def waiting(now: datetime, **where: Any) -> list[Waiting]:
    """Return the cards that are with their unit at a step open at ``now``; four statements."""
    last = Signature.objects.filter(card=OuterRef("pk")).order_by("-signed_at", "-pk")
    rows = Scorecard.objects.filter(round__state=Round.State.OPEN, state__in=UNFINISHED, **where)
    rows = with_progress(rows).annotate(moved_at=Subquery(last.values("signed_at")[:1]))
    cards = list(rows.select_related("round", "step").order_by("round", "unit__order", "pk"))
    given = _given(_share_steps(cards))
    unanswered = _unanswered(card.pk for card in cards if card.state == State.EXPLAINING)
    found = (_waiting(card, given, unanswered) for card in cards)
    return [row for row in found if row and row.step.opens_at <= now < row.closes]


def below(cards: QuerySet[Scorecard], percent: int) -> QuerySet[Scorecard]:
    """Return those of the cards (with progress) whose unit has scored less than so many percent of its leaves."""
    done = Coalesce(F("given"), 0) * 100
    return cards.annotate(done=done).filter(done__lt=F("leaves") * percent)


def _share_steps(cards: list[Scorecard]) -> list[Step]:
    rounds = {card.round_id: card.round for card in cards}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(round__in=rounds).order_by("round", "order"):
        steps[step.round_id].append(step)
    for card in cards:
        card.round = rounds[card.round_id]
        card.round.steps_in_order = steps[card.round_id]  # type: ignore[attr-defined]
    return [step for rows in steps.values() for step in rows]


def _given(steps: Iterable[Step]) -> dict[tuple[int, int], tuple[datetime, datetime]]:
    """Return, by step and unit, the newest extension: until when, and when it was given."""
    rows = Extension.objects.filter(step__in=[step.pk for step in steps]).order_by("made_at", "pk")
    columns = rows.values_list("step_id", "unit_id", "closes_at", "made_at")
    return {(step, unit): (closes, made) for step, unit, closes, made in columns}


def _unanswered(keys: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return, by card and step, how many questions have no answer."""
    rows = Explanation.objects.filter(score__card__in=list(keys)).order_by()
    counted = rows.values("step_id", card=F("score__card_id")).annotate(n=Count("pk", filter=Q(answer="")))
    return {(row["card"], row["step_id"]): row["n"] for row in counted}


def _waiting(
    card: Scorecard,
    given: dict[tuple[int, int], tuple[datetime, datetime]],
    unanswered: dict[tuple[int, int], int],
) -> Waiting | None:
    explains = card.state == State.EXPLAINING
    step = step_of(card, Step.Kind.EXPLANATION if explains else Step.Kind.SELF)
    if step is None:
        return None
    closes, since = step.closes_at, step.opens_at
    longer = given.get((step.pk, card.unit_id))
    if longer and longer[0] > closes:
        closes, since = longer[0], max(since, longer[1])
    owed = (card.leaves or 0) - (card.given or 0)  # type: ignore[attr-defined]
    missing = unanswered.get((card.pk, step.pk), 0) if explains else max(owed, 0)
    return Waiting(card, step, since, closes, missing)
