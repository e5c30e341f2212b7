"""A lying server: it holds every key and signs what it likes. What no checkpoint held outside covers is its own."""

from datetime import datetime, timedelta

from deploy.benches.forging import ledgers
from deploy.benches.forging.cases import Case
from deploy.benches.forging.ledgers import Checkpoint, seal, stamped


def history_rewritten(case: Case) -> None:
    """An old row is another, and all chains, the log and the notes are made anew with the real key."""
    case.ledger.chains["card:1"][0]["record"]["fields"]["points"] = 9000
    _all_anew(case)


def row_slipped_in(case: Case) -> None:
    """A row stands where none stood before, and all is made anew with the real key."""
    rows = case.ledger.chains["card:1"]
    new = case.ledger.row("card:1", at=rows[0]["record"]["at"])
    rows.insert(0, new)
    case.ledger.plan = [
        Checkpoint(one.at, one.occasion, one.lengths | {"card:1": one.lengths["card:1"] + 1})
        for one in case.ledger.plan
    ]
    _all_anew(case)


def checkpoint_slipped_in(case: Case) -> None:
    """A checkpoint more stands among the old ones, so that no size is as it was, with the real key."""
    at = datetime.fromisoformat(case.ledger.chains["card:1"][0]["record"]["at"])
    case.ledger.plan.insert(0, Checkpoint(at, "order Bổ sung", {"card:1": 1}))
    case.log = case.ledger.log()


def _all_anew(case: Case) -> None:
    for rows in case.ledger.chains.values():
        seal(rows)
    case.log = case.ledger.log()


def occasion_rewritten(case: Case) -> None:
    """The rows stand, but a checkpoint's occasion is another and the log is made anew with the real key."""
    first = case.ledger.plan[0]
    case.ledger.plan[0] = Checkpoint(first.at, "order Thay thế", first.lengths)
    case.log = case.ledger.log()


def split_view(case: Case) -> None:
    """Two people were shown two histories of one length, each signed with the real key."""
    case.held = case.log.notes[-1].encode()
    case.ledger.chains["card:1"][-1]["record"]["fields"]["points"] = 9000
    case.ledger.chains["card:1"][0]["record"]["reason"] = "khác"
    _all_anew(case)


def split_bundles(case: Case) -> None:
    """Two people were given two whole bundles of one length, each true in itself."""
    case.held = case.files()
    history_rewritten(case)


def rolled_back(case: Case) -> None:
    """An older state of everything is put back; the newest note is held outside."""
    case.held = case.log.notes[-1].encode()
    lengths = case.ledger.plan.pop().lengths and case.ledger.plan[-1].lengths
    case.ledger.chains = {
        name: rows[: lengths[name]] for name, rows in case.ledger.chains.items() if name in lengths
    }
    case.log = case.ledger.log()


def rolled_back_and_on(case: Case) -> None:
    """An older state is put back and other work done upon it, until the log is longer than what is held outside."""
    held = case.log.notes[-1].encode()
    rolled_back(case)
    case.held = held
    for _ in range(5):
        case.ledger.change("card:1")
        case.ledger.checkpoint("lock")
    case.log = case.ledger.log()


def not_yet_covered_rewritten(case: Case) -> None:
    """Rows that no checkpoint covered when somebody took a bundle are others in the next bundle."""
    case.held = case.files()
    chain = next(name for name, rows in case.ledger.chains.items() if len(rows) > case.length(name))
    case.ledger.chains[chain][-1]["record"]["reason"] = "khác"
    seal(case.ledger.chains[chain], len(case.ledger.chains[chain]) - 1)
    case.ledger.checkpoint("lock")
    case.log = case.ledger.log()


def recorded_after_its_checkpoint(case: Case) -> None:
    """A row that a checkpoint covers says that it was recorded two hours after it."""
    one = case.ledger.plan[0]
    case.ledger.chains["card:1"][0]["record"]["at"] = stamped(one.at + timedelta(hours=2))
    _all_anew(case)


def recorded_before_the_last_checkpoint(case: Case) -> None:
    """A new row says that it was recorded two hours before a checkpoint that does not cover it."""
    before = case.ledger.plan[-1].at
    case.ledger.change("card:1", at=stamped(before - timedelta(hours=2)))
    case.ledger.checkpoint("lock")
    case.log = case.ledger.log()


def back_dated_and_not_yet_covered(case: Case) -> None:
    """The same, while no checkpoint covers it yet."""
    before = case.ledger.plan[-1].at
    case.ledger.change("card:1", at=stamped(before - timedelta(hours=2)))


def chain_shrinking(case: Case) -> None:
    """A checkpoint says that a chain was shorter than at the one before."""
    rows = case.ledger.chains["card:1"]
    case.log.entries.append({"chain": "card:1", "head": rows[0]["digest"], "length": 1})
    _newest_note_anew(case)


def checkpoint_in_another_place(case: Case) -> None:
    """The entry of the newest checkpoint does not come first in its batch."""
    start = case.log.occasions[-2]["size"]
    case.log.entries.append(case.log.entries.pop(start))
    case.log.entries.append({"chain": "card:9", "head": "0" * 64, "length": 1})
    _newest_note_anew(case)


def _newest_note_anew(case: Case) -> None:
    leaves = case.log.leaves()
    case.log.notes[-1] = case.ledger.signer.note(len(leaves), ledgers.trees.root(leaves))
    case.log.occasions[-1]["size"] = len(leaves)


def partial_of_another_history(case: Case) -> None:
    """A partial bundle of a rewritten history shows the old note beside the new one."""
    case.only, case.shown = ["card:1", "round:1"], [1]
    note = case.log.notes[0]
    history_rewritten(case)
    case.held, case.log.notes[0] = note.encode(), note


def partial_without_the_old_note(case: Case) -> None:
    """A partial bundle of a rewritten history does not show the old note, which somebody holds."""
    case.held = case.log.notes[0].encode()
    case.only, case.shown = ["card:1", "round:1"], [2]
    history_rewritten(case)
