"""A ready document as a download: its bytes, its name in any script (RFC 5987), never guessed at."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from backend.core.errors import OutOfStep
from reports.models import Document


def file_response(document: Document) -> FileResponse:
    """Return the bytes as an attachment. Raises OutOfStep while the document is not ready."""
    if document.state != Document.State.READY:
        raise OutOfStep(_("Văn bản đang được tạo. Hãy chờ ít giây rồi tải lại."))
    kept = default_storage.open(document.stored_as, "rb")
    answer = FileResponse(
        kept, as_attachment=True, filename=document.file_name, content_type=document.content_type
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
