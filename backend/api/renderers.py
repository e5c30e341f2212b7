"""What every JSON answer carries besides its own: the demonstration's mark, and after a write the time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer

from backend.core import clock

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Answers(JSONRenderer):
    """JSON objects with ``notice`` where the data is for demonstration, and ``now`` in the answer of a write.

    ``now`` is the database's clock: the moment the action judged by where it tells it, else a reading
    taken just after.
    """

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        """Return the bytes of the answer."""
        if isinstance(data, dict):
            data = {**data, **_marks(data), **_time(data, renderer_context)}
        told: bytes = super().render(data, accepted_media_type, renderer_context)
        return told


def _marks(body: dict[str, Any]) -> dict[str, str]:
    return {"notice": _("SỐ LIỆU MINH HOẠ")} if settings.DEMO or _is_illustration(body) else {}


def _is_illustration(body: dict[str, Any]) -> bool:
    """Return whether the object, or one it holds, says so of itself."""
    held = [value for value in body.values() if isinstance(value, dict)]
    rows = [row for value in body.values() if isinstance(value, list) for row in value]
    told = [body, *held, *(row for row in rows if isinstance(row, dict))]
    return any(one.get("is_illustration") is True for one in told)


def _time(body: dict[str, Any], context: Any) -> dict[str, Any]:
    request = (context or {}).get("request")
    if request is None or request.method in READS or "now" in body:
        return {}
    return {"now": clock.now()}
