"""Reads of accounts that need no unit; who sits where is asked in tiers."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.accounts import pending
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


def entering(request: HttpRequest) -> User | None:
    """Return whose account is tried at a door; None where there is none such: a typed name may be a password."""
    user, _onward = pending.recall(request)
    typed = request.POST.get("username", "").strip()
    if user is None and typed and "\0" not in typed:  # PostgreSQL keeps that sign in no text
        user = User.objects.filter(username=typed).first()
    return user
