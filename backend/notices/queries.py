"""Reads of messages: each person her own."""

from __future__ import annotations

from django.db.models import QuerySet

from backend.notices.models import Notice


def notices_for(user_id: int | None) -> QuerySet[Notice]:
    """Return the person's messages, newest first."""
    return Notice.objects.filter(user_id=user_id).order_by("-made_at", "-pk")
