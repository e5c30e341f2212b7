"""Checkpoints of the log that time calls for: after a step has locked, every day, each hour in which anything changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from backend.audit.actions import checkpoint_if_set_up, has_grown
from backend.audit.models import Checkpoint
from backend.core import clock
from backend.rounds.models import Extension, Step

HOUR = timedelta(hours=1)


def take_checkpoints() -> None:
    """Take the checkpoint that is due, if one is; where keys were not made yet none is."""
    if occasion := _due(clock.now()):
        checkpoint_if_set_up(occasion)


def _due(now: datetime) -> str:
    last = Checkpoint.objects.order_by("-number").first()
    if last is None:
        return "day"
    span = {"closes_at__gt": last.at, "closes_at__lte": now}
    if Step.objects.filter(**span).exists() or Extension.objects.filter(**span).exists():
        return "lock"
    if localdate(last.at) < localdate(now):
        return "day"
    return "hour" if last.at <= now - HOUR and has_grown() else ""
