"""Every read of results: totals of a round, its preview, what was published, who may see it.

Totals are always of the whole round and never of what the viewer may see. Read in this order: totals, tables,
seeing, results, past, problems.
"""

from reports.queries.left_out import LeftLeaf, LeftUnit, left_out_in
from reports.queries.past import PastResult, past_results
from reports.queries.problems import Problem, missing_survey, problems
from reports.queries.results import Result, result_of, target
from reports.queries.seeing import (
    OF_CARD,
    WITHOUT_RANKING,
    documents_for,
    is_too_long,
    kind_is_open,
    kinds_of_round,
    latest_documents,
    may_preview,
    may_publish,
    may_read,
    rounds_for,
    session_for,
)
from reports.queries.tables import DONE, KEPT, current_ranking, field_titles, find, preview, published, tables
from reports.queries.totals import totals_in

__all__ = [
    "DONE",
    "KEPT",
    "OF_CARD",
    "WITHOUT_RANKING",
    "LeftLeaf",
    "LeftUnit",
    "PastResult",
    "Problem",
    "Result",
    "current_ranking",
    "documents_for",
    "field_titles",
    "find",
    "is_too_long",
    "kind_is_open",
    "kinds_of_round",
    "latest_documents",
    "left_out_in",
    "may_preview",
    "may_publish",
    "may_read",
    "missing_survey",
    "past_results",
    "preview",
    "problems",
    "published",
    "result_of",
    "rounds_for",
    "session_for",
    "tables",
    "target",
    "totals_in",
]
