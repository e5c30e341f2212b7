"""Every write of messages.

Read in this order: telling (the row in the caller's transaction), gathering (letters of single messages and of
the day), sending (a letter leaves: claimed, handed, sent), bouncing (what came back).
"""

from backend.notices.actions.bouncing import read_bounces
from backend.notices.actions.gathering import gather
from backend.notices.actions.sending import post, recover, resend, send
from backend.notices.actions.telling import (
    Message,
    call_off,
    mark_all_read,
    mark_read,
    prefer,
    tell,
    tell_all,
)

__all__ = [
    "Message",
    "call_off",
    "gather",
    "mark_all_read",
    "mark_read",
    "post",
    "prefer",
    "read_bounces",
    "recover",
    "resend",
    "send",
    "tell",
    "tell_all",
]
