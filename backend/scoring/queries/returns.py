"""The moves made on a card, what a leader returned and what she has looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from backend.scoring.lifecycle import OWN_MOVES, State
from backend.scoring.models import Look, ReturnedLeaf, Scorecard, Signature
from backend.scoring.queries.seeing import of_unit, sees_own_points
from backend.scoring.queries.sheets import Sheet
from permissions.actor import Actor

# A page opened again within this time belongs to the same visit: what changed before it stays in view.
VISIT = timedelta(minutes=30)


def signatures(card: Scorecard, viewer: Actor) -> list[Signature]:
    """Return the moves made on the card, oldest first; the unit's own ones to who may read its points.

    That answers were put before the leader is the unit's own until she sends them.
    """
    rows = card.signatures.select_related("step").order_by("signed_at", "pk")
    if card.state == State.EXPLAINING and not of_unit(viewer, card):
        rows = rows.exclude(move="submit_answers")
    return list(rows if sees_own_points(viewer, card) else rows.exclude(move__in=OWN_MOVES))


def signatures_on(sheet: Sheet) -> list[Signature]:
    """Return what ``signatures`` does for the viewer of a sheet, without asking for her right again."""
    rows = sheet.card.signatures.select_related("step").order_by("signed_at", "pk")
    return list(rows if sheet.shows_own else rows.exclude(move__in=OWN_MOVES))


def returned_of(card: Scorecard, viewer: Actor) -> list[ReturnedLeaf]:
    """Return the leaves ever returned on the card, and the viewer's own notes not sent yet; one statement."""
    rows = ReturnedLeaf.objects.filter(score__card=card).select_related("signature")
    mine = Q(signature__isnull=False) | Q(author_id=viewer.user_id)
    return list(rows.filter(mine).order_by("signature__signed_at", "score__order"))


def of_last_return(rows: Iterable[ReturnedLeaf], moves: Iterable[Signature]) -> list[ReturnedLeaf]:
    """Return those of the rows that the newest return among the moves sent; empty where it named no leaf."""
    returns = [row.pk for row in moves if row.move == "return"]
    return [row for row in rows if returns and row.signature_id == returns[-1]]


def returned_now(card: Scorecard) -> list[ReturnedLeaf]:
    """Return the leaves that the newest return of a card sent, in order, each with its score; one statement."""
    return list(_newest(ReturnedLeaf.objects.filter(score__card=card)).select_related("score", "signature"))


def returned_counts(cards: Iterable[int]) -> dict[int, int]:
    """Return how many leaves of the newest return wait to be dealt with, by card; one statement."""
    rows = _newest(ReturnedLeaf.objects.filter(score__card__in=list(cards), answered_at__isnull=True))
    counted = rows.order_by().values_list("score__card").annotate(n=Count("pk"))
    return dict(counted)


def _newest(rows: QuerySet[ReturnedLeaf]) -> QuerySet[ReturnedLeaf]:
    later = Signature.objects.filter(
        card=OuterRef("signature__card"), move="return", pk__gt=OuterRef("signature")
    )
    return rows.filter(~Exists(later), signature__isnull=False)


def look_of(card: Scorecard, viewer: Actor) -> Look | None:
    """Return how far the viewer has looked at the card; None before her first look."""
    return Look.objects.filter(card=card, person_id=viewer.user_id).first()


def fresh_since(look: Look | None, now: datetime, moves: Iterable[Signature]) -> datetime | None:
    """Return the moment since which changes are news to the person who opens the page now; None at her first visit.

    A new visit begins when the card came to her or was withdrawn after she looked, or half an hour later.
    """
    if look is None:
        return None
    again = any(
        row.move in ("submit", "pass_on", "withdraw") and row.signed_at > look.seen_at for row in moves
    )
    return look.seen_at if again or now - look.seen_at > VISIT else look.since
