"""What the host may know of a card while its unit still writes, and who counts as the unit's."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.core import clock
from backend.rounds.actions import extend
from backend.rounds.models import Step
from backend.scoring import actions, board, changes, queries
from tests import make
from tests.scoring.councils import Council, council
from tiers.seating import actor_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_time() -> Council:
    """A unit with more time than the others, its card filled."""
    here = council()
    step = Step.objects.get(round=here.round, order=1)
    until = step.closes_at + 5 * make.DAY
    extend(step, unit=here.unit, closes_at=until, by=here.secretary, reason="Bão lũ", document="7/UBND")
    here.fill()
    here.close(1)
    return here


def sheet_of(here: Council, who: str) -> dict:
    client = Client()
    client.force_login(here.users[who])
    answer: dict = client.get(f"/api/scorecards/{here.card.pk}/").json()
    return answer


def own_sum(here: Council) -> object:
    rows = board.hosted_cards(actor_for(here.users["chair"])).filter(pk=here.card.pk)
    return board.standings(board.numbered(rows))[0].self_total


def kinds_of_changes(here: Council) -> list[str]:
    found, _older = changes.newest(actor_for(here.users["chair"]))
    return [change.kind for change in found]


def test_what_a_unit_writes_in_its_extended_time_is_its_own(given_time):
    assert queries.time_of(given_time.fresh(), Step.Kind.SELF).is_open
    assert own_sum(given_time) is None
    assert "marks" not in kinds_of_changes(given_time)
    assert sheet_of(given_time, "chair")["own_total"] == "0.000"
    assert sheet_of(given_time, "officer")["own_total"] == "9.000"


def test_what_a_reopened_unit_writes_is_its_own_until_its_new_lock():
    here = council()
    here.under_appraisal()
    assert own_sum(here) is not None
    actions.move(
        here.card,
        "reopen",
        by=here.secretary,
        reason="Nhập nhầm",
        document="8/UBND",
        new_close=clock.now() + 2 * make.DAY,
    )
    assert own_sum(here) is None
    assert "marks" not in kinds_of_changes(here)
    assert sheet_of(here, "chair")["own_total"] == "0.000"


def test_when_its_own_time_is_over_the_host_reads_a_card_nobody_approved():
    here = council()
    here.fill()
    assert own_sum(here) is None
    here.close(1)
    assert own_sum(here) == 9
    assert "marks" in kinds_of_changes(here)
    assert sheet_of(here, "chair")["own_total"] == "9.000"
