"""The workshop in the browser: a tree walked, moved and edited by keyboard alone; two people at one node."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.criteria.models import CriteriaSet, Node
from permissions.roles import Role
from tests import make
from tests.journeys.conftest import OFFICE, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAVES = {"1.1": "2", "1.2": "1", "1.3": "3", "2.1": "1", "2.2": "1"}


@pytest.fixture
def city(transactional_db):
    return make.unit("Thành phố Cần Thơ")


@pytest.fixture
def draft(city) -> CriteriaSet:
    return make.criteria_set(city, leaves=LEAVES, state=CriteriaSet.State.DRAFT)


@pytest.fixture
def people(city) -> list[Any]:
    return [make.seated(Role.CRITERIA_MANAGER, city)[0] for _ in range(2)]


def address(name: str, of: Any) -> str:
    return reverse(f"criteria:{name}", args=[of.pk])


def tree(made: CriteriaSet) -> list[str]:
    return [str(node) for node in made.nodes.order_by("order")]


def line(page: Any, code: str) -> Any:
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(code)} "))


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_field_is_walked_moved_and_edited_by_keyboard_only(draft, people, window):
    page = window(people[0])
    page.goto(address("set_detail", draft))
    line(page, "1").focus()
    press(page, "ArrowDown", "ArrowDown")
    expect(line(page, "1.2")).to_be_focused()
    press(page, "Alt+ArrowUp")
    expect(page.get_by_text("Đã chuyển, nay là 1.1 Tiêu chí 1.2")).to_be_visible()
    expect(line(page, "1.1")).to_be_focused()
    press(page, "Alt+ArrowLeft")
    expect(page.get_by_text("nay là 2 Tiêu chí 1.2")).to_be_visible()
    expect(line(page, "2")).to_be_focused()
    press(page, "Alt+ArrowRight")
    expect(page.get_by_text("nay là 1.3 Tiêu chí 1.2")).to_be_visible()
    expect(line(page, "1.3")).to_be_focused()
    press(page, "Home", "ArrowLeft")
    expect(line(page, "1.1")).to_be_hidden()
    press(page, "ArrowDown")
    expect(line(page, "2")).to_be_focused()
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_role("heading", name="2.1")).to_be_focused()
    page.get_by_label("Nội dung").focus()
    press(page, "Control+A")
    page.keyboard.type("Tên mới")
    page.get_by_role("button", name="Lưu", exact=True).press("Enter")
    expect(page.get_by_text("Đã lưu 2.1.")).to_be_visible()
    assert tree(draft) == [
        "1 Lĩnh vực 1", "1.1 Tiêu chí 1.1", "1.2 Tiêu chí 1.3", "1.3 Tiêu chí 1.2",
        "2 Lĩnh vực 2", "2.1 Tên mới", "2.2 Tiêu chí 2.2",
    ]  # fmt: skip
    page.get_by_role("button", name="Hoàn tác").press("Enter")
    expect(page.get_by_text("Đã hoàn tác: Sửa tiêu chí 2.1")).to_be_visible()
    page.get_by_role("button", name="Hoàn tác").press("Enter")
    expect(page.get_by_text("Đã hoàn tác: Chuyển")).to_be_visible()
    assert tree(draft)[3:5] == ["2 Tiêu chí 1.2", "3 Lĩnh vực 2"]


def test_two_people_at_one_node_and_the_second_sees_both_values(draft, people, window):
    leaf = draft.nodes.get(code="1.1")
    first, second = (window(person) for person in people)
    for page in (first, second):
        page.goto(address("node_edit", leaf))
    for page, title in ((first, "Của người thứ nhất"), (second, "Của người thứ hai")):
        page.get_by_label("Nội dung").fill(title)
        page.get_by_role("button", name="Lưu", exact=True).click()
    expect(first.get_by_text("Đã lưu 1.1.")).to_be_visible()
    told = second.get_by_role("group", name="Nội dung")
    expect(told).to_contain_text("Của người thứ nhất")
    expect(told).to_contain_text("Của người thứ hai")
    expect(second.locator("#both")).to_contain_text(people[0].full_name)
    assert Node.objects.get(pk=leaf.pk).title == "Của người thứ nhất"
    assert _axe(second) == []
    told.get_by_label("Bạn nhập").check()
    second.get_by_role("button", name="Lưu", exact=True).click()
    expect(second.get_by_text("Đã lưu 1.1.")).to_be_visible()
    assert Node.objects.get(pk=leaf.pk).title == "Của người thứ hai"


def test_a_rule_is_tried_as_it_is_typed(draft, people, window):
    page = window(people[0])
    page.goto(address("node_edit", draft.nodes.get(code="1.1")))
    page.locator("#id_rule").select_option("bands")
    page.locator("#id_params_text").fill("Số đã làm / Số được giao ::\n>90=2\n70-90=1\n<70=0")
    expect(page.locator("#try")).to_contain_text("Trên 90 %: 2 điểm")
    page.get_by_label("Số đã làm").press_sequentially("47")
    page.get_by_label("Số được giao").press_sequentially("50")
    expect(page.locator("#try-result")).to_contain_text("2,000")
    expect(page.get_by_label("Số được giao")).to_be_focused()
    page.get_by_label("Điểm tối đa").fill("1")
    expect(page.locator("#try-result")).to_contain_text("cao hơn điểm tối đa")
    assert Node.objects.get(criteria_set=draft, code="1.1").rule == "direct"


def test_what_is_typed_and_not_saved_is_not_lost_by_a_click(draft, people, window):
    page = window(people[0])
    page.goto(address("node_edit", draft.nodes.get(code="1.1")))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_label("Nội dung").fill("Đang gõ")
    expect(page.get_by_text("Có nội dung chưa lưu")).to_be_visible()
    line(page, "1.2").click()
    line(page, "1.2").press("Alt+ArrowUp")
    page.get_by_role("button", name="Nhân đôi").click()
    assert len(asked) == 3
    assert all("chưa được lưu" in said for said in asked)
    assert page.get_by_label("Nội dung").input_value() == "Đang gõ"
    assert len(tree(draft)) == 7


def test_letters_and_composing_do_nothing_in_the_tree(draft, people, window):
    page = window(people[0])
    page.goto(address("set_detail", draft))
    line(page, "1.2").focus()
    press(page, "d", "u", "s", "Delete")
    page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent(
          "keydown", {key: "ArrowUp", altKey: true, isComposing: true, bubbles: true}))"""
    )
    expect(line(page, "1.2")).to_be_focused()
    assert tree(draft)[2] == "1.2 Tiêu chí 1.2"


