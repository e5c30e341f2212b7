"""A public answer is made once and kept until anything is published anew; browsers ask by ETag whether theirs stands.

They ask every time, so that a correction is seen at once; only the data of one version, which never changes, is not
asked for again for a day.

Rendered without the request, so that neither who is signed in nor a token of hers can stand in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from reports.models import Ranking

SECONDS = 300
DAY = 24 * 3600
LARGEST = 512 * 1024


@dataclass(frozen=True)
class Answer:
    """The bytes of a page or file; a file has a name. ``lasts``: seconds for which nobody need ask again."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    file_name: str = ""
    lasts: int = 0


def page(template: str, context: dict[str, Any]) -> Answer:
    """Return a rendered page."""
    return Answer(render_to_string(template, context).encode())


def kept(make: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """Return the view that gives what ``make`` makes of the address; one statement where it is kept."""

    @login_not_required
    @require_safe
    @wraps(make)
    def view(request: HttpRequest, **values: Any) -> HttpResponse:
        key = f"public-{hashlib.sha256(f'{_state()} {request.path}'.encode()).hexdigest()}"
        answer = cache.get(key)
        if answer is None:
            answer = make(**values)
            if len(answer.body) <= LARGEST:
                cache.set(key, answer, SECONDS)
        return _response(request, answer)

    return view


def _state() -> str:
    """Return what every public answer depends on: the newest publication, and whether this is the demonstration."""
    rows = Ranking.objects.filter(published_at__isnull=False).order_by("-pk")
    newest = rows.values_list("pk", "published_at").first()
    return f"{newest} {settings.DEMO}"


def _response(request: HttpRequest, answer: Answer) -> HttpResponse:
    etag = quote_etag(hashlib.sha256(answer.body).hexdigest())
    response = HttpResponse(answer.body, content_type=answer.content_type)
    if answer.file_name:
        response["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(answer.file_name)}"
    response["Cache-Control"] = f"public, max-age={answer.lasts}" if answer.lasts else "public, no-cache"
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
