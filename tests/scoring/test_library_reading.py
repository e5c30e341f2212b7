"""What the background makes of files: text and a PDF of Office documents, apart from all that is here; it always ends."""

from __future__ import annotations

import io
import os
import shutil
import time
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import default_storage

from backend.jobs import actions as jobs
from backend.jobs.models import Job
from backend.scoring import actions, checks, files
from backend.scoring.files import office, sandbox
from backend.scoring.files.reading import preview_key
from backend.scoring.files.sandbox import Limits, Room
from backend.scoring.models import PageText, Reading, StoredFile
from tests.scoring import specimens
from tests.scoring.pages import Browsers, text, url
from tests.scoring.shelves import own_storage, put, work  # noqa: F401
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def here():
    return world()


def read(here, content: bytes, name: str) -> Reading:
    """Attach a file, let the background work, and return what came of it."""
    piece = put(here, "1.1", content, name)
    work()
    return Reading.objects.get(file=piece.file)


def texts() -> list[str]:
    return list(PageText.objects.order_by("page").values_list("text", flat=True))


# --- text ----------------------------------------------------------------------------------------------


def test_the_text_of_three_hundred_pages_is_kept_page_by_page(here):
    found = read(here, specimens.paper(*[f"Trang số {n} của Ô Môn" for n in range(1, 301)]), "dai.pdf")
    assert (found.preview, found.pages, found.pages_read, found.said) == ("own", 300, 300, "")
    assert PageText.objects.get(page=300).folded == "trang so 300 cua o mon"


def test_a_pdf_that_is_encrypted_but_opens_without_a_password_is_read(here):
    read(here, specimens.paper("Quận Ô Môn", password="bi-mat"), "khoa.pdf")
    assert texts() == ["Quận Ô Môn"]


def test_a_scan_is_seen_and_said_to_have_no_text(here):
    found = read(here, specimens.pdf(pages=2), "quet.pdf")
    assert (found.preview, found.pages) == ("own", 2)
    assert "không có chữ" in found.said
    assert texts() == []


def test_a_pdf_that_would_never_end_ends_in_words_and_is_not_tried_again(here, settings):
    settings.READING_SECONDS = 2
    begun = time.monotonic()
    found = read(here, endless(), "vo tan.pdf")
    assert time.monotonic() - begun < 30
    assert found.said
    assert found.preview == "own"
    assert actions.catch_up() == 0


def endless() -> bytes:
    """Return a small PDF whose first page says a letter some million times, and whose second is short."""
    with pikepdf.open(io.BytesIO(specimens.paper("a", "b"))) as made:
        many = b"BT /F1 12 Tf 72 500 Td " + b"<01> Tj 1 0 Td " * 3_000_000 + b"ET"
        made.pages[0].Contents = pikepdf.Stream(made, many)
        out = io.BytesIO()
        made.save(out, compress_streams=True)
        return out.getvalue()


def test_signs_that_no_database_takes_are_left_out_of_the_text(here):
    read(here, specimens.paper("Ô\x00M\x0bôn \ufeffđây"), "la.pdf")
    assert texts() == ["Ô M ôn đây"]


def test_bytes_that_are_gone_end_in_words(here):
    piece = put(here, "1.1", specimens.paper("a"), "a.pdf")
    actions.check_file(str(piece.file_id))
    default_storage.delete(files.key_of(here.unit.pk, piece.file.sha256))
    actions.read_file(str(piece.file_id))
    assert "Không tìm thấy tệp" in Reading.objects.get().said


# --- jobs ----------------------------------------------------------------------------------------------


def test_a_clean_file_is_queued_for_reading_and_a_harmful_one_is_not(here):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    put(here, "1.2", specimens.pdf(script=True), "b.pdf")
    for stored in StoredFile.objects.all():
        actions.check_file(str(stored.pk))
    assert Job.objects.filter(work="backend.scoring.actions.read_file").count() == 1


def test_a_file_read_twice_is_read_the_same(here):
    first = read(here, specimens.paper("Ô Môn"), "a.pdf")
    actions.read_file(str(first.pk))
    assert Reading.objects.get().read_at == first.read_at
    assert texts() == ["Ô Môn"]


