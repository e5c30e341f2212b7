"""Rows of a round: rounds (the round, its groups, bands, steps, more time), councils (who judges its cards)."""

from backend.rounds.models.councils import Conflict, Council, CouncilMember, Office
from backend.rounds.models.rounds import (
    Band,
    Extension,
    Group,
    HostReminder,
    RemindedUnit,
    Reminder,
    Round,
    Step,
)

__all__ = [
    "Band",
    "Conflict",
    "Council",
    "CouncilMember",
    "Extension",
    "Group",
    "HostReminder",
    "Office",
    "RemindedUnit",
    "Reminder",
    "Round",
    "Step",
]
