"""All evidence as one zip: made in the background for one person as she may see it, with an index; swept in time."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook

from backend.core import clock
from backend.jobs.models import Job
from backend.scoring import actions, files, packing, queries
from backend.scoring.models import Bundle, StoredFile
from backend.scoring.tasks import tend_library
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.pages import Browsers, signed_in, text, url
from tests.scoring.shelves import another_unit, found_clean, named, own_storage, put  # noqa: F401
from tests.scoring.worlds import world
from tiers.models import Appointment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def here():
    return world()


@pytest.fixture
def people(here):
    return Browsers(here)


def ask(people, here, who="officer") -> Bundle:
    answer = people.of(who).post(url("ask_bundle", here.card))
    assert answer.status_code == 302
    return Bundle.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def made(people, here, who="officer") -> tuple[Bundle, zipfile.ZipFile]:
    bundle = ask(people, here, who)
    actions.make_bundle(str(bundle.pk))
    bundle.refresh_from_db()
    answer = people.of(who).get(url("bundle_file", here.card, bundle.pk))
    assert answer["Content-Type"] == "application/zip"
    return bundle, zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def rows_of(package: zipfile.ZipFile) -> list[list]:
    book = load_workbook(io.BytesIO(package.read("00 - Danh mục tài liệu.xlsx")))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    start = next(place for place, row in enumerate(rows) if row[0] == "Mã tiêu chí")
    return rows[start:]


def test_the_zip_is_asked_for_waited_for_and_fetched(here, people):
    put(here, "1.1", specimens.pdf(), "Kế hoạch.pdf")
    found_clean()
    bundle = ask(people, here)
    page = text(people.of("officer").get(url("bundle", here.card, bundle.pk)))
    assert "đang tạo" in page
    assert 'hx-trigger="every 1s"' in page
    assert people.of("officer").get(url("bundle_file", here.card, bundle.pk)).status_code == 409
    assert Job.objects.filter(work="backend.scoring.actions.make_bundle").count() == 1
    actions.make_bundle(str(bundle.pk))
    part = text(people.of("officer").get(url("bundle", here.card, bundle.pk), headers={"HX-Request": "true"}))
    assert "Tải về" in part
    assert "hx-trigger" not in part
    assert "<html" not in part
    bundle.refresh_from_db()
    assert (bundle.done, bundle.total) == (1, 1)
    with default_storage.open(bundle.stored_as) as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == bundle.sha256
    assert bundle.file_name in text(people.of("officer").get(url("library", here.card)))


def test_names_begin_with_the_leaf_are_one_of_a_kind_and_keep_their_letters(here, people):
    put(here, "1.1", specimens.pdf(), "Kế hoạch.pdf")
    put(here, "1.1", specimens.pdf(pages=2), "KẾ HOẠCH.pdf")
    put(here, "1.2", specimens.pdf(), "Kế hoạch.pdf")
    put(here, "2.1", specimens.pdf(pages=3), "../../../etc/Độc hại?.pdf")
    put(here, "2.1", specimens.pdf(pages=4), "ề" * 250 + ".pdf")
    found_clean()
    _bundle, package = made(people, here)
    names = [info.filename for info in package.infolist()]
    assert names[:3] == ["1.1 - Kế hoạch.pdf", "1.1 - KẾ HOẠCH (2).pdf", "1.2 - Kế hoạch.pdf"]
    assert names[3] == "2.1 - Độc hại.pdf"
    assert names[4].startswith("2.1 - ềề")
    assert names[4].endswith(".pdf")
    assert all(len(name.encode()) < 255 for name in names)
    assert all("/" not in name and "\\" not in name and ".." not in name for name in names)
    assert all(info.flag_bits & 0x800 for info in package.infolist() if not info.filename.isascii())
    assert package.testzip() is None
    assert package.read("1.1 - Kế hoạch.pdf") == specimens.pdf()


def test_the_index_names_every_piece_in_typed_cells(here, people):
    put(here, "1.1", specimens.pdf(), "=Kế hoạch.pdf", number="01/KH", section="mục I")
    put(here, "1.2", specimens.pdf(script=True), "lạ.pdf")
    named(here, "2.1", issued_on=date(2025, 3, 1))
    for stored in StoredFile.objects.all():
        actions.check_file(str(stored.pk))
    _bundle, package = made(people, here)
    assert len(package.namelist()) == 2
    head, first, blocked, document = rows_of(package)
    told = dict(zip(head, first, strict=True))
    assert told["Tên tệp trong gói"] == "1.1 - =Kế hoạch.pdf"
    assert (told["Mã tiêu chí"], told["Tiêu chí"]) == ("1.1", "Tiêu chí 1.1")
    assert told["SHA-256"] == hashlib.sha256(specimens.pdf()).hexdigest()
    assert told["Dung lượng (byte)"] == len(specimens.pdf())
    assert isinstance(told["Ngày thêm"], datetime)
    assert "tệp bị chặn" in blocked[2]
    assert "bị chặn" in blocked[-1]
    assert document[4] == datetime(2025, 3, 1)  # noqa: DTZ001 (a day in a sheet)
    assert "ban hành ngoài năm 2026" in document[-1]


def test_the_demonstration_is_marked_in_the_index(here):
    here.card.round.is_illustration = True
    content = packing.index(here.card, [], {})
    page = load_workbook(io.BytesIO(content)).active
    assert "SỐ LIỆU MINH HOẠ" in [cell.value for cell in page["A"]]
    here.card.round.is_illustration = False
    page = load_workbook(io.BytesIO(packing.index(here.card, [], {}))).active
    assert "SỐ LIỆU MINH HOẠ" not in [cell.value for cell in page["A"]]


def test_each_gets_what_she_may_see_and_only_what_she_asked_for(here, people):
    other = another_unit(here, "Phường bên cạnh")
    put(here, "1.1", specimens.pdf(), "a.pdf")
    put(other, "1.1", specimens.pdf(), "b.pdf")
    found_clean()
    early, package = made(people, here, "secretary")
    assert package.namelist() == ["00 - Danh mục tài liệu.xlsx"]
    here.approved()
    here.close(1)
    _late, package = made(people, here, "secretary")
    assert "Phường bên cạnh" in rows_of(package)[1][-1]
    assert not Bundle.objects.filter(pk=early.pk).exists()
    theirs, package = made(people, here, "officer")
    assert "Phường bên cạnh" not in str(rows_of(package))
    for who in ("secretary", "leader"):
        assert people.of(who).get(url("bundle", here.card, theirs.pk)).status_code == 404
        assert people.of(who).get(url("bundle_file", here.card, theirs.pk)).status_code == 404


def test_a_seat_that_ended_gets_no_package(here, people):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    bundle = ask(people, here)
    Appointment.objects.filter(user=here.users["officer"]).update(ends_at=clock.now() - timedelta(seconds=1))
    actions.make_bundle(str(bundle.pk))
    bundle.refresh_from_db()
    assert bundle.state == "failed"
    assert people.of("officer").get(url("bundle", here.card, bundle.pk)).status_code == 404


def test_strangers_can_not_ask(here):
    stranger, _actor = make.seated(Role.OFFICER, make.unit("Phường khác", parent=here.host))
    assert signed_in(stranger).post(url("ask_bundle", here.card)).status_code == 404
    assert not Bundle.objects.exists()


def test_one_that_is_being_made_is_not_asked_for_twice(here, people):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    assert ask(people, here).pk == ask(people, here).pk
    assert ask(people, here, "leader").pk != ask(people, here, "officer").pk


def test_a_worker_killed_in_the_middle_leaves_one_package_and_no_other_bytes(here, people, tmp_path):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    found_clean()
    bundle = ask(people, here)
    actions.make_bundle(str(bundle.pk))
    # Killed after the bytes were kept and before the row said so: it is done again.
    Bundle.objects.update(state="making", stored_as="", sha256="", size=0, made_at=None)
    actions.make_bundle(str(bundle.pk))
    actions.make_bundle(str(bundle.pk))
    bundle.refresh_from_db()
    assert bundle.state == "ready"
    kept = [path for path in (tmp_path / "files" / "bundles").rglob("*") if path.is_file()]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [bundle.sha256]


def test_bytes_that_are_gone_are_told_in_the_index_and_stop_nothing(here, people):
    piece = put(here, "1.1", specimens.pdf(), "a.pdf")
    put(here, "1.2", specimens.pdf(pages=2), "b.pdf")
    found_clean()
    default_storage.delete(files.key_of(here.unit.pk, piece.file.sha256))
    _bundle, package = made(people, here)
    assert package.namelist() == ["1.2 - b.pdf", "00 - Danh mục tài liệu.xlsx"]
    assert "không tìm thấy tệp trong kho" in rows_of(package)[1][2]


def test_a_package_is_swept_with_its_bytes_after_its_time(here, people, settings):
    settings.BUNDLE_HOURS = 2
    put(here, "1.1", specimens.pdf(), "a.pdf")
    found_clean()
    bundle, _package = made(people, here)
    tend_library()
    assert Bundle.objects.filter(pk=bundle.pk).exists()
    Bundle.objects.update(requested_at=clock.now() - timedelta(hours=3))
    tend_library()
    assert not Bundle.objects.exists()
    assert not default_storage.exists(bundle.stored_as)
    assert people.of("officer").get(url("bundle", here.card, bundle.pk)).status_code == 404
    actions.make_bundle(str(bundle.pk))  # the job of one that was swept does nothing


def test_a_large_package_passes_through_a_small_memory(here):
    large = specimens.pdf(pages=2) + b"%" + b"a" * 24_000_000 + b"\n%%EOF\n"
    for number, code in enumerate(("1.1", "1.2", "2.1")):
        put(here, code, large[:-7] + str(number).encode() + b"\n%%EOF\n", f"{number}.pdf")
    found_clean()
    seen, told = queries.sheet(here.card, here.officer), []
    tracemalloc.start()
    packing.pack(seen, here.officer, Sink(), told=lambda *progress: told.append(progress))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16_000_000
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


class Sink(io.RawIOBase):
    """A place for bytes that keeps none."""

    at = 0

    def write(self, content) -> int:
        self.at += len(content)
        return len(content)

    def tell(self) -> int:
        return self.at

    def writable(self) -> bool:
        return True


def test_the_package_as_json(here, people):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    found_clean()
    asked = people.of("officer").post(f"/api/scorecards/{here.card.pk}/bundles/")
    assert (asked.status_code, asked.json()["state"], asked.json()["file"]) == (202, "making", None)
    actions.make_bundle(str(asked.json()["id"]))
    address = f"/api/scorecards/{here.card.pk}/bundles/{asked.json()['id']}/"
    told = people.of("officer").get(address).json()
    assert (told["state"], told["total"]) == ("ready", 1)
    assert told["file"] == url("bundle_file", here.card, asked.json()["id"])
    assert people.of("leader").get(address).status_code == 404
    huge = f"/api/scorecards/{here.card.pk}/bundles/{'9' * 40}/"
    assert people.of("officer").get(huge).status_code == 404
