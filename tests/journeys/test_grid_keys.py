"""Phiếu tự chấm by keyboard: the grid's keys, a whole field, a hundred leaves; input methods; phones; no script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.grids import (
    all_saved,
    box,
    cell,
    changes,
    forty,
    opened,
    points,
    row,
    saved,
    type_in,
)
from tests.scoring.pages import world_of
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HUNDRED = {f"{n // 20 + 1}.{n % 20 + 1}": "1" for n in range(100)}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def here(transactional_db) -> World:
    return forty()


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


def focused(page: Any) -> str:
    """Return the name of the focused input, the class of another element."""
    return page.evaluate("document.activeElement.name || document.activeElement.className")


# --- the keys ----------------------------------------------------------------------------------------------


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
    expect(page.locator("tr#field-1 .field-progress")).to_contain_text("Đã chấm 10/10")
    all_saved(page)
    given = points(here)
    assert len(given) == 10
    assert given["1.1"] == "1.500"
    assert given["1.2"] == "1.840"
    assert {changes(here, code) for code in given} == {1}


def test_a_hundred_leaves_take_no_mouse_and_one_key_beside_their_digits(transactional_db, window):
    here = world_of(HUNDRED)
    page = opened(window(here.users["officer"]), here)
    pressed = 0
    while focused(page) != "leaf-cell":
        page.keyboard.press("Tab")
        pressed += 1
    to_the_grid = pressed
    for number in range(100):
        for key in (*f"0,{number % 9 + 1}", "Enter"):
            page.keyboard.press(key)
            pressed += 1
    expect(page.locator("#given-now")).to_have_text("100")
    all_saved(page)
    given = points(here)
    assert len(given) == 100
    assert given["5.20"] == "0.100"
    assert to_the_grid < 40
    assert (pressed - to_the_grid) / 100 == 4


def test_arrows_move_and_escape_restores(here, page):
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    box(page, "1.1").fill("2")
    box(page, "1.1").press("Escape")
    expect(box(page, "1.1")).to_have_value("1")
    expect(cell(page, "1.1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "1.2")).to_be_focused()
    page.keyboard.press("PageDown")
    expect(cell(page, "2.2")).to_be_focused()
    page.keyboard.press("PageUp")
    expect(cell(page, "1.2")).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.locator("[id='leaf-4.10'] > :last-child")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("[id='leaf-4.10'] > :first-child")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    expect(page.locator("[id='leaf-1.1'] > :last-child")).to_be_focused()
    assert changes(here, "1.1") == 1
    saved(page, "1.1")


def test_f2_goes_in_and_out_and_tab_leaves_the_grid(here, page):
    cell(page, "1.2").focus()
    page.keyboard.press("F2")
    assert focused(page) == "input_done"
    page.keyboard.type("46")
    page.keyboard.press("Tab")
    assert focused(page) == "input_assigned"
    page.keyboard.type("50")
    page.keyboard.press("Tab")
    expect(box(page, "1.3")).to_be_focused()
    saved(page, "1.2")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "input_assigned"
    page.keyboard.press("F2")
    expect(cell(page, "1.2")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('table[data-grid]')")
    page.keyboard.press("Shift+Tab")
    expect(cell(page, "1.2")).to_be_focused()
    assert points(here) == {"1.2": "1.840"}


def test_what_was_typed_is_taken_back_and_done_again_leaf_by_leaf(here, page):
    for code, text in (("1.3", "1"), ("1.4", "0,5"), ("1.3", "2")):
        type_in(page, code, text)
    saved(page, "1.3")
    saved(page, "1.4")
    cell(page, "2.1").focus()
    page.keyboard.press("Control+z")
    expect(box(page, "1.3")).to_have_value("1")
    expect(cell(page, "1.3")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(box(page, "1.4")).to_have_value("")
    expect(cell(page, "1.4")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#given-now")).to_have_text("0")
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#given-now")).to_have_text("2")
    all_saved(page)
    assert points(here) == {"1.3": "1.000", "1.4": "0.500"}


def test_points_appear_as_typed_with_the_rule_explained(here, page):
    done, assigned = row(page, "1.2").locator(".leaf-input input").all()
    done.fill("46")
    assigned.fill("50")
    expect(row(page, "1.2")).to_contain_text("46/50 = 92 %")
    expect(row(page, "1.2").locator("[id^=now-]")).to_have_text("1,84")
    assert points(here) == {}


def test_who_stops_typing_is_saved_without_leaving_the_input(here, page):
    box(page, "1.1").press_sequentially("1,25")
    saved(page, "1.1")
    expect(box(page, "1.1")).to_be_focused()
    assert points(here) == {"1.1": "1.250"}


# --- input methods -----------------------------------------------------------------------------------------


def test_nothing_is_sent_while_an_input_method_composes(here, page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/leaves/" in request.url else None)
    box(page, "1.1").focus()
    client = page.context.new_cdp_session(page)
    for text in ("1", "1,", "1,5"):
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": len(text)})
    # Longer than every pause after which something would be sent.
    page.wait_for_timeout(6_000)
    assert sent == []
    client.send("Input.insertText", {"text": "1,5"})
    page.keyboard.press("Enter")
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.500"}


def test_points_appear_after_composing_as_after_typing(here, page):
    box(page, "1.1").focus()
    client = page.context.new_cdp_session(page)
    for text in ("1", "1,", "1,5"):
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": len(text)})
    with page.expect_request("**/leaves/1.1/try/**"):
        client.send("Input.insertText", {"text": "1,5"})
    expect(row(page, "1.1").locator("[id^=now-]")).to_have_text("1,50")


def test_keys_of_an_input_method_are_its_own(here, page):
    box(page, "1.1").fill("1")
    for key in ("Enter", "Escape", "ArrowDown", "Tab", "z"):
        page.evaluate(
            """key => document.activeElement.dispatchEvent(new KeyboardEvent(
                "keydown", { key, keyCode: 229, isComposing: true, ctrlKey: key === "z", bubbles: true, cancelable: true }))""",
            key,
        )
    expect(box(page, "1.1")).to_be_focused()
    expect(box(page, "1.1")).to_have_value("1")


def test_no_letter_does_anything_but_being_typed(here, page):
    box(page, "1.3").focus()
    page.keyboard.type("ddaaww")
    expect(box(page, "1.3")).to_have_value("ddaaww")
    page.keyboard.press("Escape")
    page.locator("[id='leaf-1.3'] td.proofs").focus()
    before = page.url
    page.keyboard.type(LETTERS)
    expect(page.locator("[id='leaf-1.3'] td.proofs")).to_be_focused()
    assert page.url == before
    assert points(here) == {}


# --- phones, no script -------------------------------------------------------------------------------------


def test_on_a_phone_each_leaf_is_a_card_that_saves_itself(here, window):
    page = opened(window(here.users["officer"], viewport=PHONE, has_touch=True, is_mobile=True), here)
    assert box(page, "1.1").get_attribute("inputmode") == "decimal"
    assert box(page, "1.2").get_attribute("inputmode") == "numeric"
    assert box(page, "1.2").get_attribute("enterkeyhint") == "next"
    box(page, "1.1").tap()
    page.keyboard.type("1,5")
    page.keyboard.press("Tab")  # what "next" on the phone's keyboard does
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.500"}
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("[id='leaf-1.1']").evaluate("row => getComputedStyle(row).display") == "block"


def test_without_script_every_row_is_a_form_that_keeps_what_was_typed(here, window):
    page = window(here.users["officer"], java_script_enabled=False)
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]))
    expect(page.locator("noscript .notice")).to_be_visible()
    box(page, "1.1").fill("1,5")
    row(page, "1.1").get_by_role("button", name=re.compile("^Lưu")).click()
    expect(page.get_by_text("Đã lưu tiêu chí 1.1.")).to_be_visible()
    box(page, "1.3").fill("1.234,5")
    box(page, "1.3").press("Enter")
    expect(row(page, "1.3")).to_contain_text("1234,5 hoặc 1,2345")
    expect(box(page, "1.3")).to_have_value("1.234,5")
    expect(page.locator("tr#field-1 .field-progress")).to_contain_text("Đã chấm 1/10")
    assert points(here) == {"1.1": "1.500"}
