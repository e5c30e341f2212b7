"""The library of evidence in a real browser: found, seen in place, closed; the same without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring import actions
from tests.journeys.conftest import PHONE
from tests.journeys.test_pages import see
from tests.scoring import specimens
from tests.scoring.shelves import TOLD, named, next_year, own_storage, put, work  # noqa: F401
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def here(transactional_db: Any, own_storage: Any) -> World:  # noqa: F811  (the fixture of that name)
    """This year's card with a PDF, a picture and a document's number; last year's had two pieces."""
    before = world(year=2025)
    put(before, "1.1", specimens.pdf(pages=5), "Kế hoạch năm trước.pdf")
    named(before, "2.1")
    made = next_year(before)
    long = "Báo cáo kết quả cải cách hành chính quý IV có phụ lục và bảng tổng hợp số liệu của các phòng.pdf"
    put(
        made,
        "1.1",
        specimens.paper("Trang đầu.", TOLD),
        long,
        section="mục II.3, trang 5",
        number="12/BC-UBND",
    )
    put(made, "1.1", specimens.picture(size=(900, 700)), "Ảnh bộ phận một cửa.jpg")
    put(made, "1.2", specimens.pdf(script=True), "Tệp lạ.pdf")
    named(made, "2.1", number="07/KH")
    work()
    return made


def at(name: str, here: World, *args: Any) -> str:
    return reverse(f"scoring:{name}", args=[here.card.pk, *args])


def test_a_document_is_found_by_its_words_seen_in_place_and_closed(here, window):
    page = window(here.users["officer"])
    page.goto(at("library", here))
    page.get_by_label("Tìm tài liệu").fill("o mon")
    page.get_by_role("button", name="Lọc danh sách").click()
    expect(page.locator("mark")).to_have_text("Ô Môn")
    expect(page.locator(".library-table tbody tr")).to_have_count(1)
    link = page.locator(".doc-view")
    link.click()
    frame = page.locator("iframe.viewer-frame")
    expect(frame).to_be_visible()
    assert frame.get_attribute("src").endswith("/preview/#page=2")
    expect(page.locator(".viewer")).to_be_focused()
    page.get_by_role("button", name="Đóng bản xem").click()
    expect(frame).to_have_count(0)
    expect(link).to_be_focused()


def test_on_a_leaf_a_picture_is_seen_below_its_list(here, window):
    page = window(here.users["officer"], viewport=PHONE)
    page.goto(at("leaf", here, "1.1"))
    page.locator("#evidence li", has_text="Ảnh bộ phận").get_by_role("link", name="Xem").click()
    picture = page.locator("#evidence .viewer img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 900
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_documents_are_seen_reused_and_packed(here, window):
    page = window(here.users["officer"], java_script_enabled=False)
    page.goto(at("library", here))
    page.get_by_role("link", name="Xem Báo cáo").click()
    expect(page.locator("iframe.viewer-frame")).to_be_visible()
    page.get_by_role("link", name="Mọi tài liệu của phiếu").click()
    page.get_by_role("link", name="Dùng lại tài liệu năm trước").click()
    page.get_by_role("button", name="Gắn các tài liệu đã chọn").click()
    expect(page.get_by_text("Đã dùng lại 2 tài liệu của năm trước.")).to_be_visible()
    expect(page.get_by_text("dùng lại từ năm 2025").first).to_be_visible()
    page.get_by_role("button", name="Tải tất cả (ZIP)").click()
    expect(page.get_by_text("đang tạo", exact=True)).to_be_visible()


def test_pages_of_the_library_fit_and_are_quiet(here, window):
    paper = here.card.scores.get(code="1.1").evidence.order_by("pk")[0]
    bundle = actions.request_bundle(here.card, by=here.officer)
    pages = ["library", "reuse"]
    see(
        window(here.users["officer"]),
        *(at(name, here) for name in pages),
        at("library", here) + "?q=o+mon",
        at("library", here) + "?q=khongco",
        at("leaf", here, "1.1"),
        at("evidence_view", here, paper.pk),
        at("bundle", here, bundle.pk),
    )
    here.approved()
    here.close(1)
    see(window(here.users["secretary"]), at("library", here), f"/appraisals/{here.card.pk}/?field=1")
