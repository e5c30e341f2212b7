"""Shape of what people type on the scoring pages: leaf (points by rule), evidence, acts."""

from .acts import AnswerForm, ApproveForm, DelegateForm, MoveForm, TextsForm
from .evidence import DocumentForm, FileForm, SignedCopyForm
from .leaf import LeafForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "DelegateForm",
    "DocumentForm",
    "FileForm",
    "LeafForm",
    "MoveForm",
    "SignedCopyForm",
    "TextsForm",
]
