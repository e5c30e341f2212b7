"""Every read of scorecards, starting from the actor or from a card.

Read in this order: cards (whose, and at which step), sheets (one card as a viewer sees it), records.
"""

from backend.scoring.queries.cards import (
    CARD_PARTS,
    Window,
    approval_of,
    scorecards_for,
    scored_itself,
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

__all__ = [
    "CARD_PARTS",
    "Field",
    "Heading",
    "Leaf",
    "Sheet",
    "Window",
    "approval_of",
    "explained",
    "is_sent",
    "leaf_of",
    "of_unit",
    "scorecards_for",
    "scored_itself",
    "sees_names",
    "sees_own_points",
    "sees_step",
    "sheet",
    "signatures",
    "step_of",
    "steps_of",
    "still_writing",
    "time_of",
    "timeline",
    "works_for_host",
    "wrong_totals",
]
