"""Anybody tries anything, 100,000 times: the program over HTTP against a plain model of its rules (tests/scoring/life)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

from deploy.benches.machine import machine
from deploy.benches.measuring import Figure


def figures(kind: str, *, steps: int, seed: int) -> Iterator[Figure]:
    """Give the steps made, the rules found broken and the moves reached, on one database."""
    with machine(kind):
        from django.test import override_settings

        from backend.scoring.lifecycle import MOVES
        from tests.scoring.life.machine import play

        logging.disable(logging.CRITICAL)  # of a hundred thousand refusals
        # A password costs as little as in the tests: what is judged is not how long it takes.
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            tally = play(steps, seed=seed)
    for sentence in tally.broken:
        print(sentence, file=sys.stderr)
    yield Figure("machine_steps", tally.steps, steps, at_least=True)
    yield Figure("machine_rules_broken", len(tally.broken[:1]), 0)
    yield Figure("machine_moves_reached", len(tally.moves), len(MOVES), at_least=True)
