"""What the base page needs on every page, with no query of its own."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from permissions.actor import NOBODY, Actor

from .nav import ENTRIES, Entry

NavItem = tuple[str, str, bool]


def shell(request: HttpRequest) -> dict[str, object]:
    """Return ``nav`` (title, address, is this the page), ``actor``, ``seat_name``, ``sign_out_url``, ``demo``, ``unread``."""
    actor = getattr(request, "actor", NOBODY)
    nav = nav_for(actor, request.path) if _signed_in(request) else []
    return {
        "actor": actor,
        "nav": nav,
        # Found with the actor's seats, at no statement of its own.
        "unread": getattr(request, "unread", 0) or 0,
        "notices_url": _address("notices:notice_list"),
        "seat_name": ", ".join(sorted({seat.title for seat in actor.seats if seat.title})[:1]),
        "sign_out_url": _address("accounts:sign_out") or "/accounts/sign-out/",
        "demo": getattr(settings, "DEMO", False),
    }


def nav_for(actor: Actor, path: str) -> list[NavItem]:
    """Return the entries the actor may open; the one whose address begins ``path`` most closely is the page."""
    seen = [(str(entry.title), _address(entry.url_name)) for entry in ENTRIES if _may_see(actor, entry)]
    items = [(title, url) for title, url in seen if url]
    here = _closest([url for _, url in items], path)
    return [(title, url, url == here) for title, url in items]


def _may_see(actor: Actor, entry: Entry) -> bool:
    return not entry.verbs or any(actor.may_anywhere(verb) for verb in entry.verbs)


def _closest(urls: list[str], path: str) -> str:
    candidates = [url for url in urls if url == path or (url != "/" and path.startswith(url))]
    return max(candidates, key=len, default="")


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)
