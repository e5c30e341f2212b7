"""What the background makes of a clean file: its text to search, a PDF to look at. Safe to run twice."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.text import fold
from backend.jobs.actions import enqueue
from backend.jobs.models import Job
from backend.scoring.files import office, reading
from backend.scoring.models import PageText, Reading, StoredFile

READ = "backend.scoring.actions.read_file"
_AT_ONCE = 200


def read_file(key: str) -> None:
    """Read a clean file and make its preview, unless that was done. What can't be done is noted in words."""
    stored = StoredFile.objects.select_related("reading").get(pk=key)
    if stored.state != StoredFile.State.CLEAN or _is_read(stored):
        return
    try:
        outcome = reading.read(stored)
    except FileNotFoundError:
        outcome = reading.Outcome("failed", _("Không tìm thấy tệp trong kho. Hãy báo quản trị hệ thống."))
    _keep(stored, outcome)


def _is_read(stored: StoredFile) -> bool:
    made = Reading.objects.filter(pk=stored.pk).first()
    return made is not None and made.preview != Reading.Preview.LACKING


@transaction.atomic
def _keep(stored: StoredFile, outcome: reading.Outcome) -> None:
    StoredFile.objects.select_for_update().get(pk=stored.pk)
    PageText.objects.filter(file=stored).delete()
    PageText.objects.bulk_create(
        PageText(file=stored, page=page, text=text, folded=fold(text))
        for page, text in enumerate(outcome.texts, start=1)
        if text
    )
    values = {
        "preview": outcome.preview,
        "said": outcome.said,
        "pages": outcome.pages,
        "pages_read": len(outcome.texts),
        "read_at": clock.now(),
    }
    Reading.objects.update_or_create(file=stored, defaults=values)


def catch_up() -> int:
    """Queue the clean files that were never read, or lacked a program that is there now; return how many.

    What dead workers left where they worked is removed.
    """
    reading.tidy_up()
    left = Q(reading__isnull=True)
    if office.is_there():
        left |= Q(reading__preview=Reading.Preview.LACKING)
    # What failed as often as a job may is left alone: its error stands in the table of jobs.
    failed = Job.objects.filter(work=READ, state=Job.State.FAILED).values_list("key", flat=True)
    rows = StoredFile.objects.filter(left, state=StoredFile.State.CLEAN)
    rows = rows.exclude(pk__in=[int(key) for key in failed])
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    for pk in found:
        enqueue(READ, pk)
    return len(found)
