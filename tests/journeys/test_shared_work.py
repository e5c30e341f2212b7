"""A unit shares the work on its card: given out, talked about, looked at by its own council, approved."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend.scoring.lifecycle import State
from tests import make
from tests.jobs.workers import empty_queue
from tests.journeys.conftest import OFFICE, PHONE
from tests.scoring.insiders import Inside, in_days, inside

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def here(live_server) -> Inside:
    made = inside()
    empty_queue()
    return made


def test_the_work_on_a_card_is_shared_talked_about_looked_at_and_approved(window, here):
    officer, clerk = window(here.users["officer"]), window(here.users["clerk"])
    give_out(officer, here)
    finds_hers(clerk, here)
    calls(officer, here)
    is_called(clerk)
    form_a_council(officer, here)
    submit(officer, here)
    pass_on(window(here.users["deputy"]), here)
    approve(window(here.users["leader"]), here)
    assert here.fresh().state == State.APPROVED


def give_out(page: Any, here: Inside) -> None:
    """Give a whole field to a colleague with an inner deadline, by ticks on the page."""
    page.goto(f"/scorecards/{here.card.pk}/")
    page.get_by_role("link", name="Phân công", exact=True).click()
    page.get_by_label("Cả lĩnh vực 1").check()
    expect(page.get_by_label("Tiêu chí 1.2")).to_be_checked()
    expect(page.get_by_text("Đã chọn 2 tiêu chí")).to_be_visible()
    page.get_by_label("Giao cho").select_option(label="Trần Thị Bưởi")
    page.get_by_label("Hạn nội bộ").fill(f"{in_days(3):%d/%m/%Y}")
    page.get_by_role("button", name="Giao các tiêu chí đã chọn").click()
    expect(page.get_by_text("Đã giao 2 tiêu chí.")).to_be_visible()
    fits(page)


def finds_hers(page: Any, here: Inside) -> None:
    """Find what is one's own on the desk, and only that in the grid."""
    page.goto("/")
    expect(page.get_by_text("Việc của tôi, 2 tiêu chí chưa xong")).to_be_visible()
    page.get_by_role("link", name="Xem việc của tôi").click()
    expect(page.locator("[id='leaf-1.1']")).to_contain_text(f"hạn nội bộ {in_days(3):%d/%m/%Y}")
    expect(page.locator("[id='leaf-2.1']")).to_have_count(0)
    fits(page)


def calls(page: Any, here: Inside) -> None:
    """Call a colleague into a remark by a few letters of her name without accents, by keyboard."""
    page.goto(f"/scorecards/{here.card.pk}/leaves/1.1/")
    words = page.get_by_label("Nội dung trao đổi")
    words.press_sequentially("Nhờ @buoi")
    expect(page.get_by_role("option", name="Trần Thị Bưởi")).to_be_visible()
    words.press("Enter")
    expect(words).to_have_value("Nhờ @Trần Thị Bưởi ")
    expect(page.get_by_role("checkbox", name="Trần Thị Bưởi")).to_be_checked()
    words.press_sequentially("bổ sung kế hoạch")
    page.get_by_role("button", name="Gửi trao đổi").click()
    expect(page.get_by_text("Đã gửi trao đổi ở tiêu chí 1.1.")).to_be_visible()


def is_called(page: Any) -> None:
    """Read the notice, go to the leaf by it, say that it is read."""
    page.get_by_role("navigation", name="Danh mục chính").get_by_role("link", name="Thông báo").click()
    page.get_by_role("button", name="nhắc bạn ở tiêu chí 1.1").click()
    leaf = page.locator("#remarks")
    expect(leaf).to_contain_text("bổ sung kế hoạch")
    page.get_by_role("button", name="Đánh dấu đã đọc").click()
    expect(page.get_by_role("button", name="Đánh dấu đã đọc")).to_have_count(0)
    fits(page)


