"""How many statements the council's decisions take over HTTP, on the page of one card and on that of one leaf."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from backend.scoring.models import Mark
from tests.scoring.benches import Bench, bench
from tests.scoring.councils import Council, council
from tests.scoring.pages import HTMX, signed_in, url
from tests.scoring.test_statements import statements

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CUT = {"points": "0,5", "reason": "Chậm 3 ngày theo CV 9/SNV"}


@pytest.fixture(scope="module")
def built(standing) -> Bench:
    return standing(bench)


@pytest.fixture
def season(built) -> Council:
    return copy.deepcopy(built).here


def save(client: Any, season: Council, code: str, **sent: str) -> list[str]:
    """Return the statements of one decision on the page of the card."""
    mark = Mark.objects.filter(score__card=season.card, score__code=code, step__order__in=(2, 4)).last()
    data = {"version": str(mark.version if mark else 0), "points": "", "reason": "", **sent}
    return statements(lambda: client.post(url("mark", season.card, code), data, headers=HTMX))


def test_a_decision_on_a_card_takes_at_most_twenty_five_statements(season):
    client = signed_in(season.users["secretary"])
    client.get(url("appraisal", season.card))
    for asked in (save(client, season, "1.1", **CUT), save(client, season, "1.2", agree="1")):
        assert len(asked) <= 25, "\n".join(sql[:120] for sql in asked)
    again = save(client, season, "1.1", points="0", reason="Không ban hành, CV 9/SNV")
    assert len(again) <= 25


def test_a_refused_decision_takes_no_more(season):
    client = signed_in(season.users["secretary"])
    with_no_reason = {"version": "0", "points": "0,5", "reason": ""}
    answer: Any = None

    def act() -> Any:
        nonlocal answer
        answer = client.post(url("mark", season.card, "1.1"), with_no_reason, headers=HTMX)
        answer.status_code, said = 200, answer.status_code
        assert said == 422
        return answer

    assert len(statements(act)) <= 25
    assert "hãy ghi lý do cụ thể" in answer.text


def test_the_last_decision_owed_brings_the_cards_moves_anew(season):
    client = signed_in(season.users["secretary"])
    for code in ("1.1", "1.2"):
        save(client, season, code, agree="1")
    address = url("mark", season.card, "2.1")
    answer = client.post(address, {"version": "0", "points": "", "reason": "", "agree": "1"}, headers=HTMX)
    assert 'id="mark-doors"' in answer.text
    assert 'id="mark-owed"' not in answer.text
    more = client.post(address, {"version": "1", "points": "4", "reason": "Thiếu CV 9"}, headers=HTMX)
    assert 'id="mark-doors"' not in more.text


def test_a_decision_of_the_second_look_asks_once_more_what_was_sent_and_takes_at_most_twenty_six_statements():
    season = council(units=1)
    season.explained()
    client = signed_in(season.users["secretary"])
    client.get(url("appraisal", season.card))
    data = {"version": "0", "points": "1", "reason": "Đã có văn bản số 5 ngày 05/01"}
    last = client.post(url("mark", season.card, "1.1"), data, headers=HTMX)
    assert 'id="mark-doors"' in last.text
    assert "disabled" not in last.text.partition('id="mark-doors"')[2]
    data |= {"version": "1", "points": "0"}
    asked = statements(lambda: client.post(url("mark", season.card, "1.1"), data, headers=HTMX))
    assert season.mark("1.1", 4).points == 0
    assert len(asked) <= 26, "\n".join(sql[:120] for sql in asked)
