"""Evidence after it is on a leaf: a new version in its place, the same file on further leaves, photographs."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest
from PIL import Image

from backend.scoring import actions, files
from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.models import Evidence, StoredFile
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.intakes import paper, shown
from tests.scoring.pages import Browsers, explaining, signed_in, text, url
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def empty_storage(settings, tmp_path):
    """No file of another test under a key that comes back."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path)}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}


@pytest.fixture
def here():
    return world()


@pytest.fixture
def officer(here):
    return Browsers(here).of("officer")


@pytest.fixture
def piece(here):
    """A file on leaf 1.1."""
    return added(here)


def added(here, number=1, code="1.1") -> Evidence:
    upload = specimens.upload(paper(number), f"Kế hoạch {number}.pdf")
    return actions.add_file(here.card, code, by=here.officer, upload=upload, section="mục I")


def replaced(officer, here, piece, content, name="Bản sửa.pdf"):
    data = {"file": specimens.upload(content, name), "section": "mục II", "number": "45/BC"}
    return officer.post(url("replace_evidence", here.card, piece.pk), data)


# --- versions ----------------------------------------------------------------------------------------------


def test_a_new_version_stands_in_the_old_ones_place_and_the_old_is_kept(here, officer, piece):
    before = fingerprint_of(here.fresh())
    assert 'value="mục I"' in text(officer.get(url("replace_evidence", here.card, piece.pk)))
    assert replaced(officer, here, piece, paper(2)).status_code == 302
    assert shown(here.card) == [("1.1", "Bản sửa.pdf", "mục II")]
    piece.refresh_from_db()
    assert piece.removed_at is not None
    assert piece.replaced_by.number == "45/BC"
    page = text(officer.get(url("leaf", here.card, "1.1")))
    assert "1 bản trước" in page
    assert f"{here.officer.name}, " in page
    assert fingerprint_of(here.fresh()) != before
    assert "Thay bằng bản mới: Bản sửa.pdf" in text(officer.get(url("timeline", here.card, "1.1")))
    old = officer.get(url("evidence_file", here.card, piece.pk))
    assert b"".join(old.streaming_content) == paper(1)
    old.close()


def test_a_file_says_who_issued_it_when_and_so_does_its_next_version(here, officer):
    told = {"number": "05/KH", "issuer": "UBND phường", "issued_on": "05/01/2020"}
    sent = {"file": specimens.upload(paper(1), "Kế hoạch.pdf"), **told}
    assert officer.post(url("add_file", here.card, "1.1"), sent).status_code == 302
    piece = Evidence.objects.get()
    assert (piece.issuer, piece.issued_on) == ("UBND phường", date(2020, 1, 5))
    assert "ban hành ngoài năm" in text(officer.get(url("library", here.card)))
    page = text(officer.get(url("replace_evidence", here.card, piece.pk)))
    assert 'value="05/01/2020"' in page
    assert 'value="UBND phường"' in page
    root = f"/api/scorecards/{here.card.pk}/evidence"
    new = {"file": specimens.upload(paper(2), "Bản 2.pdf"), "number": "06/KH"}
    assert officer.post(f"{root}/{piece.pk}/replace/", new).status_code == 201
    made = Evidence.objects.get(removed_at=None)
    assert (made.number, made.issuer, made.issued_on) == ("06/KH", "UBND phường", date(2020, 1, 5))


def test_number_issuer_and_day_are_written_down_later_and_the_approval_notices(here, officer, piece):
    before, page = fingerprint_of(here.fresh()), text(officer.get(url("leaf", here.card, "1.1")))
    assert url("mend_evidence", here.card, piece.pk) in page
    assert "chưa ghi ngày" in text(officer.get(url("library", here.card)))
    address = url("mend_evidence", here.card, piece.pk)
    assert 'value="mục I"' in text(officer.get(address))
    wrong = officer.post(address, {"number": "45/BC", "issued_on": "31/02/2026"})
    assert wrong.status_code == 422
    assert 'value="45/BC"' in text(wrong)
    told = {"number": "45/BC", "issuer": "UBND phường", "issued_on": "05/01/2026", "section": "mục I"}
    assert officer.post(address, told).status_code == 302
    piece.refresh_from_db()
    assert (piece.number, piece.issuer, piece.issued_on) == ("45/BC", "UBND phường", date(2026, 1, 5))
    assert "chưa ghi ngày" not in text(officer.get(url("library", here.card)))
    assert fingerprint_of(here.fresh()) != before
    words = "Sửa thông tin tài liệu: Kế hoạch 1.pdf, số 45/BC, ngày 05/01/2026, cơ quan ban hành UBND phường"
    assert words in text(officer.get(url("timeline", here.card, "1.1")))
    rows = Evidence.history.count()
    assert officer.post(address, told).status_code == 302
    assert Evidence.history.count() == rows


