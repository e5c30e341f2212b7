"""A short run of the state machine over the life of a card, and whether it can fail; the long one is ``deploy/bench machine``."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from backend.scoring import gates
from backend.scoring.actions import appraisal
from backend.scoring.lifecycle import MOVES
from tests.scoring.life.machine import play

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("quiet")]

SOON = 800  # steps within which a planted fault has to be found


@pytest.fixture
def quiet():
    """Let nothing be written of refusals that are meant."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_no_rule_is_broken_in_a_short_run():
    tally = play(300, seed=2026)
    assert tally.broken == []
    assert tally.steps >= 300


def test_a_step_that_never_closes_is_found(monkeypatch):
    monkeypatch.setattr(gates, "in_time", lambda _facts: "")
    assert "by the rules {409}" in found(seed=1)


def test_one_person_who_submits_and_approves_is_found(monkeypatch):
    move = MOVES["approve"]
    without = tuple(gate for gate in move.gates if gate is not gates.four_eyes)
    monkeypatch.setitem(MOVES, "approve", dataclasses.replace(move, gates=without))
    told = found(seed=1)
    assert "'move': 'approve'" in told
    assert "by the rules {409}" in told


def test_a_mark_outside_her_fields_is_found(monkeypatch):
    monkeypatch.setattr(appraisal, "not_her_leaf", lambda *_: "")
    told = found(seed=1)
    assert "appraiser" in told
    assert "by the rules {403}" in told


def found(seed: int) -> str:
    """Return what the machine says of the planted fault; empty where it finds none."""
    return " ".join(play(SOON, seed=seed).broken[:1])
