"""Rows of the heart, in reading order: cards, marks, deductions, evidence, signatures, approvals."""

from backend.scoring.lifecycle import State
from backend.scoring.models.approvals import IssuedReport, Look, ReturnedLeaf
from backend.scoring.models.cards import Score, Scorecard, StepTotal
from backend.scoring.models.deductions import Deduction
from backend.scoring.models.evidence import Evidence, StoredFile
from backend.scoring.models.marks import Explanation, Mark, Provenance
from backend.scoring.models.signatures import Delegation, ScorecardGrant, Signature

__all__ = [
    "Deduction",
    "Delegation",
    "Evidence",
    "Explanation",
    "IssuedReport",
    "Look",
    "Mark",
    "Provenance",
    "ReturnedLeaf",
    "Score",
    "Scorecard",
    "ScorecardGrant",
    "Signature",
    "State",
    "StepTotal",
    "StoredFile",
]
