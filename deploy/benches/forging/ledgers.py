"""A ledger: chains of history rows, the log over them, the bundle that shows them; honest unless told otherwise."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from deploy.benches.forging import trees
from deploy.benches.forging.signing import Signer

Row = dict[str, Any]
Files = dict[str, bytes]
NONE = "0" * 64


def canonical(value: Any) -> bytes:
    """Return canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def stamped(at: datetime) -> str:
    """Return a time as the records say it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(record: dict[str, Any]) -> str:
    """Return the digest of a record."""
    return hashlib.sha256(b"CCHC history v1\n" + canonical(record)).hexdigest()


def commitment(salt: bytes, name: str, value: Any) -> str:
    """Return the commitment to a personal value."""
    text = b"CCHC commitment v1\n" + salt + name.encode() + b"\x00" + canonical(value)
    return hashlib.sha256(text).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """When and why a checkpoint was made, and how long every chain was then."""

    at: datetime
    occasion: str
    lengths: dict[str, int]


@dataclass
class Log:
    """What the checkpoints appended and signed."""

    entries: list[dict[str, Any]]
    occasions: list[dict[str, Any]]
    notes: list[str]

    def leaves(self) -> list[bytes]:
        """Return the leaf hashes of the tree."""
        return [trees.leaf(canonical(entry)) for entry in self.entries]


@dataclass
class Ledger:
    """The rows of every chain and the plan of the checkpoints; ``log`` derives the log from both."""

    signer: Signer
    rng: Random
    now: datetime = datetime(2026, 12, 1, 7, tzinfo=UTC)
    chains: dict[str, list[Row]] = field(default_factory=dict)
    plan: list[Checkpoint] = field(default_factory=list)

    def change(self, chain: str, **told: Any) -> Row:
        """Append a row to a chain, some seconds later."""
        self.now += timedelta(seconds=self.rng.randint(1, 90), microseconds=self.rng.randrange(10**6))
        rows = self.chains.setdefault(chain, [])
        rows.append(self.row(chain, **told))
        seal(rows, len(rows) - 1)
        return rows[-1]

    def row(self, chain: str, **told: Any) -> Row:
        """Return a row of a chain that has no place in it yet."""
        salt, rng = self.rng.randbytes(16), self.rng
        personal = {"actor_name": f"Người chấm {rng.randrange(40)}"}
        if chain.startswith("person:"):
            personal["email"] = f"nguoi{rng.randrange(900)}@vi.du"
        record = {
            "v": 1,
            "chain": chain,
            "model": rng.choice(["scoring.mark", "scoring.scorecard", "rounds.step"]),
            "key": str(rng.randrange(1, 10**6)),
            "kind": rng.choice("+~~~~-"),
            "at": stamped(self.now),
            "by": rng.choice([None, 3, 17, 4096]),
            "reason": rng.choice(
                ["", "Thiếu tài liệu kiểm chứng số 12/BC-UBND", 'nói "lại"\n\tdòng \u0001 hai']
            ),
            "step": rng.choice(["Tự chấm", "Thẩm định", ""]),
            "stated_source": "",
            "stated_on": rng.choice([None, "2026-11-30"]),
            "unit": 31117,
            "unit_path": "/92/916/31117/",
            "unit_name": "Phường Cái Khế",
            "round": rng.choice([None, 5]),
            "fields": {
                "points": rng.choice([None, 0, 1500, 2750]),
                "inputs": {"đạt": rng.randrange(60), "tỷ lệ": "0.85", "thử": [True, None, "𝄞\u2028"]},
                "note": f"Ghi chú {rng.randrange(10**9)}",
            },
            "commitments": {name: commitment(salt, name, value) for name, value in personal.items()},
        }
        return {"record": record | told, "digest": "", "mac": "", "salt": salt.hex(), "personal": personal}

    def checkpoint(self, occasion: str = "day") -> None:
        """Plan a checkpoint now."""
        self.now += timedelta(minutes=self.rng.randint(1, 600))
        self.plan.append(
            Checkpoint(self.now, occasion, {name: len(rows) for name, rows in self.chains.items()})
        )

    def log(self, signer: Signer | None = None) -> Log:
        """Return the log of all checkpoints over the rows as they are now."""
        log, leaves, head, seen = Log([], [], []), list[bytes](), NONE, dict[str, int]()
        for number, one in enumerate(self.plan, 1):
            said = {"at": stamped(one.at), "number": number, "occasion": one.occasion, "previous": head}
            head = hashlib.sha256(b"CCHC occasion v1\n" + canonical(said)).hexdigest()
            batch = [{"chain": "checkpoint", "head": head, "length": number}]
            for chain, length in one.lengths.items():
                if length > seen.get(chain, 0):
                    batch.append(
                        {"chain": chain, "head": self.chains[chain][length - 1]["digest"], "length": length}
                    )
            read = hashlib.sha256(f"accesses {number}".encode()).hexdigest()
            batch.append({"chain": "accesses", "head": read, "length": 7 * number})
            log.entries += batch
            leaves += [trees.leaf(canonical(entry)) for entry in batch]
            seen = one.lengths
            log.occasions.append(said | {"size": len(leaves)})
            log.notes.append((signer or self.signer).note(len(leaves), trees.root(leaves)))
        return log


def seal(rows: list[Row], start: int = 0) -> None:
    """Put the rows from ``start`` on in their places: number, link, digest and MAC anew."""
    for index in range(start, len(rows)):
        row = rows[index] = rows[index] | {"record": dict(rows[index]["record"])}
        row["record"] |= {"sequence": index + 1, "previous": rows[index - 1]["digest"] if index else NONE}
        row["digest"] = digest_of(row["record"])
        row["mac"] = hmac.digest(b"a key outside", bytes.fromhex(row["digest"]), "sha256").hex()


def erase(row: Row) -> None:
    """Erase the personal data of a row as the specification says."""
    row |= {"salt": "", "personal": {}}


def bundle(ledger: Ledger, log: Log, only: list[str] | None = None, notes: list[int] | None = None) -> Files:
    """Return the files of a complete bundle; with ``only``, of a partial one with those chains and notes."""
    chains = list(ledger.chains) if only is None else only
    newest = len(log.notes)
    numbers = range(1, newest + 1) if only is None else sorted({*(notes or []), newest})
    about = {"v": 1, "origin": ledger.signer.name, "made_at": stamped(ledger.now), "complete": only is None}
    files: Files = {
        "bundle.json": json.dumps(about | {"checkpoint": newest}, indent=1).encode(),
        "key.txt": f"{ledger.signer.published}\n".encode(),
        "occasions.jsonl": lines(log.occasions),
        **{f"checkpoints/{number:06}.txt": log.notes[number - 1].encode() for number in numbers},
    }
    if only is None:
        files["log.jsonl"] = lines(log.entries)
    else:
        files["proofs.json"] = json.dumps(_proofs(log, only, numbers), ensure_ascii=False).encode()
    placed = {chain: f"rows/{number:06}.jsonl" for number, chain in enumerate(chains, 1)}
    told = {chain: {"file": file, "length": len(ledger.chains[chain])} for chain, file in placed.items()}
    files["chains.json"] = json.dumps(told).encode()
    return files | {file: lines(ledger.chains[chain]) for chain, file in placed.items()}


def lines(values: list[Any]) -> bytes:
    """Return a file of one canonical object a line."""
    return b"".join(canonical(value) + b"\n" for value in values)


def _proofs(log: Log, only: list[str], numbers: Any) -> dict[str, Any]:
    leaves, newest = log.leaves(), {entry["chain"]: index for index, entry in enumerate(log.entries)}
    shown = [newest[chain] for chain in ["checkpoint", *only] if chain in newest]
    sizes = [log.occasions[number - 1]["size"] for number in numbers]
    return {
        "inclusion": [
            {"entry": log.entries[index], "index": index, "path": hexed(trees.inclusion(index, leaves))}
            for index in shown
        ],
        "consistency": [
            {"from": size, "to": sizes[-1], "path": hexed(trees.consistency(size, leaves))}
            for size in sizes[:-1]
        ],
    }


def hexed(path: list[bytes]) -> list[str]:
    """Return hashes as hex."""
    return [part.hex() for part in path]
