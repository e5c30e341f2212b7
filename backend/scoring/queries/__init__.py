"""Every read of scorecards, starting from the actor or from a card.

Read in this order: cards (whose, and at which step), sheets (one card as a viewer sees it), sums,
records.
"""

from backend.scoring.queries.cards import (
    CARD_PARTS,
    Window,
    approval_of,
    card_for,
    living_for,
    scorecards_for,
    scored_itself,
    single_grants,
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
    is_sent,
    of_unit,
    sees_names,
    sees_own_points,
    sees_step,
    sheet,
    signatures,
    works_for_host,
)
from backend.scoring.queries.sums import Sums, sums_around

__all__ = [
    "CARD_PARTS",
    "Field",
    "Heading",
    "Leaf",
    "Sheet",
    "Sums",
    "Window",
    "approval_of",
    "card_for",
    "is_sent",
    "leaf_of",
    "living_for",
    "of_unit",
    "scorecards_for",
    "scored_itself",
    "sees_names",
    "sees_own_points",
    "sees_step",
    "sheet",
    "signatures",
    "single_grants",
    "step_of",
    "steps_of",
    "still_writing",
    "sums_around",
    "time_of",
    "timeline",
    "works_for_host",
    "wrong_totals",
]
