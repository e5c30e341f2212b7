"""Points taken off after appraisal (R13): 8,50 less 0,25 is 8,25, shown apart, never deleted."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.rounds.models import Step
from backend.scoring import actions, queries
from backend.scoring.models import Deduction
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.queries import totals_in
from tests import make
from tests.scoring.pages import signed_in
from tests.scoring.specials import appraised, give, send, special
from tests.scoring.worlds import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LEAVES = {"1.1": "4", "1.2": "6", "2.1": "10"}
OFF = {"reason": "Nộp báo cáo muộn", "document": "15/TB-HĐ"}


@pytest.fixture
def season() -> World:
    made = special(LEAVES)
    give(made, {"1.1": "2.5", "1.2": "6", "2.1": "9"})
    send(made)
    appraised(made)
    return made


def off(season: World, code: str = "1", points: str = "0.25", by=None) -> Deduction:
    return actions.deduct(season.card, code, by=by or season.secretary, points=Decimal(points), **OFF)


def test_it_is_shown_apart_and_comes_off_the_total(season):
    off(season)
    (one,) = queries.taken(queries.sheet(season.fresh(), season.chair))
    assert one.words == "điểm thẩm định 8,50; bị trừ 0,25; còn 8,25"
    season.close(4)
    actions.move(season.card, "conclude", by=season.chair)
    totals = totals_in(season.round)[season.card.pk]
    assert (totals.appraised, totals.deducted, totals.total) == (
        Decimal("17.5"),
        Decimal("0.25"),
        Decimal("17.25"),
    )
    assert [part.points for part in totals.fields] == [Decimal("8.25"), Decimal(9)]
    call_command("verify", stdout=StringIO())


@pytest.mark.parametrize("points", ["0", "8.501", "-1"])
def test_at_most_what_the_field_has(season, points):
    with pytest.raises(Invalid, match="không quá 8,50 điểm còn lại"):
        off(season, points=points)


def test_a_leaf_and_its_field_are_bound_together(season):
    off(season, "1.1", "2")
    with pytest.raises(Invalid, match="0,50"):
        off(season, "1.1", "1")
    off(season, "1", "6")
    with pytest.raises(Invalid, match="không quá 0,50"):
        off(season, "1.2", "1")


def test_reason_document_and_a_real_place_are_asked(season):
    with pytest.raises(Invalid) as refusal:
        actions.deduct(season.card, "1", by=season.secretary, points=Decimal(1), reason=" ", document="")
    assert set(refusal.value.fields) == {"reason", "document"}
    with pytest.raises(Invalid, match="không có điểm thẩm định"):
        off(season, "7")


def test_withdrawn_by_a_second_row_with_a_reason(season):
    first = off(season)
    with pytest.raises(Invalid):
        actions.withdraw_deduction(first, by=season.secretary, reason="")
    back = actions.withdraw_deduction(first, by=season.secretary, reason="Đơn vị đã nộp đúng hạn")
    assert (back.withdraws, back.points, Deduction.objects.count()) == (first, Decimal("0.25"), 2)
    assert not queries.sheet(season.fresh(), season.chair).standing_deductions
    with pytest.raises(OutOfStep, match="đã được rút lại"):
        actions.withdraw_deduction(first, by=season.secretary, reason="Lại")
    assert Deduction.history.count() == 2


def test_only_between_appraisal_and_conclusion(season):
    fresh = special(LEAVES)
    with pytest.raises(OutOfStep, match="đã thẩm định và chưa kết luận"):
        off(fresh)
    season.close(4)
    actions.move(season.card, "conclude", by=season.chair)
    with pytest.raises(OutOfStep, match="đã thẩm định và chưa kết luận"):
        off(season)


def test_the_unit_and_who_works_there_may_not(season):
    for by in (season.officer, make.seated(Role.CHAIR, season.host, workplace=season.unit)[1]):
        with pytest.raises(Refused):
            off(season, by=by)


def test_points_that_fell_below_what_is_off_stop_the_conclusion(season):
    off(season, "1.1", "2.5")
    season.close(4)
    actions.decide(season.card, "1.1", by=season.chair, version=0, points=Decimal(1), reason="Xem lại")
    with pytest.raises(OutOfStep, match=r"Điểm bị trừ lớn hơn điểm thẩm định ở 1\.1"):
        actions.move(season.card, "conclude", by=season.chair)


def test_the_unit_sees_it_with_the_marks_of_the_appraisal(season):
    off(season)
    assert queries.sheet(season.fresh(), season.officer).deductions == []
    with recording(by=SYSTEM, reason="Cho xem"):
        step = Step.objects.get(round=season.round, order=2)
        step.shown_at = clock.now()
        step.save()
    (one,) = queries.taken(queries.sheet(season.fresh(), season.officer))
    assert one.left == Decimal("8.25")


@pytest.mark.slow
class TestPages:
    def test_the_council_takes_points_off_and_back(self, season):
        client = signed_in(season.users["secretary"])
        address = reverse("scoring:deduct", args=[season.card.pk])
        assert client.post(address, {"code": "1", "points": "x", **OFF}).status_code == 422
        assert client.post(address, {"code": "1", "points": "0,25", **OFF}).status_code == 302
        page = client.get(reverse("scoring:conclusion", args=[season.card.pk])).text
        assert "Điểm thẩm định 8,50; bị trừ 0,25; còn 8,25." in page
        found = Deduction.objects.get()
        back = reverse("scoring:withdraw_deduction", args=[season.card.pk, found.pk])
        assert client.post(back, {"reason": ""}).status_code == 422
        assert client.post(back, {"reason": "Nhầm"}).status_code == 302
        assert "Đã rút lại:" in client.get(reverse("scoring:conclusion", args=[season.card.pk])).text

    def test_the_same_through_json(self, season):
        client = signed_in(season.users["secretary"])
        address = f"/api/scorecards/{season.card.pk}/deductions/"
        sent = {"code": "1.1", "points": "0.5", **OFF}
        made = client.post(address, sent, content_type="application/json")
        assert (made.status_code, made.json()["points"]) == (201, "0.500")
        back = client.post(
            f"{address}{made.json()['id']}/withdraw/", {"reason": "Nhầm"}, content_type="application/json"
        )
        assert back.json()["withdraws"] == made.json()["id"]

    def test_the_history_tells_both_to_who_inspects(self, season):
        first = off(season)
        actions.withdraw_deduction(first, by=season.secretary, reason="Nhầm đơn vị")
        page = signed_in(season.users["secretary"]).get(reverse("scoring:history")).text
        assert "Trừ 0,25 điểm ở 1: Nộp báo cáo muộn (15/TB-HĐ)" in page
        assert "Rút lại 0,25 điểm trừ ở 1: Nhầm đơn vị" in page
