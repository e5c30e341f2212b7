"""Every write of criteria sets.

Read in this order: sets (a set and its life), edits (one change kept, to undo), ordering (places and codes
in the tree), nodes (add, edit, delete), moving (move, split, duplicate), undoing, scopes (for whom a node
applies), importing (a sheet applied), copying (a set made from another), issuing (published by a decision).
"""

from .copying import copy_set, follow_framework, losses_of, new_version, title_inside
from .edits import overtaken
from .importing import import_new_set, import_sheet, preview_new_set, preview_sheet
from .issuing import publish
from .moving import (
    MOST_PARTS,
    WAYS,
    duplicate_node,
    lift_node,
    move_node,
    place_node,
    shift_node,
    sink_node,
    split_node,
)
from .nodes import FIRST, LAST, add_node, delete_node, edit_node
from .scopes import SCOPE, set_counting, set_scope
from .sets import EDITABLE, LEGAL, create_set, discard_set, edit_set, hold_draft, problems_of_set
from .undoing import undo

__all__ = [
    "EDITABLE",
    "FIRST",
    "LAST",
    "LEGAL",
    "MOST_PARTS",
    "SCOPE",
    "WAYS",
    "add_node",
    "copy_set",
    "create_set",
    "delete_node",
    "discard_set",
    "duplicate_node",
    "edit_node",
    "edit_set",
    "follow_framework",
    "hold_draft",
    "import_new_set",
    "import_sheet",
    "lift_node",
    "losses_of",
    "move_node",
    "new_version",
    "overtaken",
    "place_node",
    "preview_new_set",
    "preview_sheet",
    "problems_of_set",
    "publish",
    "set_counting",
    "set_scope",
    "shift_node",
    "sink_node",
    "split_node",
    "title_inside",
    "undo",
]
