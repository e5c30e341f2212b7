"""Bonus and penalty (R12): outside the scale, each up to its ceiling, at every step."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep
from backend.scoring import actions, queries
from backend.scoring.models import StepTotal
from permissions.actor import SYSTEM
from tests.scoring.pages import signed_in
from tests.scoring.specials import appraised, give, send, special
from tests.scoring.worlds import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LEAVES = {"1.1": "4", "1.2": "6", "9.1": "5", "9.2": "4", "8.1": "3"}
NODES = {
    "9.1": {"counting": "bonus"},
    "9.2": {"counting": "bonus"},
    "8.1": {"counting": "penalty", "needs_evidence": False},
}


@pytest.fixture
def season() -> World:
    return special(LEAVES, NODES, bonus_ceiling=Decimal(5), penalty_ceiling=Decimal(3))


def total(season: World, order: int) -> StepTotal:
    return StepTotal.objects.get(card=season.card, step__order=order)


def save(season: World, code: str, points: str) -> None:
    actions.set_points(season.card, code, by=season.officer, version=0, points=Decimal(points), note="Có")


def test_claims_are_summed_apart_and_the_total_stays_within_the_scale(season):
    give(season, {"1.1": "4", "9.1": "3", "9.2": "3", "8.1": "1"})
    row = total(season, 1)
    assert (row.total, row.bonus, row.penalty, row.given) == (4, 6, 1, 1)
    sheet = queries.sheet(season.fresh(), season.officer)
    assert (sheet.own_maximum, sheet.total, sheet.with_extras) == (10, 4, 8)
    assert [extra.words for extra in sheet.extras] == [
        "thưởng 6,00, tính 5,00 (trần 5,00)",
        "phạt 1,00 (trần 3,00)",
    ]


def test_one_claim_above_the_ceiling_is_refused_in_words(season):
    with pytest.raises(Invalid, match="không được vượt quá điểm thưởng tối đa 5,00"):
        save(season, "9.1", "6")
    with pytest.raises(Invalid, match="không được vượt quá điểm phạt tối đa 3,00"):
        save(season, "8.1", "4")


def test_bonus_and_penalty_are_not_owed_to_submit_or_appraise(season):
    give(season, {"1.1": "4", "1.2": "6"})
    send(season)
    appraised(season)
    assert season.fresh().state == "appraised"


def test_a_claimed_bonus_needs_proof_and_a_mark_of_the_council(season):
    give(season, {"1.1": "4", "1.2": "6"})
    actions.set_points(season.card, "9.1", by=season.officer, version=0, points=Decimal(5))
    with pytest.raises(OutOfStep, match=r"chưa có tài liệu kiểm chứng.*9\.1"):
        actions.move(season.card, "submit", by=season.officer)
    give(season, {"9.1": "5"})
    send(season)
    for code in ("1.1", "1.2"):
        actions.agree_rest(season.card, by=season.secretary, codes=[code])
    with pytest.raises(OutOfStep, match=r"chưa thẩm định: 9\.1"):
        actions.move(season.card, "appraise", by=season.secretary)


def test_the_council_enters_a_penalty_and_the_result_counts_both_within_their_ceilings(season):
    give(season, {"1.1": "4", "1.2": "6", "9.1": "5", "9.2": "2"})
    send(season)
    actions.appraise(
        season.card, "8.1", by=season.secretary, version=0, points=Decimal("2.5"), reason="Nộp muộn"
    )
    appraised(season)
    row = total(season, 2)
    assert (row.total, row.bonus, row.penalty, row.given) == (10, 7, Decimal("2.5"), 2)
    season.close(4)
    actions.move(season.card, "conclude", by=season.chair)
    row = total(season, 5)
    assert (row.total, row.bonus, row.penalty) == (10, 7, Decimal("2.5"))
    call_command("verify", stdout=StringIO())


def test_verify_names_a_bonus_that_was_tampered_with(season):
    give(season, {"9.1": "3"})
    StepTotal.objects.filter(card=season.card, step__order=1).update(bonus=Decimal(9))
    assert list(queries.wrong_totals()) == [
        "Phường thử: điểm thưởng bước Tự chấm điểm ghi 9.000, cộng lại là 3.000"
    ]


def test_a_leaf_left_out_takes_its_claim_along(season):
    give(season, {"9.1": "3", "9.2": "1"})
    actions.leave_out(season.card, "9.1", by=season.secretary, reason="Không thuộc diện xét")
    assert total(season, 1).bonus == 1
    assert list(queries.wrong_totals()) == []


@pytest.mark.slow
def test_the_page_says_what_was_claimed_and_what_counts(season):
    give(season, {"9.1": "3", "9.2": "3"})
    client = signed_in(season.users["officer"])
    page = client.get(reverse("scoring:scorecard", args=[season.card.pk])).text
    assert "Thưởng 6,00, tính 5,00 (trần 5,00)" in page
    assert page.count('<span class="tag tag-green">điểm thưởng</span>') == 2
    assert page.count('<span class="tag tag-amber">điểm phạt</span>') == 1
    assert "không tự chấm" not in page
    leaf = reverse("scoring:leaf", args=[season.card.pk, "9.1"])
    answer = client.post(leaf, {"version": "1", "input_points": "6", "note": "Có"})
    assert answer.status_code == 422
    assert "không được vượt quá điểm thưởng tối đa" in answer.text


@pytest.mark.slow
def test_the_same_through_json(season):
    client = signed_in(season.users["officer"])
    sent = {"code": "9.1", "version": 0, "inputs": {"points": "4"}, "note": "Có"}
    client.post(f"/api/scorecards/{season.card.pk}/points/", sent, content_type="application/json")
    found = client.get(f"/api/scorecards/{season.card.pk}/").json()
    assert found["extras"][0] == {
        "counting": "bonus",
        "claimed": "4.000",
        "counted": "4.000",
        "ceiling": "5.000",
    }


def test_filling_many_at_once_keeps_the_three_sums(season):
    lines = [actions.OwnLine(season.card.pk, code, points=Decimal(1)) for code in ("1.1", "9.1", "8.1")]
    actions.fill(season.round, lines, by=SYSTEM)
    row = total(season, 1)
    assert (row.total, row.bonus, row.penalty, row.given) == (1, 1, 1, 1)
    assert list(queries.wrong_totals()) == []
