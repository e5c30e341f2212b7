"""Every JSON answer: an object that carries the demonstration's mark, and after a write the time."""

from __future__ import annotations

from datetime import datetime

import pytest
from drf_spectacular.generators import SchemaGenerator

from backend.api.renderers import Answers
from backend.audit.recording import recording
from backend.core import clock
from permissions.actor import SYSTEM
from tests.scoring.worlds import world

MARK = "SỐ LIỆU MINH HOẠ"
pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return world()


def addresses(here) -> list[str]:
    card, round_ = here.card.pk, here.round.pk
    criteria = here.card.group.criteria_set_id
    return [
        "/api/scorecards/",
        f"/api/scorecards/{card}/",
        f"/api/scorecards/{card}/history/?code=1.1",
        "/api/rounds/",
        f"/api/rounds/{round_}/",
        f"/api/rounds/{round_}/extensions/",
        f"/api/round-steps/{here.round.steps.first().pk}/",
        "/api/criteria-sets/",
        f"/api/criteria-sets/{criteria}/problems/",
        "/api/units/",
        f"/api/units/{here.unit.pk}/lineage/",
        "/api/results/",
        "/api/documents/",
        "/api/notices/",
        "/api/me/",
    ]


def test_every_answer_of_the_demonstration_carries_its_mark(client, here, settings):
    settings.DEMO = True
    client.force_login(here.users["officer"])
    for address in addresses(here):
        answer = client.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert (address, answer.json()["notice"]) == (address, MARK)


def test_an_illustration_says_so_outside_the_demonstration_too(client, here):
    client.force_login(here.users["officer"])
    assert all("notice" not in client.get(address).json() for address in addresses(here))
    with recording(by=SYSTEM):
        round_ = here.fresh().round
        round_.is_illustration = True
        round_.save()
    card = here.card.pk
    for address in ("scorecards/", f"scorecards/{card}/", "rounds/", f"rounds/{round_.pk}/", "results/"):
        body = client.get(f"/api/{address}").json()
        assert (address, body.get("notice")) == (address, MARK), body


def test_every_write_answers_with_the_time(client, here):
    client.force_login(here.users["officer"])
    before = clock.now()
    texts = {"difficulties": "Khó khăn", "proposals": ""}
    here.fill()
    for address, body in (("texts", texts), ("moves/submit", {})):
        answer = client.post(f"/api/scorecards/{here.card.pk}/{address}/", body, "application/json")
        assert answer.status_code == 200
        assert before <= datetime.fromisoformat(answer.json()["now"]) <= clock.now()


def test_a_read_tells_no_time_of_its_own(client, here):
    client.force_login(here.users["officer"])
    assert "now" not in client.get("/api/rounds/").json()


def test_no_answer_is_a_bare_list_which_could_carry_no_mark():
    bare = []
    for address, methods in SchemaGenerator().get_schema(public=True)["paths"].items():
        for method, told in methods.items():
            for answer in told.get("responses", {}).values():
                shape = answer.get("content", {}).get("application/json", {}).get("schema", {})
                if shape.get("type") == "array":
                    bare.append(f"{method} {address}")
    assert bare == []


def test_a_body_that_holds_an_illustration_is_marked():
    told = Answers().render({"results": [{"id": 1}, {"id": 2, "is_illustration": True}]})
    assert MARK in told.decode()
    assert MARK not in Answers().render({"results": [{"is_illustration": False}], "total": "1.000"}).decode()
