"""The deadline hour: everybody saves at once, ours and the yardstick by turns; then one unit at seven times its rate."""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from deploy.benches import ledger
from deploy.benches.leaves import CODES
from deploy.benches.ledger import Ack, Log
from deploy.benches.machine import ROOT, Machine
from deploy.benches.measuring import Figure
from deploy.benches.season import Officer, Season, officers

PEOPLE = {"postgresql": 570, "sqlite": 20}
THINK = {
    "postgresql": 2.0,
    "sqlite": 0.1,
}  # seconds between an answer and the next save: the server is never idle
ROUNDS = 5
SEVEN = 7


def figures(kind: str, here: Machine, season: Season, *, seconds: float, people: int = 0) -> Iterator[Figure]:
    """Give what was lost, doubled and refused, the throughput in times of the yardstick's, and what the others feel."""
    count = people or PEOPLE[kind]
    seated = officers(season, count, on_one=SEVEN, first=1)
    slices = _slices(count, seconds, THINK[kind])
    log = run(here, seated, slices, seed=2026)
    yield from _kept(kind, seated, log)
    yield Figure(f"{kind}_hour_5xx", sum(one.status >= 500 for one in log.mishaps), 0)
    yield Figure(f"{kind}_hour_refused", sum(400 <= one.status < 500 for one in log.mishaps), 0)
    if kind == "sqlite":
        yield Figure("sqlite_hour_database_is_locked", here.web_log().count("database is locked"), 0)
    _tell(log, THINK[kind])
    ratio = _rate(log, "ours", THINK[kind]) / _rate(log, "floor", THINK[kind])
    yield Figure(f"{kind}_hour_throughput", ratio, 0.5, at_least=True)
    yield Figure(f"{kind}_hour_others_p95", _p95(log, "seven", count) / _p95(log, "calm", count), 2)


def _kept(kind: str, seated: Sequence[Officer], log: Log) -> Iterator[Figure]:
    account = ledger.compare(seated, log.acks)
    for sentence in (account.lost + account.doubled)[:20]:
        print(sentence, file=sys.stderr)
    yield Figure(f"{kind}_hour_lost", len(account.lost), 0)
    yield Figure(f"{kind}_hour_doubled", len(account.doubled), 0)
    yield Figure(f"{kind}_hour_wrong_totals", ledger.wrong_totals(seated), 0)


def _slices(count: int, seconds: float, think: float) -> list[dict[str, Any]]:
    """Return ours and the yardstick by turns, then everybody at the usual rate and one unit at seven times by turns."""

    def part(name: str, address: str, lasts: float, who: int) -> dict[str, Any]:
        return {"name": name, "address": address, "seconds": lasts, "think": think, "who": [0, who]}

    long, short = seconds / ROUNDS, seconds / ROUNDS / 3
    hour = [part("ours", "ours", long, count), part("floor", "floor", short, count)] * ROUNDS
    seven = [part("calm", "ours", short, count), part("seven", "ours", short, count + SEVEN - 1)] * 3
    return hour + seven


def run(here: Machine, seated: Sequence[Officer], slices: list[dict[str, Any]], *, seed: int) -> Log:
    """Let the officers go through the slices in a process of their own; return what they wrote down."""
    child = start(here, seated, slices, seed=seed)
    most = sum(part["seconds"] for part in slices) + 60 * len(slices)
    try:
        code = child.wait(most)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if code:
        raise SystemExit((here.folder / "clients.log").read_text())
    return ledger.read(here.folder / "acks.jsonl")


def start(
    here: Machine, seated: Sequence[Officer], slices: list[dict[str, Any]], *, seed: int
) -> subprocess.Popen[bytes]:
    """Start the officers; they write to acks.jsonl in the machine's folder."""
    from deploy.benches.machine import children

    plan = {
        "port": here.port,
        "seed": seed,
        "out": str(here.folder / "acks.jsonl"),
        "slices": slices,
        "officers": [
            dataclasses.asdict(one) | {"codes": codes}
            for one, codes in zip(seated, _shares(seated), strict=True)
        ],
    }
    (here.folder / "plan.json").write_text(json.dumps(plan))
    command = [sys.executable, "-m", "deploy.benches.clients", str(here.folder / "plan.json")]
    return children.start(command, log=here.folder / "clients.log", cwd=ROOT)


def _shares(seated: Sequence[Officer]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Give each officer her leaves: half of the card is ours, half the yardstick's; who share a card share the leaves."""
    sharing = Counter(one.card for one in seated)
    before: Counter[int] = Counter()
    for one in seated:
        place, all_ = before[one.card], sharing[one.card]
        before[one.card] += 1
        yield {"ours": CODES[:50][place::all_], "floor": CODES[50:][place::all_]}


def _within(log: Log, name: str, think: float) -> dict[int, list[Ack]]:
    """Return the acknowledged writes of the slices of that name, the first moments left out while all set to work."""
    found: dict[int, list[Ack]] = {
        place: [] for place, (called, _b, _e) in log.slices.items() if called == name
    }
    for ack in log.acks:
        if ack.place in found:
            _name, begun, ended = log.slices[ack.place]
            if begun + min(think, (ended - begun) / 2) <= ack.done < ended:
                found[ack.place].append(ack)
    return found


def _rate(log: Log, name: str, think: float) -> float:
    """Return the acknowledged writes a second, the median of the slices of that name."""
    rates = []
    for place, acks in _within(log, name, think).items():
        _name, begun, ended = log.slices[place]
        rates.append(len(acks) / (ended - begun - min(think, (ended - begun) / 2)))
    return statistics.median(rates)


def _p95(log: Log, name: str, count: int) -> float:
    """Return the seconds within which 95 % of the others' writes were answered in the slices of that name."""
    slices = {place for place, (called, _b, _e) in log.slices.items() if called == name}
    taken = sorted(
        ack.done - ack.begun for ack in log.acks if ack.place in slices and ack.officer < count - 1
    )
    return taken[int(len(taken) * 0.95)]


def _tell(log: Log, think: float) -> None:
    for name in ("ours", "floor", "calm", "seven"):
        taken = sorted(
            ack.done - ack.begun for rows in _within(log, name, think).values() for ack in rows
        ) or [0]
        half, most = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        print(
            f"{name}: {_rate(log, name, think):.1f} saves/s, median {half:.2f} s, p95 {most:.2f} s",
            file=sys.stderr,
        )
    again = Counter(one.status for one in log.mishaps)
    print(
        f"{len(log.acks)} acknowledged; tries that were not, by status (0 cut, 1 late): {dict(again)}",
        file=sys.stderr,
    )
