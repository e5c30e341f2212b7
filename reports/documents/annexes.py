"""Annexes to a decision: what a criteria set changes in an older one (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần II)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.dates import long_date
from backend.criteria.models import CriteriaSet
from backend.criteria.queries import compared
from reports.documents.letters import Letter
from reports.models import Document


def criteria_changes(document: Document) -> Letter:
    """Return the annex that explains what the newer set changes in the older one, node by node."""
    older, newer = document.older_set, document.newer_set
    if older is None or newer is None:
        raise ValueError("a comparison is of two criteria sets")
    found = compared(older, newer)
    context = {
        "title": _("Phụ lục thuyết minh thay đổi - %s") % newer.title,
        "demo": document.is_illustration,
        "older": older,
        "newer": newer,
        "found": found,
        "lines": found.comparison.in_place(found.comparison.changed),
        "decision": _decision(newer, demo=document.is_illustration),
        "draft": not newer.is_frozen,
    }
    name = letterhead.file_name("Phụ lục thuyết minh thay đổi", newer.title, str(newer.version), ending="pdf")
    return Letter("reports/documents/criteria_changes.html", context, name)


def _decision(newer: CriteriaSet, *, demo: bool) -> str:
    """Return "Quyết định số … ngày … của …"; what is not known, and all of a demonstration, is left open."""
    number = "" if demo else newer.legal_number
    day = None if demo else newer.legal_date
    blank = _("ngày …… tháng …… năm ……")
    return _("Quyết định số %(number)s %(day)s của %(issuer)s") % {
        "number": number or "……/QĐ-……",
        "day": long_date(day) if day else blank,
        "issuer": letterhead.issuer(newer.owner.name),
    }
