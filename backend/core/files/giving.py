"""Kept bytes as a download, or shown in a page, that a browser neither guesses at nor runs."""

from __future__ import annotations

from typing import Any

from django.core.files import File
from django.http import FileResponse, Http404

from .keeping import open_kept


def given_out(key: str, *, name: str, content_type: str) -> FileResponse:
    """Return the bytes kept under ``key`` as an attachment. Raises Http404 where they are gone."""
    policy = "sandbox; default-src 'none'"
    # FileResponse writes the name twice where it is not ASCII, as RFC 6266 and 5987 ask.
    return FileResponse(
        _opened(key),
        as_attachment=True,
        filename=name,
        content_type=content_type,
        headers=_headers(policy),
    )


def shown(key: str, *, name: str, content_type: str) -> FileResponse:
    """Return the bytes kept under ``key`` to be shown inside a page of ours and nowhere else. Raises Http404.

    For pictures and PDF that were found clean. A browser's own PDF viewer does not work under "sandbox"; nothing
    that the document brings may run or be fetched even so.
    """
    policy = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    headers = _headers(policy) | {"X-Frame-Options": "SAMEORIGIN"}
    return FileResponse(_opened(key), filename=name, content_type=content_type, headers=headers)


def _opened(key: str) -> File:
    try:
        return open_kept(key)
    except FileNotFoundError:
        raise Http404 from None


def _headers(policy: str) -> dict[str, Any]:
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": policy,
        "Cache-Control": "private, no-store",
    }
