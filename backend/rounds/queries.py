"""Every read of rounds: what step is on, until when and for whom."""

from __future__ import annotations

from django.db import connection

from backend.rounds.models import Extension, Step


def hold_step(step_id: int) -> Step:
    """Return the step as it stands now, held so that its dates can't move until the transaction ends.

    Call it inside a transaction, after the card is locked and before the clock is read. Many may
    hold one step together; who changes its dates waits. SQLite has one writer and needs no hold.
    Raises Step.DoesNotExist.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM rounds_step WHERE id = %s FOR SHARE", [step_id])
    return Step.objects.get(pk=step_id)


def latest_extension(step: Step, unit_id: int) -> Extension | None:
    """Return the newest extension of that step for that unit, or None."""
    return Extension.objects.filter(step=step, unit_id=unit_id).order_by("-made_at", "-pk").first()
