"""Forgeries of rows, by somebody who may write the database but holds no key of signing."""

from datetime import datetime, timedelta

from deploy.benches.forging.cases import Case
from deploy.benches.forging.ledgers import Row, commitment, seal, stamped


def field_changed(case: Case) -> None:
    """A tracked field of a row says something else."""
    rows, at = case.covered()
    rows[at]["record"]["fields"]["points"] = 9000


def field_added(case: Case) -> None:
    """A row has a field more."""
    rows, at = case.covered()
    rows[at]["record"]["fields"]["bonus"] = 1


def reason_changed(case: Case) -> None:
    """The reason of a change is another."""
    rows, at = case.covered()
    rows[at]["record"]["reason"] += "."


def author_changed(case: Case) -> None:
    """A change is somebody else's."""
    rows, at = case.covered()
    rows[at]["record"]["by"] = 99999


def step_changed(case: Case) -> None:
    """A change belongs to another step."""
    rows, at = case.covered()
    rows[at]["record"]["step"] = "Kết luận"


def kind_changed(case: Case) -> None:
    """A change is called the making of the thing."""
    rows, at = case.covered()
    rows[at]["record"]["kind"] = "?"


def back_dated(case: Case) -> None:
    """A row was recorded two days earlier than it says."""
    rows, at = case.covered()
    rows[at]["record"]["at"] = _days_before(rows[at])


def back_dated_and_sealed(case: Case) -> None:
    """A row is back-dated and the chain computed anew from there."""
    rows, at = case.covered()
    rows[at]["record"]["at"] = _days_before(rows[at])
    seal(rows, at)


def _days_before(row: Row) -> str:
    at = datetime.fromisoformat(row["record"]["at"])
    return stamped(at - timedelta(days=2))


def deleted(case: Case) -> None:
    """A row is gone."""
    rows, at = case.covered()
    del rows[at]


def deleted_and_sealed(case: Case) -> None:
    """A row is gone and those after it have moved up, digests and all."""
    rows, at = case.covered()
    del rows[at]
    seal(rows, at)


def reordered(case: Case) -> None:
    """Two rows that follow each other changed places."""
    rows, at = case.covered()
    rows[at - 1], rows[at] = rows[at], rows[at - 1]


def reordered_and_sealed(case: Case) -> None:
    """Two rows changed places and the chain is computed anew."""
    reordered(case)
    for rows in case.ledger.chains.values():
        seal(rows)


def inserted(case: Case) -> None:
    """A row of another day stands between two."""
    rows, at = case.covered()
    rows.insert(at, case.ledger.row(rows[0]["record"]["chain"]))
    rows[at]["record"] |= {"sequence": at + 1, "previous": rows[at - 1]["digest"]}


def inserted_and_sealed(case: Case) -> None:
    """A row stands between two and the chain is computed anew."""
    inserted(case)
    for rows in case.ledger.chains.values():
        seal(rows)


def repeated(case: Case) -> None:
    """A row stands there twice."""
    rows, at = case.covered()
    rows.insert(at, rows[at])


def swapped_between_chains(case: Case) -> None:
    """Two rows of different chains changed places."""
    first, second = case.rng.sample([name for name in case.ledger.chains if case.length(name)], 2)
    rows, others = case.ledger.chains[first], case.ledger.chains[second]
    rows[0], others[0] = others[0], rows[0]


def chains_exchanged(case: Case) -> None:
    """Each of two chains stands under the other's name."""
    first, second = case.rng.sample(list(case.ledger.chains), 2)
    chains = case.ledger.chains
    chains[first], chains[second] = chains[second], chains[first]


def edited_and_sealed(case: Case) -> None:
    """A row is edited and the chain computed anew from there, MACs too: the forger holds that key."""
    rows, at = case.covered()
    rows[at]["record"]["fields"]["points"] = 9000
    seal(rows, at)


def first_row_edited_and_sealed(case: Case) -> None:
    """A chain is computed anew from its first row on."""
    rows, _ = case.covered()
    rows[0]["record"]["reason"] = "khác"
    seal(rows)


def tail_cut(case: Case) -> None:
    """The newest rows of a chain are gone, those under a checkpoint too; the log stands."""
    rows, at = case.covered()
    del rows[at:]


def chain_gone(case: Case) -> None:
    """A whole chain is gone."""
    del case.ledger.chains[case.rng.choice(_covered_chains(case))]


def chain_emptied(case: Case) -> None:
    """A chain has no row left."""
    case.ledger.chains[case.rng.choice(_covered_chains(case))].clear()


def _covered_chains(case: Case) -> list[str]:
    return [chain for chain in case.ledger.chains if case.length(chain)]


def digest_changed(case: Case) -> None:
    """A digest is another, as if the row had been."""
    rows, at = case.covered()
    rows[at]["digest"] = rows[at - 1]["digest"]


def link_changed(case: Case) -> None:
    """A row names another one before it."""
    rows, at = case.covered()
    rows[at]["record"]["previous"] = rows[at]["digest"]


def number_changed(case: Case) -> None:
    """A row has another number."""
    rows, at = case.covered()
    rows[at]["record"]["sequence"] += 1


def commitment_swapped(case: Case) -> None:
    """A row's commitment to its author is another row's."""
    rows, at = case.covered()
    rows[at]["record"]["commitments"] = dict(rows[at - 1]["record"]["commitments"])


def name_forged(case: Case) -> None:
    """The author's name is another, and the commitment made to fit."""
    rows, at = case.covered()
    row, salt = rows[at], bytes.fromhex(rows[at]["salt"])
    row["personal"] = row["personal"] | {"actor_name": "Người khác"}
    row["record"]["commitments"]["actor_name"] = commitment(salt, "actor_name", "Người khác")


def name_changed(case: Case) -> None:
    """The author's name is another; the commitment stands."""
    rows, at = case.covered()
    rows[at]["personal"]["actor_name"] = "Người khác"


def salt_changed(case: Case) -> None:
    """A salt is another."""
    rows, at = case.covered()
    rows[at]["salt"] = case.rng.randbytes(16).hex()


def salt_lost(case: Case) -> None:
    """A salt is gone while the personal values stand, which now nothing commits to."""
    rows, at = case.covered()
    rows[at] |= {"salt": "", "personal": {"actor_name": "Người khác"}}


def value_lost(case: Case) -> None:
    """A personal value is gone while the salt stands."""
    rows, at = case.covered()
    rows[at]["personal"] = {}
