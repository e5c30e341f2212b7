"""Tampering: forged histories judged by the outsider's program, untouched ones too, proofs, and how long it takes.

``deeds`` forges the real database instead, judged by the server's verify and, as a bundle, by the outsider's program.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from backend.audit.outside import verify_bundle
from deploy.benches.forging import ledgers
from deploy.benches.forging.cases import SIGNER, honest, judged, partial, zipped
from deploy.benches.forging.kinds import KINDS
from deploy.benches.forging.ledgers import Ledger
from deploy.benches.forging.probes import probes
from deploy.benches.machine import machine
from deploy.benches.measuring import Figure


def figures(*, mutants: int, logs: int, changes: int, seed: int) -> Iterator[Figure]:
    """Forge so many histories and as many untouched logs as are asked for; the seed decides all that is random."""
    with tempfile.TemporaryDirectory(prefix="par-index-tamper-") as folder:
        yield from _forgeries(mutants, seed, Path(folder))
        yield from _untouched(logs, seed, Path(folder))
        yield from _proofs(seed)
        yield Figure(f"tamper_seconds_for_{changes}_changes", _seconds(changes, seed, Path(folder)), 10)


def deeds(kind: str, *, times: int, seed: int) -> Iterator[Figure]:
    """Forge a real database ("sqlite" or "postgresql") in every way, so many times each."""
    with machine(kind) as here:
        from deploy.benches.forging.books import Books
        from deploy.benches.forging.deeds import DEEDS

        books, missed = Books.kept(here.folder), Counter[str]()
        with books.opened(seed):
            by_verify, by_bundle, by_diff = books.judged()
        for number in range(times):
            for deed in DEEDS:
                missed.update(f"{deed.name} {name}" for name in deed.missed(books, seed + number))
        for name, count in missed.items():
            print(f"{kind} not caught: {name} {count} of {times}", file=sys.stderr)
        yield Figure(f"tamper_{kind}_kinds", len(DEEDS), 15, at_least=True)
        yield Figure(f"tamper_{kind}_mutants", len(DEEDS) * times, len(DEEDS) * times, at_least=True)
        yield Figure(f"tamper_{kind}_mutants_not_caught", missed.total(), 0)
        yield Figure(f"tamper_{kind}_false_alarms", by_verify + by_bundle + sum(by_diff.values()), 0)


def _forgeries(mutants: int, seed: int, folder: Path) -> Iterator[Figure]:
    """Judge the same number of every kind; a kind that must be caught by both must be caught by each alone."""
    tried, missed, blind = Counter[str](), Counter[str](), 0
    for number in range(-(-mutants // len(KINDS))):
        for kind in KINDS:
            by_bundle, by_diff = judged(kind.forged(seed + number), folder)
            tried[kind.name] += 1
            missed[f"{kind.name} verify-bundle"] += kind.by_bundle and not by_bundle
            missed[f"{kind.name} verify-diff"] += not by_diff
            blind += not kind.by_bundle and not by_bundle
    print(f"only what was held outside gave {blind} away", file=sys.stderr)
    for name, count in (+missed).items():
        print(f"not caught: {name} {count} of {tried[name.split()[0]]}", file=sys.stderr)
    yield Figure("tamper_kinds", len(tried), 15, at_least=True)
    yield Figure("tamper_mutants", tried.total(), mutants, at_least=True)
    yield Figure("tamper_mutants_not_caught", missed.total(), 0)


def _untouched(logs: int, seed: int, folder: Path) -> Iterator[Figure]:
    """Judge logs that nobody touched, by turns as complete and as partial bundles, against an older note."""
    alarms = 0
    for number in range(logs):
        case = (honest, partial)[number % 2](seed + number)
        alarms += judged(case, folder) != (0, 0)
    yield Figure("tamper_untouched_logs", logs, logs, at_least=True)
    yield Figure("tamper_false_alarms", alarms, 0)


def _proofs(seed: int) -> Iterator[Figure]:
    tried, wrong, misjudged = 0, 0, 0
    for probe in probes(Random(seed), 200):  # noqa: S311 (nothing secret)
        tried, wrong = tried + 1, wrong + (not probe.right)
        misjudged += probe.claim.holds() != probe.right
    yield Figure("tamper_proof_probes", tried, 1000, at_least=True)
    yield Figure("tamper_wrong_probes_share", wrong / tried, 0.9, at_least=True)
    yield Figure("tamper_probes_misjudged", misjudged, 0)


def _seconds(changes: int, seed: int, folder: Path) -> float:
    """Return how long the outsider's program takes, started as an outsider starts it; the best of three."""
    ledger = Ledger(SIGNER, Random(seed))  # noqa: S311 (nothing secret)
    for number in range(1, changes + 1):
        ledger.change(f"card:{number % 200}")
        if number % (changes // 30) == 0:
            ledger.checkpoint()
    bundle = folder / "large.zip"
    zipped(ledgers.bundle(ledger, ledger.log()), bundle)
    program = [sys.executable, "-I", verify_bundle.__file__, "verify-bundle", str(bundle)]
    command = [*program, "--key", SIGNER.published]
    return min(_run(command, f"{changes} dòng") for _ in range(3))


def _run(command: list[str], words: str) -> float:
    begun = time.perf_counter()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    taken = time.perf_counter() - begun
    if words not in said:
        raise RuntimeError(said)
    return taken
