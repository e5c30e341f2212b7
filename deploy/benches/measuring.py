"""How a bench measures: ours and its floor in turns, medians of several runs; statements counted."""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[[], Any]
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


@dataclass(frozen=True)
class Figure:
    """One result; it falls short where ``value`` is above ``goal``, or below it where it is to be ``at_least`` that."""

    name: str
    value: float
    goal: float
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Return whether the goal is met."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, int) else f"{self.value:.3g}"
        return f"{self.name} {value} {self.goal:g} {'ok' if self.ok else 'short'}"


def alternate(ours: Work, floor: Work, runs: int = 7) -> float:
    """Return the median time of ours in medians of the floor's.

    Both are run once to warm up, then by turns. The times themselves go to the error output.
    """
    for work in (ours, floor):
        work()
    # What stands before is not looked through again between runs: that would only empty the processor's caches.
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(runs):
        for name, work in (("ours", ours), ("floor", floor)):
            times[name].append(seconds(work))
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    print("  ".join(f"{name} {value * 1000:.1f} ms" for name, value in middle.items()), file=sys.stderr)
    return middle["ours"] / middle["floor"]


def seconds(work: Work) -> float:
    """Return the seconds one run takes; the collector of garbage works before it, not in it, as in timeit."""
    gc.collect()
    gc.disable()
    try:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun
    finally:
        gc.enable()


def statements(work: Work) -> int:
    """Return how many statements the work sends to the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as sent:
        work()
    return len(sent)


def asked(work: Work) -> int:
    """Return how many statements the work sends besides a transaction's own words, which ask nothing."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as sent:
        work()
    return sum(not row["sql"].startswith(FRAME) for row in sent.captured_queries)
