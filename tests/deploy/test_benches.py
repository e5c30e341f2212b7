"""The benches of scoring: what the yardsticks do, whether a planted loss is found, whether the programs run at all."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from typing import Any

import pytest

from backend.audit.verify import differences
from backend.scoring.models import Mark, Score, Scorecard
from deploy.benches import ledger
from deploy.benches.browser import Browser
from deploy.benches.clients import key_of
from deploy.benches.leaves import CODES
from deploy.benches.ledger import Ack
from deploy.benches.measuring import Figure, asked
from deploy.benches.nemesis import Kill, recoveries
from deploy.benches.score import Saves, floor_saves, same_rows
from deploy.benches.season import Officer, Season, grow, officers, plant
from tests.house.sources import ROOT
from tiers.models import Unit

pytestmark = pytest.mark.slow


@pytest.fixture
def season(db) -> Season:
    return plant()


def test_the_yardstick_of_a_save_takes_six_statements(season):
    (officer,) = officers(season, 1, first=0)
    save = floor_saves(Browser.inside(officer), officer)
    save()
    # session, person, the mark locked, mark, its history, total
    assert asked(save) == 6
    mark = Mark.objects.get(pk=officer.marks[CODES[52]])
    assert (mark.version, str(mark.points)) == (2, "0.002")
    assert Mark.history.filter(id=mark.pk).count() == mark.version + 1
    assert ledger.wrong_totals([officer]) == 0


def test_the_yardstick_of_a_card_takes_seven_statements_and_shows_the_same_rows(season):
    (officer,) = officers(season, 1, first=0)
    browser, bare = Browser.inside(officer), f"/floor/cards/{officer.card}/"
    page = browser.get(bare)
    # session, person, card, evidence, fields, marks, seats
    assert asked(lambda: browser.get(bare)) == 7
    same_rows(browser.get(f"/scorecards/{officer.card}/"), page)


def test_the_copied_cards_are_whole(season):
    grow(season, 4)
    (officer,) = officers(season, 1, first=3)
    assert set(officer.marks) == set(CODES)
    assert ledger.wrong_totals([officer]) == 0
    assert Mark.history.get(id=officer.marks["1.1"]).unit_name == "Đơn vị 4"
    own = {str(model._meta.verbose_name) for model in (Unit, Scorecard, Score, Mark)}
    assert [one.sentence() for one in differences() if one.model in own] == []


@dataclasses.dataclass
class Saved:
    """An officer as she was before her saves, and what was acknowledged to her."""

    officer: Officer
    acks: list[Ack]

    def account(self, *more: Ack) -> tuple[int, int]:
        """Return how many writes are lost and how many doubled."""
        found = ledger.compare([self.officer], [*self.acks, *more])
        return len(found.lost), len(found.doubled)


@pytest.fixture
def saved(season) -> Saved:
    (officer,) = officers(season, 1, first=0)
    before = dataclasses.replace(officer, versions=dict(officer.versions))
    save = Saves(Browser.inside(officer), officer)
    for _ in range(3):
        save()
    acks = [_ack(code, officer.versions[code]) for code in CODES[:3]]
    return Saved(before, acks)


def _ack(code: str, version: int) -> Ack:
    return Ack(0, 0, "ours", code, version, 0.0, 0.0, 0.1, 1)


def test_what_was_acknowledged_and_kept_is_no_loss(saved):
    assert saved.account() == (0, 0)


def test_a_planted_loss_is_found(saved):
    Mark.objects.filter(pk=saved.officer.marks["1.2"]).update(inputs={"passed": "yes"})
    assert saved.account() == (1, 0)


def test_a_write_that_never_came_is_found(saved):
    missing = saved.acks[0].version + 1
    # Its history row, and the value that the leaf should hold.
    assert saved.account(_ack("1.1", missing)) == (2, 0)


@pytest.mark.parametrize("further", [0, 1])
def test_a_planted_double_is_found(saved, further):
    row: Any = Mark.history.filter(id=saved.officer.marks["1.3"]).latest("history_id")
    row.history_id, row.version = None, row.version + further
    row.save(force_insert=True)
    assert saved.account() == (0, 1)


def test_recovery_is_counted_from_the_kill_to_what_was_sent_after_it():
    kills = [Kill("web worker", 10.0), Kill("PostgreSQL", 20.0), Kill("web master", 99.0)]
    answers = [(9.9, 10.1), (10.5, 11.0), (12.0, 12.1), (21.0, 23.5)]
    assert recoveries(kills, answers) == [1.0, 3.5]


def test_a_figure_falls_short_on_its_own_side():
    assert str(Figure("lost", 0, 0)) == "lost 0 0 ok"
    assert str(Figure("times", 2.25, 2)) == "times 2.25 2 short"
    assert str(Figure("acknowledged", 9_999, 10_000, at_least=True)) == "acknowledged 9999 10000 short"


def test_a_key_names_person_mark_and_version():
    assert key_of(7, 255, 16) == "7-00000000000000ff0000000000000010"


def _bench(*words: str) -> dict[str, str]:
    """Return what a bench prints, name to verdict."""
    quiet = {name: value for name, value in os.environ.items() if name not in {"TEST_RUN_DIR", "VAR_DIR"}}
    command = [sys.executable, "-m", "deploy.benches", *words]
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == any(line[3] == "short" for line in lines), done.stderr
    return {line[0]: line[3] for line in lines}


@pytest.mark.sqlite
def test_the_bench_of_scoring_runs_whole_in_a_tiny_size():
    told = _bench("score", "--on", "sqlite", "--seconds", "12", "--units", "5", "--people", "3")
    sure = ("lost", "doubled", "wrong_totals", "5xx", "refused", "database_is_locked")
    assert {told[f"sqlite_hour_{name}"] for name in sure} == {"ok"}
    assert {told["sqlite_save_statements_5"], told["sqlite_open_statements_5"]} == {"ok"}
    assert {"sqlite_hour_throughput", "sqlite_hour_others_p95", "sqlite_save_times_5"} <= set(told)


@pytest.mark.sqlite
def test_the_fault_run_loses_nothing_in_a_tiny_size():
    told = _bench("faults", "--on", "sqlite", "--kills", "3", "--saves", "30")
    sure = (
        "lost",
        "doubled",
        "wrong_totals",
        "refused",
        "kills",
        "acknowledged",
        "jobs_not_done",
        "letters",
        "letters_lost",
        "letters_doubled",
    )
    assert {told[f"faults_{name}"] for name in sure} == {"ok"}
