"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, intake (many files), acts, council."""

from .acts import AnswerForm, ApproveForm, DelegateForm, MoveForm, TextsForm
from .council import ConcludeForm, DeductForm, MarkForm, QuestionForm, ReasonForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .intake import ManyFilesForm, PhotosForm, SpotsForm, ThrowForm, TrayForm
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
    "ManyFilesForm",
    "MarkForm",
    "MoveForm",
    "PhotosForm",
    "QuestionForm",
    "ReasonForm",
    "SignedCopyForm",
    "SpotsForm",
    "TextsForm",
    "ThrowForm",
    "TrayForm",
]
