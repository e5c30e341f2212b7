"""Shape of what people type on the scoring pages: leaf (points by rule), evidence,
intake (many files), library, acts, sharing, council, council_work, sessions.
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
from .sessions import (
    AttendanceForm,
    BeginForm,
    ChangeForm,
    ProposalForm,
    RefusalForm,
    ReopeningForm,
    SecretForm,
    SignOffForm,
    VoteForm,
)
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
    "AttendanceForm",
    "BeginForm",
    "CannedForm",
    "ChangeForm",
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
    "ProposalForm",
    "QuestionForm",
    "ReasonForm",
    "RefusalForm",
    "RemarkForm",
    "ReopeningForm",
    "ReturnAnswerForm",
    "ReturnNoteForm",
    "ReuseForm",
    "RowMarkForm",
    "SecretForm",
    "SeenForm",
    "SignOffForm",
    "SignedCopyForm",
    "SpotsForm",
    "TextsForm",
    "ThrowForm",
    "ToldForm",
    "TrayForm",
    "VoteForm",
]
