"""Reads of messages: each person her own; and which letters did not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from backend.accounts.models import User
from backend.core import clock
from backend.notices.models import Letter, Notice, Preference

# A server that takes a letter may still return it; after so long it has not.
SETTLED_AFTER = timedelta(days=3)
LOST = Q(state__in=[Letter.State.BOUNCED, Letter.State.REFUSED])


def notices_for(user_id: int | None, *, kind: str = "", unread: bool = False) -> QuerySet[Notice]:
    """Return the person's messages, newest first, of one kind or all."""
    rows = Notice.objects.filter(user_id=user_id).select_related("letter")
    if kind:
        rows = rows.filter(kind=kind)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return rows.order_by("-made_at", "-pk")


def told(keys: Iterable[str]) -> set[str]:
    """Return those of the keys under which somebody was told already; one query."""
    return set(Notice.objects.filter(key__in=set(keys)).values_list("key", flat=True))


def unread_of(user_id: Any) -> QuerySet[Notice]:
    """Return the messages the person has not seen."""
    return Notice.objects.filter(user_id=user_id, read_at__isnull=True)


def preferences_of(user_id: int | None) -> dict[str, str]:
    """Return the way the person chose, by kind; a kind without choice is missing."""
    return dict(Preference.objects.filter(user_id=user_id).values_list("kind", "way"))


def address_problems(users: Iterable[int]) -> dict[int, Letter]:
    """Return, by person, the newest letter that her present address did not get; two queries.

    A change of address ends it; so does a later letter that arrived. That one has is known at once where the
    server had refused the mailbox, and after some days where it had taken a letter and returned it.
    """
    own = Letter.objects.filter(user=OuterRef("pk"), address=OuterRef("email")).order_by("-pk")
    sent = own.filter(state=Letter.State.SENT)
    settled = sent.filter(sent_at__lt=clock.now() - SETTLED_AFTER)
    rows = User.objects.filter(pk__in=list(users)).exclude(email="")
    found = rows.annotate(
        lost=Subquery(own.filter(LOST).values("pk")[:1]),
        arrived=Subquery(sent.values("pk")[:1]),
        settled=Subquery(settled.values("pk")[:1]),
    ).filter(lost__isnull=False)
    ends = {row.lost: (row.arrived or 0, row.settled or 0) for row in found}
    letters = Letter.objects.filter(pk__in=ends)
    return {letter.user_id: letter for letter in letters if _stands(letter, *ends[letter.pk])}


def _stands(lost: Letter, arrived: int, settled: int) -> bool:
    return lost.pk > (settled if lost.state == Letter.State.BOUNCED else arrived)


def unsure_letters(users: Iterable[int]) -> QuerySet[Letter]:
    """Return the letters to these people of which nobody knows whether they arrived, oldest first."""
    rows = Letter.objects.filter(user__in=list(users), state=Letter.State.UNSURE)
    return rows.filter(user__email=F("address")).select_related("user").prefetch_related("notices")
