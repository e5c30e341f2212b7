"""The zip of a batch as a download."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from backend.core.errors import OutOfStep
from backend.core.files import open_kept
from reports.bulk.models import Batch


def zip_response(batch: Batch) -> FileResponse:
    """Return the bytes as an attachment. Raises OutOfStep while the batch is not done."""
    if batch.state != Batch.State.READY:
        raise OutOfStep(_("Loạt văn bản chưa xong nên chưa có gói để tải về."))
    answer = FileResponse(
        open_kept(batch.stored_as),
        as_attachment=True,
        filename=batch.file_name,
        content_type="application/zip",
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