def test_nodes_are_added_split_and_deleted_without_scripts(draft, people, window):
    page = window(people[0], java_script_enabled=False, viewport=PHONE)
    page.goto(address("set_detail", draft))
    page.locator("#tree").get_by_role("link", name="1.1 ").click()
    page.get_by_role("button", name="Xuống").click()
    expect(page.get_by_text("nay là 1.2 Tiêu chí 1.1")).to_be_visible()
    page.get_by_role("button", name="Tách").click()
    page.get_by_label("Số tiêu chí").fill("3")
    page.locator("#split").get_by_role("button", name="Tách").click()
    expect(page.get_by_text("1.2.1: 0,67; 1.2.2: 0,67; 1.2.3: 0,66")).to_be_visible()
    page.get_by_role("link", name="Thêm tiêu chí", exact=True).click()
    page.get_by_label("Nội dung").fill("Thêm tay")
    page.get_by_label("Điểm tối đa").fill("1")
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.get_by_text("Đã thêm 1.2.4.")).to_be_visible()
    assert "1.2.4 Thêm tay" in tree(draft)


def test_the_workshop_fits_and_axe_finds_nothing(draft, people, window):
    page = window(people[0])
    leaf, group = draft.nodes.get(code="1.1"), draft.nodes.get(code="1")
    faults = []
    for at in (
        address("set_detail", draft),
        address("node_edit", leaf),
        address("node_edit", group),
        f"{address('node_add', draft)}?parent={group.pk}&leaf=1",
        f"{address('rule_try', draft)}?rule=pass_fail&max_points=1",
    ):
        for size in (OFFICE, PHONE):
            page.set_viewport_size(size)
            page.goto(at)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            faults += [f"{at}: {wide} pixels too wide"] if wide > 0 else []
            faults += [f"{at}: {found}" for found in _axe(page)]
    assert faults == []


def _axe(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']} {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]
