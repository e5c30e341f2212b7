"""What a leader has looked at: her own bookmark of a card, no part of what is signed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from backend.core import clock
from backend.scoring import queries
from backend.scoring.actions.rights import require_verb
from backend.scoring.models import Look, Scorecard
from permissions.actor import Actor
from permissions.roles import Verb


@transaction.atomic
def look(card: Scorecard, *, by: Actor, at: datetime) -> Look:
    """Note that the person has looked at the card as it stood on the page of the moment ``at``. Raises Refused."""
    require_verb(card, Verb.APPROVE, by)
    row = _held(card, by, at)
    seen = max(row.seen_at, min(at, clock.now()))
    row.since = queries.fresh_since(row, seen, card.signatures.all()) if seen > row.seen_at else row.since
    row.seen_at = seen
    row.save(update_fields=["seen_at", "since"])
    return row


@transaction.atomic
def see_leaf(card: Scorecard, code: str, *, by: Actor, digest: str, at: datetime) -> Look:
    """Note what the person has seen of one leaf; with an empty digest that she has not. Raises Refused."""
    require_verb(card, Verb.APPROVE, by)
    row = _held(card, by, at)
    row.leaves.pop(code, None)
    if digest:
        row.leaves[code] = digest
    row.save(update_fields=["leaves"])
    return row


def _held(card: Scorecard, by: Actor, at: datetime) -> Look:
    rows = Look.objects.select_for_update()
    defaults = {"seen_at": min(at, clock.now())}
    return rows.get_or_create(card=card, person_id=by.user_id, defaults=defaults)[0]