def form_a_council(page: Any, here: Inside) -> None:
    page.goto(f"/scorecards/{here.card.pk}/own-council/")
    page.get_by_label("Số quyết định").fill("12/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("05/01/2026")
    page.get_by_label("Phạm Đào").select_option(label="Chủ tịch")
    page.get_by_label("Trần Thị Bưởi").select_option(label="Thành viên")
    page.get_by_role("button", name="Lập Hội đồng", exact=True).click()
    expect(page.get_by_text("Quyết định số 12/QĐ-UBND")).to_be_visible()
    fits(page)


def submit(page: Any, here: Inside) -> None:
    here.fill()
    page.goto(f"/scorecards/{here.card.pk}/check/")
    expect(page.get_by_text("phiếu đến Hội đồng trước")).to_be_visible()
    page.locator("form[action$='/moves/submit/'] button").click()
    expect(page.get_by_text("Đã trình Hội đồng thẩm định của đơn vị.")).to_be_visible()


def pass_on(page: Any, here: Inside) -> None:
    """Propose other points on one leaf, agree with the rest, pass the card on with a short minute."""
    page.goto("/")
    page.get_by_role("link", name="Xem và cho ý kiến").click()
    row = page.locator("[id='leaf-1.1']")
    row.get_by_text("Cho ý kiến").click()
    row.get_by_label("Ý kiến").select_option(label="đề xuất điểm khác")
    row.get_by_label("Điểm đề xuất").fill("1,5")
    row.get_by_label("Lý do").fill("Kế hoạch ban hành chậm")
    row.get_by_role("button", name="Ghi ý kiến").click()
    expect(row).to_contain_text("đề xuất điểm khác: 1,50")
    page.get_by_role("button", name="Đồng ý với các tiêu chí tôi chưa cho ý kiến").click()
    expect(page.get_by_text("Đã ghi đồng ý ở 2 tiêu chí.")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Chuyển lãnh đạo phê duyệt").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kết quả xem xét của Hội đồng").fill("Họp ngày 06/01, nhất trí 2/2")
    dialog.get_by_role("button", name="Chuyển lãnh đạo phê duyệt").click()
    expect(page.get_by_text("Họp ngày 06/01, nhất trí 2/2")).to_be_visible()


def approve(page: Any, here: Inside) -> None:
    page.goto(f"/scorecards/{here.card.pk}/approval/")
    expect(page.get_by_text("Họp ngày 06/01, nhất trí 2/2").first).to_be_visible()
    expect(page.get_by_text("Kế hoạch ban hành chậm").first).to_be_visible()
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.locator("form[action$='/approve/'] button[type=submit]").click()
    expect(page.get_by_text("Đã phê duyệt kết quả tự chấm").first).to_be_visible()


def fits(page: Any) -> None:
    """The page is no wider than its window, at both widths, and axe finds nothing on it."""
    for size in (OFFICE, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.set_viewport_size(OFFICE)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_a_field_is_given_and_a_colleague_called_without_javascript(window, here):
    page = window(here.users["officer"], java_script_enabled=False)
    page.goto(f"/scorecards/{here.card.pk}/sharing/")
    page.get_by_label("Cả lĩnh vực 1").check()
    page.get_by_label("Giao cho").select_option(label="Lê Ổi")
    page.get_by_role("button", name="Giao các tiêu chí đã chọn").click()
    expect(page.get_by_text("Đã giao 2 tiêu chí.")).to_be_visible()
    page.goto(f"/scorecards/{here.card.pk}/leaves/1.1/")
    page.get_by_label("Nội dung trao đổi").fill("Nhờ anh xem")
    page.get_by_role("checkbox", name="Lê Ổi").check()
    page.get_by_role("button", name="Gửi trao đổi").click()
    expect(page.locator("#remarks")).to_contain_text("Nhắc tới: Lê Ổi")


def test_a_name_is_offered_only_once_an_input_method_is_done(window, here):
    page = window(here.users["officer"])
    page.goto(f"/scorecards/{here.card.pk}/leaves/1.1/")
    words = page.get_by_label("Nội dung trao đổi")
    words.fill("Nhờ @buo")
    compose = "(area, kind) => area.dispatchEvent(new CompositionEvent(kind, { bubbles: true }))"
    typed = "(area) => area.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }))"
    words.press("Escape")
    words.evaluate(compose, "compositionstart")
    words.evaluate(typed)
    expect(page.get_by_role("option")).to_have_count(0)
    words.evaluate(compose, "compositionend")
    expect(page.get_by_role("option", name="Trần Thị Bưởi")).to_be_visible()
