"""Every main page as its people see it, at an office screen and a phone: it fits, it is quiet, axe finds nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from backend.criteria.models import CriteriaSet
from backend.rounds.models import Round
from backend.scoring import actions
from permissions.actor import SYSTEM
from reports.actions import publish_ranking, request_document
from reports.backtest import running
from tests import make
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.districts import District, criteria, district
from tests.reports import backtests

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def here(transactional_db) -> District:
    """The district with its round open."""
    made = district()
    actions.open_round(made.round, by=SYSTEM)
    return made


def test_pages_of_the_unit_while_it_scores(here, window):
    fill(here)
    card = here.card()
    see(window(here.users["officer"]), *unit_pages(card), *everybodys(here))


def test_pages_of_the_leader_who_approves(here, window):
    approved_by_nobody_yet(here)
    card = here.card()
    see(
        window(here.users["chair"]),
        "/",
        at("scoring:approval_list"),
        at("scoring:approval", card),
        at("scoring:approval_leaf", card, "1.2"),
        at("scoring:delegate", card),
        *unit_pages(card)[2:4],
    )


def test_pages_of_a_card_that_came_back(here, window):
    approved_by_nobody_yet(here)
    reasons = {"1.1": "Chưa có văn bản", "1.2": "Số liệu chưa khớp"}
    actions.move(here.card(), "return", by=here.actor("chair"), reason="Đề nghị sửa", leaves=reasons)
    actions.answer_return(here.card(), "1.2", by=here.actor("officer"), answer="Đã đối chiếu")
    see(window(here.users["officer"]), "/", *unit_pages(here.card()))
    actions.move(here.card(), "submit", by=here.actor("officer"), reason="Đã sửa")
    card = here.card()
    see(
        window(here.users["chair"]),
        at("scoring:approval", card),
        at("scoring:approval_leaf", card, "1.1"),
        at("scoring:approval_leaf", card, "1.2"),
    )


def test_pages_of_who_sets_up_criteria_and_rounds(here, window):
    draft = make.round_(here.unit, criteria(here.unit, year=2027), year=2027)
    loose = make.criteria_set(here.unit, year=2028, state=CriteriaSet.State.DRAFT)
    see(window(here.users["manager"]), "/", *round_pages(here.round, draft), *set_pages(here, loose))


def test_pages_of_who_looks_after_units_and_people(here, window):
    person = here.users["officer"]
    see(
        window(here.users["administrator"]),
        *everybodys(here),
        *(at(f"tiers:{name}", here.unit) for name in ("unit_edit", "unit_add", "unit_history")),
        *(at(f"people:{name}") for name in ("account_list", "account_add", "account_import")),
        *(at(f"people:{name}", person) for name in ("account_detail", "account_edit", "seat_add")),
    )


def test_pages_of_the_council(here, window):
    appraised(here)
    card, late = here.card(), here.card(1)
    see(
        window(here.users["secretary"]),
        "/",
        at("scoring:appraisal_list"),
        at("scoring:appraisal", card),
        at("scoring:appraisal", late),
        at("scoring:on_leaf", card, "1.1", "leave-out"),
        at("scoring:conclusion_list"),
        at("scoring:conclusion", card),
        at("scoring:round_progress", here.round),
        at("scoring:survey", here.round),
        at("scoring:timeline", card, "1.2"),
        at("scoring:history"),
    )
    see(window(here.users["inspector"]), "/", at("scoring:scorecard", card), at("scoring:history"))


def test_pages_of_a_unit_that_explains(here, window):
    appraised(here)
    actions.move(here.card(), "ask", by=here.actor("secretary"))
    here.close(2)
    card = here.card()
    see(
        window(here.users["officer"]),
        "/",
        at("scoring:scorecard", card),
        at("scoring:leaf", card, "1.2"),
        at("scoring:explanation", card),
        at("notices:notice_list"),
    )


def test_pages_of_the_result(here, window):
    concluded(here)
    page = window(here.users["council chair"])
    see(page, at("reports:ranking", here.round), at("reports:publish", here.round))
    publish_ranking(here.round, by=here.actor("council chair"), decision="45/QĐ-UBND")
    with transaction.atomic():
        made = request_document("ranking", by=here.actor("council chair"), round_=here.round)
    ranking = at("reports:ranking", here.round)
    see(
        page,
        at("reports:ranking_list"),
        ranking,
        f"{ranking}?view=fields",
        at("reports:unit_result", here.card()),
        at("reports:document", made),
    )


def test_pages_of_the_analysis(here, window):
    concluded(here)
    of_round = ("analysis", "analysis_places", "analysis_progress", "analysis_losses", "analysis_claims")
    firm = at("reports:analysis_firmness", here.round)
    of_unit = [at(f"reports:{name}", here.card()) for name in ("unit_analysis", "unit_trend")]
    pages = [*(at(f"reports:{name}", here.round) for name in of_round), firm, *of_unit]
    page = window(here.users["secretary"])
    see(page, *pages)
    page.goto(firm)
    page.get_by_role("button", name="Tính độ vững của hạng").click()
    expect(page.get_by_text("Tính lúc")).to_be_visible()
    see(page, firm, of_unit[0])
    publish_ranking(here.round, by=here.actor("council chair"), decision="45/QĐ-UBND")
    see(window(here.users["officer"]), *pages[:2], firm, *of_unit)


def test_pages_of_a_backtest(here, window):
    concluded(here)
    held = here.round.groups.get().criteria_set
    draft = make.criteria_set(
        here.unit, leaves={"1.1": "3", "1.2": "1", "3.1": "2"}, year=2028, state=CriteriaSet.State.DRAFT
    )
    backtests.link(draft, held, {"1.1": "1.1", "1.2": "1.2"})
    made = running.start(draft, here.round, by=here.actor("manager"))
    see(
        window(here.users["manager"]),
        at("reports:backtest_round", here.round),
        at("reports:backtest_start", draft),
        at("reports:backtest", made),
    )


def test_a_leaf_is_saved_without_scripts(here, window):
    page = window(here.users["officer"], java_script_enabled=False, viewport=PHONE)
    page.goto(at("scoring:scorecard", here.card()))
    row = page.locator("[id='leaf-1.2']")
    row.get_by_role("textbox").fill("2,5")
    row.get_by_role("button", name="Lưu 1.2").click()
    expect(page.get_by_text("Đã lưu tiêu chí 1.2.")).to_be_visible()
    assert row.get_by_role("textbox").input_value() == "2,5"
    assert here.card().scores.get(code="1.2").marks.get(step__order=1).points == Decimal("2.5")


# --- the pages -------------------------------------------------------------------------------------


def at(name: str, *of: Any) -> str:
    """Return the address of a page."""
    return reverse(name, args=[getattr(one, "pk", one) for one in of])


def unit_pages(card: Any) -> list[str]:
    names = ("check", "approval", "scorecard", "texts")
    return [
        "/",
        at("scoring:scorecard_list"),
        *(at(f"scoring:{name}", card) for name in names),
        *(at("scoring:leaf", card, code) for code in ("1.1", "2.1")),
        at("scoring:timeline", card, "1.2"),
    ]


def everybodys(here: District) -> list[str]:
    names = ("tiers:unit_list", "tiers:merger_list", "criteria:set_list", "reports:ranking_list")
    own = ("profile", "change_password", "second_factor")
    return [
        *(at(name) for name in (*names, "notices:notice_list")),
        at("tiers:unit_detail", here.communes[0]),
        *(at(f"accounts:{name}") for name in own),
    ]


def round_pages(running: Round, draft: Round) -> list[str]:
    step, group = running.steps.get(order=1), draft.groups.get()
    return [
        at("rounds:round_list"),
        at("rounds:round_add"),
        *(at(f"rounds:{name}", draft) for name in ("round_detail", "round_edit", "steps_edit", "group_add")),
        *(at(f"rounds:{name}", group) for name in ("group_edit", "bands_edit")),
        at("scoring:open_round", draft),
        *(at(f"rounds:{name}", running) for name in ("round_detail", "round_copy")),
        *(at(f"rounds:{name}", step) for name in ("step_dates", "step_extend")),
        at("scoring:round_progress", running),
    ]


def set_pages(here: District, loose: CriteriaSet) -> list[str]:
    running, node = here.round.groups.get().criteria_set, loose.nodes.get(code="1.1")
    return [
        at("criteria:set_list"),
        at("criteria:set_add"),
        at("criteria:set_detail", running),
        *(at(f"criteria:{name}", loose) for name in ("set_detail", "set_edit", "node_add")),
        at("criteria:node_edit", node),
    ]


# --- the states ------------------------------------------------------------------------------------


def fill(here: District) -> None:
    """Give the first commune's points, one of them with a document."""
    card, by = here.card(), here.actor("officer")
    given = {"1.1": {"option": "1"}, "1.2": {"points": "2.5"}, "2.1": {"done": "95", "assigned": "100"}}
    for code, inputs in given.items():
        actions.set_points(card, code, by=by, version=0, inputs=inputs, note="Theo báo cáo năm")
    actions.add_document(card, "1.2", by=by, number="12/BC-UBND", issuer="Ủy ban nhân dân xã")


