"""Reads of accounts that need no unit; who sits where is asked in tiers."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from backend.accounts.models import Event, User


def events_of(user: User, most: int = 10) -> QuerySet[Event]:
    """Return the newest things a person did with her own account."""
    return Event.objects.filter(user=user)[:most]


def demo_accounts() -> QuerySet[User]:
    """Return the accounts of the demonstration, by username."""
    return User.objects.filter(is_demo=True)


def is_shut_out(user: User) -> bool:
    """Return whether this is a demo account outside the demonstration: its password is public."""
    return user.is_demo and not settings.DEMO
