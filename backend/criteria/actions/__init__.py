"""Every write of criteria sets.

Read in this order: sets (a set and its life), edits (one change kept, to undo), nodes (the tree of a draft), ordering
(places and codes in it), copying (a set made from another).
"""

from .copying import copy_set, new_version
from .nodes import add_node, delete_node, edit_node, move_node
from .sets import EDITABLE, create_set, discard_set, edit_set, hold_draft, problems_of_set, publish

__all__ = [
    "EDITABLE",
    "add_node",
    "copy_set",
    "create_set",
    "delete_node",
    "discard_set",
    "edit_node",
    "edit_set",
    "hold_draft",
    "move_node",
    "new_version",
    "problems_of_set",
    "publish",
]
