"""Every write of rounds.

Read in this order: setup (a round being prepared), steps (its dates), running
(open, extend, publish), reminding, telling (of more time), sitting (how the council concludes), copying (a round made from an earlier one),
councils (who judges its cards), conflicts (who is kept from a unit's card), signing (the log).
"""

from .conflicts import (
    declare_conflict,
    may_withdraw,
    require_declaring,
    require_withdrawing,
    withdraw_conflict,
)
from .copying import copy_round
from .councils import Seated, form_council, hand_presiding, require_presiding
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
from .sitting import set_sitting
from .steps import set_steps, span_of
from .telling import tell_more_time

__all__ = [
    "EDITABLE",
    "RANKING",
    "REMINDED",
    "Seated",
    "change_dates",
    "check_ready",
    "copy_round",
    "create_round",
    "declare_conflict",
    "edit_round",
    "end_early",
    "extend",
    "form_council",
    "hand_presiding",
    "hold_draft",
    "hold_round",
    "mark_open",
    "mark_published",
    "may_withdraw",
    "note_reminder",
    "put_group",
    "remove_group",
    "require_declaring",
    "require_presiding",
    "require_withdrawing",
    "set_bands",
    "set_reminders",
    "set_sitting",
    "set_steps",
    "span_of",
    "take_checkpoints",
    "tell_more_time",
    "withdraw_conflict",
]
