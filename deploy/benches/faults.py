"""The fault run: officers save, the worker sends letters, and everything is killed with -9 at random meanwhile."""

from __future__ import annotations

import mailbox
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deploy.benches import hour, ledger
from deploy.benches.ledger import Log
from deploy.benches.machine import Machine, machine, wait_until
from deploy.benches.measuring import Figure
from deploy.benches.nemesis import Nemesis, recoveries
from deploy.benches.season import grow, officers, plant

CLIENTS = 20
THINK = 0.1
LONGEST = 3600  # seconds the run may take at most
LETTER_EVERY = 2.0
SETTLE = 180  # seconds that jobs and letters may take after the last kill


def figures(kind: str, *, kills: int, saves: int, seed: int) -> Iterator[Figure]:
    """Give what was lost and doubled and how much was done, and how long it took to be back."""
    with machine(kind) as here:
        season = plant()
        grow(season, CLIENTS + 2)
        here.analyse()
        seated = officers(season, CLIENTS)
        os.environ["JOB_STALE_SECONDS"] = "10"  # of the worker: what it left is taken up sooner
        here.start_web()
        here.start_worker()
        letters = Letters(here, seated)
        nemesis, log = _run(here, seated, letters, kills=kills, saves=saves, seed=seed)
        yield from _figures(here, seated, letters, nemesis, log, kills=kills, saves=saves)


def _run(
    here: Machine, seated: Sequence[Any], letters: Letters, *, kills: int, saves: int, seed: int
) -> tuple[Nemesis, Log]:
    """Kill until there were enough kills and acknowledged saves; then let everything settle."""
    part = {"name": "faults", "address": "ours", "seconds": LONGEST, "think": THINK, "who": [0, CLIENTS]}
    clients = hour.start(here, seated, [part], seed=seed)
    nemesis, log = Nemesis(here, seed), Tail(here.folder / "acks.jsonl")
    end = time.time() + LONGEST
    try:
        while time.time() < end and (len(nemesis.kills) < kills or len(log.log.acks) < saves):
            _alive(clients, here)
            nemesis.tick(killing=len(nemesis.kills) < kills)
            letters.tick()
            log.read()
            time.sleep(0.1)
        clients.send_signal(signal.SIGTERM)
        _settle(here, nemesis, clients, letters)
    finally:
        clients.kill()
        clients.wait()
    log.read()
    return nemesis, log.log


def _alive(clients: subprocess.Popen[bytes], here: Machine) -> None:
    if clients.poll() is not None:
        raise SystemExit((here.folder / "clients.log").read_text())


def _settle(here: Machine, nemesis: Nemesis, clients: subprocess.Popen[bytes], letters: Letters) -> None:
    def settled() -> bool:
        nemesis.tick(killing=False)
        return clients.poll() is not None and letters.over()

    wait_until(settled, "the last answers, jobs and letters", SETTLE)


def _figures(
    here: Machine, seated: Sequence[Any], letters: Letters, nemesis: Nemesis, log: Log, *, kills: int, saves: int
) -> Iterator[Figure]:  # fmt: skip
    account = ledger.compare(seated, log.acks)
    for sentence in (account.lost + account.doubled)[:20]:
        print(sentence, file=sys.stderr)
    answers = [(ack.sent, ack.done) for ack in log.acks]
    for what in sorted(nemesis.targets):
        own = recoveries([kill for kill in nemesis.kills if kill.what == what], answers)
        if own:
            median = statistics.median(own)
            print(
                f"{what}: {len(own)} kills, back after {median:.1f} s, at most {max(own):.1f}",
                file=sys.stderr,
            )
    print(
        f"tries without an answer, by status: {dict(Counter(one.status for one in log.mishaps))}",
        file=sys.stderr,
    )
    yield Figure("faults_lost", len(account.lost), 0)
    yield Figure("faults_doubled", len(account.doubled), 0)
    yield Figure("faults_wrong_totals", ledger.wrong_totals(seated), 0)
    yield Figure("faults_refused", sum(400 <= one.status < 500 for one in log.mishaps), 0)
    yield Figure("faults_kills", len(nemesis.kills), kills, at_least=True)
    yield Figure("faults_acknowledged", len(log.acks), saves, at_least=True)
    back = recoveries(nemesis.kills, answers)
    yield Figure("faults_recovery_median_seconds", statistics.median(back), 5)
    yield Figure("faults_recovery_max_seconds", max(back), 30)
    yield from letters.figures(here)


class Tail:
    """Reads a log while it grows."""

    def __init__(self, path: Path) -> None:
        self.path, self.log, self.place = path, Log(), 0

    def read(self) -> None:
        """Take the whole lines that have come since."""
        if not self.path.exists():
            return
        with self.path.open() as file:
            file.seek(self.place)
            text = file.read()
        whole, newline, _rest = text.rpartition("\n")
        self.place += len((whole + newline).encode())
        for line in whole.splitlines():
            self.log.add(line)


class Letters:
    """Tells a person something urgent now and then, whatever lies dead: recorded once under a key, a job each, a letter each."""

    def __init__(self, here: Machine, seated: Sequence[Any]) -> None:
        from backend.accounts.models import User

        User.objects.filter(pk__in=[one.user for one in seated]).update(email="nguoi-do@example.vn")
        self.people = [one.user for one in seated]
        self.told, self.next = 0, time.time()

    def tick(self) -> None:
        """Tell the next person if it is time; what could not be recorded is told again under the same key."""
        from django.db import Error, connection

        if time.time() < self.next:
            return
        try:
            self._tell()
        except Error:
            connection.close()
            return
        self.told += 1
        self.next = time.time() + LETTER_EVERY

    def _tell(self) -> None:
        from django.db import transaction

        from backend.accounts.models import User
        from backend.notices.actions import tell
        from backend.notices.models import Kind

        with transaction.atomic():
            reader = User.objects.get(pk=self.people[self.told % len(self.people)])
            tell(
                [reader], kind=Kind.DEADLINE, key=f"faults-{self.told}", subject=f"Thông báo {self.told}",
                body="Hạn tự chấm.", urgent=True,
            )  # fmt: skip

    def over(self) -> bool:
        """Tell whether no job waits or runs and every message has gone out in a letter."""
        from django.db import Error, connection

        from backend.jobs.models import Job

        try:
            if Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
                return False
            return self._sent() == self.told
        except Error:
            connection.close()
            return False

    def _sent(self) -> int:
        """Return how many of the messages have gone out in a letter."""
        from backend.notices.models import Letter, Notice

        return Notice.objects.filter(key__startswith="faults-", letter__state=Letter.State.SENT).count()

    def figures(self, here: Machine) -> Iterator[Figure]:
        """Give the jobs that are not done, the messages not sent, the letters nobody got and those that came twice."""
        from backend.jobs.models import Job

        box = mailbox.Maildir(here.folder / "var" / "mail", create=True)
        came = Counter(letter["Subject"] for letter in box)
        yield Figure("faults_jobs", Job.objects.count(), self.told, at_least=True)
        yield Figure("faults_jobs_not_done", Job.objects.exclude(state=Job.State.DONE).count(), 0)
        yield Figure("faults_letters", self._sent(), max(self.told, 1), at_least=True)
        yield Figure("faults_letters_lost", self.told - len(came), 0)
        yield Figure("faults_letters_doubled", sum(came.values()) - len(came), 0)
