"""Every read of scorecards, starting from the actor or from a card.

Read in this order: cards (whose, and at which step), sheets (one card as a viewer sees it), taken (what came off), records.
"""

from backend.scoring.queries.cards import (
    CARD_PARTS,
    Window,
    approval_of,
    owed_scores,
    scorecards_for,
    scored_itself,
    standing_deductions,
    step_of,
    steps_of,
    still_writing,
    time_of,
)
from backend.scoring.queries.records import leaf_of, timeline, wrong_totals
from backend.scoring.queries.sheets import (
    Field,
    Heading,
    Leaf,
    Sheet,
    explained,
    is_sent,
    of_unit,
    sees_names,
    sees_own_points,
    sees_step,
    sheet,
    signatures,
    works_for_host,
)
from backend.scoring.queries.taken import Taken, choices, council_points, deducted, taken

__all__ = [
    "CARD_PARTS",
    "Field",
    "Heading",
    "Leaf",
    "Sheet",
    "Taken",
    "Window",
    "approval_of",
    "choices",
    "council_points",
    "deducted",
    "explained",
    "is_sent",
    "leaf_of",
    "of_unit",
    "owed_scores",
    "scorecards_for",
    "scored_itself",
    "sees_names",
    "sees_own_points",
    "sees_step",
    "sheet",
    "signatures",
    "standing_deductions",
    "step_of",
    "steps_of",
    "still_writing",
    "taken",
    "time_of",
    "timeline",
    "works_for_host",
    "wrong_totals",
]
