"""Several at one Phiếu tự chấm: two officers, two tabs of one, two accounts at one machine; the lock passing."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Step
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.journeys.conftest import sign_in
from tests.journeys.grids import (
    all_saved,
    box,
    changes,
    forget_offline,
    forty,
    opened,
    points,
    ready,
    row,
    saved,
    type_in,
)
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def here(transactional_db) -> World:
    return forty()


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


# --- two officers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "stands"), [("của tôi", "1.000"), ("đang lưu", "2.000")])
def test_of_two_officers_the_second_sees_both_values_and_chooses(here, page, window, choice, stands):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = opened(window(colleague), here)
    type_in(other, "1.1", "2")
    saved(other, "1.1")
    type_in(page, "1.1", "1")
    expect(row(page, "1.1")).to_contain_text("Đang lưu: 2,00 điểm. Bạn nhập: 1,00 điểm.")
    expect(row(page, "1.1").locator(".both li")).to_have_text("Điểm: đang lưu 2, của bạn 1")
    assert points(here) == {"1.1": "2.000"}
    row(page, "1.1").get_by_text(re.compile(f"giá trị {choice}$")).click()
    saved(page, "1.1")
    assert points(here) == {"1.1": stands}
    expect(box(page, "1.1")).to_have_value(stands[0])
    type_in(page, "1.1", "1,5")
    saved(page, "1.1")
    expect(row(page, "1.1").locator("[id^=now-]")).to_have_text("1,50")


def test_the_numbers_of_both_are_seen_where_the_points_are_equal(here, page, window):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = opened(window(colleague), here)
    for window_, (done, assigned) in ((other, ("50", "50")), (page, ("40", "40"))):
        first, second = row(window_, "1.2").locator(".leaf-input input").all()
        first.fill(done)
        second.fill(assigned)
        second.press("Enter")
        if window_ is other:
            saved(other, "1.2")
    both = row(page, "1.2").locator(".both li")
    expect(both).to_have_text(["Đã làm: đang lưu 50, của bạn 40", "Được giao: đang lưu 50, của bạn 40"])
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Tab")  # the choice is within the keyboard's reach
    expect(row(page, "1.2").get_by_role("button", name="Lưu giá trị của tôi")).to_be_focused()
    page.keyboard.press("Enter")
    saved(page, "1.2")
    assert here.mark("1.2").inputs == {"assigned": 40, "done": 40}


# --- two tabs ----------------------------------------------------------------------------------------------


def test_two_tabs_of_one_person_do_not_fight(here, page):
    other = opened(page.context.new_page(), here)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    expect(box(other, "1.1")).to_have_value("1")
    expect(other.locator("#given-now")).to_have_text("1")
    type_in(other, "1.1", "1,5")
    saved(other, "1.1")
    expect(box(page, "1.1")).to_have_value("1,5")
    expect(row(page, "1.1").locator("[id^=now-]")).to_have_text("1,50")
    type_in(page, "1.1", "2")
    saved(page, "1.1")
    expect(row(page, "1.1").locator("[data-choose]")).to_have_count(0)
    assert points(here) == {"1.1": "2.000"}
    assert changes(here, "1.1") == 3


def test_what_is_being_typed_in_one_tab_is_left_alone_by_the_other_and_inherited(here, page):
    box(page, "1.2").press_sequentially("46")
    expect(row(page, "1.2")).to_contain_text("đã giữ trên máy")
    other = opened(page.context.new_page(), here)
    expect(box(other, "1.2")).to_have_value("")
    expect(other.locator("#save-state")).to_have_text("")
    page.close(run_before_unload=False)
    expect(box(other, "1.2")).to_have_value("46")
    expect(row(other, "1.2")).to_contain_text("Giữ trên máy từ")
    assert points(here) == {}


def test_both_tabs_off_line_send_what_is_theirs_once(here, page, complaints):
    other = opened(page.context.new_page(), here)
    page.context.set_offline(True)
    for tab, code in ((page, "1.1"), (other, "1.3"), (page, "1.4"), (other, "1.1")):
        type_in(tab, code, "1" if tab is page else "2")
        expect(row(tab, code)).to_contain_text("Chưa lưu được")
    page.context.set_offline(False)
    all_saved(page)
    all_saved(other)
    assert {"1.3": "2.000", "1.4": "1.000"}.items() <= points(here).items()
    assert points(here)["1.1"] in {"1.000", "2.000"}
    assert [changes(here, code) for code in ("1.1", "1.3", "1.4")] == [2, 1, 1]
    forget_offline(complaints)


# --- two accounts at one machine ---------------------------------------------------------------------------


def test_another_person_at_the_same_browser_neither_sees_nor_sends_it(here, page, complaints):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    page.context.set_offline(True)
    type_in(page, "1.1", "1,25")
    expect(row(page, "1.1")).to_contain_text("đã giữ trên máy")
    context = page.context
    page.close()
    context.clear_cookies(name="sessionid")
    context.set_offline(False)
    hers = context.new_page()
    sign_in(hers, colleague)
    expect(hers.get_by_role("heading", name="Bàn làm việc")).to_be_visible()
    expect(hers.locator("#kept-here")).to_be_hidden()
    opened(hers, here)
    assert box(hers, "1.1").input_value() == ""
    expect(hers.locator("#kept")).to_be_hidden()
    assert points(here) == {}
    forget_offline(complaints)


def test_a_page_left_open_while_somebody_else_signs_in_waits_for_its_own_person(here, page):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = page.context.new_page()
    page.context.clear_cookies(name="sessionid")
    sign_in(other, colleague)
    type_in(page, "1.1", "1,25")
    expect(page.locator("#kept")).to_contain_text("đang đăng nhập bằng tài khoản khác")
    assert points(here) == {}
    page.context.clear_cookies(name="sessionid")
    sign_in(other, here.users["officer"])
    other.close()
    page.bring_to_front()
    saved(page, "1.1")
    assert here.mark("1.1").author == here.officer.name


# --- the lock ----------------------------------------------------------------------------------------------


def close_in(here: World, seconds: int) -> None:
    """Let the unit's step end in so many seconds."""
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        for step in Step.objects.filter(round=here.round).order_by("-order"):
            ends = clock.now() + timedelta(seconds=seconds)
            if step.order == 1:
                step.closes_at = ends
            step.save()


