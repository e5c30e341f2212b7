"""Which leaves of a card have no document where one is due."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.scoring.queries.sheets import Leaf, Sheet


@dataclass(frozen=True)
class Lack:
    """One leaf without a document, why that matters, and whether the unit explained instead."""

    leaf: Leaf
    why: str

    @property
    def is_explained(self) -> bool:
        """Return whether an explanation stands in place of the document."""
        return bool(self.leaf.self_mark and self.leaf.self_mark.note.strip())

    @property
    def asked(self) -> str:
        """Return what document the criteria ask for, in words."""
        return self.leaf.node.evidence_asked


def missing(sheet: Sheet) -> list[Lack]:
    """Return the leaves without a document that have points or are asked for one, in order; no query.

    Empty where the viewer may not read yet what the unit gives itself.
    """
    if not sheet.shows_own:
        return []
    return [Lack(leaf, why) for leaf in sheet.own if not leaf.evidence and (why := _why(leaf))]


def _why(leaf: Leaf) -> str:
    due = leaf.node.needs_evidence and leaf.score.counting != Node.Counting.PENALTY
    if due and (leaf.points or ZERO) > ZERO:
        return _("Có điểm nhưng chưa có tài liệu")
    if leaf.node.evidence_asked.strip() and not leaf.claims_not_arisen:
        return _("Chưa có tài liệu mà tiêu chí yêu cầu")
    return ""
