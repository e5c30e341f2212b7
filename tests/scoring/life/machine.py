"""The state machine: each step sends one act and compares the answer, the cards and the history with the plain model."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.scoring.life.choosing import almost, anything, onward, times
from tests.scoring.life.choosing_after import SITTINGS
from tests.scoring.life.kept import Keeper, plain, plain_sessions
from tests.scoring.life.plain_card import OPEN, OVER, Season
from tests.scoring.life.plain_changes import carry_out
from tests.scoring.life.plain_moves import NOT_NOW, REFUSED, SENSELESS, UNSEEN, Act, real_move, signs
from tests.scoring.life.plain_rules import judge
from tests.scoring.life.stage import Stage, build
from tests.scoring.life.views import wrong_view

LENGTH = 150  # steps of one life; then everything begins anew
TOLD_EVERY = 1_000  # steps
BAD = 400  # the first status of a refusal
TIMES = times()


class RuleBrokenError(AssertionError):
    """The program did what the plain rules forbid, or did not do what they allow."""


@dataclass
class Tally:
    """What the run has done: acts by name and status, moves by name, and the first broken rule if any."""

    steps: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    tell: Callable[[Tally], None] | None = None

    def note(self, act: str, status: int) -> None:
        """Count one step; every ``TOLD_EVERY`` steps tell how far the run is."""
        self.steps += 1
        self.answers[act, status] += 1
        if self.tell and self.steps % TOLD_EVERY == 0:
            self.tell(self)

    @property
    def accepted(self) -> int:
        """Return how many acts were accepted."""
        return sum(number for (_act, status), number in self.answers.items() if status < BAD)

    @property
    def acts_accepted(self) -> set[str]:
        """Return the acts of which one was accepted."""
        return {act for (act, status) in self.answers if status < BAD}


def play(steps: int, *, seed: int, tell: Callable[[Tally], None] | None = None) -> Tally:
    """Play that many steps, in lives of ``LENGTH``, and return what happened; a broken rule ends the run.

    The world is made once and every life is rolled back; nothing else may write meanwhile.
    ``tell`` is called now and then with what has been done so far.
    """
    tally, stage = Tally(tell=tell), build()
    # Hypothesis may end a life early where it has drawn much; then some more follow.
    while tally.steps < steps and not tally.broken:
        lives = -(-(steps - tally.steps) // LENGTH)
        settings = hypothesis.settings(
            max_examples=lives,
            stateful_step_count=LENGTH,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        _play(hypothesis.seed(seed + tally.steps)(lambda: Life(stage, tally)), settings, tally)
    return tally


def _play(lives: Any, settings: hypothesis.settings, tally: Tally) -> None:
    try:
        run_state_machine_as_test(lives, settings=settings)
    except Exception:
        # Hypothesis tells the broken rule in its own words; ours are in the tally.
        if not tally.broken:
            raise


class Life(RuleBasedStateMachine):
    """Two cards from their opening on, as long as Hypothesis goes on."""

    def __init__(self, stage: Stage, tally: Tally) -> None:
        super().__init__()
        self.stage, self.tally, self.season = stage, tally, Season()
        self.around = transaction.atomic()
        self.around.__enter__()
        stage.prints.clear()
        self.keeper = Keeper(stage)
        self.move_time(TIMES[0])

    def teardown(self) -> None:
        """Compare all rows with all history once more, then undo the life."""
        try:
            if not self.tally.broken:
                self._verify()
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    def _verify(self) -> None:
        said = io.StringIO()
        try:
            call_command("verify", stdout=said)
        except CommandError:
            self.broken(f"verify: {said.getvalue()}")

    @initialize(data=strategies.data())
    def choose_way(self, data: Any) -> None:
        """Let the round conclude in session or not, and ask the units' leaders for their signatures or not."""
        pick, season = _picker(data), self.season
        season.sitting, season.quorum = pick(SITTINGS), pick(["half", "two_thirds"])
        self.ask_signatures(pick(["", "", OPEN, OPEN, OVER]))

    def ask_signatures(self, until: str) -> None:
        """Ask for the leaders' signatures, until some day to come or past."""
        self.season.sign_off = until
        self.stage.set_way(self.season.sitting, self.season.quorum, until)
        self.keeper.begin()

    @rule(data=strategies.data())
    def bring_on(self, data: Any) -> None:
        """Take the next step on a card's way."""
        what = onward(self.season, _picker(data))
        if isinstance(what, Act):
            self.do(what)
        elif what is not None:
            self.end_steps(what)

    @rule(data=strategies.data())
    def try_anything(self, data: Any) -> None:
        """Let anybody try anything; now and then the dates move instead."""
        pick = _picker(data)
        if pick(range(40)) == 0:
            self.move_time(pick(TIMES))
        elif pick(range(60)) == 0:
            self.end_steps(1)
        elif self.season.sign_off == OPEN and pick(range(60)) == 0:
            self.ask_signatures(OVER)
        else:
            self.do(anything(self.season, pick))

    @rule(data=strategies.data())
    def try_almost(self, data: Any) -> None:
        """Take a next step with one thing changed, open or not."""
        self.do(almost(self.season, _picker(data)))

    def move_time(self, time: dict[int, str]) -> None:
        """Move the dates of the steps."""
        self.stage.set_time(time)
        self.season.time = dict(time)
        self.keeper.begin()

    def end_steps(self, number: int) -> None:
        """End the first steps, more time given to a unit too."""
        for unit, card in self.season.cards.items():
            if card.more_time and number:
                self.stage.end_more_time(unit)
                card.more_time = False
        self.move_time(TIMES[number])

    def do(self, act: Act) -> None:
        """Send the act; answer, cards and history have to be as the plain rules say."""
        season, card = self.season, self.season.cards[act.unit]
        why = judge(season, act)
        read = signs(card, act["move"]) if act.name == "move" else None
        if read is not None and act["seen"] == read:
            self._read_fingerprint(act["move"], act.unit, read)
        answer = self._answer(act)
        accepted = answer.status_code < BAD
        self.tally.note(act.name, answer.status_code)
        if not _fits(act, why, answer.status_code):
            self.broken(
                f"{act}: {answer.status_code}, by the rules {why or 'allowed'}; {answer.content[:300]!r}; {card}"
            )
        if accepted:
            self._count(act)
            carry_out(season, act)
        if accepted and act.name == "look":
            self._look(act, answer.json())
        accepted = accepted and act.name != "look"
        self._all_right(act, self.keeper.after(act, accepted=accepted))
        if accepted:  # otherwise nothing has changed, on neither side
            self._same_cards(act)

    def _answer(self, act: Act) -> Any:
        try:
            return self.stage.send(act)
        except Exception as fault:
            self.broken(f"{act}: {fault!r}")
            raise

    def _count(self, act: Act) -> None:
        if act.name == "move":
            self.tally.moves[real_move(self.season.cards[act.unit], act["move"])] += 1
        elif act.name == "publish":
            self.tally.moves["publish"] += 1
        elif act.name == "confirm_change" and not self.season.cards[act.unit].amended[act["row"]].code:
            self.tally.moves["reconsider"] += 1

    def _look(self, act: Act, body: Any) -> None:
        self._all_right(act, wrong_view(self.stage, self.season, act, body))
        if body["fingerprint"]:
            self._known(self.season.cards[act.unit].content(), body["fingerprint"])

    def _read_fingerprint(self, move: str, unit: str, read: tuple[object, ...]) -> None:
        if seen := self.stage.read(move, unit):
            self._known(read, seen)

    def _known(self, content: tuple[object, ...], seen: str) -> None:
        if self.stage.prints.setdefault(content, seen) != seen:
            self.broken(f"another fingerprint of the same content: {content}")
        if len(set(self.stage.prints.values())) < len(self.stage.prints):
            self.broken(f"one fingerprint of two contents: {self.stage.prints}")

    def _same_cards(self, act: Act) -> None:
        for unit, card in self.season.cards.items():
            wanted, kept = plain(card), self.keeper.card(unit)
            for name, value in wanted.items():
                if kept[name] != value:
                    self.broken(f"{act}: {name} of {unit} is {kept[name]}, by the rules {value}")
        if self.keeper.sessions() != plain_sessions(self.season):
            self.broken(
                f"{act}: in session {self.keeper.sessions()}, by the rules {plain_sessions(self.season)}"
            )

    def _all_right(self, act: Act, wrong: list[str]) -> None:
        if wrong:
            self.broken(f"{act}: {'; '.join(wrong)}")

    def broken(self, what: str) -> None:
        """End the run: a rule is broken."""
        self.tally.broken.append(what)
        raise RuleBrokenError(what)


def _picker(data: Any) -> Callable[[Sequence[Any]], Any]:
    # By place, not by value: what is drawn needs no way to be printed or compared.
    def pick(among: Sequence[Any]) -> Any:
        return among[data.draw(strategies.integers(0, len(among) - 1))] if len(among) > 1 else among[0]

    return pick


def _fits(act: Act, why: set[int], status: int) -> bool:
    """Tell whether the status is as the rules say.

    A page of the host's does not exist for who does not work there, and it tells at the field (422) what the
    API tells as out of step. A key of another person is refused before anything is looked for.
    """
    if not why:
        return status in (200, 201, 204, 302)
    if why & {REFUSED, UNSEEN}:
        either = act["foreign"] or (act.form and why == {REFUSED})
        return status in ({REFUSED, UNSEEN} if either else why)
    return status in ({NOT_NOW, SENSELESS} if act.form else why)
