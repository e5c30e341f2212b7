"""Every read of scorecards, starting from the actor or from a card.

Read in this order: cards (whose, and at which step), seeing (what of one a viewer may know), sheets
(one card as a viewer sees it), taken (what came off),
sums (around one leaf), records.
"""

from backend.scoring.queries.cards import (
    CARD_PARTS,
    Window,
    approval_of,
    card_for,
    held_for,
    living_for,
    owed_scores,
    scorecards_for,
    scored_itself,
    single_grants,
    standing_deductions,
    step_of,
    steps_of,
    still_writing,
    time_of,
)
from backend.scoring.queries.records import leaf_of, timeline, wrong_totals
from backend.scoring.queries.seeing import (
    is_sent,
    of_unit,
    sees_names,
    sees_own_points,
    sees_step,
    signatures,
    works_for_host,
)
from backend.scoring.queries.sheets import (
    Field,
    Heading,
    Leaf,
    Sheet,
    explained,
    sheet,
)
from backend.scoring.queries.sums import Sums, sums_around
from backend.scoring.queries.taken import Taken, choices, council_points, deducted, taken

__all__ = [
    "CARD_PARTS",
    "Field",
    "Heading",
    "Leaf",
    "Sheet",
    "Sums",
    "Taken",
    "Window",
    "approval_of",
    "card_for",
    "choices",
    "council_points",
    "deducted",
    "explained",
    "held_for",
    "is_sent",
    "leaf_of",
    "living_for",
    "of_unit",
    "owed_scores",
    "scorecards_for",
    "scored_itself",
    "sees_names",
    "sees_own_points",
    "sees_step",
    "sheet",
    "signatures",
    "single_grants",
    "standing_deductions",
    "step_of",
    "steps_of",
    "still_writing",
    "sums_around",
    "taken",
    "time_of",
    "timeline",
    "works_for_host",
    "wrong_totals",
]
