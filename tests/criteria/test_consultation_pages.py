"""The pages of a consultation, as Home Affairs and the units see them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from backend.core import clock
from backend.core.dates import format_date
from backend.criteria.actions import consulting, responding
from backend.criteria.models import Consultation, CriteriaSet, Opinion, Response
from backend.notices.models import Notice
from permissions.roles import Role
from tests import make
from tests.criteria.consultations import Asking, ask, commune

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def asking() -> Asking:
    return ask()


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content[:800])
    return answer.content.decode()


def url(name: str, *args) -> str:
    return reverse(f"criteria:{name}", args=args)


def board(asking, **query):
    return url("consultation", asking.asked.pk) + ("?show=unanswered" if query else "")


def mine(asking, name="response", *args) -> str:
    return url(name, asking.response().pk, *args)


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


# --- asking ------------------------------------------------------------------------------------------------


def test_home_affairs_sends_a_draft_out_and_sees_who_gets_it(client):
    city = make.unit("Thành phố")
    commune(city, "Xã Một")
    commune(city, "Xã Hai")
    draft = make.criteria_set(city, state=CriteriaSet.State.DRAFT)
    client.force_login(make.seated(Role.CRITERIA_MANAGER, city)[0])
    assert url("consultation_open", draft.pk) in text(client.get(url("set_detail", draft.pk)))
    page = text(client.get(url("consultation_open", draft.pk)))
    assert "Gửi lấy ý kiến 2 đơn vị" in page
    assert "Xã Hai" in page
    day = format_date(clock.now() + timedelta(days=20))
    sent = client.post(url("consultation_open", draft.pk), {"document": "12/SNV", "closes": day}, follow=True)
    page = text(sent)
    assert "Hạn góp ý" in page
    assert "2 đơn vị chưa gửi" in page
    asked = Consultation.objects.get()
    # 00:00 in Vietnam of the day after the last one.
    assert format_date(asked.closes_at - timedelta(seconds=1)) == day
    detail = text(client.get(url("set_detail", draft.pk)))
    assert url("consultation", asked.pk) in detail
    assert url("consultation_open", draft.pk) not in detail
    again = client.post(url("consultation_open", draft.pk), {"document": "12/SNV", "closes": day})
    assert "đang được lấy ý kiến" in text(again, 409)


@pytest.mark.parametrize(
    ("closes", "said"),
    [
        ("01/01/2020", "sau thời điểm hiện tại"),
        ("31/12/9999", "phải từ 1900 đến 2100"),
        ("32/13/2026", "Không có ngày"),
        ("", ""),
    ],
)
def test_a_deadline_that_can_not_be_is_refused_in_words(client, asking, closes, said):
    asking.end()
    client.force_login(asking.manager_user)
    answer = client.post(url("consultation_open", asking.draft.pk), {"document": "12/SNV", "closes": closes})
    assert answer.status_code in (200, 422)
    assert said in answer.content.decode()
    assert "12/SNV" in answer.content.decode()
    assert Consultation.objects.count() == 1


def test_a_draft_nobody_is_scored_by_says_so(client):
    city = make.unit("Thành phố")
    draft = make.criteria_set(city, state=CriteriaSet.State.DRAFT)
    client.force_login(make.seated(Role.CRITERIA_MANAGER, city)[0])
    assert "Chưa có đơn vị nào để lấy ý kiến" in text(client.get(url("consultation_open", draft.pk)))


def test_discarding_waits_for_the_end(client, asking):
    client.force_login(asking.manager_user)
    assert "đang được lấy ý kiến" in text(client.post(url("discard", asking.draft.pk)), 409)


def test_deadline_reminder_and_end_by_page(client, asking):
    client.force_login(asking.manager_user)
    day = format_date(clock.now() + timedelta(days=30))
    page = text(client.get(url("consultation_deadline", asking.asked.pk)))
    assert "Hạn hiện nay: hết ngày" in page
    moved = client.post(
        url("consultation_deadline", asking.asked.pk), {"closes": day, "reason": "Lũ"}, follow=True
    )
    assert f"khoá sau ngày {day}" in text(moved)
    assert "Đã nhắc 4 người" in text(client.post(url("consultation_remind", asking.asked.pk), follow=True))
    assert "Mỗi ngày chỉ nhắc" in text(client.post(url("consultation_remind", asking.asked.pk), follow=True))
    early = client.post(url("consultation_end", asking.asked.pk), {"reason": ""})
    assert "Kết thúc sớm thì phải ghi lý do" in text(early, 422)
    done = client.post(url("consultation_end", asking.asked.pk), {"reason": "Đủ ý"}, follow=True)
    assert "sửa được trở lại" in text(done)


# --- a unit's page -----------------------------------------------------------------------------------------


def test_an_officer_reads_the_draft_and_writes_under_a_node(client, asking):
    client.force_login(asking.one.officer_user)
    assert mine(asking) in text(client.get(reverse("scoring:desk")))
    assert mine(asking) in text(client.get(url("set_detail", asking.draft.pk)))
    page = text(client.get(mine(asking)))
    assert "Tiêu chí 2.1" in page
    assert "Thống nhất, không có ý kiến khác" in page
    node = asking.node("1.1")
    saved = client.post(
        mine(asking, "response_node", node.pk), {"text": "Giảm <b>điểm</b>", "was": ""}, follow=True
    )
    page = text(saved)
    assert "Giảm &lt;b&gt;điểm&lt;/b&gt;" in page
    assert "1 ý kiến" in page
    assert "Trình lãnh đạo duyệt" in page
    assert "Thống nhất, không có ý kiến khác" not in page


def test_a_box_is_saved_in_place(client, asking):
    client.force_login(asking.one.officer_user)
    whole = mine(asking, "response_whole")
    box = text(
        client.post(whole, {"text": "Nên sớm hơn\r\nmột tháng", "was": ""}, headers={"HX-Request": "true"})
    )
    assert "<html" not in box
    assert "Đã lưu" in box
    assert 'id="whole"' in box
    assert 'hx-swap-oob="true"' in box
    assert "Trình lãnh đạo duyệt" in box
    again = client.post(
        whole, {"text": "Sửa lại", "was": "Nên sớm hơn\r\nmột tháng"}, headers={"HX-Request": "true"}
    )
    assert "Sửa lại" in text(again)


BAD = [("", "bắt buộc"), ("x" * 100_000, "10000"), ("a\x00b", "ull")]


@pytest.mark.parametrize(("typed", "said"), BAD, ids=["empty", "long", "NUL"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_a_bad_opinion_keeps_what_was_typed(client, asking, typed, said, headers):
    client.force_login(asking.one.officer_user)
    answer = client.post(mine(asking, "response_whole"), {"text": typed, "was": ""}, headers=headers)
    page = text(answer, 422)
    assert 'role="alert"' in page
    assert typed[:50].replace("\x00", "") in page.replace("\x00", "")
    assert not Opinion.objects.exists()


def test_a_colleagues_words_are_shown_beside_mine(client, asking):
    asking.write("Của đồng nghiệp")
    client.force_login(asking.one.officer_user)
    page = text(client.post(mine(asking, "response_whole"), {"text": "Của tôi", "was": ""}), 409)
    assert "Của tôi" in page
    assert "Của đồng nghiệp" in page


def test_an_opinion_is_taken_back_and_agreeing_chosen(client, asking):
    written = asking.write("Giảm điểm", code="1.1")
    client.force_login(asking.one.officer_user)
    gone = client.post(mine(asking, "response_remove", written.pk), follow=True)
    assert "Đã bỏ ý kiến" in text(gone)
    assert "Đã chọn thống nhất" in text(client.post(mine(asking, "response_agree"), follow=True))
    assert "Đã bỏ chọn" in text(client.post(mine(asking, "response_agree"), {"no": "1"}, follow=True))


def test_a_leader_reads_returns_and_approves(client, asking):
    asking.write("Giảm điểm", code="1.1")
    responding.move_response(asking.response(), "submit", by=asking.one.officer)
    client.force_login(asking.one.leader_user)
    assert "Duyệt ý kiến" in text(client.get(reverse("scoring:desk")))
    page = text(client.get(mine(asking)))
    assert "Duyệt và gửi" in page
    assert "Lưu ý kiến" not in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert "Hãy ghi lý do" in text(client.post(mine(asking, "response_move", "return"), {"reason": ""}), 422)
    text(client.post(mine(asking, "response_move", "approve"), {"version": "abc"}), 409)
    stale = client.post(mine(asking, "response_move", "approve"), {"version": "0"})
    assert "đã thay đổi từ lúc bạn xem" in text(stale, 409)
    sent = client.post(mine(asking, "response_move", "approve"), {"version": version}, follow=True)
    assert "duyệt và gửi lúc" in text(sent)
    assert client.post(mine(asking, "response_move", "publish")).status_code == 404


def test_after_the_deadline_the_page_says_what_to_do(client, asking):
    asking.write("Giảm điểm", code="1.1")
    asking.close()
    client.force_login(asking.one.officer_user)
    page = text(client.get(mine(asking)))
    assert "Đã hết hạn góp ý" in page
    assert "đề nghị cơ quan soạn thảo đổi hạn" in page
    assert "Lưu ý kiến" not in page
    late = client.post(mine(asking, "response_whole"), {"text": "Muộn"})
    assert "Muộn" in text(late, 409)


def test_another_unit_finds_nothing_of_mine(client, asking):
    written = asking.write("Giảm điểm", code="1.1")
    asking.send()
    client.force_login(asking.two.officer_user)
    for name, args in (
        ("response", ()),
        ("response_whole", ()),
        ("response_remove", (written.pk,)),
        ("response_agree", ()),
    ):
        address = mine(asking, name, *args)
        assert (client.get(address) if name == "response" else client.post(address)).status_code == 404
    own = url("response_remove", asking.response(asking.two).pk, written.pk)
    assert client.post(own).status_code == 404
    assert client.get(url("opinion_answer", written.pk)).status_code == 404
    assert client.get(board(asking)).status_code == 404
    assert client.get(url("consultation_file", asking.asked.pk, "xlsx")).status_code == 404
    assert "Giảm điểm" not in text(client.get(url("set_detail", asking.draft.pk)))


def test_a_node_of_another_set_is_not_found(client, asking):
    other = make.criteria_set(asking.city, year=2030).nodes.get(code="1.1")
    client.force_login(asking.one.officer_user)
    assert client.post(mine(asking, "response_node", other.pk), {"text": "Ý"}).status_code == 404


# --- reading and answering ---------------------------------------------------------------------------------


@pytest.fixture
def opinion(asking) -> Opinion:
    written = asking.write("=cmd()|'/c calc'!A1 <i>Giảm</i>", code="1.1")
    asking.send()
    return written


def test_home_affairs_reads_as_they_come_and_answers_after_the_deadline(client, asking, opinion):
    client.force_login(asking.manager_user)
    page = text(client.get(board(asking)))
    assert "&lt;i&gt;Giảm&lt;/i&gt;" in page
    assert url("opinion_answer", opinion.pk) not in page
    asking.close()
    assert url("opinion_answer", opinion.pk) in text(client.get(board(asking)))
    bare = client.post(url("opinion_answer", opinion.pk), {"verdict": "declined", "answer": ""})
    assert "phải giải trình vì sao" in text(bare, 422)
    done = client.post(
        url("opinion_answer", opinion.pk), {"verdict": "declined", "answer": "Theo quy định"}, follow=True
    )
    assert "Theo quy định" in text(done)
    assert "Mọi ý kiến đã được trả lời" in text(client.get(board(asking, unanswered=True)))


def test_an_answer_in_place_gives_the_opinion_back(client, asking, opinion):
    asking.close()
    client.force_login(asking.manager_user)
    htmx = {"HX-Request": "true"}
    form = text(client.get(url("opinion_answer", opinion.pk), headers=htmx))
    assert "<html" not in form
    assert "Lưu câu trả lời" in form
    wrong = client.post(url("opinion_answer", opinion.pk), {"verdict": ""}, headers=htmx)
    assert "<html" not in text(wrong, 422)
    done = client.post(url("opinion_answer", opinion.pk), {"verdict": "accepted", "seen": ""}, headers=htmx)
    assert "tiếp thu" in text(done)
    again = client.post(url("opinion_answer", opinion.pk), {"verdict": "accepted", "seen": ""}, headers=htmx)
    assert again.status_code == 409


def test_the_council_reads_after_the_deadline_and_never_answers(client, asking, opinion):
    client.force_login(make.seated(Role.CHAIR, asking.city)[0])
    page = text(client.get(board(asking)))
    assert "Giảm" not in page
    assert "Ý kiến chưa mở" in page
    assert client.get(url("consultation_file", asking.asked.pk, "docx")).status_code == 404
    asking.close()
    assert "Giảm" in text(client.get(board(asking)))
    assert client.post(url("opinion_answer", opinion.pk), {"verdict": "accepted"}).status_code == 404
    assert client.post(url("consultation_end", asking.asked.pk)).status_code == 403


def test_once_ended_every_unit_reads_the_table_and_its_answers(client, asking, opinion):
    asking.end()
    consulting.answer_opinion(opinion, by=asking.manager, verdict="partly", answer="Giảm 0,5 điểm")
    client.force_login(asking.one.officer_user)
    page = text(client.get(mine(asking)))
    assert "Giảm 0,5 điểm" in page
    assert board(asking) in page
    client.force_login(asking.two.officer_user)
    page = text(client.get(board(asking)))
    assert "Giảm 0,5 điểm" in page
    assert "Sửa câu trả lời" not in page
    assert client.get(url("set_detail", asking.draft.pk)).status_code == 404


def test_the_pages_take_the_same_queries_for_few_and_many(client, asking):
    for code in ("1.1",):
        asking.write("Giảm", code=code)
    asking.send()
    client.force_login(asking.manager_user)
    few = queries_of(client, board(asking))
    asking.write("Giảm", code="1.2", commune=asking.two)
    asking.write("Thêm", code="2.1", commune=asking.two)
    asking.send(asking.two)
    assert queries_of(client, board(asking)) == few


# --- files -------------------------------------------------------------------------------------------------


def fetched(client, asking, kind) -> bytes:
    answer = client.get(url("consultation_file", asking.asked.pk, kind))
    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def test_the_table_as_a_workbook_holds_texts_and_no_formulas(client, asking, opinion):
    asking.end()
    consulting.answer_opinion(opinion, by=asking.manager, verdict="declined", answer="=1+1")
    client.force_login(asking.manager_user)
    book = CalamineWorkbook.from_filelike(io.BytesIO(fetched(client, asking, "xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "STT")
    assert rows[head][1:] == [
        "Nhóm vấn đề, tiêu chí", "Chủ thể góp ý", "Nội dung góp ý", "Nội dung tiếp thu, giải trình",
    ]  # fmt: skip
    assert rows[head + 1] == [
        1, "1.1 Tiêu chí 1.1", "Xã Một", opinion.text, "Giải trình, giữ nguyên.\n=1+1",
    ]  # fmt: skip
    assert ["Số đơn vị có ý kiến góp ý", 1, "50,00 %"] in [[row[0], row[3], row[4]] for row in rows[:head]]


def test_the_table_as_a_letter_says_all_of_it(client, asking, opinion):
    responding.agree_whole(asking.response(asking.two), by=asking.two.officer)
    asking.send(asking.two)
    asking.end()
    client.force_login(asking.two.officer_user)
    paper = Document(io.BytesIO(fetched(client, asking, "docx")))
    lines = [paragraph.text for paragraph in paper.paragraphs]
    assert "BẢNG TỔNG HỢP, TIẾP THU, GIẢI TRÌNH Ý KIẾN GÓP Ý" in lines
    assert "- Tổng số đơn vị được lấy ý kiến: 2 (100,00 %)" in lines
    assert "Các đơn vị thống nhất, không có ý kiến khác: Xã Hai." in lines
    head, table = paper.tables
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head.rows[0].cells[1].text
    assert [cell.text for cell in table.rows[1].cells] == [
        "1", "1.1 Tiêu chí 1.1", "Xã Một", opinion.text, "Chưa trả lời.",
    ]  # fmt: skip


def test_an_illustration_says_so_on_page_and_in_files(client, asking, opinion):
    CriteriaSet.objects.filter(pk=asking.draft.pk).update(is_illustration=True)
    client.force_login(asking.manager_user)
    assert "SỐ LIỆU MINH HOẠ" in text(client.get(board(asking)))
    paper = Document(io.BytesIO(fetched(client, asking, "docx")))
    assert any(paragraph.text == "SỐ LIỆU MINH HOẠ" for paragraph in paper.paragraphs)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(fetched(client, asking, "xlsx"))).get_sheet_by_index(0)
    assert any("SỐ LIỆU MINH HOẠ" in row for row in rows.to_python())


def test_messages_lead_to_the_page_of_the_unit(client, asking):
    notice = Notice.objects.filter(user=asking.one.officer_user).latest("pk")
    client.force_login(asking.one.officer_user)
    assert client.get(notice.url).status_code == 200
    assert Response.objects.filter(pk=notice.url.strip("/").split("/")[-1], unit=asking.one.unit).exists()