def test_files_from_before_the_library_are_caught_up_with(here):
    piece = put(here, "1.1", specimens.paper("Ô Môn"), "a.pdf")
    StoredFile.objects.update(state="clean")
    assert actions.catch_up() == 1
    assert actions.catch_up() == 1  # still waiting: one live job for it
    job = Job.objects.get(work="backend.scoring.actions.read_file")
    assert jobs.run(job.pk)
    assert actions.catch_up() == 0
    assert Reading.objects.get().file_id == piece.file_id


def test_a_file_whose_reading_failed_for_good_is_left_alone(here):
    piece = put(here, "1.1", specimens.paper("Ô Môn"), "a.pdf")
    StoredFile.objects.update(state="clean")
    now = piece.added_at
    Job.objects.create(
        work="backend.scoring.actions.read_file", key=str(piece.file_id), state="failed", queued_at=now
    )
    assert actions.catch_up() == 0


def test_what_a_dead_worker_left_is_removed_and_work_in_hand_is_not(settings):
    dead, living = (Path(settings.VAR_DIR) / "reading" / name for name in ("dead", "living"))
    for folder in (dead, living):
        folder.mkdir(parents=True)
        (folder / "source").write_bytes(b"a")
    os.utime(dead, (0, 0))
    actions.catch_up()
    assert (dead.exists(), living.exists()) == (False, True)
    shutil.rmtree(living)


# --- Office documents ----------------------------------------------------------------------------------

OFFICE = {
    "Kế hoạch.docx": (specimens.docx, "Kế hoạch cải cách hành chính"),
    "số liệu.xlsx": (specimens.xlsx, "Số liệu"),
    "Trình chiếu.pptx": (specimens.pptx, "Trình chiếu cải cách hành chính"),
    ";rm -rf $HOME;.docx": (specimens.docx, "Kế hoạch cải cách hành chính"),
}


@pytest.mark.parametrize("name", OFFICE)
def test_an_office_document_is_seen_as_pdf_and_found_by_its_words(here, name):
    make, words = OFFICE[name]
    found = read(here, make(), name)
    assert found.preview == "made"
    assert words in texts()
    officer = Browsers(here).of("officer")
    piece = found.file.uses.get()
    answer = officer.get(url("evidence_preview", here.card, piece.pk))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    answer.close()
    assert answer["Content-Type"] == "application/pdf"
    assert found.file.content_type != "application/pdf"


def test_a_conversion_killed_after_its_bytes_were_kept_is_finished_without_another(here):
    found = read(here, specimens.docx(), "a.docx")
    key = preview_key(here.unit.pk, found.file.sha256)
    made = Path(default_storage.path(key))
    before = made.stat().st_mtime_ns
    Reading.objects.all().delete()
    actions.read_file(str(found.pk))
    assert Reading.objects.get().preview == "made"
    assert made.stat().st_mtime_ns == before


def test_a_document_cut_off_inside_ends_in_words(here):
    broken = specimens.changed(specimens.docx(), {"word/document.xml": b"<w:document xmlns:w='w'/>"})
    found = read(here, specimens.compound("WordDocument"), "cu.doc")
    assert found.preview == "failed"
    assert "tải về" in found.said
    page = text(Browsers(here).of("officer").get(url("library", here.card)))
    assert "cu.doc" in page
    assert read(here, broken, "b.docx").preview in ("made", "failed")


def test_a_conversion_that_takes_too_long_is_ended_and_said(here, settings):
    settings.PREVIEW_SECONDS = 1
    begun = time.monotonic()
    found = read(here, specimens.docx(), "nang.docx")
    assert time.monotonic() - begun < 20
    assert found.preview == "failed"
    assert "1 giây" in found.said


def test_a_document_that_pulls_in_files_of_this_machine_gets_nothing(here, tmp_path):
    secret = tmp_path / "secret-key"
    secret.write_text("chim hoàng yến 7319")
    found = read(here, fetching(secret.as_uri()), "tro.odt")
    assert found.preview in ("made", "failed")
    assert "7319" not in " ".join(texts())


