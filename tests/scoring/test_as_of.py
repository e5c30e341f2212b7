"""A card as it stood at a moment, and what became different between two."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from backend.audit.models import Line
from backend.core import clock
from backend.core.dates import format_date, parse_moment
from backend.core.errors import Invalid
from backend.scoring import actions, queries
from backend.scoring.models import Evidence, Mark
from tests.scoring import specimens
from tests.scoring.councils import Council, council

pytestmark = pytest.mark.slow

D = Decimal


@dataclass
class Told:
    """A season and the moments of its story, by name."""

    here: Council
    at: dict[str, datetime]


def last_change() -> datetime:
    """Return the moment of the newest change; the next one is made by statements of its own, later."""
    return Line.objects.latest("at").at


@pytest.fixture(scope="module")
def built(standing) -> Told:
    def build() -> Told:
        here = council()
        at = {"opened": last_change()}
        here.fill()
        paper = specimens.upload(specimens.pdf(), "Kế hoạch.pdf")
        piece = actions.add_file(here.card, "1.1", by=here.officer, upload=paper)
        at["filled"] = last_change()
        actions.remove_evidence(piece, by=here.officer)
        actions.set_points(here.card, "1.2", by=here.officer, version=1, points=D(2), note="Nhập lại")
        actions.move(here.card, "submit", by=here.officer)
        actions.move(here.card, "approve", by=here.leader)
        here.close(1)
        at["approved"] = last_change()
        actions.appraise(
            here.card, "1.1", by=here.secretary, version=0, points=D("0.5"), reason="Ban hành chậm"
        )
        at["cut"] = last_change()
        return Told(here, at)

    return standing(build)


@pytest.fixture
def told(built, db) -> Told:
    return copy.deepcopy(built)


def at(told: Told, name: str, viewer: str = "secretary") -> queries.CardThen:
    return queries.card_at(told.here.fresh(), told.at[name], getattr(told.here, viewer))


def leaf(then: queries.CardThen, code: str) -> Any:
    return next(leaf for leaf in then.leaves if leaf.code == code)


def by_title(then: queries.CardThen, code: str) -> dict[str, Decimal | None]:
    return {step.title: leaf(then, code).points.get(step.pk) for step in then.steps}


def test_each_moment_has_its_own_points_texts_and_documents(told):
    filled, approved, cut = (at(told, name) for name in ("filled", "approved", "cut"))
    assert by_title(filled, "1.2")["Tự chấm điểm"] == D(3)
    assert by_title(approved, "1.2")["Tự chấm điểm"] == D(2)
    assert leaf(filled, "1.1").documents == ["Kế hoạch.pdf"]
    assert leaf(approved, "1.1").documents == []
    assert leaf(approved, "1.2").note == "Nhập lại"
    assert by_title(approved, "1.1")["Thẩm định lần 1"] is None
    assert by_title(cut, "1.1")["Thẩm định lần 1"] == D("0.5")
    assert "Ban hành chậm" in leaf(cut, "1.1").reasons.values()


def test_the_totals_are_those_of_the_moment(told):
    own = told.here.round.steps.get(order=1).pk
    assert at(told, "opened").totals[own] is None
    assert at(told, "filled").totals[own] == D(9)
    assert at(told, "approved").totals[own] == D(8)


def test_the_newest_moment_agrees_with_the_live_rows(told):
    then = queries.card_at(told.here.fresh(), clock.now(), told.here.secretary)
    live = Mark.objects.filter(score__card=told.here.card, step__in=[step.pk for step in then.steps])
    seen = {(leaf.code, step): points for leaf in then.leaves for step, points in leaf.points.items()}
    assert seen == {(mark.score.code, mark.step_id): mark.points for mark in live.select_related("score")}
    assert not Evidence.objects.filter(removed_at=None).exists()


def test_before_the_round_was_opened_there_is_no_card(told):
    long_ago = told.at["opened"] - timedelta(days=400)
    assert not queries.card_at(told.here.fresh(), long_ago, told.here.secretary).exists


def test_two_moments_differ_by_what_happened_between_them(told):
    lines = {
        (one.code, what): (before, after)
        for one in queries.differences(at(told, "filled"), at(told, "cut"))
        for what, before, after in one.lines
    }
    assert lines["1.2", "Tự chấm điểm"] == ("3,00", "2,00")
    assert lines["1.1", "Thẩm định lần 1"] == ("–", "0,50")
    assert lines["1.1", "Tài liệu kiểm chứng"] == ("Kế hoạch.pdf", "–")
    assert lines["", "Trạng thái"][1] == str(told.here.fresh().get_state_display())
    assert ("2.1", "Tự chấm điểm") not in lines


def test_the_unit_does_not_see_the_councils_marks_before_they_are_shown(told):
    then = at(told, "cut", "officer")
    assert [step.title for step in then.steps] == ["Tự chấm điểm"]
    assert "Ban hành chậm" not in str(then.leaves)


def test_the_host_sees_nothing_of_a_unit_that_is_still_scoring_itself(db):
    here = council()
    here.fill()
    then = queries.card_at(here.fresh(), clock.now(), here.secretary)
    own = here.round.steps.get(order=1).pk
    assert own not in {step.pk for step in then.steps}
    assert (then.state, then.texts) == ("", {})
    assert {leaf.note for leaf in then.leaves} == {""}
    assert queries.card_at(here.fresh(), clock.now(), here.officer).totals[own] == D(9)


def test_the_page_shows_a_moment_and_a_difference(told):
    client = Client()
    client.force_login(told.here.users["secretary"])
    address = f"/scorecards/{told.here.card.pk}/as-of/"
    assert "Nhập ngày và giờ" in client.get(address).text
    page = client.get(address, {"at": told.at["filled"].isoformat()}).text
    assert "Kế hoạch.pdf" in page
    both = client.get(
        address, {"at": told.at["filled"].isoformat(), "other": told.at["cut"].isoformat()}
    ).text
    assert "Ban hành chậm" in both
    assert "phải sau thời điểm" in client.get(address, {"at": "05/06/2026", "other": "04/06/2026"}).text
    assert "không phải là ngày" in client.get(address, {"at": "hôm qua"}).text
    today = format_date(clock.now())
    assert "0,50" in client.get(address, {"at": today}).text


def test_the_json_twin_tells_the_same(told):
    client = Client()
    client.force_login(told.here.users["secretary"])
    address = f"/api/scorecards/{told.here.card.pk}/as-of/"
    body = client.get(
        address, {"at": told.at["filled"].isoformat(), "other": told.at["cut"].isoformat()}
    ).json()
    (first, *_rest) = body["leaves"]
    assert (first["code"], first["documents"]) == ("1.1", ["Kế hoạch.pdf"])
    assert {"step": "Tự chấm điểm", "points": "1.000", "reason": ""} in first["steps"]
    assert {"code": "1.2", "what": "Tự chấm điểm", "before": "3,00", "after": "2,00"} in body["differences"]


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "01/01/0001"])
def test_no_moment_however_far_brings_the_page_down(told, far):
    client = Client()
    client.force_login(told.here.users["secretary"])
    address = f"/scorecards/{told.here.card.pk}/as-of/"
    assert "phải từ 1900 đến 2100" in client.get(address, {"at": far}).text
    assert client.get(f"/api{address}", {"at": far}).status_code == 422


def test_the_json_twin_refuses_a_comparison_backwards(told):
    client = Client()
    client.force_login(told.here.users["secretary"])
    both = {"at": told.at["cut"].isoformat(), "other": told.at["filled"].isoformat()}
    answer = client.get(f"/api/scorecards/{told.here.card.pk}/as-of/", both)
    assert answer.status_code == 422
    assert "phải sau thời điểm" in answer.text


def test_a_leaf_that_stood_before_and_not_after_is_told(told):
    before, after = at(told, "filled"), at(told, "cut")
    after.leaves = [leaf for leaf in after.leaves if leaf.code != "1.2"]
    lines = {
        (one.code, what): pair for one in queries.differences(before, after) for what, *pair in one.lines
    }
    assert lines["1.2", "Tự chấm điểm"] == ["3,00", "–"]


def test_a_step_without_any_points_has_neither_column_nor_sum(told):
    filled, cut = at(told, "filled"), at(told, "cut")
    assert [step.title for step in filled.marked] == ["Tự chấm điểm"]
    assert [step.title for step in cut.marked] == ["Tự chấm điểm", "Thẩm định lần 1"]
    said = [what for one in queries.differences(filled, cut) for what, _old, _new in one.lines]
    assert not any("Giải trình" in what and what.startswith("Tổng điểm") for what in said)
    client = Client()
    client.force_login(told.here.users["secretary"])
    address = f"/scorecards/{told.here.card.pk}/as-of/"
    page = client.get(address, {"at": told.at["cut"].isoformat()}).text
    assert 'data-label="Thẩm định lần 1"' in page
    assert 'data-label="Giải trình"' not in page


def test_of_a_card_still_in_its_units_hands_the_host_reads_that_it_is_not_shown_yet(db):
    here = council()
    here.fill()
    client = Client()
    client.force_login(here.users["secretary"])
    address = f"/scorecards/{here.card.pk}/"
    page = client.get(f"{address}as-of/", {"at": clock.now().isoformat()}).text
    assert "đơn vị còn đang tự chấm" in page
    assert "as-of" not in page.partition("<main")[2].partition("<table")[2]
    told = client.get(f"{address}leaves/1.1/history/").text
    assert "Lịch sử tự chấm chưa được xem" in told
    assert "Chưa có thay đổi nào" not in told
    assert "Đơn vị còn đang tự chấm điểm; lịch sử của phiếu được giao sau" in told


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18/12/2026 14:05", datetime(2026, 12, 18, 7, 5, 59, 999999, UTC)),
        ("14:05 ngày 18/12/2026", datetime(2026, 12, 18, 7, 5, 59, 999999, UTC)),
        ("18/12/2026 14h05", datetime(2026, 12, 18, 7, 5, 59, 999999, UTC)),
        ("18/12/2026 14:05:30", datetime(2026, 12, 18, 7, 5, 30, 999999, UTC)),
        ("18/12/2026", datetime(2026, 12, 18, 16, 59, 59, 999999, UTC)),
        ("2026-12-18T07:05:00+00:00", datetime(2026, 12, 18, 7, 5, tzinfo=UTC)),
    ],
)
def test_a_typed_moment_is_the_end_of_what_was_typed(typed, meant):
    assert parse_moment(typed) == meant


@pytest.mark.parametrize("typed", ["14:05", "18/12/2026 99:99", "31/02/2026 10:00", "sáng nay"])
def test_a_moment_that_is_none_is_refused(typed):
    with pytest.raises(Invalid):
        parse_moment(typed)
