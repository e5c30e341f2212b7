"""Who read evidence, took data out, was refused, or could not sign in is written down after the answer is known.

Of refused looks only those at addresses that give something away (``watches``): a 404 elsewhere says nothing.

By then whatever the request wrote is committed or rolled back. A failure to write it never changes the answer.
What the address is about is said by the slice whose address it is (``about``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse

from backend.audit.models import Access
from backend.core import clock
from backend.core.errors import DomainError
from backend.core.text import nfc
from permissions.actor import Actor

logger = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSALS = frozenset({403, 404, 409})
TURNED_AWAY = frozenset({401, 403, 422, 429})
Facts = dict[str, Any]
Finder = Callable[[Mapping[str, Any], Actor], Facts]

_reading: set[str] = set()
_watched: set[str] = set()
_entering: dict[str, Callable[[HttpRequest], Actor | None]] = {}
_for_all: set[str] = set()
_finders: dict[str, Finder] = {}


def reads(*names: str) -> None:
    """Let a good answer of these addresses count as reading evidence."""
    _reading.update(names)


def watches(*names: str) -> None:
    """Let a refused look at these addresses be written down: what gives evidence, history or files away."""
    _watched.update(names)


def lets_in(who: Callable[[HttpRequest], Actor | None], *names: str) -> None:
    """Let a failed attempt at these addresses be written down for whom ``who`` finds: they let people in."""
    _entering.update(dict.fromkeys(names, who))


def gives_to_all(*names: str) -> None:
    """Let the files of these addresses go unrecorded: empty forms, and what is published."""
    _for_all.update(names)


def about(prefix: str, find: Finder) -> None:
    """Let ``find`` tell what an address that begins so is about, as columns of Access; the longest prefix is asked."""
    _finders[prefix] = find


class AccessMiddleware:
    """Stands innermost: every answer to a view passes it, and every refusal is seen with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and write down what the answer gave or refused."""
        response = self.get_response(request)
        if kind := _kind(request, response):
            try:
                _write(request, response, kind)
            except DatabaseError:
                logger.exception("An access could not be written down: %s %s", request.method, request.path)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Keep the sentence of a refusal; what answers it is asked next."""
        if isinstance(exception, DomainError):
            request.refusal = exception.message  # type: ignore[attr-defined]


def _kind(request: HttpRequest, response: HttpResponse) -> str:
    if request.resolver_match is None:
        return ""
    name = request.resolver_match.view_name
    if name in _entering:
        failed = request.method == "POST" and (response.status_code in TURNED_AWAY or _is_shut_out(request))
        return Access.Kind.REFUSED if failed else ""
    if not _signed_in(request):
        return ""
    if response.status_code in REFUSALS:
        is_asked = request.method not in SAFE or name in _watched or name in _reading
        return Access.Kind.REFUSED if is_asked else ""
    is_given = request.method == "GET" and response.status_code == HTTPStatus.OK
    return _kind_of_gift(name, response) if is_given else ""


def _kind_of_gift(name: str, response: HttpResponse) -> str:
    if name in _reading:
        return Access.Kind.READ
    return Access.Kind.EXPORT if response.has_header("Content-Disposition") and name not in _for_all else ""


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def _is_shut_out(request: HttpRequest) -> bool:
    """Return whether so many attempts failed that the next ones are not even tried (django-axes)."""
    return bool(getattr(request, "axes_locked_out", False))


def _write(request: HttpRequest, response: HttpResponse, kind: str) -> None:
    match: Any = request.resolver_match
    who = _entering.get(match.view_name)
    actor: Actor = (who(request) if who else None) or request.actor  # type: ignore[attr-defined]
    status = HTTPStatus.TOO_MANY_REQUESTS if who and _is_shut_out(request) else response.status_code
    with transaction.atomic():
        facts = _facts(request.path.removeprefix("/api"), match.kwargs, actor)
        named = facts.pop("target", "")
        given = _target(request, response)
        Access.objects.create(
            at=clock.now(),
            kind=kind,
            person_key=actor.user_id,
            actor_name=actor.name[:200],
            act=match.view_name[:100],
            method=request.method,
            address=nfc(request.path)[:300],
            target=(given if kind == Access.Kind.REFUSED else named or given)[:300],
            status=status,
            **facts,
        )


def _facts(path: str, values: Mapping[str, Any], actor: Actor) -> Facts:
    fitting = [prefix for prefix in _finders if path.startswith(prefix)]
    for prefix in sorted(fitting, key=len, reverse=True):
        if found := _finders[prefix](values, actor):
            return found
    return {}


def _target(request: HttpRequest, response: HttpResponse) -> str:
    """Return the sentence of the refusal, or the name of the file that was given."""
    said = getattr(request, "refusal", "") or getattr(response, "data", None)
    if said:
        return str(said.get("message", "") if isinstance(said, dict) else said)
    told = response.get("Content-Disposition", "")
    if "filename*=" in told:
        return nfc(unquote(told.partition("filename*=")[2].partition("''")[2]))
    return nfc(told.partition('filename="')[2].partition('"')[0])
