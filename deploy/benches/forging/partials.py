"""Forgeries of partial bundles and their proofs, and of the files themselves."""

import json
from collections.abc import Callable
from typing import Any

from deploy.benches.forging.cases import Case
from deploy.benches.forging.ledgers import Files, canonical
from deploy.benches.forging.rows import edited_and_sealed


def _proofs(case: Case, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what proofs.json says."""

    def edit(files: Files) -> None:
        told = json.loads(files["proofs.json"])
        change(told)
        files["proofs.json"] = json.dumps(told, ensure_ascii=False).encode()

    case.edits.append(edit)


def inclusion_node_flipped(case: Case) -> None:
    """One bit of a node in a proof of inclusion is another."""
    _proofs(case, lambda told: _flip(case, told["inclusion"]))


def consistency_node_flipped(case: Case) -> None:
    """One bit of a node in a proof of consistency is another."""
    _proofs(case, lambda told: _flip(case, told["consistency"]))


def _flip(case: Case, proofs: list[dict[str, Any]]) -> None:
    path = case.rng.choice([one["path"] for one in proofs if one["path"]])
    at, bit = case.rng.randrange(len(path)), case.rng.randrange(256)
    path[at] = f"{int(path[at], 16) ^ 1 << bit:064x}"


def node_lost(case: Case) -> None:
    """A node of a proof is gone."""

    def change(told: dict[str, Any]) -> None:
        path = case.rng.choice(
            [one["path"] for one in told["inclusion"] + told["consistency"] if one["path"]]
        )
        del path[case.rng.randrange(len(path))]

    _proofs(case, change)


def index_moved(case: Case) -> None:
    """A proof is said to be of another place."""

    def change(told: dict[str, Any]) -> None:
        case.rng.choice(told["inclusion"])["index"] ^= case.rng.choice([1, 2])

    _proofs(case, change)


def proven_head_changed(case: Case) -> None:
    """A proof is said to be of another head, the one of a rewritten chain."""
    edited_and_sealed(case)

    def change(told: dict[str, Any]) -> None:
        for one in told["inclusion"][1:]:
            chain, length = one["entry"]["chain"], one["entry"]["length"]
            one["entry"]["head"] = case.ledger.chains[chain][length - 1]["digest"]

    _proofs(case, change)


def checkpoint_proof_lost(case: Case) -> None:
    """The newest checkpoint's occasion is not proven."""
    _proofs(case, lambda told: told["inclusion"].pop(0))


def consistency_lost(case: Case) -> None:
    """No proof leads from an older note to the newest."""
    _proofs(case, lambda told: told["consistency"].pop())


def partial_row_edited(case: Case) -> None:
    """In a partial bundle a row is edited and its chain computed anew."""
    edited_and_sealed(case)


def partial_tail_cut(case: Case) -> None:
    """In a partial bundle the newest rows of a chain are gone."""
    rows, at = case.covered()
    del rows[at:]


def file_doubled(case: Case) -> None:
    """The zip file holds two files of one name, so that two programs read two things."""
    case.doubled.append(("chains.json", case.files()["chains.json"]))


def file_astray(case: Case) -> None:
    """The zip file holds a name that leads outside."""
    case.doubled.append((case.rng.choice(["../rows/000001.jsonl", "/etc/x", "rows\\000001.jsonl"]), b"{}\n"))


def file_lost(case: Case) -> None:
    """A file that the bundle must hold is gone."""
    name = case.rng.choice(
        ["occasions.jsonl", "chains.json", "log.jsonl", "bundle.json", "rows/000001.jsonl"]
    )
    case.edits.append(lambda files: files.pop(name))


def file_torn(case: Case) -> None:
    """A file of rows ends in the middle of a line."""
    case.edits.append(lambda files: files.update({"rows/000001.jsonl": files["rows/000001.jsonl"][:-9]}))


def json_spaced(case: Case) -> None:
    """A row says the same in JSON of another form, which another program may read in another way."""
    _first_row(case, lambda line: line.replace(b'"chain":', b'"chain": ', 1))


def json_doubled(case: Case) -> None:
    """A row says one member twice."""
    _first_row(case, lambda line: line.replace(b'"at":', b'"at":"","at":', 1))


def fraction(case: Case) -> None:
    """A number of a row has a fraction of nothing."""
    _first_row(case, lambda line: line.replace(b'"unit":31117', b'"unit":31117.0', 1))


def _first_row(case: Case, change: Callable[[bytes], bytes]) -> None:
    def edit(files: Files) -> None:
        first, *rest = files["rows/000001.jsonl"].splitlines(keepends=True)
        files["rows/000001.jsonl"] = b"".join([change(first), *rest])

    case.edits.append(edit)


def rows_of_no_chain(case: Case) -> None:
    """A file of rows belongs to no chain."""
    case.edits.append(lambda files: files.update({"rows/000099.jsonl": files["rows/000001.jsonl"]}))


def length_misstated(case: Case) -> None:
    """chains.json says another length."""

    def edit(files: Files) -> None:
        told = json.loads(files["chains.json"])
        case.rng.choice(list(told.values()))["length"] += 1
        files["chains.json"] = canonical(told)

    case.edits.append(edit)
