"""A council of three appraises one leaf across twenty units, by keys, and equal cases come out equal."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backend.scoring import actions
from backend.scoring.models import Mark
from permissions.roles import Role
from tests import make
from tests.journeys.conftest import PHONE
from tests.scoring import specimens
from tests.scoring.councils import Council, council, fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNITS = 20
CANNED = "Văn bản số … ban hành chậm"


def season_of_twenty() -> Council:
    """Return a round whose twenty units have approved their cards, the first with a document on 1.1."""
    season = council(units=UNITS)
    for number, card in enumerate(season.cards):
        _user, officer = make.seated(Role.OFFICER, card.unit)
        _user, leader = make.seated(Role.LEADER, card.unit)
        fill(card, by=officer)
        if number == 0:
            upload = specimens.upload(specimens.pdf(), "bao-cao-12.pdf")
            actions.add_file(card, "1.1", by=officer, upload=upload)
        actions.move(card, "submit", by=officer)
        actions.move(card, "approve", by=leader)
    season.close(1)
    season.users["member"], _actor = make.seated(Role.MEMBER, season.host)
    return season


class Keys:
    """One member at her window; every key she presses is counted, the pointer is never used."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.pressed = page, 0
        page.goto(address)

    def press(self, *keys: str) -> None:
        """Press keys one after another; a word is typed letter by letter."""
        for key in keys:
            special = key[0].isupper() and key.isascii()
            for one in [key] if special else key:
                self.page.keyboard.press(one if special or one != " " else "Space")
                self.pressed += 1

    def at(self, unit: int) -> Any:
        """Return the points box of a unit."""
        return self.page.locator("tr.mark").nth(unit).locator("[name=points]")

    def given(self, unit: int) -> Any:
        """Return the cell that says what the council gave a unit."""
        return self.page.locator("tr.mark").nth(unit).locator("td.row-mark")


def look(page: Any, folder: Path, name: str) -> None:
    """Keep a picture of the page as it is, and make sure that nothing hangs over its sides."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    # Hiding the caret would leave an empty style behind, which the security policy refuses at the next swap.
    page.screenshot(path=folder / f"{name}.png", full_page=True, caret="initial")


def test_a_council_of_three_appraises_one_leaf_across_twenty_units(window, tmp_path):
    season = season_of_twenty()
    node = season.card.scores.get(code="1.1").node_id
    actions.save_reason(season.round, by=season.secretary, code="vb1", text=CANNED, leaf=node)
    address = f"/appraisals/by-leaf/{season.round.pk}/{node}/"
    secretary, member, chair = (
        Keys(window(season.users[name]), address) for name in ("secretary", "member", "chair")
    )
    agrees_by_one_key_each(secretary, range(7))
    cuts_by_code(member, 7)
    agrees_by_one_key_each(member, range(8, 14))
    agrees_by_one_key_each(chair, range(14, UNITS))
    assert given_points(season) == {Decimal(1): UNITS - 1, Decimal("0.5"): 1}
    sees_the_document_beside(secretary, tmp_path)
    the_equal_case_is_put_right(chair, tmp_path)
    assert given_points(season) == {Decimal(1): UNITS}
    assert Mark.objects.filter(step__order=2, score__code="1.1").values("author").distinct().count() == 3
    on_a_phone(window(season.users["chair"], viewport=PHONE, has_touch=True), address, tmp_path)


def given_points(season: Council) -> Counter[Decimal]:
    """Return how many units got how many points."""
    return Counter(Mark.objects.filter(step__order=2, score__code="1.1").values_list("points", flat=True))


def agrees_by_one_key_each(keys: Keys, units: range) -> None:
    """Agree with unit after unit: Enter, and the next one has the cursor."""
    keys.at(units[0]).focus()
    before = keys.pressed
    for unit in units:
        expect(keys.at(unit)).to_be_focused()
        keys.press("Enter")
        expect(keys.given(unit)).to_contain_text("đồng ý")
    assert keys.pressed - before == len(units)


def cuts_by_code(keys: Keys, unit: int) -> None:
    """Cut by points, Tab, the code with its document, Enter; only the code is refused, what was typed stays."""
    keys.at(unit).focus()
    keys.press("0,5", "Tab", "vb1", "Enter")
    expect(keys.given(unit)).to_contain_text("không chỉ chọn")
    expect(keys.at(unit)).to_have_value("0,5")
    keys.page.locator("tr.mark").nth(unit).locator("[name=reason]").fill("")
    keys.at(unit).fill("")
    keys.at(unit).focus()
    before = keys.pressed
    keys.press("0,5", "Tab", "vb1 12/BC")
    expect(keys.given(unit)).to_contain_text("Văn bản số 12/BC ban hành chậm")
    keys.press("Enter")
    expect(keys.given(unit)).to_contain_text("giảm 0,50")
    expect(keys.at(unit + 1)).to_be_focused()
    # A hundred decisions an hour are 36 seconds each: fifteen keys take no one longer.
    assert keys.pressed - before <= 15


def sees_the_document_beside(keys: Keys, folder: Path) -> None:
    """Open the first unit's document: it stands beside the table; closing it gives the cursor back."""
    keys.page.reload()
    link = keys.page.get_by_role("link", name="bao-cao-12.pdf")
    link.focus()
    keys.press("Enter")
    expect(keys.page.locator("#pane .viewer")).to_be_focused()
    boxes = [keys.page.locator(place).bounding_box() for place in ("table.by-leaf", "#pane")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    look(keys.page, folder, "pane")
    keys.page.get_by_role("button", name="Đóng bản xem").focus()
    keys.press("Enter")
    expect(link).to_be_focused()


def the_equal_case_is_put_right(keys: Keys, folder: Path) -> None:
    """The warning names the one unit that got less for the same; Alt+arrows go there, agreeing ends the warning."""
    keys.page.reload()
    warning = keys.page.locator("#uneven")
    expect(warning).to_contain_text("Cùng số liệu nhưng khác điểm.")
    expect(warning).to_contain_text(re.compile(r"0,50 \(Xã thứ 7\)"))
    look(keys.page, folder, "uneven")
    keys.at(5).focus()
    keys.press("Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowUp")
    expect(keys.at(7)).to_be_focused()
    keys.press("Tab", "Tab", "Tab", "Enter")
    expect(keys.given(7)).to_contain_text("đồng ý")
    expect(warning).not_to_contain_text("Cùng số liệu nhưng khác điểm.")


def on_a_phone(page: Any, address: str, folder: Path) -> None:
    """Everything fits on a phone, and so do the lists around it."""
    for name, end in (("phone", address), ("phone-list", address.rsplit("/", 2)[0] + "/")):
        page.goto(end)
        look(page, folder, name)
