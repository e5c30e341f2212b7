"""Documents made by the worker: wording, letters (what stands in them), pdf, sheets, special (what was left out for whom), minutes (of a
session of the council) and word (the same as DOCX), fields (results by field), decision (the draft that announces), progress, patterns
(DOCX of templates), handout (two pages about a unit), making (one job).

The layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I.
"""

from reports.documents.making import make

__all__ = ["make"]
