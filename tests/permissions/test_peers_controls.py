"""The controls that the nearest systems fail, each tried on ours through HTTP, by form and by JSON.

One test a line of the comparison: deadline, finality, maximum, other units, one's own state and total,
first saves at once, a history row for each change and none without, a reason kept, ties that share a rank.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backend.scoring import actions
from backend.scoring.models import Mark, Scorecard, StepTotal
from permissions.roles import Role
from tests import make
from tests.reports import seasons
from tests.scoring.councils import Council, council
from tests.scoring.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SECOND = 1  # the place of the other unit's card


@pytest.fixture(scope="module")
def built(standing: Callable[..., Council]) -> Council:
    return standing(council)


@pytest.fixture
def season(built: Council, db: None) -> Council:
    return copy.deepcopy(built)


def browser(season: Council, who: str) -> Client:
    return signed_in(season.users[who])


def post_json(client: Client, path: str, body: dict[str, Any]) -> HttpResponse:
    return client.post(path, json.dumps(body), content_type="application/json")


def by_form(client: Client, card: Scorecard, points: str, version: int = 0, **more: Any) -> HttpResponse:
    """Send the unit's points of leaf 2.1 as its page does."""
    body = {"version": version, "input_points": points, **more}
    return client.post(reverse("scoring:leaf", args=[card.pk, "2.1"]), body)


def by_json(client: Client, card: Scorecard, points: str, version: int = 0, **more: Any) -> HttpResponse:
    """Send the unit's points of leaf 2.1 as JSON."""
    body = {"code": "2.1", "version": version, "points": points, **more}
    return post_json(client, f"/api/scorecards/{card.pk}/points/", body)


def own_points(client: Client, card: Scorecard, points: str) -> list[HttpResponse]:
    """Send points that ought to be refused, both ways."""
    return [by_form(client, card, points), by_json(client, card, points)]


def council_points(client: Client, card: Scorecard, **values: Any) -> list[HttpResponse]:
    """Send the council's points of leaf 2.1 by form and by JSON; return both answers."""
    return [
        client.post(reverse("scoring:mark", args=[card.pk, "2.1"]), values),
        post_json(client, f"/api/scorecards/{card.pk}/appraise/", {"code": "2.1", **values}),
    ]


def statuses(answers: list[HttpResponse]) -> list[int]:
    return [answer.status_code for answer in answers]


def points_of(season: Council, code: str = "2.1", order: int = 1) -> Decimal | None:
    return season.mark(code, order).points


def published(season: Council) -> None:
    """Bring the first card to its publication."""
    season.appraised(points="1", reason="")
    actions.move(season.card, "conclude", by=season.chair)
    Scorecard.objects.filter(pk=season.card.pk).update(state="published")


def test_a_write_after_the_deadline_is_refused_with_the_moment(season: Council) -> None:
    season.close(1)
    answers = own_points(browser(season, "officer"), season.card, "4")
    assert statuses(answers) == [409, 409]
    assert "Đã khoá lúc" in answers[0].text
    assert answers[1].json()["details"]["now"]
    assert points_of(season) is None


@pytest.mark.parametrize("state", ["concluded", "published"])
def test_a_write_after_the_end_is_refused_to_both_sides(season: Council, state: str) -> None:
    published(season)
    Scorecard.objects.filter(pk=season.card.pk).update(state=state)
    before = list(Mark.objects.filter(score__card=season.card).values_list("pk", "points", "version"))
    officer = browser(season, "officer")
    answers = [send(officer, season.card, "4", 1) for send in (by_form, by_json)]
    answers += council_points(
        browser(season, "secretary"), season.card, version=0, points="1", reason="Nộp muộn"
    )
    decide = {"code": "2.1", "version": 1, "points": "1", "reason": "Nộp muộn"}
    answers.append(post_json(browser(season, "chair"), f"/api/scorecards/{season.card.pk}/decide/", decide))
    assert statuses(answers) == [409] * 5
    assert list(Mark.objects.filter(score__card=season.card).values_list("pk", "points", "version")) == before


@pytest.mark.parametrize("points", ["5,001", "9999", "-1"])
def test_points_outside_the_leaf_are_refused_in_words(season: Council, points: str) -> None:
    answers = own_points(browser(season, "officer"), season.card, points)
    season.under_appraisal()
    answers += council_points(browser(season, "secretary"), season.card, version=0, points=points, reason="x")
    assert statuses(answers) == [422] * 4
    assert "5,00" in answers[0].text
    assert points_of(season) == Decimal(5)  # what the unit gave itself meanwhile