def test_what_is_told_of_a_piece_is_mended_over_json_with_the_same_refusals(here, officer, piece):
    root = f"/api/scorecards/{here.card.pk}/evidence"
    answer = officer.post(f"{root}/{piece.pk}/mend/", {"issued_on": "2026-01-05"}, "application/json")
    assert (answer.status_code, answer.json()["issued_on"]) == (200, "2026-01-05")
    assert answer.json()["section"] == "mục I"
    other = actions.attach_again(piece, [actions.Spot("1.1", "mục II")], by=here.officer)[0]
    answer = officer.post(f"{root}/{other.pk}/mend/", {"section": "mục I"}, "application/json")
    assert answer.status_code == 422
    named = actions.add_document(here.card, "1.1", by=here.officer, number="1/QĐ", issuer="UBND")
    answer = officer.post(f"{root}/{named.pk}/mend/", {"number": " "}, "application/json")
    assert "number" in answer.json()["fields"]
    here.close(1)
    assert officer.post(f"{root}/{piece.pk}/mend/", {"number": "2"}, "application/json").status_code == 409


def test_versions_form_a_line_newest_first(here, officer, piece):
    for number in (2, 3):
        replaced(officer, here, Evidence.objects.get(removed_at=None), paper(number), f"Bản {number}.pdf")
    page = text(officer.get(url("leaf", here.card, "1.1"))).partition('id="evidence"')[2]
    assert "2 bản trước" in page
    assert page.index("Bản 3.pdf") < page.index("Bản 2.pdf") < page.rindex("Kế hoạch 1.pdf")


def test_the_same_bytes_are_no_new_version(here, officer, piece):
    answer = replaced(officer, here, piece, paper(1))
    assert answer.status_code == 422
    assert "giống hệt" in text(answer)
    assert 'value="mục II"' in text(answer)


def test_a_version_is_replaced_once_and_only_while_it_stands(here, officer, piece):
    assert replaced(officer, here, piece, paper(2)).status_code == 302
    assert replaced(officer, here, piece, paper(3)).status_code == 409
    actions.remove_evidence(Evidence.objects.get(removed_at=None), by=here.officer)
    assert shown(here.card) == []
    assert "bản trước" not in text(officer.get(url("leaf", here.card, "1.1")))


def test_after_the_lock_nothing_is_replaced_or_put_elsewhere(here, officer, piece):
    here.close(1)
    assert replaced(officer, here, piece, paper(2)).status_code == 409
    data = {"code": ["1.2"], "section": [""]}
    assert officer.post(url("attach_evidence", here.card, piece.pk), data).status_code == 409
    assert shown(here.card) == [("1.1", "Kế hoạch 1.pdf", "mục I")]


def test_what_was_locked_with_self_scoring_is_not_replaced_when_explaining(here, officer, piece):
    explaining(here)
    actions.move(here.card, "ask", by=here.secretary)
    answer = replaced(officer, here, piece, paper(2))
    assert answer.status_code == 409
    assert "bước đã khoá" in text(answer)


