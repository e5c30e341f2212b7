"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, acts, council."""

from .acts import (
    AnswerForm,
    ApproveForm,
    DelegateForm,
    MoveForm,
    ReturnAnswerForm,
    ReturnNoteForm,
    SeenForm,
    TextsForm,
)
from .council import ConcludeForm, DeductForm, MarkForm, QuestionForm, ReasonForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .leaf import LeafForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "ConcludeForm",
    "DeductForm",
    "DelegateForm",
    "DocumentForm",
    "FileForm",
    "LeafForm",
    "MarkForm",
    "MoveForm",
    "QuestionForm",
    "ReasonForm",
    "ReturnAnswerForm",
    "ReturnNoteForm",
    "SeenForm",
    "SignedCopyForm",
    "TextsForm",
]
