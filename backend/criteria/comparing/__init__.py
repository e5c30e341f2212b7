"""Two versions of a set laid side by side, node by node. Pure: no models, no queries, nothing stored.

Read in this order: words (two texts word by word), matching (which node is which), lines (what changed of each).
``backend.criteria.queries.versions.items_of`` reads the items.
"""

from .lines import Change, Comparison, FieldPoints, Line, Said, compare
from .matching import Item, Match, Way, matched
from .words import Piece, pieces_of

__all__ = [
    "Change",
    "Comparison",
    "FieldPoints",
    "Item",
    "Line",
    "Match",
    "Piece",
    "Said",
    "Way",
    "compare",
    "matched",
    "pieces_of",
]
