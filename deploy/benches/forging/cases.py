"""One forgery in the making: an honest ledger, its log, what somebody holds outside; and how it is judged."""

import contextlib
import copy
import io
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from backend.audit.outside import verify_bundle
from deploy.benches.forging import ledgers
from deploy.benches.forging.ledgers import Files, Ledger, Log, Row
from deploy.benches.forging.signing import Signer

SIGNER = Signer("vi-du.cchc/so", bytes(range(32)))
STRANGER = Signer("vi-du.cchc/so", bytes(range(1, 33)))  # the same name, another key
CHAINS = ("card:1", "card:2", "round:1", "person:7", "units")


@dataclass
class Case:
    """What a forger may change, part by part; ``written`` puts it together as a bundle would."""

    ledger: Ledger
    log: Log
    rng: Random
    only: list[str] | None = None
    shown: list[int] = field(default_factory=list)  # the older notes in a partial bundle
    held: bytes | Files = b""
    edits: list[Callable[[Files], None]] = field(default_factory=list)
    doubled: list[tuple[str, bytes]] = field(default_factory=list)  # members of the zip file beside the files

    def files(self) -> Files:
        """Return the files of the bundle with every edit."""
        files = ledgers.bundle(self.ledger, self.log, self.only, self.shown)
        for edit in self.edits:
            edit(files)
        return files

    def covered(self) -> tuple[list[Row], int]:
        """Return the rows of some chain and a place among those that a checkpoint covers, the last aside."""
        chain = self.rng.choice([chain for chain in self.chains() if self.length(chain) > 2])
        return self.ledger.chains[chain], self.rng.randrange(1, self.length(chain) - 1)

    def chains(self) -> list[str]:
        """Return the chains in the bundle."""
        return self.only or list(self.ledger.chains)

    def length(self, chain: str) -> int:
        """Return how many rows of a chain the newest checkpoint covers."""
        return self.ledger.plan[-1].lengths.get(chain, 0)


@cache
def _honest(seed: int) -> tuple[Ledger, Log]:
    rng = Random(seed)  # noqa: S311 (nothing secret)
    ledger = Ledger(SIGNER, rng)
    chains = CHAINS[: rng.randint(3, 5)]
    for number in range(rng.randint(3, 5)):
        for chain in chains:
            for _ in range(rng.randint(1, 4) if number == 0 else rng.randint(0, 4)):
                ledger.change(chain)
        ledger.checkpoint(rng.choice(["day", "lock", "conclusion", "publication", "order Biên bản số 3"]))
    for _ in range(rng.randint(1, 3)):
        ledger.change(rng.choice(chains))
    ledgers.erase(ledger.chains["card:1"][0])
    return ledger, ledger.log()


def honest(seed: int) -> Case:
    """Return a case of an honest ledger in which nothing is forged yet; somebody holds an older note outside."""
    ledger, log = copy.deepcopy(_honest(seed % 97))
    rng = Random(seed)  # noqa: S311 (nothing secret)
    return Case(ledger, log, rng, held=rng.choice(log.notes[:-1]).encode())


def partial(seed: int) -> Case:
    """Return the same as a partial bundle, with the note that is held outside."""
    case = honest(seed)
    case.only = case.rng.sample(list(case.ledger.chains), 2)
    case.shown = list(range(1, len(case.log.notes)))
    return case


def judged(case: Case, folder: Path) -> tuple[int, int]:
    """Return the exit codes of verify-bundle and, against what is held outside, of verify-diff."""
    new, old = folder / "new.zip", folder / "old"
    zipped(case.files(), new, case.doubled)
    if isinstance(case.held, bytes):
        old.write_bytes(case.held)
    else:
        zipped(case.held, old)
    return run("verify-bundle", new)[0], run("verify-diff", old, new)[0]


def zipped(files: Files, path: Path, doubled: list[tuple[str, bytes]] | None = None) -> None:
    """Write a bundle as a zip file."""
    with zipfile.ZipFile(path, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two files of one name are meant
        for name, content in [*files.items(), *(doubled or [])]:
            file.writestr(zipfile.ZipInfo(name), content)


def run(*words: object, key: str = SIGNER.published) -> tuple[int, str]:
    """Run the outsider's program; return its exit code and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify_bundle.main([*map(str, words), "--key", key])
    return code, said.getvalue()
