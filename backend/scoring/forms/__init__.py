"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, intake (many files), library, acts, council."""

from .acts import AnswerForm, ApproveForm, DelegateForm, MoveForm, TextsForm
from .council import ConcludeForm, DeductForm, MarkForm, QuestionForm, ReasonForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .intake import ManyFilesForm, PhotosForm, SpotsForm, ThrowForm, TrayForm
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
    "ManyFilesForm",
    "MarkForm",
    "MoveForm",
    "PhotosForm",
    "QuestionForm",
    "ReasonForm",
    "ReuseForm",
    "SignedCopyForm",
    "SpotsForm",
    "TextsForm",
    "ThrowForm",
    "TrayForm",
]
