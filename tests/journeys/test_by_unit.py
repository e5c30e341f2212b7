"""One unit's card, leaf after leaf, by keys alone: agreed with, cut by a canned reason, and nothing lost on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from backend.scoring import actions
from backend.scoring.models import Mark
from tests.journeys.conftest import PHONE
from tests.scoring.councils import Council, council

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def appraising() -> Council:
    """Return a season whose first card is under appraisal, with a canned reason on every leaf."""
    season = council()
    season.under_appraisal()
    actions.save_reason(season.round, by=season.secretary, code="vb1", text="Văn bản số … ban hành chậm")
    return season


def leaf(page: Any, code: str) -> Any:
    return page.locator(f'[id="leaf-{code}"]')


def points(page: Any, code: str) -> Any:
    return leaf(page, code).locator("[name=points]")


def given(season: Council) -> dict[str, tuple[Decimal, str]]:
    rows = Mark.objects.filter(score__card=season.card, step__order=2, points__isnull=False)
    return {code: (value, why) for code, value, why in rows.values_list("score__code", "points", "reason")}


def test_a_card_is_appraised_leaf_after_leaf_by_keys(window):
    season = appraising()
    page = window(season.users["secretary"])
    page.goto(f"/appraisals/{season.card.pk}/?field=all")
    points(page, "1.1").focus()
    page.keyboard.press("Enter")
    expect(points(page, "1.2")).to_be_focused()
    page.keyboard.type("2,5")
    page.keyboard.press("Tab")
    page.keyboard.type("vb1")
    page.keyboard.press("Control+Enter")
    expect(leaf(page, "1.2")).to_contain_text("không chỉ chọn")
    leaf(page, "1.2").locator("[name=reason]").fill("vb1 12/BC")
    expect(leaf(page, "1.2").locator("[data-canned-said]")).to_have_text("Văn bản số 12/BC ban hành chậm")
    page.keyboard.press("Control+Enter")
    expect(points(page, "2.1")).to_be_focused()
    assert given(season) == {
        "1.1": (Decimal(1), ""),
        "1.2": (Decimal("2.5"), "Văn bản số 12/BC ban hành chậm"),
    }
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_button_of_a_canned_reason_puts_its_code_into_the_leafs_own_box(window):
    season = appraising()
    page = window(season.users["secretary"])
    page.goto(f"/appraisals/{season.card.pk}/?field=all")
    own = leaf(page, "1.2")
    own.get_by_text("Lý do mẫu (1)").click()
    own.locator("[data-canned=vb1]").click()
    expect(own.locator("[name=reason]")).to_have_value("vb1 ")
    expect(own.locator("[name=reason]")).to_be_focused()
