"""Shape of what people type on the scoring pages: leaf (points by rule), evidence,
intake (many files), library, acts, sharing, council, council_work.
"""

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
from .council import (
    CannedForm,
    ConcludeForm,
    DeductForm,
    MarkForm,
    QuestionForm,
    ReasonForm,
    RowMarkForm,
)
from .council_work import DoubleForm, DraftForm, DropForm, HandOverForm
from .evidence import DocumentForm, FileForm, SignedCopyForm, ToldForm
from .intake import ManyFilesForm, PhotosForm, SpotsForm, ThrowForm, TrayForm
from .leaf import LeafForm
from .library import LibraryFilter, ReuseForm
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
    "CannedForm",
    "ConcludeForm",
    "DeductForm",
    "DelegateForm",
    "DivisionForm",
    "DocumentForm",
    "DoubleForm",
    "DraftForm",
    "DropForm",
    "DueForm",
    "FileForm",
    "HandOverForm",
    "LeafForm",
    "LibraryFilter",
    "ManyFilesForm",
    "MarkForm",
    "MoveForm",
    "OpinionForm",
    "OwnCouncilForm",
    "PhotosForm",
    "QuestionForm",
    "ReasonForm",
    "RemarkForm",
    "ReturnAnswerForm",
    "ReturnNoteForm",
    "ReuseForm",
    "RowMarkForm",
    "SeenForm",
    "SignedCopyForm",
    "SpotsForm",
    "TextsForm",
    "ThrowForm",
    "ToldForm",
    "TrayForm",
]
