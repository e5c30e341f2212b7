"""Publish, correct, read as a stranger, show to a hall: from the chair's password to everybody's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring import actions as scoring
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.actions import publish_ranking
from tests import make
from tests.journeys.conftest import OFFICE, PHONE
from tests.reports import seasons

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THREE = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}


@pytest.fixture
def round_(transactional_db) -> Any:
    return seasons.simple(THREE)


def public(name: str, round_: Any, *more: Any) -> str:
    return reverse(f"public:{name}", args=[round_.host.code, round_.year, *more])


def test_the_chair_publishes_then_corrects_and_a_stranger_reads_both(round_, window, page):
    chair, secretary = make.seated(Role.CHAIR, round_.host)[0], make.seated(Role.SECRETARY, round_.host)[1]
    hers = window(chair)
    hers.goto(reverse("reports:publish", args=[round_.pk]))
    hers.get_by_label("Số, ngày văn bản công bố").fill("12/QĐ-UBND ngày 05/03/2027")
    hers.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    hers.get_by_role("button", name="Công bố kết quả").click()
    expect(hers.get_by_role("heading", level=1)).to_contain_text("Kết quả:")

    page.goto(public("ranking", round_))
    expect(page.get_by_role("row").nth(1)).to_contain_text("Phường Hai")
    expect(page.locator("body")).to_contain_text("12/QĐ-UBND ngày 05/03/2027")

    card = round_.cards.get(unit_name="Xã Ba")
    why = {"reason": "Cộng sót", "document": "21/CV-SNV"}
    change = scoring.propose_change(card, "1.1", by=secretary, points=Decimal(58), **why)
    scoring.confirm_change(change, by=make.seated(Role.CHAIR, round_.host)[1])
    hers.goto(reverse("reports:ranking", args=[round_.pk]))
    hers.get_by_role("link", name="Đính chính").click()
    expect(hers.locator("main")).to_contain_text("lên 1")
    hers.get_by_label("Lý do đính chính").fill("Cộng sót điểm tiêu chí 1.1")
    hers.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    hers.get_by_role("button", name="Công bố đính chính").click()
    expect(hers.get_by_role("heading", level=1)).to_have_text("Lần công bố thứ 2")

    page.goto(public("ranking", round_))
    expect(page.locator("main")).to_contain_text("Cộng sót điểm tiêu chí 1.1")
    page.get_by_role("link", name="lần 1", exact=True).click()
    expect(page.locator("main")).to_contain_text("Bản này đã bị thay thế")


def test_the_hall_sees_one_band_more_a_key_with_and_without_javascript(round_, page, chromium, live_server):
    publish_ranking(round_, by=SYSTEM)
    page.goto(public("conference", round_, 0))
    bands = page.locator(".hall-band")
    for shown, key in enumerate(("ArrowRight", "PageDown", "Enter"), start=1):
        page.keyboard.press(key)
        expect(bands).to_have_count(shown)
    expect(bands.first).to_contain_text("Phường Hai")
    page.keyboard.press("ArrowRight")  # there is no more
    page.keyboard.press("ArrowLeft")
    expect(bands).to_have_count(2)
    plain = chromium.new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    plain.goto(public("conference", round_, 0))
    plain.get_by_role("link", name="Mở tiếp").click()
    expect(plain.locator(".hall-band")).to_have_count(1)
    plain.context.close()


def test_every_public_page_fits_both_screens_and_axe_finds_nothing(round_, page):
    publish_ranking(round_, by=SYSTEM)
    card = round_.cards.first()
    faults = []
    for address in (
        reverse("public:round_list"),
        public("ranking", round_),
        public("unit", round_, card.unit.code),
        public("method", round_),
        public("over_all", round_),
        public("by_part", round_, 1, "1.1"),
        public("conference", round_, 2),
    ):
        for size in (OFFICE, PHONE):
            page.set_viewport_size(size)
            page.goto(address)
            faults += seen(page, address)
        page.emulate_media(media="print")
        faults += seen(page, f"{address} in print")
        page.emulate_media(media="screen")
    assert faults == []


def test_the_pages_of_who_is_signed_in_fit_and_axe_finds_nothing(round_, window):
    people = make.seated(Role.CHAIR, round_.host)[0]
    hers = window(people)
    of = [round_.pk]
    before = [reverse("reports:placing", args=of), reverse("reports:ranking", args=of)]
    faults = [fault for address in before for fault in both(hers, address)]
    publish_ranking(round_, by=SYSTEM)
    card = round_.cards.first()
    after = [
        reverse("reports:placing", args=of) + "?of=1.1",
        reverse("reports:across", args=of),
        reverse("reports:version", args=[round_.pk, 1]),
        reverse("reports:correct", args=of),
        reverse("reports:past", args=[card.pk]),
    ]
    faults += [fault for address in after for fault in both(hers, address)]
    assert faults == []


def both(page: Any, address: str) -> list[str]:
    faults = []
    for size in (OFFICE, PHONE):
        page.set_viewport_size(size)
        page.goto(address)
        faults += seen(page, address)
    return faults


def seen(page: Any, address: str) -> list[str]:
    """Return what is too wide, and what axe finds."""
    width, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found = Axe().run(page).response["violations"]
    faults = [f"{address}: {rule['id']} {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]
    return [*faults, f"{address}: {width} pixels on {inner}"] if width > inner else faults
