"""A lead agency appraises its field on every unit, hands it over, gets it back with a reason, on office screen and phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from backend.audit.recording import recording
from backend.scoring import actions
from backend.scoring.models import HandOver, Mark
from permissions.actor import SYSTEM
from tests.journeys.conftest import OFFICE, PHONE
from tests.scoring.benches import Bench, bench

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Journey:
    """The people's windows, and a folder for pictures."""

    def __init__(self, here: Bench, window: Any, folder: Path) -> None:
        self.here, self.folder = here, folder
        self.lead = window(here.users["lead"])
        self.secretary = window(here.users["secretary"])

    def look(self, page: Any, name: str) -> None:
        """Keep a picture of the page on both screens, and make sure that nothing hangs over its sides."""
        for kind, size in (("phone", PHONE), ("office", OFFICE)):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (
                name,
                kind,
            )
            page.screenshot(path=self.folder / f"{name}-{kind}.png", full_page=True)


def test_a_lead_agency_appraises_its_field_and_hands_over(window, tmp_path):
    here = bench()
    here.council(member="1, 2.1")
    second = here.here.cards[1]
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        actions.move(second, "no_self_score", by=SYSTEM, reason="Không gửi", document="1/CV")
    journey = Journey(here, window, tmp_path)
    appraise_the_field(journey)
    hand_over(journey)
    nothing_to_change(journey)
    send_back(journey)
    change_after_all(journey)
    choose_twice(journey)


def appraise_the_field(journey: Journey) -> None:
    page = journey.lead
    page.goto("/")
    page.get_by_role("link", name="Vào thẩm định").first.click()
    for card in journey.here.here.cards:
        page.goto(f"/appraisals/{card.pk}/?field=2")
        leaf = page.locator("#leaf-2\\.1")
        leaf.get_by_label("Điểm thẩm định").fill("4")
        leaf.get_by_label("Lý do").fill("Thiếu bản ký của Phó Chủ tịch")
        leaf.get_by_role("button", name="Lưu điểm").click()
        expect(page.locator("#leaf-2\\.1 .saved")).to_contain_text(journey.here.users["lead"].full_name)
        page.goto(f"/appraisals/{card.pk}/?field=1")
        expect(page.get_by_role("button", name="Lưu điểm")).to_have_count(0)
    assert Mark.objects.filter(score__code="2.1", step__order=2, points=4).count() == 2


def hand_over(journey: Journey) -> None:
    page = journey.lead
    page.goto(f"/rounds/{journey.here.here.round.pk}/council/")
    journey.look(page, "01-council")
    page.get_by_role("link", name="Bàn giao lĩnh vực").click()
    journey.look(page, "02-hand-overs")
    page.get_by_role("link", name="Bàn giao lĩnh vực 2").click()
    expect(page.get_by_text("Đã thẩm định mọi tiêu chí của lĩnh vực này.")).to_be_visible()
    page.get_by_role("button", name="Bàn giao cho Hội đồng thẩm định").click()
    expect(page.get_by_text("Đã bàn giao lĩnh vực 2 cho Hội đồng thẩm định.")).to_be_visible()


def nothing_to_change(journey: Journey) -> None:
    page = journey.lead
    page.goto(f"/appraisals/{journey.here.card.pk}/?field=2")
    expect(page.get_by_role("button", name="Lưu điểm")).to_have_count(0)
    expect(page.get_by_text("đã bàn giao cho Hội đồng thẩm định")).to_be_visible()
    journey.look(page, "03-handed")


def send_back(journey: Journey) -> None:
    page = journey.secretary
    page.goto(f"/rounds/{journey.here.here.round.pk}/hand-overs/")
    expect(page.get_by_text("đã bàn giao", exact=True)).to_be_visible()
    page.get_by_role("link", name="Trả lại lĩnh vực 2").click()
    page.get_by_label("Lý do").fill("Hai phường cùng lỗi mà trừ khác nhau")
    page.get_by_role("button", name="Trả lại cơ quan chủ trì").click()
    expect(page.get_by_text("Hai phường cùng lỗi mà trừ khác nhau")).to_be_visible()
    assert HandOver.objects.get().sent_back_by == journey.here.users["secretary"].full_name


def change_after_all(journey: Journey) -> None:
    page = journey.lead
    page.goto(f"/appraisals/{journey.here.card.pk}/?field=2")
    leaf = page.locator("#leaf-2\\.1")
    leaf.get_by_label("Điểm thẩm định").fill("4,5")
    leaf.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator("#leaf-2\\.1 header")).to_contain_text("giảm 0,50")


def choose_twice(journey: Journey) -> None:
    page = journey.secretary
    page.goto(f"/rounds/{journey.here.here.round.pk}/double-marking/")
    page.get_by_label("1.2. Tiêu chí 1.2").check()
    page.get_by_role("button", name="Chấm hai lần các tiêu chí này").click()
    expect(page.get_by_text("Đã chọn 2 lượt tiêu chí")).to_be_visible()
    journey.look(page, "04-double")
    page.goto(f"/rounds/{journey.here.here.round.pk}/conflicts/")
    journey.look(page, "05-conflicts")
