"""How Phiếu tự chấm looks at work: axe, the office's screen, zoomed to 150 %, a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend.scoring import actions
from permissions.actor import SYSTEM
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.districts import District, district
from tests.journeys.grids import box, forty, opened, paste, ready, row, type_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ZOOMED = {"width": 910, "height": 512}  # the office's screen at 150 %


def test_axe_finds_nothing_on_a_grid_at_work(transactional_db, window):
    made: District = district()
    actions.open_round(made.round, by=SYSTEM)
    page = window(made.users["officer"])
    page.goto(f"/scorecards/{made.card().pk}/")
    ready(page)
    page.get_by_text("Phím tắt, dán từ Excel").click()
    page.locator("[id='leaf-1.1'] td.leaf-cell").focus()
    paste(page, "Kịp thời\n9\n46\t50\n7")
    expect(row(page, "1.1")).to_contain_text("Đã lưu")
    expect(row(page, "1.2")).to_contain_text("ngoài khoảng")
    for size in (OFFICE, ZOOMED, PHONE):
        page.set_viewport_size(size)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("size", [OFFICE, ZOOMED, PHONE], ids=["office", "zoomed", "phone"])
def test_total_progress_and_the_row_at_work_are_in_view_wherever_one_is(transactional_db, window, size):
    here = forty()
    page = opened(window(here.users["officer"], viewport=size), here)
    type_in(page, "3.5", "1")
    expect(page.locator("#given-now")).to_have_text("1")
    for node in (page.locator("#total-now"), page.locator("#save-state"), box(page, "3.6")):
        expect(node).to_be_in_viewport(ratio=1)
    progress = page.locator("#field-given-3, #field-now [data-same-as=field-given-3]")
    expect(progress.last).to_have_text("1")
    assert any(_is_seen(one) for one in progress.all())


def _is_seen(node: object) -> bool:
    """Return whether the middle of an element is on the screen and nothing covers it."""
    return node.evaluate(  # type: ignore[attr-defined]
        """node => {
            const place = node.getBoundingClientRect();
            const top = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2);
            return top !== null && (node.contains(top) || top.contains(node));
        }"""
    )
