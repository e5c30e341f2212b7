"""One leaf from the council's table: its card found and locked, the right asked, then what was typed is saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from backend.scoring.actions.appraisal import Given, appraisal_window, give, require_field
from backend.scoring.actions.led import before_of, marks_on
from backend.scoring.actions.moves import require_verb
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import CARD_PARTS, DoubleSeen, Window, doubles_on
from backend.scoring.queries.cards import arrivals
from permissions.actor import Actor
from permissions.roles import Verb


@dataclass(frozen=True)
class HeldMark:
    """A leaf the person appraises: its card locked, its steps held and open, her right asked."""

    card: Scorecard
    score: Score
    window: Window
    by: Actor

    @property
    def mark(self) -> Mark | None:
        """Return the mark that stands at the step now on."""
        found = marks_on(self.card, self.score)
        return next((mark for mark in found if mark.step_id == self.window.step.pk), None)

    @property
    def before(self) -> Decimal | None:
        """Return the points of the step before."""
        return before_of(self.card, self.score, self.window.step)

    @cached_property
    def doubles(self) -> dict[int, DoubleSeen]:
        """Return the card's leaves that two mark at the step now on, as the person may see them, by score key."""
        return doubles_on(self.card, self.window.step, self.by)

    @property
    def double(self) -> DoubleSeen | None:
        """Return the double marking of the leaf; None where one marks it."""
        return self.doubles.get(self.score.pk)

    def save(self, *, version: int, points: Decimal, reason: str = "") -> Mark:
        """Save the points as ``appraise`` does. Raises Stale or Invalid."""
        given = Given(points, reason, version, self.double.double if self.double else None)
        return give(self.card, self.score, self.window, given, by=self.by)


@contextmanager
def mark_held(rows: QuerySet[Score], *, by: Actor) -> Iterator[HeldMark]:
    """Hold the leaf that ``rows`` find while what was typed is read and saved; the lock ends with the block.

    Found and locked in one statement. Raises Http404 where they find none, Refused, OutOfStep: all before anything
    typed is judged.
    """
    with transaction.atomic():
        found = rows.select_related("node", *(f"card__{part}" for part in CARD_PARTS))
        found = found.annotate(arrived_by=Subquery(arrivals(OuterRef("card_id"))[:1]))
        score = found.select_for_update(of=("card",)).first()
        if score is None:
            raise Http404
        score.card.arrived_by = score.arrived_by  # type: ignore[attr-defined]
        require_verb(score.card, Verb.APPRAISE, by)
        require_field(score.card, score, by)
        window = appraisal_window(score.card)
        yield HeldMark(score.card, score, window, by)