def test_when_the_lock_passes_what_was_typed_is_shown_and_stays(here, page, tmp_path):
    close_in(here, 4)
    type_in(page, "1.4", "2")
    saved(page, "1.4")
    while clock.now() < Step.objects.get(round=here.round, order=1).closes_at:
        page.wait_for_timeout(100)
    type_in(page, "1.1", "1,25")
    expect(page.locator("#page-alert")).to_contain_text("Đã khoá lúc")
    type_in(page, "1.3", "0,75")
    kept = page.locator("#kept tbody tr")
    expect(kept).to_have_count(2)
    expect(row(page, "1.3")).to_contain_text("Không gửi được nữa, đã giữ trên máy")
    page.reload()
    expect(kept).to_have_count(2)
    expect(kept.first).to_contain_text(
        re.compile(r"1\.1.*Tiêu chí 1\.1.*Điểm: 1,25.*\d\d:\d\d ngày \d\d/\d\d")
    )
    assert _downloaded(page, tmp_path).splitlines()[-1].startswith("1.3\tĐiểm: 0,75\tnhập lúc ")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Sao chép").click()
    expect(page.get_by_text("Đã sao chép.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("1.1\tĐiểm: 1,25\t")
    page.goto("/")
    page.get_by_role("link", name="Mở phiếu để xem và gửi 2 giá trị").click()
    expect(kept).to_have_count(2)
    page.get_by_role("button", name="Bỏ các giá trị này").click()
    page.get_by_role("button", name="Bấm lần nữa để bỏ hẳn").click()
    expect(page.locator("#kept")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#kept")).to_be_hidden()
    assert points(here) == {"1.4": "2.000"}


def test_when_the_lock_passes_unseen_everything_not_sent_is_listed_at_once(here, window):
    page = window(here.users["officer"])
    close_in(here, 25)
    opened(page, here)
    type_in(page, "1.1", "3")
    expect(row(page, "1.1")).to_contain_text("ngoài khoảng từ 0 đến 2,00")
    box(page, "1.2").fill("46")
    box(page, "1.3").fill("1,7")  # the cursor stays
    expect(page.locator("#page-alert")).to_contain_text("Đã hết hạn", timeout=60_000)
    kept = page.locator("#kept tbody tr")
    expect(kept.filter(has_text="Điểm: 3")).to_have_count(1)
    expect(kept.filter(has_text="Đã làm: 46")).to_have_count(1)
    expect(page.locator("#kept")).to_contain_text("đã khoá")
    expect(row(page, "1.2")).to_contain_text("Không gửi được nữa, đã giữ trên máy")
    assert box(page, "1.2").input_value() == "46"
    page.reload()
    expect(kept.filter(has_text="Điểm: 3")).to_have_count(1)
    expect(kept.filter(has_text="Đã làm: 46")).to_have_count(1)
    listed = set(kept.locator("th").all_text_contents())
    assert {"1.1", "1.2", "1.3"} == listed | set(points(here))


def test_shortly_before_the_lock_what_is_typed_goes_out_with_the_cursor_still_in_it(here, window):
    page = window(here.users["officer"])
    page.clock.install()
    opened(page, here)
    sent = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    box(page, "1.1").press_sequentially("1,25")
    page.locator("[data-locks]").first.evaluate(
        "node => { node.dataset.deadline = new Date(Date.now() + 9000).toISOString(); }"
    )
    assert sent == []
    page.clock.run_for(2_000)  # less than a pause after which it would go out on another day
    saved(page, "1.1")
    expect(box(page, "1.1")).to_be_focused()
    assert points(here) == {"1.1": "1.250"}


def _downloaded(page: Any, folder: Path) -> str:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tải về").click()
    waiting.value.save_as(folder / "kept.txt")
    return (folder / "kept.txt").read_text("utf-8-sig")


def test_when_the_step_is_opened_again_what_was_kept_is_sent_by_a_word(here, page):
    close_in(here, -1)
    type_in(page, "1.1", "1,25")
    expect(page.locator("#kept")).to_be_visible()
    close_in(here, 3600)
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]))
    ready(page)
    expect(box(page, "1.1")).to_have_value("1,25")
    assert points(here) == {}
    page.get_by_role("button", name="Gửi các giá trị này").click()
    saved(page, "1.1")
    expect(page.locator("#kept")).to_be_hidden()
    assert points(here) == {"1.1": "1.250"}
