"""Every read of results: totals of a round, its preview, what was published, who may see it.

Totals are always of the whole round and never of what the viewer may see. Read in this order: totals, tables,
seeing, results, problems.
"""

from reports.queries.across import Across, across, newest_published
from reports.queries.leaves import criteria_in, leaves_in, leaves_of
from reports.queries.left_out import LeftLeaf, LeftUnit, left_out_in
from reports.queries.past import ancestors_of, past_of
from reports.queries.problems import Problem, missing_survey, problems
from reports.queries.results import Result, result_of, target
from reports.queries.seeing import (
    documents_for,
    kind_is_open,
    latest_documents,
    may_preview,
    may_publish,
    may_read,
    rounds_for,
    session_for,
)
from reports.queries.tables import (
    KEPT,
    current_ranking,
    field_titles,
    find,
    preview,
    published,
    tables,
    version_of,
    versions_of,
)
from reports.queries.totals import totals_in

__all__ = [
    "KEPT",
    "Across",
    "LeftLeaf",
    "LeftUnit",
    "Problem",
    "Result",
    "across",
    "ancestors_of",
    "criteria_in",
    "current_ranking",
    "documents_for",
    "field_titles",
    "find",
    "kind_is_open",
    "latest_documents",
    "leaves_in",
    "leaves_of",
    "left_out_in",
    "may_preview",
    "may_publish",
    "may_read",
    "missing_survey",
    "newest_published",
    "past_of",
    "preview",
    "problems",
    "published",
    "result_of",
    "rounds_for",
    "session_for",
    "tables",
    "target",
    "totals_in",
    "version_of",
    "versions_of",
]
