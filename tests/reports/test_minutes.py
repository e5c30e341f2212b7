"""Minutes of a session as PDF and DOCX: the same words, frozen once the session is closed."""

import io
from decimal import Decimal

import docx
import pypdf
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse

from backend.audit import queries as audit
from backend.audit.actions import CHECKPOINT, checkpoint, checkpoint_if_set_up
from backend.core.errors import Invalid, Refused
from backend.core.text import nfc
from backend.jobs.models import Job
from backend.rounds.actions import declare_conflict
from backend.scoring import actions
from reports.actions import request_minutes
from reports.documents import make as make_document
from reports.models import Document
from tests.scoring.pages import signed_in
from tests.scoring.sittings import Sitting, fresh, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # letters are set by WeasyPrint


def voted(way: str = "by_name", *, close: bool = True) -> Sitting:
    """Hold a session that votes on 1.1, concludes the first card and closes."""
    here = sitting(way)
    here.begin(present="chair secretary one")
    made = here.propose()
    here.vote(made, one="for", chair="for", secretary="against")
    actions.end_vote(fresh(made), by=here.members["secretary"])
    actions.decide(
        here.world.card, "1.1", by=here.world.chair, version=0, points=Decimal(1), reason="Theo biểu quyết"
    )
    actions.move(here.world.card, "conclude", by=here.world.chair)
    if close:
        actions.close_session(here.now, by=here.world.chair)
    return here


def made(here: Sitting, kind: str) -> tuple[Document, bytes]:
    """Return the document as the worker made it, and its bytes."""
    asked = request_minutes(here.now, kind, by=here.world.chair)
    make_document(str(asked.pk))
    asked.refresh_from_db()
    with default_storage.open(asked.stored_as) as kept:
        return asked, kept.read()


def words_of_pdf(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(nfc(" ".join(page.extract_text() for page in pages)).split())


def words_of_docx(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    texts = [paragraph.text for paragraph in paper.paragraphs]
    texts += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return " ".join(nfc(" ".join(texts)).split())


def test_both_say_who_was_there_what_was_proposed_how_it_was_voted_and_decided():
    here = voted()
    for kind, read in (("minutes", words_of_pdf), ("minutes_docx", words_of_docx)):
        document, content = made(here, kind)
        told = read(content)
        for part in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "BIÊN BẢN",
            "phiên số 1",
            "Phòng họp số 2",
            "Có mặt 3 trên 4 thành viên",
            "ít nhất hai phần ba số thành viên",
            "Đi công tác",
            "Phường Ô Môn",
            "Tán thành 2, không tán thành 1, không có ý kiến 0.",
            "Theo biểu quyết",
            "9,00",
            "THƯ KÝ",
            "CHỦ TỌA",
            here.world.chair.name,
        ):
            assert part in told, (kind, part)
        assert document.file_name.startswith("Bien-ban") or "Biên bản" in document.file_name


def test_minutes_of_a_closed_vote_name_no_choice():
    here = voted("closed")
    told = words_of_docx(made(here, "minutes_docx")[1])
    assert "Tán thành 2, không tán thành 1" in told
    assert "Tán thành: " not in told


def test_a_session_that_is_on_gives_a_draft_and_a_closed_one_the_same_minutes_once(settings, tmp_path):
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key")
    call_command("audit_keys", name="so-noi-vu.example", verbosity=0)
    here = voted(close=False)
    told = words_of_docx(made(here, "minutes_docx")[1])
    assert "(Dự thảo)" in told
    checkpoint("day")
    line = audit.line()
    actions.close_session(here.now, by=here.world.chair)
    jobs = Job.objects.filter(work=CHECKPOINT, key="conclusion", state=Job.State.QUEUED)
    assert jobs.count() == 1
    checkpoint_if_set_up("conclusion")
    document, content = made(here, "minutes")
    words = words_of_pdf(content)
    assert "".join(line.split()) in "".join(words.split())
    assert words.count("so-noi-vu.example") == 1
    assert audit.line() != line
    assert request_minutes(here.now, "minutes", by=here.world.chair) == document


def test_no_checkpoint_line_is_printed_before_the_first_checkpoint():
    here = voted()
    assert here.now.minutes["checkpoint"] == ""
    assert "Chốt sổ" not in words_of_docx(made(here, "minutes_docx")[1])


def test_minutes_are_not_the_units_and_a_session_has_no_other_paper():
    here = voted()
    with pytest.raises(Refused):
        request_minutes(here.now, "minutes", by=here.world.leader)
    with pytest.raises(Invalid):
        request_minutes(here.now, "ranking", by=here.world.chair)


def test_who_declared_a_conflict_reads_the_minutes_only_once_the_session_is_closed():
    here = sitting()
    here.begin()
    one = here.members["one"]
    declare_conflict(
        here.world.round, by=one, unit=here.world.unit, person=one.user_id, reason="Vợ công tác tại phường"
    )
    address = reverse("reports:session_document", args=[here.now.pk])
    client = signed_in(here.world.users["one"])
    assert client.post(address, {"kind": "minutes"}).status_code == 404
    assert signed_in(here.world.users["two"]).post(address, {"kind": "minutes"}).status_code == 302
    actions.close_session(here.now, by=here.world.chair)
    assert client.post(address, {"kind": "minutes"}).status_code == 302
