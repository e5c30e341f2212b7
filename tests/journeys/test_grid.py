"""Phiếu tự chấm in a browser: a field by keyboard, a pasted column, a killed tab, off line, two people, the lock."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring import actions
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.journeys.conftest import PHONE, sign_in
from tests.journeys.districts import District, district
from tests.scoring.pages import world_of
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = {f"{n // 10 + 1}.{n % 10 + 1}": "2" for n in range(40)}


@pytest.fixture
def here(transactional_db) -> World:
    """A card of forty leaves; 1.2 is a ratio of two numbers."""
    return world_of(MANY, ratio="1.2")


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


def opened(page: Any, here: World) -> Any:
    """Open the card and wait until the grid is ready."""
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]))
    return ready(page)


def ready(page: Any) -> Any:
    expect(page.locator("table[data-grid=ready]")).to_be_visible()
    return page


def box(page: Any, code: str) -> Any:
    return page.locator(f"[id='leaf-{code}'] .leaf-input input").first


def row(page: Any, code: str) -> Any:
    return page.locator(f"[id='leaf-{code}']")


def type_in(page: Any, code: str, text: str) -> None:
    box(page, code).fill(text)
    box(page, code).press("Enter")


def saved(page: Any, code: str) -> None:
    expect(row(page, code).get_by_text(re.compile(r"^Đã lưu \d\d:\d\d$"))).to_be_visible()


def paste(page: Any, text: str) -> None:
    """Paste as the browser does it: an event at the element that has the focus."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def points(here: World) -> dict[str, str]:
    """Return the points given so far, by code."""
    marks = Mark.objects.filter(score__card=here.card, step__order=1, points__isnull=False)
    return {mark.score.code: str(mark.points) for mark in marks.select_related("score")}


def changes(here: World, code: str) -> int:
    return here.mark(code).history.filter(history_type="~").count()


# --- by keyboard -------------------------------------------------------------------------------------------


def test_a_whole_field_is_scored_by_keyboard_only(here, page):
    box(page, "1.1").focus()
    keys = page.keyboard
    keys.press("Escape")
    keys.press("Control+Home")
    for _step in range(3):
        keys.press("ArrowRight")
    keys.type("1,5")  # typing at a cell goes into its input
    keys.press("Enter")
    keys.type("46")
    keys.press("Enter")
    keys.type("50")
    keys.press("Enter")
    for number in range(3, 11):
        keys.type(f"0,{number % 10}")
        keys.press("Enter")
    expect(page.locator("#field-given-1")).to_have_text("10")
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Đã lưu \d\d:\d\d$"))
    given = points(here)
    assert len(given) == 10
    assert given["1.1"] == "1.500"
    assert given["1.2"] == "1.840"
    assert {changes(here, code) for code in given} == {1}


def test_arrows_move_and_escape_restores(here, page):
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    cell = page.locator("[id='leaf-1.1'] td.leaf-cell")
    box(page, "1.1").fill("2")
    box(page, "1.1").press("Escape")
    expect(box(page, "1.1")).to_have_value("1")
    expect(cell).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[id='leaf-1.2'] td.leaf-cell")).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.locator("[id='leaf-4.10'] > :last-child")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("[id='leaf-4.10'] > :first-child")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    expect(page.locator("[id='leaf-1.1'] > :last-child")).to_be_focused()
    assert changes(here, "1.1") == 1
    assert page.locator("[id='leaf-1.1'] .row-saved").inner_text() == ""


def test_points_appear_as_typed_with_the_rule_explained(here, page):
    done, assigned = row(page, "1.2").locator(".leaf-input input").all()
    done.fill("46")
    assigned.fill("50")
    expect(row(page, "1.2")).to_contain_text("46/50 = 92 %")
    expect(row(page, "1.2").locator("[id^=now-]")).to_have_text("1,84")
    assert points(here) == {}


def test_nothing_is_sent_while_an_input_method_composes(here, page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/leaves/" in request.url else None)
    box(page, "1.1").focus()
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "1", "selectionStart": 1, "selectionEnd": 1})
    page.wait_for_timeout(800)
    assert sent == []
    client.send("Input.insertText", {"text": "1"})
    page.keyboard.press("Enter")
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.000"}


# --- blocks --------------------------------------------------------------------------------------------------