def fetching(address: str) -> bytes:
    """Return an OpenDocument text with a section that stands in another file."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "text")
    )
    content = (
        f'<office:document-content {names} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">'
        '<office:body><office:text><text:p>Trước</text:p><text:section text:name="a">'
        f'<text:section-source xlink:href="{address}" xlink:type="simple" text:filter-name="Text"/>'
        "<text:p>cũ</text:p></text:section></office:text></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return specimens.zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


# --- the sandbox ---------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path) -> Room:
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    out.mkdir()
    scratch.mkdir()
    return Room(out, scratch)


def shell(script: str, room: Room, **limits: int) -> sandbox.Ended:
    return sandbox.run(["/bin/sh", "-c", script], room, Limits(**({"seconds": 10} | limits)))


def test_what_runs_apart_writes_into_its_own_folders_only(room, tmp_path):
    ended = shell(f"echo a > /out/a && echo b > /tmp/b; echo c > {tmp_path}/c; echo d > /usr/d; true", room)
    assert ended.code == 0
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a", "b"]
    assert not Path("/usr/d").exists()


def test_what_runs_apart_sees_no_data_no_letters_no_network_and_no_other_program(room, tmp_path):
    (tmp_path / "secret").write_text("chim hoàng yến")
    script = (
        f"cat {tmp_path}/secret /etc/passwd > /out/read 2>/dev/null; env > /out/env; "
        "ls /proc | grep -c '^[0-9]' > /out/programs; cat /proc/net/dev > /out/net"
    )
    shell(script, room)
    assert (room.out / "read").read_text() == ""
    assert "VAR_DIR" not in (room.out / "env").read_text()
    assert int((room.out / "programs").read_text()) < 8
    devices = [line.split(":")[0].strip() for line in (room.out / "net").read_text().splitlines()[2:]]
    assert devices == ["lo"]


def test_what_never_ends_is_ended_with_all_it_started(room):
    begun = time.monotonic()
    ended = shell("sleep 600 & while :; do :; done", room, seconds=2)
    assert time.monotonic() - begun < 15
    assert ended.too_slow or ended.code != 0


def test_what_takes_too_much_memory_or_disk_is_stopped(room):
    python, shown = sandbox.python_of_ours()
    greedy = Room(room.out, room.scratch, shown)
    eaten = sandbox.run([python, "-I", "-c", "x = bytearray(900_000_000)"], greedy, Limits(10, memory=300))
    assert eaten.code != 0
    written = shell("head -c 9000000 /dev/zero > /out/big", room, file=1)
    assert written.code != 0
    assert (room.out / "big").stat().st_size <= 1024 * 1024


# --- machines without --------------------------------------------------------------------------------


@pytest.fixture
def bare_path(monkeypatch, tmp_path):
    """A machine on whose path there is neither LibreOffice nor bubblewrap."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("prlimit", "sh"):
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder))
    yield
    monkeypatch.undo()


def test_without_libreoffice_the_page_says_so_and_a_later_install_makes_up_for_it(
    here, bare_path, monkeypatch
):
    found = read(here, specimens.docx(), "a.docx")
    assert found.preview == "lacking"
    assert not office.is_there()
    assert [row.id for row in checks.previews_possible()] == ["scoring.W001"]
    officer = Browsers(here).of("officer")
    piece = found.file.uses.get()
    assert "chưa chuyển được tệp văn phòng" in text(officer.get(url("evidence_view", here.card, piece.pk)))
    answer = officer.get(url("evidence_file", here.card, piece.pk))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert actions.catch_up() == 0
    monkeypatch.undo()
    assert actions.catch_up() == 1
    work()
    assert Reading.objects.get().preview == "made"


def test_without_a_sandbox_a_pdf_is_still_read_within_bounds(here, bare_path):
    assert read(here, specimens.paper("Quận Ô Môn"), "a.pdf").said == ""
    assert texts() == ["Quận Ô Môn"]


def test_this_machine_has_what_the_library_needs():
    assert checks.previews_possible() == []
