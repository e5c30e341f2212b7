"""Every write of rounds.

Read in this order: setup (a round being prepared), steps (its dates), running
(open, extend, publish), reminding, telling (of more time), copying (a round made from an earlier one), signing (the log).
"""

from .copying import copy_round
from .reminding import REMINDED, note_reminder, set_reminders
from .running import change_dates, check_ready, end_early, extend, mark_open, mark_published
from .setup import (
    EDITABLE,
    RANKING,
    create_round,
    edit_round,
    hold_draft,
    hold_round,
    put_group,
    remove_group,
    set_bands,
)
from .signing import take_checkpoints
from .steps import set_steps, span_of
from .telling import tell_more_time

__all__ = [
    "EDITABLE",
    "RANKING",
    "REMINDED",
    "change_dates",
    "check_ready",
    "copy_round",
    "create_round",
    "edit_round",
    "end_early",
    "extend",
    "hold_draft",
    "hold_round",
    "mark_open",
    "mark_published",
    "note_reminder",
    "put_group",
    "remove_group",
    "set_bands",
    "set_reminders",
    "set_steps",
    "span_of",
    "take_checkpoints",
    "tell_more_time",
]
