"""A criteria set as a sheet: the official column layout, written and read back.

Read in this order: columns (what stands where, and what people call it), words (a value as a cell, a cell as a
value), scopes (for whom a node applies, both ways), exporting (a set to XLSX), lines (a file to lines of cells), numbering (codes and groups of what a
person typed), rows (lines to checked rows), comparing (rows against a draft: what would change), forms
(the file as it is sent).
"""

from .comparing import Plan, plan_for
from .exporting import exported
from .lines import Reading, read_file

__all__ = ["Plan", "Reading", "exported", "plan_for", "read_file"]
