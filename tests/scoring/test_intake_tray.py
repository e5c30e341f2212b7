"""The tray of a card: matched by name, corrected by hand, put on leaves, thrown away with a word."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Evidence, StoredFile, Upload
from tests.scoring import intakes
from tests.scoring.intakes import brought, dropped, paper, shown
from tests.scoring.pages import Browsers, text, url
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


def test_files_are_matched_corrected_and_placed(here, officer):
    dropped(
        officer, here.card, (paper(1), "1.1_KH.pdf"), (paper(2), "TC 1.2 BC.pdf"), (paper(3), "scan0001.pdf"),
        (paper(4), "2.1+1.1 DS.pdf"), (paper(5), "45.pdf"),
    )  # fmt: skip
    page = text(officer.get(url("intake", here.card)))
    assert "Đã tìm thấy tiêu chí theo tên tệp" in page
    keys = {upload.name: upload.pk for upload in Upload.objects.all()}
    data = {
        f"code-{keys['1.1_KH.pdf']}": ["1.1", ""],
        f"section-{keys['1.1_KH.pdf']}": ["mục II, trang 3", ""],
        f"code-{keys['TC 1.2 BC.pdf']}": ["2.1", ""],
        f"code-{keys['2.1+1.1 DS.pdf']}": ["2.1", "1.1."],
        f"section-{keys['2.1+1.1 DS.pdf']}": ["trang 1", "trang 9"],
        f"code-{keys['45.pdf']}": ["", ""],
    }
    assert "Đã xếp 4 tài liệu" in text(officer.post(url("place_files", here.card), data, follow=True))
    assert shown(here.card) == [
        ("1.1", "1.1_KH.pdf", "mục II, trang 3"),
        ("1.1", "2.1+1.1 DS.pdf", "trang 9"),
        ("2.1", "2.1+1.1 DS.pdf", "trang 1"),
        ("2.1", "TC 1.2 BC.pdf", ""),
    ]
    waiting = Upload.objects.filter(state="waiting").order_by("name")
    assert [upload.name for upload in waiting] == ["45.pdf", "scan0001.pdf"]
    assert Evidence.history.filter(history_user_id=here.users["officer"].pk).count() == 4


@pytest.mark.parametrize(
    ("codes", "sections", "words"),
    [
        (["9.9"], [""], "Phiếu này không có tiêu chí 9.9"),
        (["1.1", "1.1"], ["a", "a"], "hai lần"),
        ([""], ["trang 2"], "chưa ghi thuộc tiêu chí nào"),
        (["1.1"], ["x" * 201], "dài quá 200"),
    ],
)
def test_a_wrong_line_places_nothing_and_loses_nothing(here, officer, codes, sections, words):
    good, bad = (brought(officer, here.card, paper(n), f"{n}.pdf") for n in (1, 2))
    data = {
        f"code-{good.pk}": ["1.2"], f"section-{good.pk}": ["mục của tệp tốt"],
        f"code-{bad.pk}": codes, f"section-{bad.pk}": sections,
    }  # fmt: skip
    answer = officer.post(url("place_files", here.card), data)
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert 'value="mục của tệp tốt"' in page
    assert shown(here.card) == []


def test_a_leaf_that_does_not_apply_is_neither_matched_nor_taken(here, officer):
    score = here.card.scores.get(code="1.1")
    type(score).objects.filter(pk=score.pk).update(applies=False, left_out_reason="Không phát sinh")
    upload = brought(officer, here.card, paper(), "1.1_a.pdf")
    told = officer.get(intakes.address(here.card)).json()["results"]
    assert told[0]["codes"] == []
    answer = officer.post(url("place_files", here.card), {f"code-{upload.pk}": "1.1"})
    assert answer.status_code == 422
    assert "không do đơn vị tự chấm" in text(answer)


def test_the_day_in_a_files_name_is_offered_and_recorded_where_it_stays_ticked(here, officer):
    dropped(officer, here.card, (paper(1), "1.1_BC ngày 05-01-2026.pdf"), (paper(2), "1.2_KH 06.02.2026.pdf"))
    assert "Ngày ban hành 05/01/2026 (theo tên tệp)" in text(officer.get(url("intake", here.card)))
    one, two = Upload.objects.order_by("name")
    data = {f"code-{one.pk}": "1.1", f"code-{two.pk}": "1.2", f"dated-{one.pk}": "on"}
    officer.post(url("place_files", here.card), data)
    rows = Evidence.objects.order_by("score__code").values_list("issued_on", flat=True)
    assert list(rows) == [date(2026, 1, 5), None]


def test_what_a_colleague_placed_meanwhile_is_not_placed_twice(here, officer):
    upload = brought(officer, here.card, paper(), "1.1_a.pdf")
    data = {f"code-{upload.pk}": "1.1"}
    officer.post(url("place_files", here.card), data)
    answer = officer.post(url("place_files", here.card), data)
    assert answer.status_code == 422
    assert len(shown(here.card)) == 1


def test_a_file_is_thrown_away_with_a_word(here, officer):
    upload = brought(officer, here.card, paper(), "a.pdf")
    address = url("throw_upload", here.card, upload.pk)
    assert "a.pdf" in text(officer.get(address))
    assert officer.post(address, {"reason": " "}).status_code == 422
    officer.post(address, {"reason": "Gửi nhầm"})
    upload.refresh_from_db()
    assert (upload.state, upload.reason, upload.closed_by) == ("thrown", "Gửi nhầm", here.officer.name)
    assert officer.get(address).status_code == 404


def test_the_tray_is_worked_over_json_as_on_the_page(here, officer):
    one, two = (brought(officer, here.card, paper(n), f"{n}.pdf") for n in (1, 2))
    spots = {"spots": [{"code": "1.1", "section": "trang 2"}, {"code": "2.1"}]}
    answer = officer.post(intakes.address(here.card, one.pk, "place"), spots, content_type="application/json")
    assert answer.status_code == 201
    assert shown(here.card) == [("1.1", "1.pdf", "trang 2"), ("2.1", "1.pdf", "")]
    gone = officer.post(
        intakes.address(here.card, two.pk, "throw-away"), {"reason": "Thừa"}, content_type="application/json"
    )
    assert gone.status_code == 204


def test_the_page_takes_the_same_number_of_statements_for_one_file_and_for_forty(here, officer):
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert officer.get(url("intake", here.card)).status_code == 200
        return len(seen)

    def lay(numbers: range) -> None:
        for number in numbers:
            file = StoredFile.objects.create(
                unit=here.unit, sha256=f"{number:064}", size=10, stored_at=clock.now()
            )
            common = {"size": 10, "begun_at": clock.now(), "touched_at": clock.now()}
            here.card.uploads.create(name=f"1.1_{number}.pdf", file=file, state="waiting", **common)
            here.card.uploads.create(name=f"{number}.pdf", mark=str(number), **common)

    asked()
    lay(range(1))
    one = asked()
    lay(range(1, 40))
    assert asked() == one


def test_placing_takes_the_same_number_of_statements_for_one_file_and_for_twenty(here, officer):
    def asked(numbers: range) -> int:
        keys = [brought(officer, here.card, paper(number), f"{number}.pdf").pk for number in numbers]
        with CaptureQueriesContext(connection) as seen:
            actions.place(here.card, {key: [actions.Spot("1.1")] for key in keys}, by=here.officer)
        return len(seen)

    assert asked(range(1)) == asked(range(1, 21))
