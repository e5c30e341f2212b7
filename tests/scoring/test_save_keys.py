"""A score sent as JSON names its write by a key and what it saw by a version, as the page does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from permissions.roles import Role
from tests import make
from tests.scoring.pages import Browsers, signed_in
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHANCE = "5f0c6e2b9d3a41c8"


@pytest.fixture(scope="module")
def built(standing):
    return standing(world)


@pytest.fixture
def here(built):
    return copy.deepcopy(built)


@pytest.fixture
def officer(here):
    return Browsers(here).of("officer")


def key_of(here: World, chance: str = CHANCE) -> str:
    return f"{here.users['officer'].pk}-{chance}"


def send(browser: Any, here: World, key: str, **body: Any) -> Any:
    body = {"code": "1.1", "version": 0, "points": "1.5"} | body
    path = f"/api/scorecards/{here.card.pk}/points/"
    return browser.post(path, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_a_write_whose_answer_was_lost_is_sent_again_and_written_once(here, officer):
    first, again = (send(officer, here, key_of(here)) for _time in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert {k: v for k, v in first.json().items() if k != "now"} == {
        k: v for k, v in again.json().items() if k != "now"
    }
    mark = here.mark("1.1")
    assert (mark.version, mark.history.filter(history_type="~").count()) == (1, 1)


def test_the_same_key_for_something_else_is_refused(here, officer):
    send(officer, here, key_of(here))
    again = send(officer, here, key_of(here), points="2", version=1)
    assert again.status_code == 422
    assert "đã được lưu với nội dung khác" in again.json()["message"]
    assert str(here.mark("1.1").points) == "1.500"


def test_who_saw_an_older_version_gets_both_values_and_the_newest_version(here, officer):
    send(officer, here, key_of(here))
    late = send(officer, here, key_of(here, "0" * 16), points="2")
    assert late.status_code == 409
    told = late.json()["details"]
    assert (told["theirs"], told["yours"], told["version"]) == ("1,50", "2,00", 1)
    assert send(officer, here, key_of(here, "1" * 16), points="2", version=1).status_code == 200


def test_who_saw_a_version_that_the_system_has_not_is_told_so(here, officer):
    ahead = send(officer, here, key_of(here), version=7)
    assert ahead.status_code == 409
    assert "không có lần lưu 7" in ahead.json()["message"]
    assert ahead.json()["details"]["version"] == 0


def test_a_key_of_another_account_is_refused_and_one_that_is_none_says_how_it_begins(here, officer):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    assert send(signed_in(colleague), here, key_of(here)).status_code == 403
    wrong = send(officer, here, CHANCE)
    assert wrong.status_code == 422
    assert wrong.json()["details"] == {"prefix": f"{here.users['officer'].pk}-"}
    assert here.mark("1.1").points is None


def test_without_a_key_the_version_alone_decides(here, officer):
    assert send(officer, here, "").status_code == 200
    assert send(officer, here, "").status_code == 200
    assert send(officer, here, "", points="2").status_code == 409


def test_the_schema_tells_of_the_key():
    path = SchemaGenerator().get_schema(public=True)["paths"]["/api/scorecards/{id}/points/"]
    told = {one["name"]: one for one in path["post"]["parameters"]}
    assert told["Idempotency-Key"]["in"] == "header"
    assert "422" in told["Idempotency-Key"]["description"]
