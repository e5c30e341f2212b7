"""The page of one leaf saves itself as the grid does: its note and inputs are kept, sent, chosen between, never lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.core import clock
from backend.rounds.models import Step
from permissions.roles import Role
from tests import make
from tests.journeys.conftest import PHONE
from tests.journeys.grids import (
    SAVED,
    box,
    changes,
    forget_offline,
    forty,
    kept_on_disk,
    opened,
    points,
    row,
    saved,
    type_in,
)
from tests.journeys.test_grid_together import close_in
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "Số liệu tăng vì thành lập thêm 02 tổ công nghệ số.\nĐã báo cáo tại văn bản số 12/BC-UBND."


@pytest.fixture
def here(transactional_db) -> World:
    return forty()


@pytest.fixture
def page(here, window) -> Any:
    return leaf(window(here.users["officer"]), here)


def leaf(page: Any, here: World, code: str = "1.1", back: str = "") -> Any:
    """Open the page of a leaf and wait until it saves itself."""
    page.goto(reverse("scoring:leaf", args=[here.card.pk, code]) + (f"?next={back}" if back else ""))
    return wait(page)


def wait(page: Any) -> Any:
    expect(page.locator("form[data-leaf=ready]")).to_be_visible()
    return page


def note(page: Any) -> Any:
    return page.get_by_label("Giải trình", exact=True)


def given(page: Any) -> Any:
    return page.get_by_label("Điểm", exact=True)


def state(page: Any) -> Any:
    """Return the line beside the button."""
    return page.locator("form[data-leaf] .row-saved")


def save(page: Any) -> None:
    page.get_by_role("button", name="Lưu tiêu chí này").click()


def stands(here: World, code: str = "1.1") -> tuple[str, str]:
    """Return the points and the note in the system."""
    mark = here.mark(code)
    return str(mark.points), mark.note


# --- typing ------------------------------------------------------------------------------------------------


def test_the_note_and_the_inputs_go_in_one_write_when_she_leaves_the_form(here, page):
    given(page).fill("1,5")
    note(page).fill(WORDS)
    expect(state(page)).to_have_text("Đang nhập dở, đã giữ trên máy")
    page.get_by_role("heading", level=1).click()
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator("[id^=now-]")).to_have_text("1,50")
    assert stands(here) == ("1.500", WORDS)
    assert changes(here, "1.1") == 1
    page.reload()
    expect(state(wait(page))).to_have_text(
        re.compile(rf"^Lưu lúc \d\d:\d\d ngày [\d/]+, {here.officer.name}$")
    )
    opened(page, here)
    expect(row(page, "1.1").locator(".row-saved")).to_contain_text("Lưu lúc")


def test_a_pause_alone_sends_the_note_and_a_button_that_saves_nothing_says_what_stood(here, page):
    note(page).press_sequentially("Theo báo cáo")
    expect(state(page)).to_have_text(SAVED)
    assert stands(here) == ("None", "Theo báo cáo")
    said = state(page).inner_text()
    save(page)
    page.wait_for_timeout(300)
    assert state(page).inner_text() == said
    assert changes(here, "1.1") == 1


def test_nothing_is_kept_or_sent_while_an_input_method_composes(here, page):
    note(page).focus()
    method = page.context.new_cdp_session(page)
    for part in ("g", "gi", "giai", "giải"):
        method.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        )
    page.wait_for_timeout(6000)  # longer than a pause that means it
    assert state(page).inner_text() == ""
    assert stands(here) == ("None", "")
    method.send("Input.insertText", {"text": "giải"})
    expect(state(page)).to_have_text("Đang nhập dở, đã giữ trên máy")
    context = page.context
    page.close(run_before_unload=False)
    again = leaf(context.new_page(), here)
    expect(note(again)).to_have_value("giải")


def test_a_tab_killed_while_the_note_is_typed_brings_it_back(here, page):
    given(page).fill("1")
    note(page).press_sequentially("Thành lập thêm\nhai tổ")
    kept_on_disk(page, "Thành lập thêm\nhai tổ")
    context = page.context
    page.close(run_before_unload=False)
    again = leaf(context.new_page(), here)
    expect(note(again)).to_have_value("Thành lập thêm\nhai tổ")
    expect(given(again)).to_have_value("1")
    expect(state(again)).to_contain_text("Giữ trên máy từ")
    assert stands(here) == ("None", "")
    save(again)
    expect(state(again)).to_have_text(SAVED)
    assert stands(here) == ("1.000", "Thành lập thêm\nhai tổ")


def test_points_are_taken_back_by_the_same_queue_and_the_note_stays(here, page):
    given(page).fill("1")
    note(page).fill(WORDS)
    save(page)
    expect(state(page)).to_have_text(SAVED)
    page.reload()
    wait(page).get_by_role("button", name="Xoá điểm tiêu chí này").click()
    expect(state(page)).to_have_text(SAVED)
    assert stands(here) == ("None", WORDS)


def test_who_came_from_the_check_goes_back_there_by_the_button(here, page):
    check = reverse("scoring:check", args=[here.card.pk])
    leaf(page, here, back=check)
    given(page).fill("9")
    save(page)
    expect(page.locator(".leaf-said .error")).to_be_visible()
    given(page).fill("2")
    save(page)
    expect(page).to_have_url(re.compile(f"^[^?]+{check}$"))
    assert points(here) == {"1.1": "2.000"}


def test_without_scripts_the_button_saves_as_ever(here, chromium, live_server, window):
    signed = window(here.users["officer"]).context.storage_state()
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False, storage_state=signed)
    page = context.new_page()
    page.goto(reverse("scoring:leaf", args=[here.card.pk, "1.1"]))
    given(page).fill("9")
    note(page).fill(WORDS)
    save(page)
    expect(note(page)).to_have_value(WORDS)
    given(page).fill("2")
    save(page)
    expect(page.get_by_text("Đã lưu tiêu chí 1.1.")).to_be_visible()
    assert stands(here) == ("2.000", WORDS)
    context.close()


# --- no network, the lock ----------------------------------------------------------------------------------


def test_off_line_the_note_is_kept_and_sent_when_back(here, page, complaints):
    page.context.set_offline(True)
    note(page).fill(WORDS)
    save(page)
    expect(state(page)).to_have_text("Chưa lưu được, đã giữ trên máy")
    context = page.context
    page.close()
    context.set_offline(False)
    again = leaf(context.new_page(), here)
    expect(state(again)).to_have_text(SAVED)
    assert stands(here) == ("None", WORDS)
    again.context.set_offline(True)
    note(again).fill("Ngắn")
    save(again)
    expect(state(again)).to_have_text("Chưa lưu được, đã giữ trên máy")
    again.context.set_offline(False)
    expect(state(again)).to_have_text(SAVED)
    assert stands(here) == ("None", "Ngắn")
    assert changes(here, "1.1") == 2
    forget_offline(complaints)


def test_when_the_lock_passes_the_note_is_shown_among_what_is_kept(here, page):
    close_in(here, 3)
    while clock.now() < Step.objects.get(round=here.round, order=1).closes_at:
        page.wait_for_timeout(100)
    note(page).fill(WORDS)
    save(page)
    expect(page.locator("#page-alert")).to_contain_text("Đã khoá lúc")
    expect(state(page)).to_have_text("Không gửi được nữa, đã giữ trên máy")
    kept = page.locator("#kept tbody tr")
    expect(kept).to_contain_text(re.compile(r"1\.1.*Tiêu chí 1\.1.*Giải trình: Số liệu tăng"))
    page.reload()
    expect(kept).to_contain_text("Giải trình: Số liệu tăng")
    page.goto(reverse("scoring:leaf", args=[here.card.pk, "1.3"]))
    expect(page.get_by_role("heading", name="Tài liệu kiểm chứng")).to_be_visible()
    expect(page.locator("#kept")).to_be_hidden()
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]))
    expect(kept).to_contain_text("Giải trình: Số liệu tăng")
    assert stands(here) == ("None", "")


# --- two officers, two tabs --------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "wins"), [("của tôi", "Của tôi"), ("đang lưu", "Của đồng nghiệp")])
def test_of_two_officers_the_second_sees_both_notes_and_chooses(here, page, window, choice, wins):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = leaf(window(colleague), here)
    note(other).fill("Của đồng nghiệp")
    save(other)
    expect(state(other)).to_have_text(SAVED)
    note(page).fill("Của tôi")
    save(page)
    expect(page.locator(".both-notes dd")).to_have_text(["Của đồng nghiệp", "Của tôi"])
    expect(state(page)).to_have_text("Chưa lưu, hãy chọn một trong hai giá trị")
    assert stands(here)[1] == "Của đồng nghiệp"
    page.get_by_text(re.compile(f"giá trị {choice}$")).click()
    expect(state(page)).to_have_text(SAVED)
    expect(note(page)).to_have_value(wins)
    assert stands(here)[1] == wins


def test_the_grid_and_the_page_of_one_leaf_in_two_tabs_do_not_fight(here, page):
    grid = opened(page.context.new_page(), here)
    note(page).press_sequentially("Theo")
    type_in(grid, "1.1", "1,5")
    saved(grid, "1.1")
    expect(given(page)).to_have_value("1,5")
    note(page).press_sequentially(" báo cáo")
    save(page)
    expect(state(page)).to_have_text(SAVED)
    assert stands(here) == ("1.500", "Theo báo cáo")
    given(page).fill("1")
    save(page)
    expect(box(grid, "1.1")).to_have_value("1")
    type_in(grid, "1.1", "2")
    saved(grid, "1.1")
    expect(given(page)).to_have_value("2")
    expect(note(page)).to_have_value("Theo báo cáo")
    assert stands(here) == ("2.000", "Theo báo cáo")
    expect(page.locator("[data-choose]")).to_have_count(0)
    expect(grid.locator("[data-choose]")).to_have_count(0)


def test_the_grid_inherits_the_note_of_a_killed_page_and_sends_it_with_what_is_typed_there(here, page):
    grid = opened(page.context.new_page(), here)
    note(page).press_sequentially("Theo báo cáo")
    kept_on_disk(page, "Theo báo cáo")
    page.close(run_before_unload=False)
    expect(row(grid, "1.1")).to_contain_text("có phần giải trình")
    type_in(grid, "1.1", "1")
    saved(grid, "1.1")
    assert stands(here) == ("1.000", "Theo báo cáo")


def test_the_page_of_a_leaf_takes_over_what_the_grid_kept_of_it_and_of_no_other(here, page, complaints):
    grid = opened(page.context.new_page(), here)
    grid.context.set_offline(True)
    for code in ("1.1", "1.3"):
        type_in(grid, code, "1")
        expect(row(grid, code)).to_contain_text("Chưa lưu được")
    note(page).press_sequentially("Theo báo cáo")
    grid.close()
    expect(given(page)).to_have_value("1")
    page.context.set_offline(False)
    save(page)
    expect(state(page)).to_have_text(SAVED)
    assert stands(here) == ("1.000", "Theo báo cáo")
    assert stands(here, "1.3") == ("None", "")
    expect(page.locator("#kept")).to_be_hidden()
    saved(opened(page, here), "1.3")
    forget_offline(complaints)


# --- the look ----------------------------------------------------------------------------------------------


def test_the_page_fits_and_axe_finds_nothing_with_both_notes_shown(here, page, window):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = leaf(window(colleague), here)
    note(other).fill(WORDS * 5)
    save(other)
    expect(state(other)).to_have_text(SAVED)
    note(page).fill(WORDS * 3)
    save(page)
    expect(page.locator(".both-notes")).to_be_visible()
    for size in (page.viewport_size, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
