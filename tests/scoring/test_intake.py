"""Many files at once over HTTP: pieces that go on where they stood, the door, the lock, the limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Evidence, StoredFile, Upload, UploadPiece
from permissions.roles import Role
from tests import make
from tests.scoring import intakes, specimens
from tests.scoring.intakes import begin, brought, dropped, finish, paper, piece, shown
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


def started(officer, here, content, name="1.1_a.pdf") -> int:
    return begin(officer, here.card, content, name).json()["id"]


# --- pieces ------------------------------------------------------------------------------------------------


def test_a_file_in_pieces_goes_on_where_it_stood_and_is_whole(here, officer):
    content = paper(kilobytes=200)
    key = started(officer, here, content)
    assert piece(officer, here.card, key, 0, content[:100_000]).json()["received"] == 100_000
    again = begin(officer, here.card, content, "1.1_a.pdf").json()
    assert (again["id"], again["received"], again["state"]) == (key, 100_000, "receiving")
    piece(officer, here.card, key, 100_000, content[100_000:])
    done = finish(officer, here.card, key).json()
    assert (done["state"], done["codes"]) == ("waiting", ["1.1"])
    assert StoredFile.objects.get().sha256 == intakes.mark_of(content)
    assert not UploadPiece.objects.exists()
    assert not default_storage.exists(f"pieces/{key}")


def test_a_piece_at_another_offset_is_told_where_to_go_on(here, officer):
    content = paper(kilobytes=10)
    key = started(officer, here, content)
    piece(officer, here.card, key, 0, content[:1000])
    for offset in (0, 500, 2000):
        answer = piece(officer, here.card, key, offset, content[offset:])
        assert answer.status_code == 409
        assert answer.json()["details"]["received"] == 1000
    assert Upload.objects.get().received == 1000


@pytest.mark.parametrize(("offset", "content"), [(0, b""), ("x", b"a"), (-1, b"a"), (0, b"a" * 5000)])
def test_a_piece_that_makes_no_sense_is_refused(here, officer, offset, content):
    key = started(officer, here, paper())
    assert piece(officer, here.card, key, offset, content).status_code == 422
    assert Upload.objects.get().received == 0


def test_a_file_is_not_finished_before_its_last_byte(here, officer):
    content = paper(kilobytes=10)
    key = started(officer, here, content)
    piece(officer, here.card, key, 0, content[:-1])
    answer = finish(officer, here.card, key)
    assert answer.status_code == 409
    assert answer.json()["details"]["received"] == len(content) - 1
    assert Upload.objects.get().state == "receiving"


def test_finishing_twice_changes_nothing(here, officer):
    upload = brought(officer, here.card, paper(), "1.1_a.pdf")
    assert finish(officer, here.card, upload.pk).json()["state"] == "waiting"
    assert Upload.objects.count() == 1


def test_a_colleague_goes_on_with_what_another_began(here, officer):
    content = paper(kilobytes=10)
    key = started(officer, here, content)
    piece(officer, here.card, key, 0, content[:1000])
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    told = begin(signed_in(colleague), here.card, content, "1.1_a.pdf").json()
    assert (told["id"], told["received"]) == (key, 1000)


def test_the_same_file_dropped_again_is_recognised(here, officer):
    content = paper()
    upload = brought(officer, here.card, content, "1.1_a.pdf")
    again = begin(officer, here.card, content, "1.1_a.pdf").json()
    assert (again["id"], again["state"]) == (upload.pk, "waiting")
    actions.place(here.card, {upload.pk: [actions.Spot("1.1")]}, by=here.officer)
    again = begin(officer, here.card, content, "1.1_a.pdf").json()
    assert (again["id"], again["state"]) == (upload.pk, "placed")
    for_another = begin(officer, here.card, content, "1.2_a.pdf").json()
    assert for_another["state"] == "receiving"


def test_the_same_bytes_under_two_names_lie_in_the_tray_once_with_the_leaves_of_both(here, officer):
    content = paper()
    dropped(officer, here.card, (content, "1.1_a.pdf"))
    dropped(officer, here.card, (content, "1.2_b.pdf"))
    for _again in range(2):
        third = begin(officer, here.card, content, "2.1_c.pdf").json()
        assert (third["state"], third["received"]) == ("double", 0)
        assert "1.1_a.pdf" in third["reason"]
    assert sorted(Upload.objects.values_list("state", flat=True)) == ["double", "double", "waiting"]
    page = text(officer.get(url("intake", here.card)))
    assert page.count("spot-code") == 4
    for code in ("1.1", "1.2", "2.1"):
        assert f'value="{code}"' in page.partition("data-tray")[2]
    waiting = Upload.objects.get(state="waiting")
    actions.place(here.card, {waiting.pk: [actions.Spot("1.1")]}, by=here.officer)
    assert set(Upload.objects.values_list("state", flat=True)) == {"placed"}


def test_two_files_of_one_name_are_two_files(here, officer):
    for number in (1, 2):
        brought(officer, here.card, paper(number), "1.1_a.pdf")
    assert Upload.objects.filter(state="waiting", name="1.1_a.pdf").count() == 2


def test_a_file_that_changed_on_its_way_is_refused(here, officer):
    content = paper(1)
    key = begin(officer, here.card, content, "1.1_a.pdf", mark="0" * 64).json()["id"]
    piece(officer, here.card, key, 0, content)
    answer = finish(officer, here.card, key)
    assert answer.status_code == 422
    assert "đã bị đổi trong khi gửi" in answer.json()["message"]
    assert Upload.objects.get().state == "refused"


# --- the door ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("a.exe", 100, "không được nhận"),
        ("a.pdf", 0, "rỗng"),
        ("a.pdf", 26 * 1024 * 1024, "lớn hơn 25 MB"),
        ("khong co duoi", 100, "không được nhận"),
    ],
)
def test_what_is_never_taken_is_refused_before_a_byte_is_sent(here, officer, name, size, words):
    answer = begin(officer, here.card, b"", name, size=size)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert not Upload.objects.exists()


def test_content_that_is_not_what_its_ending_says_is_refused_and_stays_listed(here, officer):
    content = b"MZ program" * 100
    key = started(officer, here, content)
    piece(officer, here.card, key, 0, content)
    answer = finish(officer, here.card, key)
    assert answer.status_code == 422
    assert "không phải là PDF" in answer.json()["message"]
    assert "không phải là PDF" in text(officer.get(url("intake", here.card)))
    assert not UploadPiece.objects.exists()
    assert not StoredFile.objects.exists()
    officer.post(url("throw_upload", here.card, key), {"reason": "Đã xem"})
    assert "không phải là PDF" not in text(officer.get(url("intake", here.card)))


def test_one_refused_file_leaves_the_others_alone(here, officer):
    answer = dropped(
        officer, here.card, (paper(1), "1.1_a.pdf"), (b"MZ", "x.pdf"), (b"", "rong.pdf"), (paper(2), "b.pdf")
    )
    page = text(answer)
    assert "Đã nhận 2 tệp" in page
    assert "Tệp “x.pdf”: nội dung không phải là PDF" in page
    assert "Tệp “rong.pdf”: tệp rỗng" in page
    assert Upload.objects.filter(state="waiting").count() == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../x.pdf", "x.pdf"),
        ("Kế hoạch \u202efdp.exe.pdf", "Kế hoạch fdp.exe.pdf"),
        ("Ke\u0302\u0301 hoa\u0323ch.pdf", "Kế hoạch.pdf"),
        ("a" * 400 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(here, officer, sent, kept):
    upload = brought(officer, here.card, paper(), sent)
    assert upload.name == kept


def test_a_harmful_file_in_the_tray_is_neither_given_out_nor_placed(here, officer):
    upload = brought(officer, here.card, specimens.pdf(script=True), "1.1_a.pdf")
    actions.check_file(str(upload.file_id))
    assert officer.get(url("upload_file", here.card, upload.pk)).status_code == 409
    answer = officer.post(
        url("place_files", here.card), {f"code-{upload.pk}": "1.1", f"section-{upload.pk}": ""}
    )
    assert answer.status_code == 422
    assert "JavaScript" in text(answer)


# --- limits ------------------------------------------------------------------------------------------------


def test_the_last_place_is_taken_and_the_next_refused(here, officer, settings):
    settings.EVIDENCE_MOST_WAITING = 2
    assert begin(officer, here.card, paper(1), "a.pdf").status_code == 201
    assert begin(officer, here.card, paper(2), "b.pdf").status_code == 201
    answer = begin(officer, here.card, paper(3), "c.pdf")
    assert answer.status_code == 422
    assert "Đã có 2 tệp đang gửi và chưa xếp" in answer.json()["message"]
    assert "Đã có 2 tệp" in text(dropped(officer, here.card, (paper(3), "c.pdf")))


def test_what_is_on_its_way_counts_against_the_quota(here, officer, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    half = 512 * 1024
    assert begin(officer, here.card, b"", "a.pdf", size=half, mark="a").status_code == 201
    assert begin(officer, here.card, b"", "b.pdf", size=half, mark="b").status_code == 201
    answer = begin(officer, here.card, b"", "c.pdf", size=1, mark="c")
    assert answer.status_code == 422
    assert "trong hạn mức 1 MB" in answer.json()["message"]


def test_what_lies_in_the_tray_counts_against_the_quota(here, officer, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    brought(officer, here.card, paper(1), "a.pdf")
    StoredFile.objects.update(size=1024 * 1024)
    assert begin(officer, here.card, paper(2), "b.pdf").status_code == 422
    actions.throw_away(Upload.objects.get(), by=here.officer, reason="Thừa")
    assert begin(officer, here.card, paper(2), "b.pdf").status_code == 201


def test_a_quota_passed_meanwhile_is_told_at_the_end_and_may_be_tried_again(here, officer, settings):
    content = paper()
    key = started(officer, here, content)
    piece(officer, here.card, key, 0, content)
    settings.EVIDENCE_UNIT_QUOTA_MB = 0
    answer = finish(officer, here.card, key)
    assert answer.status_code == 422
    assert "hạn mức 0 MB" in answer.json()["message"]
    assert "hạn mức 0 MB" in text(officer.get(url("intake", here.card)))
    settings.EVIDENCE_UNIT_QUOTA_MB = 10
    assert finish(officer, here.card, key).json()["state"] == "waiting"


# --- who and when ------------------------------------------------------------------------------------------


def test_an_upload_is_not_found_under_another_card_or_by_a_stranger(here, officer):
    content = paper()
    key = started(officer, here, content)
    elsewhere = world(year=2031)
    theirs = signed_in(elsewhere.users["officer"])
    for answer in (
        piece(theirs, elsewhere.card, key, 0, content),
        piece(theirs, here.card, key, 0, content),
        finish(theirs, elsewhere.card, key),
        theirs.get(url("upload_file", elsewhere.card, key)),
    ):
        assert answer.status_code == 404
    assert Upload.objects.get().received == 0


def test_after_the_lock_nothing_more_is_taken_and_the_rest_stays_listed_with_the_reason(here, officer):
    content = paper()
    waiting = brought(officer, here.card, paper(2), "1.1_b.pdf")
    key = started(officer, here, content, "1.1_a.pdf")
    here.close(1)
    for answer in (
        begin(officer, here.card, paper(3), "c.pdf"),
        piece(officer, here.card, key, 0, content),
        finish(officer, here.card, key),
        officer.post(url("place_files", here.card), {f"code-{waiting.pk}": "1.1"}),
        officer.post(url("throw_upload", here.card, waiting.pk), {"reason": "Thừa"}),
        dropped(officer, here.card, (paper(4), "d.pdf")),
    ):
        assert answer.status_code == 409
    page = text(officer.get(url("intake", here.card)))
    assert "Phiếu hiện không nhận tài liệu" in page
    assert page.count("Đã khoá lúc") == 2
    for name in ("1.1_a.pdf", "1.1_b.pdf"):
        assert name in page
    assert "data-drop" not in page


def test_a_card_out_for_explanation_takes_files_too(here, officer):
    explaining(here)
    actions.move(here.card, "ask", by=here.secretary)
    upload = brought(officer, here.card, paper(), "1.1_a.pdf")
    officer.post(url("place_files", here.card), {f"code-{upload.pk}": "1.1"})
    assert shown(here.card) == [("1.1", "1.1_a.pdf", "")]
    assert Evidence.objects.get().step.kind == "explanation"


def test_uploads_left_behind_are_swept_and_those_that_go_on_are_not(here, officer, settings):
    content = paper(kilobytes=4)
    old, fresh = (started(officer, here, content, name) for name in ("a.pdf", "b.pdf"))
    for key in (old, fresh):
        piece(officer, here.card, key, 0, content[:1000])
    before = clock.now() - timedelta(days=settings.EVIDENCE_KEEP_DAYS, seconds=1)
    Upload.objects.filter(pk=old).update(touched_at=before)
    assert actions.sweep_uploads() == 1
    assert actions.sweep_uploads() == 0
    assert Upload.objects.get(pk=old).state == "abandoned"
    assert list(UploadPiece.objects.values_list("upload_id", flat=True)) == [fresh]
    assert not default_storage.exists(f"pieces/{old}")
    assert piece(officer, here.card, old, 1000, content[1000:]).status_code == 409
    assert piece(officer, here.card, fresh, 1000, content[1000:]).status_code == 200
    told = begin(officer, here.card, content, "a.pdf").json()
    assert (told["id"] != old, told["received"]) == (True, 0)
