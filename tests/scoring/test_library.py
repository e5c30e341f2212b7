"""Tài liệu of a card: listed, found by words inside, narrowed, flagged, counted; to the right people only."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from backend.audit.recording import recording
from backend.scoring import actions
from backend.scoring.models import Evidence, PageText, Reading, Score, StoredFile
from permissions.actor import SYSTEM
from tests.scoring import specimens
from tests.scoring.pages import Browsers, text, url
from tests.scoring.shelves import TOLD, another_unit, found_clean, named, own_storage, put, work  # noqa: F401
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def here():
    return world()


@pytest.fixture
def people(here):
    return Browsers(here)


def listed(people, here, who="officer", **query) -> str:
    answer = people.of(who).get(url("library", here.card), query)
    assert answer.status_code == 200
    return text(answer)


def told(people, here, who="officer", **query):
    answer = people.of(who).get(f"/api/scorecards/{here.card.pk}/library/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def names(rows) -> list[str]:
    return [row["evidence"]["file_name"] or row["evidence"]["number"] for row in rows]


def kinds(row) -> set[str]:
    return {flag["kind"] for flag in row["flags"]}


# --- listed and found ----------------------------------------------------------------------------------


def test_every_piece_is_listed_with_its_leaf_and_who_added_it(here, people):
    put(here, "1.1", specimens.pdf(), "Kế hoạch.pdf", section="mục II, trang 3", number="12/KH-UBND")
    named(here, "2.1", issued_on=date(2026, 6, 5))
    page = listed(people, here)
    for words in ("Kế hoạch.pdf", "mục II, trang 3", "12/KH-UBND", "05/KH-UBND", "05/06/2026"):
        assert words in page
    assert here.officer.name in page


def test_an_empty_library_says_what_to_do(here, people):
    assert "Phiếu chưa có tài liệu nào." in listed(people, here)
    put(here, "1.1", specimens.pdf(), "a.pdf")
    assert "Không có tài liệu nào như vậy." in listed(people, here, q="khong co dau ca")


def test_words_inside_a_pdf_are_found_without_accents_and_shown_in_their_sentence(here, people):
    put(here, "1.1", specimens.paper("Trang đầu.", TOLD), "bao cao.pdf")
    put(here, "1.2", specimens.paper("Không liên quan"), "khac.pdf")
    work()
    page = listed(people, here, q="o mon")
    assert "<mark>Ô Môn</mark> đã ban hành kế hoạch." in page
    assert "Trang 2:" in page
    assert "khac.pdf" not in page
    (row,) = told(people, here, q="QUẬN ô MÔN")
    assert (row["hit"]["page"], row["hit"]["words"]) == (2, "quận Ô Môn")


@pytest.mark.parametrize("words", ["ke hoach", "12/kh", "uy ban NHÂN dân", "muc iii", "KẾ  HOẠCH"])
def test_names_numbers_issuers_and_sections_are_found(here, people, words):
    put(here, "1.1", specimens.pdf(), "Kế hoạch.pdf", number="12/KH-UBND", section="mục III")
    named(here, "1.2", issuer="Ủy ban nhân dân xã")
    named(here, "2.1", issuer="Sở Y tế", number="77/QĐ")
    found = names(told(people, here, q=words))
    assert found
    assert "77/QĐ" not in found


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "'", '"<script>', "\x00", "a\x00b", "😀", "ề" * 5000, "%%%_", "\u202e", " "]
)
def test_odd_words_find_nothing_and_break_nothing(here, people, words):
    put(here, "1.1", specimens.paper(TOLD), "bao cao.pdf")
    work()
    page = people.of("officer").get(url("library", here.card), {"q": words})
    assert page.status_code == 200
    assert "<script>" not in text(page)
    assert people.of("officer").get(f"/api/scorecards/{here.card.pk}/library/", {"q": words}).status_code in (
        200,
        422,
    )


def test_a_percent_sign_is_a_sign_like_any_other(here, people):
    put(here, "1.1", specimens.paper("Đạt 95% kế hoạch"), "a.pdf")
    put(here, "1.2", specimens.paper("Đạt 95 phần trăm"), "b.pdf")
    work()
    assert names(told(people, here, q="95%")) == ["a.pdf"]


def test_field_leaf_and_flag_narrow_and_nonsense_does_not(here, people):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    put(here, "1.2", specimens.pdf(pages=2), "b.pdf")
    named(here, "2.1", issued_on=date(2019, 1, 1))
    assert names(told(people, here, field="1")) == ["a.pdf", "b.pdf"]
    assert names(told(people, here, leaf="1.2")) == ["b.pdf"]
    assert names(told(people, here, flag="out_of_year")) == ["05/KH-UBND"]
    assert "b.pdf" in listed(people, here, field="99", flag="khac", leaf="x", sort="mật khẩu", page="-4")


def test_the_list_is_sorted_as_vietnamese_dictionaries_are(here, people):
    for number, name in enumerate(("Đề án.pdf", "Danh sách.pdf", "ảnh.pdf", "Ấn bản.pdf"), start=1):
        put(here, "1.1", specimens.pdf(pages=number), name)
    found = names(told(people, here, sort="name"))
    assert found == ["ảnh.pdf", "Ấn bản.pdf", "Danh sách.pdf", "Đề án.pdf"]
    assert names(told(people, here, sort="-name")) == found[::-1]


def test_thirty_stand_on_a_page(here, people):
    for number in range(35):
        named(here, "1.1", number=f"{number:02}/KH")
    assert "Đang xem 1–30 trong 35" in listed(people, here)
    assert "Đang xem 31–35 trong 35" in listed(people, here, page="2")


def test_the_council_finds_nothing_before_the_card_is_sent(here, people):
    put(here, "1.1", specimens.paper(TOLD), "bao cao.pdf")
    work()
    page = listed(people, here, "secretary", q="o mon")
    assert "bao cao.pdf" not in page
    assert "Đơn vị đang tự chấm" in page
    assert told(people, here, "secretary", q="o mon") == []
    here.close(1)
    assert names(told(people, here, "secretary", q="o mon")) == ["bao cao.pdf"]


def test_the_text_of_one_card_is_not_found_from_another(here, people):
    other = another_unit(here)
    put(other, "1.1", specimens.paper(TOLD), "cua ho.pdf")
    put(here, "1.1", specimens.pdf(), "cua ta.pdf")
    work()
    assert told(people, here, q="o mon") == []


# --- statements ----------------------------------------------------------------------------------------


def many(here, numbers: range) -> None:
    """Put files with a text, a date and a reading on the leaves; bare rows."""
    scores = list(Score.objects.filter(card=here.card))
    step = here.round.steps.get(order=1)
    now = step.opens_at
    for n in numbers:
        digest = f"{here.card.pk:08}{n:056}"
        stored = StoredFile.objects.create(
            unit=here.unit,
            sha256=digest,
            size=10,
            content_type="application/pdf",
            state="clean",
            stored_at=now,
        )
        Reading.objects.create(file=stored, preview="own", pages=1, pages_read=1, read_at=now)
        PageText.objects.create(file=stored, page=1, text="Ô Môn đây.", folded="o mon day.")
        piece = Evidence(
            score=scores[n % len(scores)], step=step, file=stored, file_name=f"Tệp {n}.pdf", added_by="A",
            added_at=now,
        )  # fmt: skip
        with recording(by=SYSTEM):
            piece.save()


def asked(people, here, who, **query) -> int:
    people.of(who).get(url("library", here.card), query)
    with CaptureQueriesContext(connection) as seen:
        assert people.of(who).get(url("library", here.card), query).status_code == 200
    return len(seen.captured_queries)


@pytest.mark.parametrize("who", ["officer", "secretary"])
@pytest.mark.parametrize("query", [{}, {"q": "o mon"}], ids=["plain", "searched"])
def test_one_and_a_hundred_pieces_take_the_same_statements(here, people, who, query):
    if who == "secretary":
        here.close(1)
    many(here, range(1))
    few = asked(people, here, who, **query)
    many(here, range(1, 100))
    assert asked(people, here, who, **query) == few
    assert len(told(people, here, who, size="200")) == 100


# --- flags ---------------------------------------------------------------------------------------------


def test_the_same_bytes_of_two_units_are_told_to_the_council_only(here, people):
    other = another_unit(here, "Phường bên cạnh")
    put(here, "1.1", specimens.pdf(), "của ta.pdf")
    put(other, "2.1", specimens.pdf(), "của họ.pdf")
    here.approved()
    here.close(1)
    (row,) = told(people, here, "secretary")
    assert "Phường bên cạnh (tiêu chí 2.1)" in next(f["words"] for f in row["flags"] if f["kind"] == "shared")
    assert "Phường bên cạnh" in text(people.of("secretary").get(f"/appraisals/{here.card.pk}/?field=1"))
    for who in ("officer", "leader"):
        assert "shared" not in kinds(told(people, here, who)[0])
        assert "Phường bên cạnh" not in listed(people, here, who)
        assert told(people, here, who, flag="shared") == []
        assert "trùng tệp với đơn vị khác" not in listed(people, here, who).lower()


def test_what_another_unit_still_writes_is_not_told(here, people):
    other = another_unit(here, "Phường bên cạnh")
    put(here, "1.1", specimens.pdf(), "của ta.pdf")
    put(other, "2.1", specimens.pdf(), "của họ.pdf")
    here.approved()
    assert "shared" not in kinds(told(people, here, "secretary")[0])


def test_what_was_never_sent_is_not_told(here, people):
    other = another_unit(here, "Phường bên cạnh")
    put(here, "1.1", specimens.pdf(), "của ta.pdf")
    put(other, "2.1", specimens.pdf(), "của họ.pdf")
    here.approved()
    here.close(1)
    actions.move(other.card, "no_self_score", by=SYSTEM, reason="Không nộp", document="01/TB")
    assert "shared" not in kinds(told(people, here, "secretary")[0])


def test_the_same_bytes_on_two_leaves_and_dates_outside_the_year_are_told(here, people):
    put(here, "1.1", specimens.pdf(), "a.pdf")
    put(here, "2.1", specimens.pdf(), "b.pdf")
    named(here, "1.2", issued_on=date(2025, 12, 31))
    named(here, "1.2", number="06/KH", issued_on=date(2026, 1, 1))
    rows = told(people, here)
    by_name = {name: kinds(row) for name, row in zip(names(rows), rows, strict=True)}
    assert by_name["a.pdf"] == {"waiting", "repeated", "undated"}
    assert by_name["05/KH-UBND"] == {"out_of_year"}
    assert by_name["06/KH"] == set()
    assert "cùng tệp ở tiêu chí 2.1" in text(people.of("officer").get(url("leaf", here.card, "1.1")))


def test_a_harmful_file_is_flagged_and_not_shown_in_place(here, people):
    piece = put(here, "1.1", specimens.pdf(script=True), "la.pdf")
    work()
    (row,) = told(people, here)
    assert "harmful" in kinds(row)
    assert row["preview"] is None
    assert not Reading.objects.exists()
    answer = people.of("officer").get(url("evidence_preview", here.card, piece.pk))
    assert answer.status_code == 409
    assert "JavaScript" in text(answer)


# --- seen in place -------------------------------------------------------------------------------------


def test_a_clean_pdf_is_given_to_a_frame_of_ours_only(here, people):
    content = specimens.paper(TOLD)
    piece = put(here, "1.1", content, "Kế hoạch.pdf")
    assert people.of("officer").get(url("evidence_preview", here.card, piece.pk)).status_code == 409
    work()
    answer = people.of("officer").get(url("evidence_preview", here.card, piece.pk))
    assert b"".join(answer.streaming_content) == content
    answer.close()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline;")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_page_round_a_document_has_a_frame_for_paper_and_a_picture_for_pictures(here, people):
    paper = put(here, "1.1", specimens.paper(TOLD), "a.pdf")
    photo = put(here, "1.1", specimens.picture(), "b.jpg")
    work()
    page = text(people.of("officer").get(url("evidence_view", here.card, paper.pk), {"page": "1"}))
    assert f'src="{url("evidence_preview", here.card, paper.pk)}#page=1"' in page
    assert "<iframe" in page
    shown = text(people.of("officer").get(url("evidence_view", here.card, photo.pk)))
    assert "<img" in shown
    assert "<iframe" not in shown
    part = people.of("officer").get(url("evidence_view", here.card, paper.pk), headers={"HX-Request": "true"})
    assert "<html" not in text(part)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "1#a"])
def test_a_page_that_is_none_is_left_out_of_the_frames_address(here, people, page):
    piece = put(here, "1.1", specimens.paper(TOLD), "a.pdf")
    work()
    answer = people.of("officer").get(url("evidence_view", here.card, piece.pk), {"page": page})
    assert "#page" not in text(answer)


# --- missing, room -------------------------------------------------------------------------------------


def test_leaves_without_a_document_are_listed_and_given_as_a_workbook(here, people):
    here.fill()
    put(here, "1.1", specimens.pdf(), "a.pdf")
    rows = people.of("officer").get(f"/api/scorecards/{here.card.pk}/missing/").json()["results"]
    assert [(row["code"], row["points"], row["is_explained"]) for row in rows] == [
        ("1.2", "3.000", True),
        ("2.1", "5.000", True),
    ]
    assert "Còn thiếu tài liệu: 2 tiêu chí" in listed(people, here)
    answer = people.of("officer").get(url("missing_sheet", here.card))
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=4)]
    assert cells[0][0] == "Mã tiêu chí"
    assert [row[0] for row in cells[1:]] == ["1.2", "2.1"]
    assert cells[1][2] == 3


def test_a_leaf_that_asks_for_a_document_is_missing_one_before_it_has_points():
    asking = world(asked={"1.2": "Quyết định ban hành kế hoạch"})
    officer = Browsers(asking).of("officer")
    (row,) = officer.get(f"/api/scorecards/{asking.card.pk}/missing/").json()["results"]
    assert (row["code"], row["asked"]) == ("1.2", "Quyết định ban hành kế hoạch")
    named(asking, "1.2")
    assert officer.get(f"/api/scorecards/{asking.card.pk}/missing/").json()["results"] == []


def test_the_host_is_not_told_what_is_missing_while_the_unit_writes(here, people):
    here.fill()
    secretary = people.of("secretary")
    assert secretary.get(f"/api/scorecards/{here.card.pk}/missing/").status_code == 404
    assert secretary.get(url("missing_sheet", here.card)).status_code == 404
    assert "Còn thiếu tài liệu" not in listed(people, here, "secretary")


def test_the_unit_sees_its_room_and_is_warned_when_it_is_tight(here, people, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 2
    put(here, "1.1", specimens.pdf(), "a.pdf")
    StoredFile.objects.update(size=1024 * 1024)
    found_clean()
    page = listed(people, here)
    assert "1,0\xa0MB" in page
    assert "2,0\xa0MB" in page
    assert "sắp hết" not in page
    StoredFile.objects.update(size=2 * 1024 * 1024 - 10)
    assert "sắp hết" in listed(people, here)
    here.close(1)
    assert "Hạn mức" not in listed(people, here, "secretary")