def test_thirty_values_of_a_spreadsheet_are_pasted_and_taken_back(here, page):
    box(page, "2.1").focus()
    paste(page, "".join(f"0,{n:02}\r\n" for n in range(10, 40)))
    expect(page.locator("#given-now")).to_have_text("30")
    expect(page.locator("#block-said")).to_contain_text("Đã dán vào 30 tiêu chí")
    given = points(here)
    assert given["2.1"] == "0.100"
    assert given["4.10"] == "0.390"
    page.keyboard.press("Control+z")
    expect(page.locator("#given-now")).to_have_text("0")
    assert points(here) == {}


def test_what_does_not_fit_is_said_and_not_lost(here, page):
    box(page, "4.9").focus()
    paste(page, "1\t9\n3\n0,5\n0,6")
    expect(page.locator("#block-said li")).to_have_count(3)
    expect(page.locator("#block-said")).to_contain_text("4.9: “9” – tiêu chí không có ô này")
    expect(page.locator("#block-said")).to_contain_text("“0,6” – hết tiêu chí để dán")
    expect(row(page, "4.10")).to_contain_text("ngoài khoảng từ 0 đến 2,00")
    assert box(page, "4.10").input_value() == "3"
    expect(page.locator("#given-now")).to_have_text("1")
    ready(page.reload() and page)
    expect(box(page, "4.10")).to_have_value("3")
    expect(row(page, "4.10")).to_contain_text("ngoài khoảng từ 0 đến 2,00")


def test_columns_go_into_the_variables_of_a_leaf(here, page):
    box(page, "1.1").focus()
    paste(page, "2\n46\t50\n1")
    expect(page.locator("#given-now")).to_have_text("3")
    assert points(here) == {"1.1": "2.000", "1.2": "1.840", "1.3": "1.000"}


def test_a_value_is_filled_down(here, page):
    type_in(page, "1.3", "1,25")
    box(page, "1.3").press("Escape")
    for _row in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(page.locator("#given-now")).to_have_text("4")
    assert points(here) == dict.fromkeys(("1.3", "1.4", "1.5", "1.6"), "1.250")


# --- nothing is lost -----------------------------------------------------------------------------------------


def test_a_tab_killed_while_typing_brings_it_back(here, page):
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    box(page, "1.3").press_sequentially("1,7")
    context = page.context
    page.close(run_before_unload=False)
    again = opened(context.new_page(), here)
    expect(box(again, "1.3")).to_have_value("1,7")
    expect(row(again, "1.3")).to_contain_text("chưa lưu")
    assert points(here) == {"1.1": "1.000"}
    box(again, "1.3").focus()
    box(again, "1.3").press("Enter")
    saved(again, "1.3")
    assert points(here) == {"1.1": "1.000", "1.3": "1.700"}


def test_what_is_typed_before_the_scripts_arrive_is_saved_too(here, window):
    page = window(here.users["officer"])
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        waiting.append(route)

    page.route("**/scoring/saving*.js", hold)
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]), wait_until="commit")
    box(page, "1.1").fill("1,5")
    box(page, "1.3").focus()
    page.wait_for_timeout(300)
    assert waiting
    waiting[0].continue_()
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.500"}


def test_off_line_everything_is_kept_and_sent_in_order_when_back(here, page, complaints):
    page.context.set_offline(True)
    for code, text in (("1.1", "1"), ("1.3", "0,5"), ("1.4", "2"), ("1.1", "1,5")):
        type_in(page, code, text)
    expect(page.locator("#save-state")).to_contain_text("đã giữ trên máy")
    expect(row(page, "1.4")).to_contain_text("Chưa lưu được, đã giữ trên máy")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Đã lưu"))
    assert points(here) == {"1.1": "1.500", "1.3": "0.500", "1.4": "2.000"}
    codes = [re.search(r"leaves/([\d.]+)/", url)[1] for url in sent]
    assert codes == sorted(codes, key=["1.1", "1.3", "1.4"].index) or codes[0] == "1.1"
    forget_offline(complaints)


