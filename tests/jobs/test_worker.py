"""The worker as it runs in production: its own process, killed without warning, its work done all the same."""

import mailbox

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from backend.jobs.actions import enqueue
from backend.jobs.models import Job
from backend.notices.actions import tell
from backend.notices.models import Letter, Notice
from backend.scoring import actions as scoring
from backend.scoring.models import StoredFile
from reports.actions import request_document
from reports.models import Document
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.scoring import specimens
from tests.scoring.worlds import world

pytestmark = [pytest.mark.slow]

WAITS = "tests.jobs.slow_work.wait_for_sign"


@pytest.fixture(autouse=True)
def _queue() -> None:
    empty_queue()


def done() -> bool:
    """Whether no job waits or runs."""
    return not Job.objects.exclude(state=Job.State.DONE).exists()


def test_a_letter_a_document_and_two_checks_are_made_by_the_worker(database_url, tmp_path):
    here = world()
    here.fill()
    good = scoring.add_file(
        here.card, "1.1", by=here.officer, upload=specimens.upload(specimens.pdf(), "tốt.pdf")
    )
    trap = specimens.upload(specimens.pdf(script=True), "bẫy.pdf")
    bad = scoring.add_file(here.card, "1.2", by=here.officer, upload=trap)
    with transaction.atomic():
        reader = make.person(email="van.thu@example.vn")
        (notice,) = tell(
            [reader], key="thử", subject="Còn ba ngày", body="Hạn tự chấm sắp hết.", url="/", urgent=True
        )
        report = request_document("self_report", by=here.officer, card=here.card)
    log = tmp_path / "worker.log"
    with worker(database_url, log, EMAIL_URL=f"maildir://{tmp_path / 'mail'}"):
        assert until(done), log.read_text()

    (letter,) = mailbox.Maildir(tmp_path / "mail")
    assert letter["To"] == "van.thu@example.vn"
    assert Notice.objects.get(pk=notice.pk).state == Letter.State.SENT
    assert _text_of(report).count("10,00") >= 1
    assert StoredFile.objects.get(pk=good.file_id).state == StoredFile.State.CLEAN
    found = StoredFile.objects.get(pk=bad.file_id)
    assert found.state == StoredFile.State.HARMFUL
    assert found.finding


def test_what_a_killed_worker_left_is_finished_once_by_the_next(database_url, tmp_path):
    here = world()
    here.fill()
    log, notes = tmp_path / "worker.log", tmp_path / "notes"
    soon = {"JOB_STALE_SECONDS": "2"}
    with transaction.atomic():
        slow = enqueue(WAITS, tmp_path)
    with worker(database_url, log, **soon) as first:
        assert until(notes.exists), log.read_text()
        # The solo worker may have taken this one's message too; it dies with it.
        report = request_document("self_report", by=here.officer, card=here.card)
        first.kill()
        first.wait()
    assert Job.objects.get(pk=slow.pk).state == Job.State.RUNNING
    (tmp_path / "go").touch()
    with worker(database_url, log, **soon):
        assert until(done), log.read_text()

    assert notes.read_text().split() == ["started", "started", "ended"]
    assert Job.objects.get(pk=slow.pk).attempts == 2
    assert "10,00" in _text_of(report)


def _text_of(asked: Document) -> str:
    document = Document.objects.get(pk=asked.pk)
    assert document.state == Document.State.READY
    with default_storage.open(document.stored_as) as file:
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
