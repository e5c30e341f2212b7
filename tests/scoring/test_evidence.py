"""Evidence through HTTP: put on a leaf, refused with a reason, given out to the right people only."""

from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from backend.core.errors import Invalid
from backend.scoring import actions
from backend.scoring.files import key_of
from backend.scoring.models import Evidence, Score, StoredFile
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.pages import Browsers, signed_in, text, url
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def empty_storage(settings, tmp_path):
    """No file of another test: a rolled back unit's key comes back, and with it the names of its files."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path)}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}


@pytest.fixture
def here():
    return world()


@pytest.fixture
def people(here):
    return Browsers(here)


def send(people, here, content=None, name="Kế hoạch.pdf", **more):
    data = {"file": specimens.upload(content or specimens.pdf(), name), "section": "mục I"} | more
    return people.of("officer").post(url("add_file", here.card, "1.1"), data)


def got(browser, address) -> bytes:
    answer = browser.get(address)
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


def piece_of(here) -> Evidence:
    return Evidence.objects.get(score__card=here.card)


def test_a_file_is_put_on_its_leaf_and_listed(here, people):
    assert send(people, here).status_code == 302
    page = text(people.of("officer").get(url("leaf", here.card, "1.1")))
    assert "Kế hoạch.pdf" in page
    assert "mục I" in page
    assert "đang kiểm tra" in page


def test_a_file_is_given_out_as_a_download_that_nothing_runs(here, people):
    content = specimens.pdf()
    send(people, here, content)
    answer = people.of("officer").get(url("evidence_file", here.card, piece_of(here).pk))
    assert b"".join(answer.streaming_content) == content
    answer.close()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "filename*=utf-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Content-Type"] == "application/pdf"


def test_evidence_of_another_unit_does_not_exist(here, people):
    send(people, here)
    other = make.unit("Phường khác", parent=here.host)
    stranger, _ = make.seated(Role.OFFICER, other)
    assert signed_in(stranger).get(url("evidence_file", here.card, piece_of(here).pk)).status_code == 404


def test_evidence_is_not_found_under_another_card(here, people):
    send(people, here)
    elsewhere = world(year=2031)
    address = url("evidence_file", elsewhere.card, piece_of(here).pk)
    assert signed_in(elsewhere.users["officer"]).get(address).status_code == 404


def test_the_council_gets_the_file_after_the_lock_only(here, people):
    send(people, here)
    address = url("evidence_file", here.card, piece_of(here).pk)
    assert people.of("secretary").get(address).status_code == 404
    here.close(1)
    assert got(people.of("secretary"), address)


def test_a_harmful_file_is_held_back_with_its_finding(here, people):
    send(people, here, specimens.pdf(script=True))
    actions.check_file(str(StoredFile.objects.get().pk))
    answer = people.of("officer").get(url("evidence_file", here.card, piece_of(here).pk))
    assert answer.status_code == 409
    assert "JavaScript" in text(answer)
    assert "bị chặn" in text(people.of("officer").get(url("leaf", here.card, "1.1")))


def test_a_wrong_file_is_refused_at_its_field_and_the_rest_stays_typed(here, people):
    answer = send(people, here, b"MZ program", number="12/BC")
    assert answer.status_code == 422
    assert "không phải là PDF" in text(answer)
    assert 'value="mục I"' in text(answer)
    assert 'value="12/BC"' in text(answer)
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_document_is_named_in_place_of_a_file(here, people):
    data = {"number": "12/BC-UBND", "issuer": "UBND phường", "issued_on": "05/06/2026", "section": "trang 2"}
    people.of("officer").post(url("add_document", here.card, "1.1"), data)
    assert str(piece_of(here).issued_on) == "2026-06-05"
    assert "05/06/2026" in text(people.of("officer").get(url("leaf", here.card, "1.1")))


def test_a_document_without_an_issuer_is_refused_and_stays_typed(here, people):
    answer = people.of("officer").post(url("add_document", here.card, "1.1"), {"number": "12/BC-UBND"})
    assert answer.status_code == 422
    assert 'value="12/BC-UBND"' in text(answer)


def test_removed_evidence_leaves_the_leaf_but_not_the_history(here, people):
    send(people, here)
    people.of("officer").post(url("remove_evidence", here.card, piece_of(here).pk))
    assert piece_of(here).removed_at is not None
    assert "Kế hoạch.pdf" not in text(people.of("leader").get(url("leaf", here.card, "1.1")))
    assert Evidence.history.filter(file_name="Kế hoạch.pdf").count() == 2


def test_nobody_else_adds_or_removes_evidence(here, people):
    send(people, here)
    for who in ("leader", "secretary"):
        gone = people.of(who).post(url("remove_evidence", here.card, piece_of(here).pk))
        assert gone.status_code == 403
        data = {"file": specimens.upload(specimens.pdf(), "a.pdf")}
        assert people.of(who).post(url("add_file", here.card, "1.1"), data).status_code == 403


def test_after_the_lock_no_file_is_taken(here, people):
    here.close(1)
    answer = send(people, here)
    assert answer.status_code == 409
    assert "Kế hoạch.pdf" in text(answer)


def test_the_units_quota_is_told_in_megabytes(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 0
    answer = send(people, here)
    assert answer.status_code == 422
    assert "MB" in text(answer)


def test_the_signed_copy_is_attached_with_number_and_day(here, people):
    here.approved()
    data = {"file": specimens.upload(specimens.pdf(), "ký.pdf"), "number": "45/BC", "signed_on": "07/06/2026"}
    assert people.of("leader").post(url("signed_copy", here.card), data).status_code == 403
    data["file"] = specimens.upload(specimens.pdf(), "ký.pdf")
    assert people.of("officer").post(url("signed_copy", here.card), data).status_code == 302
    assert here.fresh().signed_number == "45/BC"
    assert "Bản ký số 45/BC ngày 07/06/2026" in text(people.of("leader").get(url("approval", here.card)))
    assert got(people.of("leader"), url("signed_file", here.card))


@pytest.mark.parametrize("move", ["withdraw", "return"])
def test_a_signed_copy_goes_off_a_card_that_comes_back_to_be_mended(here, people, move):
    here.submitted()
    data = {"file": specimens.upload(specimens.pdf(), "ký.pdf"), "number": "45/BC", "signed_on": "07/06/2026"}
    assert people.of("officer").post(url("signed_copy", here.card), data).status_code == 302
    actions.move(here.card, move, by=here.officer if move == "withdraw" else here.leader, reason="Sửa")
    card = here.fresh()
    assert (card.signed_file, card.signed_number, card.signed_date) == (None, "", None)
    assert people.of("officer").get(url("signed_file", here.card)).status_code == 404
    here.close(1)
    told = text(people.of("secretary").get(reverse("scoring:history")))
    assert "Đính kèm bản ký số 45/BC" in told
    assert "Bỏ bản ký số 45/BC vì phiếu trở lại để sửa" in told


def test_the_same_file_or_document_sent_twice_is_one_piece(here, people):
    for _turn in range(2):
        assert send(people, here).status_code == 302
        sent = {"number": "5/BC", "issuer": "Văn phòng", "section": ""}
        assert people.of("officer").post(url("add_document", here.card, "1.1"), sent).status_code == 302
    assert Evidence.objects.count() == 2
    told_else = sent | {"issued_on": "05/06/2026"}
    answer = people.of("officer").post(url("add_document", here.card, "1.1"), told_else)
    assert answer.status_code == 422
    assert "đã có tài liệu này" in text(answer)
    assert send(people, here, section="mục II").status_code == 302
    assert Evidence.objects.count() == 3


def test_a_leaf_that_the_unit_does_not_score_takes_no_evidence_and_no_reason_to_return(here, people):
    leaf = Score.objects.filter(card=here.card, code="2.1")
    leaf.update(source="external")
    data = {"file": specimens.upload(specimens.pdf(), "a.pdf"), "section": ""}
    answer = people.of("officer").post(url("add_file", here.card, "2.1"), data)
    assert answer.status_code == 422
    assert "không do đơn vị tự chấm" in text(answer)
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()
    leaf.update(source="assessed")
    here.submitted()
    leaf.update(source="external")
    with pytest.raises(Invalid, match="không do đơn vị tự chấm"):
        actions.note_return(here.card, "2.1", by=here.leader, reason="Xem lại")
    assert actions.note_return(here.card, "2.1", by=here.leader, reason="") is None


def test_the_signed_copy_is_refused_after_the_lock(here, people):
    here.approved()
    here.close(1)
    data = {"file": specimens.upload(specimens.pdf(), "a.pdf"), "number": "45/BC", "signed_on": "07/06/2026"}
    assert people.of("officer").post(url("signed_copy", here.card), data).status_code == 409


def test_a_file_refused_after_the_lock_is_not_kept(here, people):
    here.approved()
    here.close(1)
    send(people, here)
    data = {"file": specimens.upload(specimens.pdf(), "a.pdf"), "number": "45/BC", "signed_on": "07/06/2026"}
    people.of("officer").post(url("signed_copy", here.card), data)
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(key_of(here.unit.pk, sha256(specimens.pdf()).hexdigest()))


def test_a_signed_copy_before_the_card_is_submitted_is_not_kept(here, people):
    data = {"file": specimens.upload(specimens.pdf(), "a.pdf"), "number": "45/BC", "signed_on": "07/06/2026"}
    assert people.of("officer").post(url("signed_copy", here.card), data).status_code == 409
    assert not StoredFile.objects.exists()


def test_a_file_taken_off_no_longer_counts_against_the_quota(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    send(people, here)
    StoredFile.objects.update(size=1024 * 1024)
    other = specimens.pdf(pages=3)
    assert send(people, here, other).status_code == 422
    people.of("officer").post(url("remove_evidence", here.card, piece_of(here).pk))
    assert send(people, here, other).status_code == 302


def test_bytes_in_use_need_no_more_room(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    send(people, here)
    StoredFile.objects.update(size=1024 * 1024)
    assert send(people, here, section="mục II").status_code == 302
    assert Evidence.objects.filter(file__isnull=False).count() == 2


def test_a_signed_copy_counts_against_the_quota(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    send(people, here)
    StoredFile.objects.update(size=1024 * 1024)
    here.submitted()
    data = {
        "file": specimens.upload(specimens.pdf(pages=3), "a.pdf"),
        "number": "45/BC",
        "signed_on": "07/06/2026",
    }
    answer = people.of("officer").post(url("signed_copy", here.card), data)
    assert answer.status_code == 422
    assert "MB" in text(answer)
    assert StoredFile.objects.count() == 1


def test_a_signed_copy_that_stands_fills_the_quota_for_the_next(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    here.submitted()
    for pages, status in ((1, 302), (3, 422)):
        file = specimens.upload(specimens.pdf(pages=pages), "a.pdf")
        data = {"file": file, "number": "45/BC", "signed_on": "07/06/2026"}
        answer = people.of("officer").post(url("signed_copy", here.card), data)
        assert answer.status_code == status
        StoredFile.objects.update(size=1024 * 1024)
    assert "MB" in text(answer)


@pytest.mark.parametrize(("name", "content"), [("ky.docx", specimens.docx()), ("ky.xlsx", specimens.xlsx())])
def test_a_signed_copy_that_is_no_pdf_is_refused_at_its_field(here, people, name, content):
    here.approved()
    data = {"file": specimens.upload(content, name), "number": "45/BC", "signed_on": "07/06/2026"}
    answer = people.of("officer").post(url("signed_copy", here.card), data)
    assert answer.status_code == 422
    assert "Bản ký phải là tệp PDF" in text(answer)
    assert not StoredFile.objects.exists()
    data["file"] = specimens.upload(content, name)
    data["signed_on"] = "2026-06-07"
    sent = people.of("officer").post(f"/api/scorecards/{here.card.pk}/signed-copy/", data)
    assert sent.status_code == 422
