"""Many people at once: one approval, one row, and a deadline that is exact."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import DomainError
from backend.rounds.models import Step
from backend.scoring import actions
from backend.scoring.models import Mark, Scorecard, Signature, StepTotal
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = 8


def at_once(act: Callable[[int], Any], many: int = PEOPLE) -> list[Any]:
    """Run ``act(0..many-1)`` in threads that start together; return each answer or refusal."""
    gate = threading.Barrier(many)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return act(number)
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def succeeded(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, DomainError)]


@pytest.fixture
def season() -> World:
    return world()


def test_of_eight_simultaneous_approvals_one_succeeds(season: World) -> None:
    season.submitted()
    leaders = [make.seated(Role.LEADER, season.unit)[1] for _ in range(PEOPLE)]
    answers = at_once(lambda number: actions.move(season.card, "approve", by=leaders[number]))
    assert len(succeeded(answers)) == 1
    assert Signature.objects.filter(card=season.card, move="approve").count() == 1


def test_eight_first_saves_of_one_leaf_leave_one_row_and_one_value(season: World) -> None:
    answers = at_once(
        lambda number: actions.set_points(
            season.card, "2.1", by=season.officer, version=0, points=Decimal(number) / 2
        )
    )
    marks = Mark.objects.filter(score__card=season.card, score__code="2.1")
    saved = succeeded(answers)
    assert len(saved) == 1
    assert [mark.points for mark in marks] == [saved[0].mark.points]
    assert StepTotal.objects.get(card=season.card, step__order=1).total == saved[0].mark.points


def test_one_write_sent_eight_times_at_once_answers_eight_times_and_is_written_once(season: World) -> None:
    key = f"{season.officer.user_id}-{'0' * 32}"
    answers = at_once(
        lambda _number: actions.set_points(
            season.card, "2.1", by=season.officer, version=0, points=Decimal(3), key=key
        )
    )
    assert len(succeeded(answers)) == PEOPLE
    mark = Mark.objects.get(score__card=season.card, score__code="2.1", step__order=1)
    assert (mark.version, mark.history.filter(history_type="~").count()) == (1, 1)


def test_eight_first_appraisals_of_one_leaf_leave_one_row(season: World) -> None:
    season.approved()
    season.close(1)
    answers = at_once(
        lambda _number: actions.appraise(
            season.card, "2.1", by=season.secretary, version=0, points=Decimal(5)
        )
    )
    assert len(succeeded(answers)) == 1
    assert Mark.objects.filter(score__card=season.card, score__code="2.1", step__order=2).count() == 1


def _close_at(season: World, moment: datetime) -> None:
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        step = Step.objects.get(round=season.round, order=1)
        step.closes_at = moment
        step.save()


def _held_over(card: Scorecard, until: datetime, holding: threading.Event) -> None:
    """Lock the card before the deadline and let go after it, as a slow writer would."""
    with transaction.atomic():
        Scorecard.objects.select_for_update().get(pk=card.pk)
        holding.set()
        while clock.now() < until + timedelta(milliseconds=300):
            time.sleep(0.05)
    connections.close_all()


@pytest.mark.postgresql
def test_two_hundred_saves_racing_the_deadline_are_judged_by_the_database_clock() -> None:
    season = world()
    deadline = clock.now() + timedelta(seconds=4)
    _close_at(season, deadline)
    holding = threading.Event()
    answers: list[tuple[bool, datetime]] = []
    lock = threading.Lock()

    def save(number: int) -> None:
        # Half of the saves start before the deadline, the rest around and after it.
        start = deadline - timedelta(seconds=3) + timedelta(milliseconds=22 * number)
        while clock.now() < start:
            time.sleep(0.01)
        try:
            mark = season.mark("2.1")
            done = actions.set_points(
                season.card,
                "2.1",
                by=season.officer,
                version=mark.version,
                points=Decimal(number % 5),
                note=str(number),
            )
            outcome = (True, done.now)
        except DomainError as refusal:
            outcome = (
                (False, datetime.fromisoformat(refusal.details["now"])) if "now" in refusal.details else None
            )
        finally:
            connections.close_all()
        if outcome:
            with lock:
                answers.append(outcome)

    def hold() -> None:
        while clock.now() < deadline - timedelta(milliseconds=400):
            time.sleep(0.01)
        _held_over(season.card, deadline, holding)

    holder = threading.Thread(target=hold)
    holder.start()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(save, range(200)))
    holder.join()
    assert holding.is_set()
    accepted = [moment for ok, moment in answers if ok]
    refused = [moment for ok, moment in answers if not ok]
    assert accepted
    assert refused
    assert max(accepted) < deadline
    assert min(refused) >= deadline
    history = Mark.history.filter(score__code="2.1", history_type="~")
    assert not history.filter(history_date__gte=deadline).exists()


@pytest.mark.postgresql
def test_the_programs_role_owns_nothing_and_may_not_touch_history() -> None:
    world()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'"
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT has_table_privilege('scoring_historicalmark', 'UPDATE'),"
            " has_table_privilege('scoring_historicalmark', 'DELETE'),"
            " has_table_privilege('scoring_historicalmark', 'TRUNCATE'),"
            " has_table_privilege('scoring_historicalmark', 'INSERT')"
        )
        assert cursor.fetchone() == (False, False, False, True)