def test_another_units_score_does_not_exist(season: Council) -> None:
    stranger = signed_in(make.seated(Role.OFFICER, season.cards[SECOND].unit)[0])
    answers = own_points(stranger, season.card, "4")
    answers.append(stranger.get(reverse("scoring:leaf", args=[season.card.pk, "2.1"])))
    answers.append(stranger.get(f"/api/scorecards/{season.card.pk}/"))
    assert statuses(answers) == [404] * 4
    assert points_of(season) is None


def test_nobody_sets_her_own_state_or_total(season: Council) -> None:
    officer = browser(season, "officer")
    sent = {"state": "approved", "total": "100", "max_points": "100", "step": 2, "applies": False}
    assert by_form(officer, season.card, "3", **sent).status_code == 302
    assert by_json(officer, season.card, "4", version=1, **sent).status_code == 200
    card = f"/api/scorecards/{season.card.pk}/"
    for method in ("put", "patch", "delete"):
        answer = getattr(officer, method)(card, json.dumps(sent), content_type="application/json")
        assert (method, answer.status_code) == (method, 405)
    approve = post_json(officer, f"{card}moves/approve/", {"secret": make.PASSWORD})
    assert approve.status_code == 403
    mark = season.mark("2.1")
    assert season.fresh().state == "draft"
    assert (mark.points, mark.max_points, mark.score.applies) == (Decimal(4), Decimal(5), True)
    assert StepTotal.objects.get(card=season.card, step=mark.step).total == Decimal(4)


def test_a_change_leaves_one_history_row_and_the_same_value_none(season: Council) -> None:
    officer, key = browser(season, "officer"), season.mark("2.1").pk
    counts = []
    for points, version in (("4", 0), ("4", 1), ("4,0", 1), ("3", 1), ("3", 2)):
        assert by_form(officer, season.card, points, version).status_code == 302
        counts.append(Mark.history.filter(id=key).count())
    first = counts[0]
    assert counts == [first, first, first, first + 1, first + 1]
    newest = Mark.history.filter(id=key).first()
    assert (newest.actor_name, newest.points) == (season.officer.name, Decimal(3))


def test_an_adjustment_needs_a_reason_and_keeps_it(season: Council) -> None:
    season.under_appraisal()
    secretary = browser(season, "secretary")
    answers = council_points(secretary, season.card, version=0, points="3", reason="  ")
    assert statuses(answers) == [422, 422]
    assert "hãy ghi lý do" in answers[0].text
    assert not Mark.objects.filter(score__card=season.card, score__code="2.1", step__order=2).exists()
    kept = council_points(secretary, season.card, version=0, points="3", reason="Thiếu số liệu")[0]
    assert kept.status_code == 302
    mark = season.mark("2.1", 2)
    row = Mark.history.filter(id=mark.pk).first()
    assert (mark.reason, row.reason, row.history_change_reason) == ("Thiếu số liệu",) * 3


def test_ties_share_a_rank_and_the_next_one_is_skipped() -> None:
    results = {"Xã Một": ("50", "30"), "Xã Hai": ("55", "25"), "Xã Ba": ("40", "30"), "Xã Bốn": ("55", "35")}
    round_ = seasons.simple(results)
    chair = signed_in(make.seated(Role.CHAIR, round_.host)[0])
    answer = chair.post(reverse("reports:publish", args=[round_.pk]), {"secret": make.PASSWORD})
    assert answer.status_code == 302
    body = chair.get(f"/api/results/{round_.pk}/").json()
    ranks = {row["unit"]: (row["rank"], row["shared"]) for row in body["groups"][0]["rows"]}
    assert ranks == {"Xã Bốn": (1, False), "Xã Một": (2, True), "Xã Hai": (2, True), "Xã Ba": (4, False)}


def test_the_ranking_is_over_the_round_and_never_over_what_the_viewer_sees() -> None:
    round_ = seasons.simple({"Xã Một": ("50", "30"), "Xã Hai": ("55", "35"), "Xã Ba": ("40", "30")})
    publish = reverse("reports:publish", args=[round_.pk])
    signed_in(make.seated(Role.CHAIR, round_.host)[0]).post(publish, {"secret": make.PASSWORD})
    last = round_.cards.get(unit_name="Xã Ba")
    own = signed_in(make.seated(Role.OFFICER, last.unit)[0])
    assert own.get(f"/api/results/{round_.pk}/cards/{last.pk}/").json()["rank"] == 3
