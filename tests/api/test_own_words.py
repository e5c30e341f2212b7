"""The unit's own points and words as JSON: nothing a colleague saved is lost, no points beside the rule."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from backend.scoring.models import Mark
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, council
from tests.scoring.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(standing: Callable[..., Council]) -> Council:
    return standing(council)


@pytest.fixture
def season(built: Council, db: None) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def officer(season: Council) -> Client:
    return signed_in(season.users["officer"])


def post(client: Client, season: Council, path: str, **body: Any) -> HttpResponse:
    address = f"/api/scorecards/{season.card.pk}/{path}/"
    return client.post(address, json.dumps(body), content_type="application/json")


def write(client: Client, season: Council, text: str, **seen: str) -> HttpResponse:
    return post(client, season, "texts", difficulties=text, proposals="", **seen)


def seen_by(client: Client, season: Council) -> str:
    return client.get(f"/api/scorecards/{season.card.pk}/").json()["texts_seen"]


# --- difficulties and proposals ----------------------------------------------------------------------------


def test_two_who_write_the_report_as_json_see_each_other(season: Council, officer: Client) -> None:
    colleague = signed_in(make.seated(Role.OFFICER, season.unit)[0])
    read = seen_by(officer, season)
    assert write(officer, season, "Thiếu người", seen=read).status_code == 200
    late = write(colleague, season, "Thiếu tiền", seen=read)
    assert late.status_code == 409
    details = late.json()["details"]
    assert ("Thiếu người" in details["theirs"], "Thiếu tiền" in details["yours"]) == (True, True)
    assert season.fresh().difficulties == "Thiếu người"
    assert write(colleague, season, "Thiếu cả hai", seen=details["seen"]).status_code == 200


def test_standing_texts_are_not_replaced_by_who_does_not_say_what_she_read(
    season: Council, officer: Client
) -> None:
    first = write(officer, season, "Thiếu người")
    assert first.status_code == 200
    assert write(officer, season, "Thiếu người").status_code == 200
    for unseen in ({}, {"seen": ""}):
        blind = write(officer, season, "Thiếu tiền", **unseen)
        assert blind.status_code == 422
        assert list(blind.json()["fields"]) == ["seen"]
        assert "Thiếu người" in blind.json()["details"]["theirs"]
        assert "Thiếu tiền" in blind.json()["details"]["yours"]
    assert season.fresh().difficulties == "Thiếu người"
    assert write(officer, season, "Thiếu tiền", seen=first.json()["texts_seen"]).status_code == 200


def test_the_mark_of_the_texts_is_not_the_hosts_before_they_are_sent(season: Council) -> None:
    assert seen_by(signed_in(season.users["secretary"]), season) is None


# --- points ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [{}, {"inputs": {"option": "0.5"}}])
def test_points_beside_the_rule_are_refused_and_the_inputs_stay(
    season: Council, officer: Client, beside: dict[str, Any]
) -> None:
    season.fill()
    body = {"code": "1.1", "version": 1, "points": "0.5", **beside}
    answer = post(officer, season, "points", **body)
    assert answer.status_code == 422
    (sentence,) = answer.json()["fields"]["points"]
    assert "tính điểm từ số liệu" in sentence
    assert "Mức" in sentence
    mark = season.mark("1.1")
    assert (mark.points, mark.inputs, mark.version) == (Decimal(1), {"option": "1"}, 1)


def test_a_leaf_that_asks_for_points_takes_them_bare(season: Council, officer: Client) -> None:
    assert post(officer, season, "points", code="2.1", version=0, points="4").status_code == 200
    assert season.mark("2.1").points == Decimal(4)


def test_the_council_gives_points_where_the_unit_gives_inputs(season: Council) -> None:
    season.under_appraisal()
    council = signed_in(season.users["secretary"])
    given = post(council, season, "appraise", code="1.1", version=0, points="0.5", reason="Ban hành chậm")
    assert given.status_code == 200
    mark = Mark.objects.get(score__card=season.card, score__code="1.1", step__order=2)
    assert mark.points == Decimal("0.5")
