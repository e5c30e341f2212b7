"""Who writes a card holds its step; who moves the dates waits."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from backend.core import clock
from backend.rounds import actions, queries
from backend.rounds.models import Round, Step
from permissions.actor import SYSTEM
from tests import make


@pytest.fixture
def step(transactional_db) -> Step:
    """The last step of a round that runs; its end can be moved without touching another."""
    city = make.unit("Thành phố")
    make.unit("Xã", parent=city)
    running = make.round_(city, make.criteria_set(city), state=Round.State.OPEN)
    return running.steps.get(kind=Step.Kind.CONCLUSION)


def move_end(step: Step, done: threading.Event) -> None:
    try:
        until = step.closes_at + make.DAY
        actions.change_dates(step, by=SYSTEM, closes_at=until, reason="Tết", document="1/CV")
        done.set()
    finally:
        connection.close()


@pytest.mark.postgresql
def test_dates_move_only_after_the_card_is_written(step):
    done = threading.Event()
    mover = threading.Thread(target=move_end, args=(step, done))
    with transaction.atomic():
        held = queries.hold_step(step.pk)
        mover.start()
        assert not done.wait(0.5)
        assert Step.objects.get(pk=step.pk).closes_at == held.closes_at
        assert clock.now() < held.closes_at
    assert done.wait(10)
    mover.join()
    assert Step.objects.get(pk=step.pk).closes_at == held.closes_at + make.DAY


@pytest.mark.postgresql
def test_many_hold_one_step_together(step):
    got = threading.Event()

    def hold_too() -> None:
        try:
            with transaction.atomic():
                queries.hold_step(step.pk)
                got.set()
        finally:
            connection.close()

    with transaction.atomic():
        queries.hold_step(step.pk)
        other = threading.Thread(target=hold_too)
        other.start()
        assert got.wait(10)
    other.join()
