"""Checkpoints of the log that dates call for: after a step has locked, and every day."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from backend.audit.actions import checkpoint_if_set_up
from backend.audit.models import Checkpoint
from backend.core import clock
from backend.rounds.models import Extension, Step


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
    return "day" if localdate(last.at) < localdate(now) else ""
