"""Who saved each mark of a round last, by account: two people of one name are two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model

from backend.audit.models import Line
from backend.rounds.models import Round
from backend.scoring.models import Mark


def savers_in(round_: Round) -> dict[int, int]:
    """Return the key of who gave each mark of the round's council its points last, by mark.

    Who only mends the words beside them gives none; what no person saved is left out.
    """
    table = Mark.history.model._meta.db_table
    lines = Line.objects.filter(round_key=round_.pk, own=0, source=table, points_after__isnull=False)
    told = lines.order_by("at", "id").values_list("object_key", "person_key", "points_before", "points_after")
    last: dict[int | None, int | None] = {}
    for mark, person, before, after in told.iterator():
        if mark not in last or before != after:
            last[mark] = person
    return {mark: person for mark, person in last.items() if mark is not None and person is not None}


def accounts_of(keys: Iterable[int]) -> dict[int, Any]:
    """Return the accounts by key; one statement, none for no key."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = get_user_model().objects.filter(pk__in=wanted)
    return {user.pk: user for user in rows.only("full_name", "username")}


def told_apart(accounts: Mapping[int, Any]) -> dict[int, str]:
    """Return people's names by key, with the account where several are called the same."""
    names = Counter(user.full_name for user in accounts.values())
    return {
        key: user.full_name if names[user.full_name] == 1 else f"{user.full_name} ({user.username})"
        for key, user in accounts.items()
    }
