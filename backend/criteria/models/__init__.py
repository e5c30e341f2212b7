"""Rows of criteria sets.

Read in this order: sets (a set and its life), nodes (its tree, and for whom a leaf applies), work (changes
of a draft, to undo), consultations (opinions of units on a draft).
"""

from .consultations import Consultation, Opinion, Response
from .nodes import Applicability, Node
from .sets import CriteriaSet
from .work import Edit

__all__ = ["Applicability", "Consultation", "CriteriaSet", "Edit", "Node", "Opinion", "Response"]
