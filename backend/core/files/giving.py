"""Kept bytes as a download that a browser neither guesses at nor runs."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404

from .keeping import open_kept


def given_out(key: str, *, name: str, content_type: str) -> FileResponse:
    """Return the bytes kept under ``key`` as an attachment. Raises Http404 where they are gone."""
    try:
        file = open_kept(key)
    except FileNotFoundError:
        raise Http404 from None
    headers: dict[str, Any] = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    # FileResponse writes the name twice where it is not ASCII, as RFC 6266 and 5987 ask.
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type, headers=headers)
