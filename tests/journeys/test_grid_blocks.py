"""Whole blocks in Phiếu tự chấm: pasted from a spreadsheet by the real clipboard, filled down, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from backend.scoring import actions
from permissions.actor import SYSTEM
from tests.journeys.districts import District, district
from tests.journeys.grids import (
    all_saved,
    box,
    cell,
    changes,
    forty,
    opened,
    paste,
    points,
    ready,
    row,
    type_in,
)
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HTML = "<table><tr><td>1,5</td></tr><tr><td></td></tr><tr><td x:num='0.75'>0,75</td></tr></table>"


@pytest.fixture
def here(transactional_db) -> World:
    return forty()


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


def test_thirty_values_of_a_spreadsheet_are_pasted_taken_back_and_pasted_again(here, page):
    box(page, "2.1").focus()
    paste(page, "".join(f"0,{n:02}\r\n" for n in range(10, 40)))
    expect(page.locator("#given-now")).to_have_text("30")
    expect(page.locator("#block-said")).to_contain_text("Đã dán vào 30 tiêu chí")
    all_saved(page)
    given = points(here)
    assert given["2.1"] == "0.100"
    assert given["4.10"] == "0.390"
    page.keyboard.press("Control+z")
    expect(page.locator("#given-now")).to_have_text("0")
    all_saved(page)
    assert points(here) == {}
    page.keyboard.press("Control+y")
    expect(page.locator("#given-now")).to_have_text("30")
    all_saved(page)
    assert points(here) == given
    assert changes(here, "2.1") == 3


def test_what_does_not_fit_is_said_and_not_lost(here, page):
    box(page, "4.9").focus()
    paste(page, "1\t9\n3\n0,5\n0,6")
    said = page.locator("#block-said li")
    expect(said).to_have_count(4)
    expect(page.locator("#block-said")).to_contain_text("4.9: “9” – tiêu chí không có ô này")
    expect(page.locator("#block-said")).to_contain_text("“0,6” – hết tiêu chí để dán")
    expect(said.last).to_contain_text("4.10")
    expect(said.last).to_contain_text("ngoài khoảng từ 0 đến 2,00")
    expect(row(page, "4.10")).to_contain_text("ngoài khoảng từ 0 đến 2,00")
    assert box(page, "4.10").input_value() == "3"
    expect(page.locator("#given-now")).to_have_text("1")
    page.reload()
    ready(page)
    expect(box(page, "4.10")).to_have_value("3")
    expect(row(page, "4.10")).to_contain_text("ngoài khoảng từ 0 đến 2,00")


def test_numbers_of_both_kinds_quotes_blanks_and_words_are_read_as_a_person_would(here, page):
    cell(page, "2.1").focus()
    paste(page, '8.5e\n"1,25\n"\n\n1.5\n1.234,5\nkhông có\n"0,5"\n\u00a01,75\u00a0')
    said = page.locator("#block-said")
    expect(said).to_contain_text("2.1: “8.5e” không phải là một số")
    expect(said).to_contain_text("2.5: “1.234,5” có thể đọc là 1234,5 hoặc 1,2345")
    expect(said).to_contain_text("2.6: “không có” không phải là một số")
    expect(page.locator("#given-now")).to_have_text("4")
    assert points(here) == {"2.2": "1.250", "2.4": "1.500", "2.7": "0.500", "2.8": "1.750"}
    expect(box(page, "2.3")).to_have_value("")


def test_columns_go_into_the_variables_of_a_leaf(here, page):
    box(page, "1.1").focus()
    paste(page, "2\n46\t50\n1")
    expect(page.locator("#given-now")).to_have_text("3")
    all_saved(page)
    assert points(here) == {"1.1": "2.000", "1.2": "1.840", "1.3": "1.000"}


def test_lines_that_begin_with_codes_find_their_leaves_wherever_one_stands(here, page):
    cell(page, "4.1").focus()
    paste(page, "1.1\t2\n1.2\t46\t50\n\n3.10\t0,25\n")
    expect(page.locator("#block-said")).to_contain_text("Đã dán theo mã tiêu chí vào 3 tiêu chí")
    expect(page.locator("#given-now")).to_have_text("3")
    all_saved(page)
    assert points(here) == {"1.1": "2.000", "1.2": "1.840", "3.10": "0.250"}


def test_heads_fields_and_lines_without_a_code_are_skipped_and_counted(here, page):
    cell(page, "2.2").focus()
    lines = ["Mã\tĐã làm\tĐược giao", "1.\tLĩnh vực 1\t", "1.1\t2\t", "1.2.\t46\t50", "2\tLĩnh vực 2\t"]
    paste(page, "\r\n".join([*lines, "\tghi chú\t", "2.1\t1,5\t", "9.9\t1\t"]) + "\r\n")
    said = page.locator("#block-said")
    expect(said).to_contain_text(
        "Đã dán theo mã tiêu chí vào 3 tiêu chí. Bỏ qua 4 dòng không có mã tiêu chí."
    )
    expect(said.locator("li")).to_have_text(["9.9: “1” – phiếu không có tiêu chí này"])
    all_saved(page)
    assert points(here) == {"1.1": "2.000", "1.2": "1.840", "2.1": "1.500"}


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("Mã\tĐiểm\n7.1\t1\n7.2\t1\n1.1\t1", "chỉ 1 trên 3 mã có trong phiếu này"),
        ("7.1\t1\n7.2\t1", "không mã nào có trong phiếu này"),
        ("1.1\t1\n1.1\t2\n1.3\t1", "Mã 1.1 có ở hai dòng."),
        ("1.3\t1\n1.1\t2", "không theo thứ tự của phiếu"),
    ],
)
def test_a_block_whose_codes_say_nothing_for_sure_is_refused_whole(here, page, block, why):
    cell(page, "2.2").focus()
    paste(page, block)
    expect(page.locator("#block-said")).to_contain_text("Chưa dán gì.")
    expect(page.locator("#block-said")).to_contain_text(why)
    expect(page.locator("#given-now")).to_have_text("0")
    assert {box(page, code).input_value() for code in ("1.1", "1.3", "2.2", "2.3", "2.4")} == {""}


def test_of_a_block_it_is_said_how_much_was_taken_and_how_much_refused(here, page):
    box(page, "2.1").focus()
    paste(page, "3\n4\n5\n6")
    said = page.locator("#block-said")
    expect(said).to_contain_text("Đã dán vào 0 tiêu chí, 4 tiêu chí bị từ chối.")
    expect(said.locator("li")).to_have_count(4)
    box(page, "1.1").focus()
    paste(page, "1\n46\n1,5\n9")
    expect(said).to_contain_text("Đã dán vào 2 tiêu chí, 1 tiêu chí bị từ chối, 1 tiêu chí chưa đủ số liệu.")
    assert points(here) == {"1.1": "1.000", "1.3": "1.500"}


def test_a_table_without_plain_text_beside_it_is_pasted_too(here, page):
    cell(page, "2.1").focus()
    paste(page, "", HTML)
    expect(page.locator("#given-now")).to_have_text("2")
    all_saved(page)
    assert points(here) == {"2.1": "1.500", "2.3": "0.750"}


def test_a_value_is_filled_down_and_emptied(here, page):
    type_in(page, "1.3", "1,25")
    box(page, "1.3").press("Escape")
    for _row in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(page.locator("#given-now")).to_have_text("4")
    all_saved(page)
    assert points(here) == dict.fromkeys(("1.3", "1.4", "1.5", "1.6"), "1.250")
    page.keyboard.press("Delete")
    expect(page.locator("#given-now")).to_have_text("0")
    page.keyboard.press("Control+z")
    expect(page.locator("#given-now")).to_have_text("4")


def test_a_line_for_a_leaf_of_others_is_skipped_with_a_word_and_levels_go_by_their_names(
    transactional_db, window
):
    made: District = district()
    actions.open_round(made.round, by=SYSTEM)
    card = made.card()
    card.scores.filter(code="1.2").update(source="survey")
    page = window(made.users["officer"])
    page.goto(f"/scorecards/{card.pk}/")
    ready(page)
    page.locator("[id='leaf-1.1'] td.leaf-cell").focus()
    paste(page, "kip thoi\n2,5\n46\t50")
    expect(page.locator("#block-said")).to_contain_text(
        "1.2: “2,5” – bỏ qua, tiêu chí này không do đơn vị nhập"
    )
    expect(page.locator("#given-now")).to_have_text("2")
    marks = card.scores.filter(marks__points__isnull=False).values_list("code", flat=True)
    assert sorted(marks) == ["1.1", "2.1"]
