"""What was acknowledged against what the database holds: writes that are lost, writes that are doubled."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.benches.clients import key_of
from deploy.benches.leaves import typed


@dataclass(frozen=True)
class Ack:
    """One acknowledged write: the version the mark has after it; ``begun``, ``sent`` (the last time), ``done`` in seconds."""

    place: int
    officer: int
    address: str
    code: str
    version: int
    begun: float
    sent: float
    done: float
    tries: int


@dataclass(frozen=True)
class Mishap:
    """One try without an acknowledgement: the status, 0 for a cut connection, 1 for none in time."""

    place: int
    officer: int
    address: str
    code: str
    version: int
    status: int
    at: float


@dataclass
class Log:
    """What the officers wrote down. ``slices``: number to name, first and last moment."""

    acks: list[Ack] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)
    slices: dict[int, tuple[str, float, float]] = field(default_factory=dict)

    def add(self, line: str) -> None:
        """Take one line of the clients' file."""
        kind, *values = json.loads(line)
        if kind == "ack":
            self.acks.append(Ack(*values))
        elif kind == "mishap":
            self.mishaps.append(Mishap(*values))
        else:
            self.slices[values[0]] = tuple(values[1:])


def read(path: Path) -> Log:
    """Return what the officers of a finished run wrote down."""
    log = Log()
    for line in path.read_text().splitlines():
        log.add(line)
    return log


@dataclass
class Account:
    """Sentences about writes that are lost and that are doubled."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Live:
    version: int
    key: str
    inputs: dict[str, Any]


def compare(officers: Sequence[Any], acks: Iterable[Ack]) -> Account:
    """Hold every acknowledged write of ours against the live mark and its history.

    Lost: a write without its history row, or a leaf that does not hold the last one. Doubled: a version with
    more than one history row, or one nobody was told of. ``officers`` as they stood before the run.
    """
    account = Account()
    told: dict[int, list[Ack]] = defaultdict(list)
    for ack in acks:
        if ack.address == "ours":
            told[officers[ack.officer].marks[ack.code]].append(ack)
    for chunk in _chunks(list(told), 400):
        live, rows = _live(chunk), _history(chunk)
        for mark in chunk:
            _compare_one(account, officers, told[mark], live[mark], rows[mark])
    return account


def _compare_one(
    account: Account, officers: Sequence[Any], acks: list[Ack], live: _Live, rows: Counter[int]
) -> None:
    acks.sort(key=lambda ack: ack.version)
    last = acks[-1]
    officer = officers[last.officer]
    mark, first = officer.marks[last.code], officer.versions[last.code]
    for ack in acks:
        if not rows[ack.version]:
            account.lost.append(f"mark {mark} version {ack.version}: no history row")
    key = key_of(officer.user, mark, last.version - 1)
    wanted = typed(last.code, last.version - 1)
    if (live.version, live.key, live.inputs) != (last.version, key, wanted):
        account.lost.append(f"mark {mark}: {live} instead of {wanted} under {key}")
    for version, count in rows.items():
        known = version <= first or any(ack.version == version for ack in acks)
        if count - known > 0:
            account.doubled.append(f"mark {mark} version {version}: {count} history rows")


def _live(marks: list[int]) -> dict[int, _Live]:
    from backend.scoring.models import Mark

    rows = Mark.objects.filter(pk__in=marks).values_list("pk", "version", "save_key", "inputs")
    return {
        pk: _Live(version, key, {name: str(value) for name, value in inputs.items()})
        for pk, version, key, inputs in rows
    }


def _history(marks: list[int]) -> dict[int, Counter[int]]:
    from backend.scoring.models import Mark

    found: dict[int, Counter[int]] = {mark: Counter() for mark in marks}
    for mark, version in Mark.history.filter(id__in=marks).values_list("id", "version"):
        found[mark][version] += 1
    return found


def wrong_totals(officers: Sequence[Any]) -> int:
    """Return how many cards' totals at the self-scoring step are not the sum of their marks."""
    from django.db.models import Sum

    from backend.scoring.models import Mark, StepTotal

    wrong = 0
    for chunk in _chunks(sorted({officer.card for officer in officers}), 400):
        marks = Mark.objects.filter(score__card__in=chunk, step__kind="self", score__applies=True)
        real = dict(marks.values_list("score__card").annotate(sum=Sum("points")))
        kept = StepTotal.objects.filter(card__in=chunk, step__kind="self").values_list("card", "total")
        wrong += sum(total != (real.get(card) or 0) for card, total in kept)
    return wrong


def _chunks(rows: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