def approved_by_nobody_yet(here: District) -> None:
    fill(here)
    actions.move(here.card(), "submit", by=here.actor("officer"))


def appraised(here: District) -> None:
    """One leaf of the first commune is cut and asked about; the second one has not scored."""
    approved_by_nobody_yet(here)
    actions.move(here.card(), "approve", by=here.actor("chair"))
    here.close(1)
    by = here.actor("secretary")
    actions.appraise(here.card(), "1.2", by=by, version=0, points=Decimal(2), reason="Chưa được công nhận")
    actions.agree_rest(here.card(), by=by)
    actions.ask_for_cuts(here.card(), by=by)
    actions.move(here.card(), "appraise", by=by)
    actions.move(here.card(1), "no_self_score", by=by, reason="Không gửi phiếu", document="5/NV")


def concluded(here: District) -> None:
    """Both communes are concluded."""
    appraised(here)
    by = here.actor("secretary")
    actions.unask(here.card(), "1.2", by=by, reason="Đơn vị đã đồng ý")
    for code in ("1.1", "1.2", "2.1"):
        actions.appraise(here.card(1), code, by=by, version=0, points=Decimal(1), reason="Theo hồ sơ")
    actions.move(here.card(1), "appraise", by=by)
    here.close(4)
    for commune in (0, 1):
        actions.move(here.card(commune), "conclude", by=here.actor("council chair"))


# --- looking ---------------------------------------------------------------------------------------


def see(page: Any, *addresses: str) -> None:
    """Open each page at both widths; report what is wrong with all of them at once."""
    faults = []
    for address in addresses:
        page.set_viewport_size(OFFICE)
        if not page.goto(address).ok:
            faults.append(f"{address}: {page.locator('main').inner_text()[:160]}")
        faults += _wide(page, address) + _axe(page, address)
        page.set_viewport_size(PHONE)
        faults += _wide(page, address)
    assert faults == []


def _wide(page: Any, address: str) -> list[str]:
    width, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{address}: {width} pixels on {inner}"] if width > inner else []


def _axe(page: Any, address: str) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{address}: {rule['id']} {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]
