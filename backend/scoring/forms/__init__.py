"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, acts, sharing, council."""

from .acts import AnswerForm, ApproveForm, DelegateForm, MoveForm, TextsForm
from .council import ConcludeForm, DeductForm, MarkForm, QuestionForm, ReasonForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .leaf import LeafForm
from .sharing import (
    AssignForm,
    DivisionForm,
    DueForm,
    OpinionForm,
    OwnCouncilForm,
    RemarkForm,
)

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "AssignForm",
    "ConcludeForm",
    "DeductForm",
    "DelegateForm",
    "DivisionForm",
    "DocumentForm",
    "DueForm",
    "FileForm",
    "LeafForm",
    "MarkForm",
    "MoveForm",
    "OpinionForm",
    "OwnCouncilForm",
    "QuestionForm",
    "ReasonForm",
    "RemarkForm",
    "SignedCopyForm",
    "TextsForm",
]
