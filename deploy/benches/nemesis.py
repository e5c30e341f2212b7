"""Kills what runs, at random by a seed, and starts again what no supervisor of its own starts: as systemd would.

Only processes of the machine are killed, each by its number: a web worker (its master starts another), the
web master, the background worker with its schedule, PostgreSQL with all its processes.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.benches.machine import Machine

SHORTEST, LONGEST = 0.5, 6.0  # seconds between two kills


@dataclass(frozen=True)
class Kill:
    """What was killed and when, in seconds of the wall clock."""

    what: str
    at: float


class Nemesis:
    """Kills when its time has come. ``tick`` it often; it also starts again what lies dead."""

    def __init__(self, here: Machine, seed: int) -> None:
        self.here, self.kills = here, []
        self.chance = random.Random(seed)  # noqa: S311 - the same kills every time
        self.next = time.time() + LONGEST
        self.targets: dict[str, Callable[[], bool]] = {
            "web worker": self._web_worker,
            "web master": lambda: _kill(self.here.web),
            "background worker": lambda: _kill_group(self.here.worker),
        }
        if here.cluster is not None:
            self.targets["PostgreSQL"] = lambda: _kill_family(self.here.cluster.child)

    def tick(self, *, killing: bool = True) -> None:
        """Start again what is dead; kill something if it is time."""
        self.revive()
        if killing and time.time() >= self.next:
            what = self.chance.choice(list(self.targets))
            if self.targets[what]():
                self.kills.append(Kill(what, time.time()))
            self.next = time.time() + self.chance.uniform(SHORTEST, LONGEST)

    def revive(self) -> None:
        """Start whatever is dead."""
        here = self.here
        if here.cluster is not None and here.cluster.child.poll() is not None:
            here.cluster.start()
        if _is_dead(here.web):
            here.launch_web()
        if _is_dead(here.worker):
            here.start_worker()

    def _web_worker(self) -> bool:
        workers = children_of(self.here.web.pid) if self.here.web.poll() is None else []
        if not workers:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.chance.choice(workers), signal.SIGKILL)
            return True
        return False


def children_of(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started and that live, lowest first."""
    with suppress(OSError):
        text = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
        return sorted(map(int, text.split()))
    return []


def _kill(child: subprocess.Popen[bytes]) -> bool:
    if child.poll() is not None:
        return False
    child.kill()
    return True


def _kill_group(child: subprocess.Popen[bytes]) -> bool:
    if child.poll() is not None:
        return False
    os.killpg(child.pid, signal.SIGKILL)
    return True


def _kill_family(child: subprocess.Popen[bytes]) -> bool:
    """Kill a server whose processes each lead a group of their own; stopped first, so that it starts no more."""
    if child.poll() is not None:
        return False
    child.send_signal(signal.SIGSTOP)
    for pid in children_of(child.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    child.kill()
    return True


def _is_dead(child: subprocess.Popen[bytes]) -> bool:
    """Tell whether the child has died; before its number is free again, what it left of its group is ended too."""
    if child.returncode is not None:
        return True
    if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return False
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    child.wait()
    return True


def recoveries(kills: Sequence[Kill], answers: Sequence[tuple[float, float]]) -> list[float]:
    """Return, for each kill, the seconds until the first acknowledgement of what was sent after it.

    ``answers``: when an acknowledged try was sent and when it was answered.
    """
    found = []
    for kill in kills:
        later = [done for sent, done in answers if sent >= kill.at]
        if later:
            found.append(min(later) - kill.at)
    return found
