"""Rows of the heart, in reading order: cards, marks, deductions, evidence, intake (files on their way), library,
signatures, sharing, own_council, approvals, reasons (canned ones), councils (what a round's council keeps beside its marks),
sessions (of the host's council), amendments (after conclusion).
"""

from backend.scoring.lifecycle import UNAPPROVED, State
from backend.scoring.models.amendments import Amendment
from backend.scoring.models.approvals import IssuedReport, Look, ReturnedLeaf
from backend.scoring.models.cards import Score, Scorecard, StepTotal
from backend.scoring.models.councils import DoubleChoice, DoubleLeaf, Draft, FirstMark, HandOver
from backend.scoring.models.deductions import Deduction
from backend.scoring.models.evidence import Evidence, StoredFile
from backend.scoring.models.intake import Upload, UploadPiece
from backend.scoring.models.library import Bundle, PageText, Reading
from backend.scoring.models.marks import Explanation, Mark, Provenance
from backend.scoring.models.own_council import OwnCouncil, OwnMember, OwnOpinion
from backend.scoring.models.reasons import CannedReason
from backend.scoring.models.sessions import AgendaCard, Attendance, Ballot, Proposal, Session, Tally
from backend.scoring.models.sharing import Assignment, Division, DivisionMember, Mention, Remark
from backend.scoring.models.signatures import Delegation, ScorecardGrant, Signature

__all__ = [
    "UNAPPROVED",
    "AgendaCard",
    "Amendment",
    "Assignment",
    "Attendance",
    "Ballot",
    "Bundle",
    "CannedReason",
    "Deduction",
    "Delegation",
    "Division",
    "DivisionMember",
    "DoubleChoice",
    "DoubleLeaf",
    "Draft",
    "Evidence",
    "Explanation",
    "FirstMark",
    "HandOver",
    "IssuedReport",
    "Look",
    "Mark",
    "Mention",
    "OwnCouncil",
    "OwnMember",
    "OwnOpinion",
    "PageText",
    "Proposal",
    "Provenance",
    "Reading",
    "Remark",
    "ReturnedLeaf",
    "Score",
    "Scorecard",
    "ScorecardGrant",
    "Session",
    "Signature",
    "State",
    "StepTotal",
    "StoredFile",
    "Tally",
    "Upload",
    "UploadPiece",
]