def test_typed_off_line_in_a_closed_page_is_sent_by_the_next_one(here, page, complaints):
    page.context.set_offline(True)
    type_in(page, "1.1", "1,25")
    expect(row(page, "1.1")).to_contain_text("đã giữ trên máy")
    context = page.context
    page.close()
    context.set_offline(False)
    again = opened(context.new_page(), here)
    saved(again, "1.1")
    assert points(here) == {"1.1": "1.250"}
    assert changes(here, "1.1") == 1
    forget_offline(complaints)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_written_twice(here, page, complaints):
    lost = []

    def lose(route: Any) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/leaves/1.1/", lose, times=2)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    assert lost == [200, 200]
    assert changes(here, "1.1") == 1
    forget_offline(complaints)


def test_a_server_in_trouble_is_asked_again_until_it_answers(here, page, complaints):
    page.route("**/leaves/1.1/", lambda route: route.fulfill(status=503, body=""), times=2)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.000"}
    forget_offline(complaints)


def test_after_the_session_ended_a_new_sign_in_elsewhere_sends_what_waits(here, page):
    page.context.clear_cookies(name="sessionid")
    type_in(page, "1.1", "1")
    expect(page.locator("#kept")).to_contain_text("đăng nhập lại ở một thẻ khác")
    assert points(here) == {}
    other = page.context.new_page()
    sign_in(other, here.users["officer"])
    other.close()
    page.bring_to_front()
    saved(page, "1.1")
    expect(page.locator("#kept")).to_be_hidden()
    assert points(here) == {"1.1": "1.000"}


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
    opened(hers, here)
    assert box(hers, "1.1").input_value() == ""
    expect(hers.locator("#kept")).to_be_hidden()
    assert points(here) == {}
    forget_offline(complaints)


def forget_offline(complaints: list[str]) -> None:
    """The browser notes every request that found no way; that was the point."""
    complaints[:] = [line for line in complaints if "net::ERR" not in line and "status of 503" not in line]


# --- two people, the lock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "stands"), [("của tôi", "1.000"), ("đang lưu", "2.000")])
def test_of_two_officers_the_second_sees_both_values_and_chooses(here, page, window, choice, stands):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    other = opened(window(colleague), here)
    type_in(other, "1.1", "2")
    saved(other, "1.1")
    type_in(page, "1.1", "1")
    expect(row(page, "1.1")).to_contain_text("Đang lưu: 2,00 điểm. Bạn nhập: 1,00 điểm.")
    assert points(here) == {"1.1": "2.000"}
    row(page, "1.1").get_by_text(re.compile(f"giá trị {choice}$")).click()
    saved(page, "1.1")
    assert points(here) == {"1.1": stands}
    expect(box(page, "1.1")).to_have_value(stands[0])
    type_in(page, "1.1", "1,5")
    saved(page, "1.1")
    expect(row(page, "1.1").locator("[id^=now-]")).to_have_text("1,50")


def test_when_the_lock_passes_what_was_typed_is_shown_and_stays(here, page):
    here.close(1)
    type_in(page, "1.1", "1,25")
    expect(page.locator("#page-alert")).to_contain_text("Đã khoá lúc")
    type_in(page, "1.3", "0,75")
    kept = page.locator("#kept")
    expect(kept).to_be_visible()
    assert "1,25" in kept.locator("textarea").input_value()
    assert "0,75" in kept.locator("textarea").input_value()
    page.reload()
    expect(kept).to_be_visible()
    assert "1.1\tĐiểm: 1,25" in kept.locator("textarea").input_value()
    kept.get_by_role("button", name="Bỏ các giá trị này").click()
    kept.get_by_role("button", name="Bấm lần nữa để bỏ hẳn").click()
    expect(kept).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(kept).to_be_hidden()
    assert points(here) == {}


# --- how it looks ------------------------------------------------------------------------------------------


def test_axe_finds_nothing_on_a_grid_at_work(transactional_db, window):
    made: District = district()
    actions.open_round(made.round, by=SYSTEM)
    page = window(made.users["officer"])
    page.goto(reverse("scoring:scorecard", args=[made.card().pk]))
    ready(page)
    page.get_by_text("Phím tắt, dán từ Excel").click()
    page.locator("[id='leaf-1.1'] td.leaf-cell").focus()
    paste(page, "Kịp thời\n9\n46\t50\n7")
    expect(row(page, "1.1")).to_contain_text("Đã lưu")
    expect(row(page, "1.2")).to_contain_text("ngoài khoảng")
    for size in (None, PHONE):
        if size:
            page.set_viewport_size(size)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
