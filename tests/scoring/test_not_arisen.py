"""The answer "không phát sinh trong năm" (R11): full points, or the leaf leaves the maximum once the council agrees."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep, Refused
from backend.scoring import actions, queries
from backend.scoring.actions.facts import approval_stands
from backend.scoring.models import StepTotal
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in
from tests.scoring.specials import appraised, give, send, special
from tests.scoring.worlds import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LEAVES = {"1.1": "2", "1.2": "3", "2.1": "5"}
NODES = {"1.1": {"not_arisen": "full"}, "1.2": {"not_arisen": "left_out"}}
ANSWER = {"not_arisen": "yes"}
WHY = "Trong năm không có khiếu nại"


@pytest.fixture
def season() -> World:
    return special(LEAVES, NODES)


def say(season: World, code: str, *, inputs: dict | None = None, note: str = WHY):
    return actions.set_points(
        season.card, code, by=season.officer, version=0, inputs=inputs or ANSWER, note=note
    )


def claimed(season: World) -> None:
    """Let the unit say that nothing arose on 1.2, give the rest, and end self-scoring."""
    give(season, {"1.1": "2", "2.1": "5"})
    say(season, "1.2")
    send(season)


def test_full_points_come_with_the_reason_in_words(season):
    saved = say(season, "1.1")
    assert (saved.mark.points, saved.mark.inputs) == (2, ANSWER)
    assert saved.explained == "Không phát sinh trong năm: được đủ 2 điểm"
    assert (saved.total, saved.given) == (2, 1)


def test_it_must_be_explained_and_stands_alone(season):
    with pytest.raises(Invalid, match="giải trình vì sao"):
        say(season, "1.1", note="  ")
    with pytest.raises(Invalid, match="để trống các số liệu khác"):
        say(season, "1.1", inputs={**ANSWER, "points": "1"})
    with pytest.raises(Invalid, match="không nhận câu trả lời"):
        say(season, "2.1")
    with pytest.raises(Invalid, match="để trống"):
        say(season, "1.1", inputs={"not_arisen": "có"})


def test_a_claim_counts_as_answered_and_gives_nothing_until_the_council_agrees(season):
    saved = say(season, "1.2")
    assert (saved.mark.points, saved.given) == (0, 1)
    sheet = queries.sheet(season.fresh(), season.officer)
    assert sheet.own_maximum == 10
    assert sheet.leaf("1.2").claims_not_arisen
    give(season, {"1.1": "2", "2.1": "5"})
    assert actions.move(season.card, "submit", by=season.officer).state == "submitted"


def test_agreeing_leaves_the_leaf_out_with_the_units_own_words(season):
    claimed(season)
    score = actions.agree_not_arisen(season.card, "1.2", by=season.secretary)
    assert (score.applies, score.left_out_reason) == (
        False,
        f"Không phát sinh trong năm. Đơn vị giải trình: {WHY}",
    )
    assert approval_stands(season.fresh())
    appraised(season)
    assert queries.sheet(season.fresh(), season.chair).own_maximum == 7
    assert StepTotal.objects.get(card=season.card, step__order=2).total == 7
    call_command("verify", stdout=StringIO())


def test_agreeing_with_the_rest_leaves_it_out_too_and_never_gives_zero(season):
    claimed(season)
    assert actions.agree_rest(season.card, by=season.secretary) == 3
    score = season.card.scores.get(code="1.2")
    assert not score.applies
    assert not score.marks.filter(step__order=2, points__isnull=False).exists()


def test_not_agreeing_needs_a_reason_even_for_zero(season):
    claimed(season)
    for points in ("0", "1.5"):
        with pytest.raises(Invalid, match="lý do không đồng ý"):
            actions.appraise(season.card, "1.2", by=season.secretary, version=0, points=Decimal(points))
    saved = actions.appraise(
        season.card, "1.2", by=season.secretary, version=0, points=Decimal(1), reason="Có 02 vụ việc"
    )
    assert (saved.mark.from_points, saved.mark.points) == (None, 1)
    appraised(season)
    assert season.card.scores.get(code="1.2").applies


def test_only_what_the_unit_said_can_be_agreed_with_and_only_by_who_appraises(season):
    claimed(season)
    with pytest.raises(OutOfStep, match="không báo"):
        actions.agree_not_arisen(season.card, "2.1", by=season.secretary)
    with pytest.raises(Refused):
        actions.agree_not_arisen(season.card, "1.2", by=season.officer)
    own = make.seated(Role.SECRETARY, season.host, workplace=season.unit)[1]
    with pytest.raises(Refused):
        actions.agree_not_arisen(season.card, "1.2", by=own)


def test_a_draft_that_counts_for_nothing_claims_nothing(season):
    say(season, "1.2")
    season.close(1)
    actions.move(season.card, "no_self_score", by=season.secretary, reason="Không tự chấm", document="01/TB")
    assert actions.agree_rest(season.card, by=season.secretary) == 0
    assert season.card.scores.get(code="1.2").applies


def test_the_rule_answered_later_takes_the_claim_back(season):
    say(season, "1.2")
    saved = actions.set_points(season.card, "1.2", by=season.officer, version=1, inputs={"points": "2"})
    assert (saved.mark.points, saved.mark.inputs) == (2, {"points": "2"})


@pytest.mark.slow
def test_the_pages_ask_it_say_it_and_let_the_council_agree(season):
    officer = signed_in(season.users["officer"])
    leaf = reverse("scoring:leaf", args=[season.card.pk, "1.2"])
    sent = {"version": "0", "input_not_arisen": "on", "note": ""}
    answer = officer.post(leaf, sent)
    assert answer.status_code == 422
    assert "giải trình vì sao" in answer.text
    assert officer.post(leaf, {**sent, "note": WHY}).status_code in (200, 302)
    page = officer.get(reverse("scoring:scorecard", args=[season.card.pk])).text
    assert "không phát sinh" in page
    give(season, {"1.1": "2", "2.1": "5"})
    send(season)
    council = signed_in(season.users["secretary"])
    page = council.get(reverse("scoring:appraisal", args=[season.card.pk])).text
    assert "Đồng ý không phát sinh, không tính tiêu chí" in page
    out = council.post(reverse("scoring:not_arisen", args=[season.card.pk, "1.2"]))
    assert out.status_code == 302
    assert not season.card.scores.get(code="1.2").applies
