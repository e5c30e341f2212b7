"""Which units have a document to be made, how far a batch is, who sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from backend.core import clock
from backend.rounds.models import Round
from backend.scoring.models import Scorecard, State
from backend.scoring.queries import of_unit, still_writing
from permissions.actor import Actor
from reports import queries as reports
from reports.bulk.models import Batch, BatchItem
from reports.models import Document

KINDS = (Document.Kind.APPRAISAL, Document.Kind.HANDOUT, Document.Kind.SELF_REPORT)


def cards_with(round_: Round, kind: str, actor: Actor) -> list[Scorecard]:
    """Return the cards of the round of which the person may have that kind now, in the order of units.

    To who sees the whole round; as ``reports.queries.kind_is_open`` says of one card, in one statement or two.
    """
    rows = Scorecard.objects.filter(round=round_).select_related("unit", "round__host")
    rows = rows.order_by("group__order", "unit__order", "pk")
    if kind == Document.Kind.SELF_REPORT:
        return list(rows.exclude(pk__in=still_writing(clock.now()).values("pk")))
    if kind == Document.Kind.HANDOUT:
        rows = rows.filter(state__in=reports.DONE)
    return [card for card in rows if card.state == State.PUBLISHED or not of_unit(actor, card)]


@dataclass(frozen=True)
class Progress:
    """How many documents of a batch there are, are done, could not be made."""

    total: int
    done: int
    failed: int

    @property
    def percent(self) -> int:
        """Return the share of what was tried, in whole percent."""
        return 100 * (self.done + self.failed) // self.total if self.total else 0


def progress_of(batch: Batch) -> Progress:
    """Return how far the batch is; one statement."""
    counts = Counter(batch.items.values_list("state", flat=True))
    state = BatchItem.State
    return Progress(counts.total(), counts[state.DONE], counts[state.FAILED])


def batches_for(actor: Actor) -> QuerySet[Batch]:
    """Return the person's own batches, of rounds she still sees."""
    rounds = reports.rounds_for(actor).order_by().values("pk")
    return Batch.objects.filter(requested_by=actor.user_id, round__in=rounds).select_related("round__host")


def may_read(actor: Actor, batch: Batch) -> bool:
    """Return whether the person may still have the zip: her seat may have ended since."""
    return batch.requested_by_id == actor.user_id and reports.may_preview(actor, batch.round)
