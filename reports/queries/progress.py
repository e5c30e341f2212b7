"""How far the cards of a round are: each one's state, and the days it reached the host and was concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from backend.core.dates import vn_date
from backend.rounds.models import Round, Step
from backend.scoring.models import UNAPPROVED, Scorecard, Signature, State
from backend.scoring.queries.cards import arrivals
from reports.queries.tables import DONE


@dataclass(frozen=True)
class CardNow:
    """One card: its state, the day it reached the host and the day it was concluded; None before, or if not known."""

    group_id: int
    state: State
    arrived: date | None
    concluded: date | None


def cards_now(round_: Round) -> list[CardNow]:
    """Return every card of the round; one statement. A card that was opened again counts as not there."""
    concluded = Signature.objects.filter(card=OuterRef("pk"), move="conclude").order_by("-signed_at", "-pk")
    rows = Scorecard.objects.filter(round=round_).annotate(
        arrived_at=Subquery(arrivals(OuterRef("pk")).values_list("signed_at", flat=True)[:1]),
        concluded_at=Subquery(concluded.values("signed_at")[:1]),
    )
    found = rows.order_by("pk").values_list("group_id", "state", "arrived_at", "concluded_at")
    return [
        CardNow(
            group_id,
            State(state),
            _day(arrived if state not in UNAPPROVED else None),
            _day(concluded if state in DONE else None),
        )
        for group_id, state, arrived, concluded in found
    ]


def _day(moment: datetime | None) -> date | None:
    return vn_date(moment) if moment else None


def ends_of(round_: Round) -> list[Step]:
    """Return the steps of the round in order, with their dates; one statement."""
    return list(Step.objects.filter(round=round_).order_by("order"))
