"""An inspector finds who changed one score, how it stood before, and takes the list with her; on a screen and a phone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backend.audit.models import Access
from backend.core.sheets import read_rows
from backend.scoring import actions
from tests.journeys.conftest import PHONE
from tests.scoring.councils import Council, council

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CUT = "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm"
RAISED = "Tổ thẩm định: 0,50 lên 1,00 - lý do: Nhận văn bản bổ sung"


@pytest.fixture
def season(transactional_db) -> Council:
    """Return a season in which one leaf was cut, explained and raised again, beside others that stayed."""
    here = council(units=3)
    here.explained()
    again = {"version": 0, "points": Decimal(1), "reason": "Nhận văn bản bổ sung"}
    actions.appraise(here.card, "1.1", by=here.secretary, **again)
    return here


def test_an_inspector_finds_who_changed_one_score(season, window, tmp_path):
    page = window(season.users["inspector"])
    find_the_raise(page, season, tmp_path)
    read_its_life(page)
    see_the_card_before_it(page, tmp_path)
    take_the_list(page, season, tmp_path)
    compare_the_members(page, season, tmp_path)
    phone = window(season.users["inspector"], viewport=PHONE, has_touch=True)
    for address in (
        "/history/",
        f"/scorecards/{season.card.pk}/as-of/?at=05/06/2040",
        "/history/strictness/",
    ):
        phone.goto(address)
        look(phone, tmp_path, address.strip("/").replace("/", "-")[:20] + "-phone")


def find_the_raise(page: Any, season: Council, folder: Path) -> None:
    page.get_by_role("link", name="Lịch sử", exact=True).click()
    look(page, folder, "history")
    page.get_by_label("Tên đơn vị").fill("o mon")
    page.get_by_label("Tiêu chí, lĩnh vực").fill("1.1")
    page.get_by_label("Nâng, cắt").select_option("Nâng điểm")
    page.get_by_label("Chữ trong lý do").fill("van ban bo sung")
    page.get_by_role("button", name="Lọc danh sách").click()
    rows = page.locator("table.changes tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(RAISED)
    expect(rows).to_contain_text(season.secretary.name)
    expect(rows).to_contain_text("Thẩm định lần 2")
    look(page, folder, "found")


def read_its_life(page: Any) -> None:
    page.get_by_role("link", name="Tiêu chí 1.1").click()
    told = page.locator("ol.timeline")
    for line in ("Đơn vị tự chấm: 1,00", CUT, "Đơn vị giải trình: Đã ban hành ngày 05/01", RAISED):
        expect(told).to_contain_text(line)
    page.go_back()


def see_the_card_before_it(page: Any, folder: Path) -> None:
    page.get_by_role("link", name="phiếu lúc đó").click()
    row = page.locator("tbody tr").filter(has_text="1.1")
    expect(row).to_contain_text("0,50")
    expect(row).to_contain_text("Nhận văn bản bổ sung")
    look(page, folder, "as-of")
    page.get_by_label("Tại thời điểm").fill("01/01/2026 08:00")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.get_by_text("Lúc đó phiếu chưa được lập.")).to_be_visible()


def take_the_list(page: Any, season: Council, folder: Path) -> None:
    page.goto("/history/?turn=-1")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải bảng XLSX").click()
    waiting.value.save_as(folder / "lich-su.xlsx")
    with (folder / "lich-su.xlsx").open("rb") as file:
        rows = read_rows(file, most_rows=20)
    assert [row[6] for row in rows[1:]] == [CUT]
    page.goto("/history/?kind=exports")
    expect(page.locator("table.changes tbody tr")).to_contain_text("Xuất: lich-su-")
    assert Access.objects.get().person_key == season.users["inspector"].pk


def compare_the_members(page: Any, season: Council, folder: Path) -> None:
    page.get_by_role("link", name="Chấm chặt, chấm rộng").click()
    expect(page.get_by_role("row", name=season.secretary.name)).to_be_visible()
    look(page, folder, "strictness")


def look(page: Any, folder: Path, name: str) -> None:
    """Keep a picture of the page as it is, and make sure that nothing hangs over its sides."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url
    page.screenshot(path=folder / f"{name}.png", full_page=True)
