"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, library, acts, council."""

from .acts import AnswerForm, ApproveForm, DelegateForm, MoveForm, TextsForm
from .council import ConcludeForm, DeductForm, MarkForm, QuestionForm, ReasonForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .leaf import LeafForm
from .library import LibraryFilter, ReuseForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "ConcludeForm",
    "DeductForm",
    "DelegateForm",
    "DocumentForm",
    "FileForm",
    "LeafForm",
    "LibraryFilter",
    "MarkForm",
    "MoveForm",
    "QuestionForm",
    "ReasonForm",
    "ReuseForm",
    "SignedCopyForm",
    "TextsForm",
]
