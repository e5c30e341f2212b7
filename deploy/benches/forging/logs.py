"""Forgeries of the log and its notes, by somebody who may write the database but can't sign with the real key."""

from datetime import datetime, timedelta

from deploy.benches.forging.cases import STRANGER, Case
from deploy.benches.forging.ledgers import Files, stamped
from deploy.benches.forging.rows import edited_and_sealed
from deploy.benches.forging.signing import ORDER, Signer


def entry_edited(case: Case) -> None:
    """An entry names another head."""
    entry = case.rng.choice(case.log.entries)
    entry["head"] = case.rng.randbytes(32).hex()


def entry_shortened(case: Case) -> None:
    """An entry says that the chain was shorter, and the chain is."""
    entry = case.rng.choice([one for one in case.log.entries if one["length"] > 1])
    entry["length"] -= 1


def entry_refitted(case: Case) -> None:
    """Rows are rewritten, the chain sealed, and the entries of the log made to fit; the notes stand."""
    edited_and_sealed(case)
    case.log.entries = case.ledger.log().entries


def entry_deleted(case: Case) -> None:
    """An entry of the log is gone."""
    del case.log.entries[case.rng.randrange(len(case.log.entries))]


def entries_reordered(case: Case) -> None:
    """Two entries changed places."""
    entries, at = case.log.entries, case.rng.randrange(1, len(case.log.entries))
    entries[at - 1], entries[at] = entries[at], entries[at - 1]


def entry_inserted(case: Case) -> None:
    """An entry stands between two."""
    entry = {"chain": "card:9", "head": case.rng.randbytes(32).hex(), "length": 1}
    case.log.entries.insert(case.rng.randrange(len(case.log.entries)), entry)


def log_cut(case: Case) -> None:
    """The end of the log is gone; the newest note stands."""
    del case.log.entries[-case.rng.randint(1, 3) :]


def log_lengthened(case: Case) -> None:
    """The log goes on behind its newest note."""
    case.log.entries.append({"chain": "card:9", "head": case.rng.randbytes(32).hex(), "length": 1})


def tail_and_entries_cut(case: Case) -> None:
    """The newest rows of a chain are gone and so is every entry that tells of them."""
    rows, at = case.covered()
    chain = rows[0]["record"]["chain"]
    del rows[at:]
    case.log.entries = [one for one in case.log.entries if one["chain"] != chain or one["length"] <= at]


def signed_by_a_stranger(case: Case) -> None:
    """The newest note is signed by another key."""
    case.log.notes[-1] = case.ledger.log(STRANGER).notes[-1]


def all_signed_by_a_stranger(case: Case) -> None:
    """History is rewritten and every note signed by another key, which the bundle shows as the published one."""
    edited_and_sealed(case)
    case.log = case.ledger.log(STRANGER)
    case.edits.append(lambda files: files.update({"key.txt": STRANGER.published.encode()}))


def stranger_under_our_hash(case: Case) -> None:
    """A stranger's signature stands under the key hash of ours."""
    case.log.notes[-1] = _resigned(case, STRANGER.sign(_text(case).encode()))


def _text(case: Case) -> str:
    return case.log.notes[-1].split("\n\n", maxsplit=1)[0] + "\n"


def _resigned(case: Case, signature: bytes) -> str:
    return f"{_text(case)}\n{case.ledger.signer.line(signature)}"


def origin_changed(case: Case) -> None:
    """The notes are of another origin, signed by the same secret."""
    case.log = case.ledger.log(Signer("vi-du.khac/so", case.ledger.signer.seed))


def signature_bent(case: Case) -> None:
    """One bit of a signature is another."""
    signature = bytearray(case.ledger.signer.sign(_text(case).encode()))
    signature[case.rng.randrange(64)] ^= 1 << case.rng.randrange(8)
    case.log.notes[-1] = _resigned(case, bytes(signature))


def signature_of_two_forms(case: Case) -> None:
    """A signature with its number written in another form: s + L."""
    signature = case.ledger.signer.sign(_text(case).encode())
    other = int.from_bytes(signature[32:], "little") + ORDER
    case.log.notes[-1] = _resigned(case, signature[:32] + other.to_bytes(32, "little"))


def note_size_changed(case: Case) -> None:
    """A note says another size."""
    lines = case.log.notes[-1].split("\n")
    lines[1] = str(int(lines[1]) + case.rng.choice([-1, 1]))
    case.log.notes[-1] = "\n".join(lines)


def note_root_changed(case: Case) -> None:
    """A note says the root of another note."""
    first, last = case.log.notes[0].split("\n"), case.log.notes[-1].split("\n")
    case.log.notes[-1] = "\n".join([*last[:2], first[2], *last[3:]])


def note_lengthened(case: Case) -> None:
    """A note has a fourth line."""
    case.log.notes[-1] = case.log.notes[-1].replace("\n\n", "\nthêm\n\n", 1)


def note_lost(case: Case) -> None:
    """A note in the middle of a complete bundle is gone."""
    name = f"checkpoints/{case.rng.randrange(1, len(case.log.notes)):06}.txt"
    case.edits.append(lambda files: files.pop(name))


def notes_exchanged(case: Case) -> None:
    """Two notes changed places."""
    notes, at = case.log.notes, case.rng.randrange(1, len(case.log.notes))
    notes[at - 1], notes[at] = notes[at], notes[at - 1]


def old_note_as_new(case: Case) -> None:
    """The newest note is an older one again."""
    case.log.notes[-1] = case.log.notes[-2]


def occasion_moved(case: Case) -> None:
    """A checkpoint is said to have been made at another time."""
    occasion = case.rng.choice(case.log.occasions)
    occasion["at"] = stamped(datetime.fromisoformat(occasion["at"]) + timedelta(minutes=20))


def occasion_renamed(case: Case) -> None:
    """A checkpoint is said to have been made on another occasion."""
    case.rng.choice(case.log.occasions)["occasion"] = "order Quyết định số 1"


def occasion_lost(case: Case) -> None:
    """A checkpoint is gone from the list of occasions."""
    del case.log.occasions[case.rng.randrange(len(case.log.occasions))]


def occasion_size_moved(case: Case) -> None:
    """A checkpoint's batch is said to end at another entry."""
    case.rng.choice(case.log.occasions)["size"] += case.rng.choice([-1, 1])


def called_partial(case: Case) -> None:
    """A complete bundle with a chain cut off is called a partial one."""
    chain_file = "rows/000001.jsonl"

    def edit(files: Files) -> None:
        files["bundle.json"] = files["bundle.json"].replace(b'"complete": true', b'"complete": false')
        files[chain_file] = files[chain_file].splitlines(keepends=True)[0]
        del files["log.jsonl"]
        files["proofs.json"] = b'{"inclusion": [], "consistency": []}'

    case.edits.append(edit)
