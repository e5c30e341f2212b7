"""What a session keeps until a code comes: who is signing in, for five minutes; the key of a new second factor."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest

from backend.accounts import codes
from backend.accounts.models import User
from backend.core import clock

KEY = "second_step"
FACTOR_KEY = "new_factor"
PATIENCE = timedelta(minutes=5)


def remember(request: HttpRequest, user: User, onward: str) -> None:
    """Note that the password of ``user`` was right and where she wants to go."""
    request.session.cycle_key()
    request.session[KEY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "onward": onward,
    }


def recall(request: HttpRequest) -> tuple[User | None, str]:
    """Return the person and her page; (None, "") when it is too late or the account changed meanwhile."""
    kept = request.session.get(KEY)
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > PATIENCE:
        return None, ""
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["hash"]:
        return None, ""
    return user, kept["onward"]


def forget(request: HttpRequest) -> None:
    """Drop the note."""
    request.session.pop(KEY, None)


def new_factor(request: HttpRequest) -> str:
    """Return the key of the second factor that is being turned on, the same until it is."""
    return str(request.session.setdefault(FACTOR_KEY, codes.new_secret()))


def forget_factor(request: HttpRequest) -> None:
    """Drop the key of the second factor: it is on."""
    request.session.pop(FACTOR_KEY, None)
