"""Eight browsers save the same leaf for the first time at once: one row, one value, seven are told."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from backend.scoring.models import Mark, StepTotal
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = 8


def test_eight_first_saves_through_http_leave_one_row() -> None:
    season = world()
    browsers = [signed_in(make.seated(Role.OFFICER, season.unit)[0]) for _ in range(PEOPLE)]
    gate = threading.Barrier(PEOPLE)

    def save(number: int) -> int:
        gate.wait()
        try:
            return saved(browsers[number], season.card.pk, points=f"{number / 2}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(save, range(PEOPLE)))
    assert sorted(answers) == [200] + [409] * (PEOPLE - 1)
    mark = Mark.objects.get(score__card=season.card, score__code="2.1")
    assert (float(mark.points), mark.version) == (answers.index(200) / 2, 1)
    assert StepTotal.objects.get(card=season.card, step__order=1).total == mark.points


def saved(browser: Client, card: int, *, points: str) -> int:
    body = json.dumps({"code": "2.1", "version": 0, "points": points})
    path = f"/api/scorecards/{card}/points/"
    status: int = browser.post(path, body, content_type="application/json").status_code
    return status