def test_a_new_version_counts_against_the_quota(here, officer, piece, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    StoredFile.objects.update(size=1024 * 1024)
    answer = replaced(officer, here, piece, paper(2))
    assert answer.status_code == 422
    assert "hạn mức 1 MB" in text(answer)


def test_the_council_reads_earlier_versions_after_the_lock_only(here, officer, piece):
    replaced(officer, here, piece, paper(2))
    secretary = signed_in(here.users["secretary"])
    address = url("evidence_file", here.card, piece.pk)
    assert secretary.get(address).status_code == 404
    here.close(1)
    answer = secretary.get(address)
    assert answer.status_code == 200
    answer.close()


# --- one file, several leaves ------------------------------------------------------------------------------


def test_a_file_is_put_on_further_leaves_each_with_its_section(here, officer, piece):
    data = {"code": ["1.2", "2.1", ""], "section": ["trang 2", "trang 9", ""]}
    assert officer.post(url("attach_evidence", here.card, piece.pk), data).status_code == 302
    name = "Kế hoạch 1.pdf"
    assert shown(here.card) == [("1.1", name, "mục I"), ("1.2", name, "trang 2"), ("2.1", name, "trang 9")]
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("codes", "sections", "words"),
    [
        (["1.1"], ["mục I"], "đã có tệp này"),
        (["9.9"], ["a"], "không có tiêu chí 9.9"),
        ([""], [""], "ít nhất một tiêu chí"),
        (["1.2", "9.9"], ["giữ lại", ""], 'value="giữ lại"'),
    ],
)
def test_a_wrong_leaf_is_told_and_nothing_is_put_anywhere(here, officer, piece, codes, sections, words):
    data = {"code": codes, "section": sections}
    answer = officer.post(url("attach_evidence", here.card, piece.pk), data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert len(shown(here.card)) == 1


def test_a_document_named_by_number_is_put_on_further_leaves_too(here, officer):
    made = actions.add_document(here.card, "1.1", by=here.officer, number="12/BC", issuer="UBND phường")
    officer.post(url("attach_evidence", here.card, made.pk), {"code": ["2.1"], "section": ["trang 4"]})
    copy = Evidence.objects.get(score__code="2.1")
    assert (copy.number, copy.issuer, copy.section) == ("12/BC", "UBND phường", "trang 4")


def test_evidence_is_worked_over_json_as_on_the_page(here, officer, piece):
    root = f"/api/scorecards/{here.card.pk}/evidence"
    spots = {"spots": [{"code": "1.2", "section": "trang 2"}]}
    sent = officer.post(f"{root}/{piece.pk}/attach/", spots, content_type="application/json")
    assert sent.status_code == 201
    new = {"file": specimens.upload(paper(2), "Bản sửa.pdf"), "section": "mục III"}
    assert officer.post(f"{root}/{piece.pk}/replace/", new).status_code == 201
    assert shown(here.card) == [("1.1", "Bản sửa.pdf", "mục III"), ("1.2", "Kế hoạch 1.pdf", "trang 2")]


def test_another_units_evidence_does_not_exist(here, piece):
    stranger, _ = make.seated(Role.OFFICER, make.unit("Phường khác", parent=here.host))
    browser = signed_in(stranger)
    for name in ("replace_evidence", "attach_evidence"):
        assert browser.get(url(name, here.card, piece.pk)).status_code == 404


# --- photographs -------------------------------------------------------------------------------------------


def photograph(turned: bool = True) -> bytes:
    """Return a picture of 60 x 30 with a red left edge that a camera held upright, with its place in EXIF."""
    picture = Image.new("RGB", (60, 30), "white")
    picture.paste("red", (0, 0, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1  # Orientation: turn by 90 degrees clockwise
    exif[0x010F] = "Máy ảnh 7319"
    exif.get_ifd(0x8825)[2] = (10.0, 2.0, 3.0)  # GPSLatitude
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def shoot(officer, here, *contents, **more):
    photos = [specimens.upload(content, f"IMG_{n}.jpg") for n, content in enumerate(contents)]
    return officer.post(url("add_photos", here.card, "1.1"), {"photos": photos} | more)


def kept(piece: Evidence) -> bytes:
    with files.open_stored(piece.file.unit_id, piece.file.sha256) as file:
        return file.read()


def test_one_photograph_is_upright_and_says_neither_place_nor_camera(here, officer):
    content = photograph()
    assert b"7319" in content
    assert shoot(officer, here, content, section="trang 1").status_code == 302
    piece = Evidence.objects.get()
    assert piece.file_name.startswith("1.1 ảnh chụp ")
    assert piece.file_name.endswith(".jpg")
    made = Image.open(io.BytesIO(kept(piece)))
    assert made.size == (30, 60)
    assert made.getpixel((15, 5))[1] < 100  # the red edge is on top now
    assert made.getpixel((15, 55))[1] > 200
    assert dict(made.getexif()) == {}
    assert b"7319" not in kept(piece)


def test_photographs_of_several_pages_become_one_pdf_named_after_leaf_and_day(here, officer):
    shoot(officer, here, photograph(), photograph(turned=False), specimens.picture("PNG"))
    piece = Evidence.objects.get()
    assert piece.file_name.endswith(".pdf")
    content = kept(piece)
    assert b"7319" not in content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        sides = [page.mediabox for page in pdf.pages]
    assert [side[2] > side[3] for side in sides] == [False, True, True]  # upright, lying, lying


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ program", "không phải là ảnh"),
        (b"", "không phải là ảnh"),
        (photograph()[:-300], "không phải là ảnh"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "HEIC"),
    ],
)
def test_what_is_no_photograph_is_refused_and_nothing_typed_is_lost(here, officer, content, words):
    answer = shoot(officer, here, photograph(), content, section="trang 7")
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert "IMG_1.jpg" in page
    assert 'value="trang 7"' in page
    assert not Evidence.objects.exists()


def test_photographs_are_refused_without_any_after_the_lock_and_above_the_number(here, officer):
    assert officer.post(url("add_photos", here.card, "1.1"), {}).status_code == 422
    assert shoot(officer, here, *[photograph()] * 31).status_code == 422
    here.close(1)
    assert shoot(officer, here, photograph()).status_code == 409
