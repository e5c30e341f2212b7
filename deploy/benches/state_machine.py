"""Anybody tries anything, 100,000 times: the program over HTTP against a plain model of its rules (tests/scoring/life)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from typing import Any

from deploy.benches.machine import machine
from deploy.benches.measuring import Figure

SHARE = 0.25  # of the acts at least are accepted, and as many refused: otherwise it is an empty walk


def figures(kind: str, *, steps: int, seed: int) -> Iterator[Figure]:
    """Give the steps made, the rules found broken, and how much of the program was reached, on one database."""
    with machine(kind):
        from django.test import override_settings

        from backend.scoring.lifecycle import MOVES
        from tests.scoring.life.machine import play
        from tests.scoring.life.wires import WIRES

        logging.disable(logging.CRITICAL)  # of a hundred thousand refusals
        # A password costs as little as in the tests: what is judged is not how long it takes.
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            tally = play(steps, seed=seed, tell=_tell)
    for sentence in tally.broken:
        print(sentence, file=sys.stderr)
    print(f"seed {seed} on {kind}: moves {dict(sorted(tally.moves.items()))}", file=sys.stderr)
    made = max(tally.steps, 1)
    yield Figure("machine_steps", tally.steps, steps, at_least=True)
    yield Figure("machine_rules_broken", len(tally.broken[:1]), 0)
    yield Figure("machine_moves_reached", len(tally.moves), len(MOVES), at_least=True)
    yield Figure("machine_acts_accepted_once", len(tally.acts_accepted), len(WIRES) + 1, at_least=True)
    yield Figure("machine_share_accepted", tally.accepted / made, SHARE, at_least=True)
    yield Figure("machine_share_refused", 1 - tally.accepted / made, SHARE, at_least=True)


def _tell(tally: Any) -> None:
    print(
        f"{tally.steps} steps, {tally.accepted} accepted, {len(tally.moves)} moves reached", file=sys.stderr
    )
