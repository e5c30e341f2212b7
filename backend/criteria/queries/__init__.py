"""Every read of criteria sets.

Read in this order: sets (whose sets, for whom a node applies), trees (one set with its sums), versions (sets beside
one another, two to compare).
"""

from backend.criteria.opinions import Waiting

from .sets import (
    SORTS,
    agencies_for,
    for_nobody_in,
    frameworks_for,
    left_out_by,
    matching,
    nodes_for,
    opinions_waiting_for,
    owners_for,
    scopes_of,
    serves,
    sets_for,
    sorted_by,
    units_under,
)
from .trees import Branch, Totals, branches, flatten, nodes_of, totals_of, tree_of, with_totals
from .versions import Compared, Relatives, chains_of, compared, relatives_of

__all__ = [
    "SORTS",
    "Branch",
    "Compared",
    "Relatives",
    "Totals",
    "Waiting",
    "agencies_for",
    "branches",
    "chains_of",
    "compared",
    "flatten",
    "for_nobody_in",
    "frameworks_for",
    "left_out_by",
    "matching",
    "nodes_for",
    "nodes_of",
    "opinions_waiting_for",
    "owners_for",
    "relatives_of",
    "scopes_of",
    "serves",
    "sets_for",
    "sorted_by",
    "totals_of",
    "tree_of",
    "units_under",
    "with_totals",
]
