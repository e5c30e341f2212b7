"""What an owner of the database can do to history rows, heads and log; ``deeds`` says who must object. Import after Django."""

from __future__ import annotations

import json
from datetime import timedelta

from backend.audit.models import Chain, Checkpoint, LogEntry
from backend.audit.notes import Signer
from deploy.benches.forging.books import ASIDE, Books

STRANGER = bytes(range(7, 39))


def note_changed(books: Books) -> None:
    """A tracked field of an old row."""
    rows = [row for row in books.rows()[: books.logged()] if "note" in row.values]
    books.rng.choice(rows).set(note="khác")


def reason_changed(books: Books) -> None:
    """The reason of a change."""
    books.covered().set(history_change_reason="khác")


def author_changed(books: Books) -> None:
    """The account that made a change."""
    books.covered().set(history_user_id=987654)


def author_renamed(books: Books) -> None:
    """The name of who made a change."""
    books.covered().set(actor_name="Người khác")


def step_changed(books: Books) -> None:
    """The step of a change."""
    books.covered().set(step_name="Bước khác")


def unit_renamed(books: Books) -> None:
    """The unit a change belongs to."""
    books.covered().set(unit_name="Đơn vị khác")


def back_dated(books: Books) -> None:
    """The time of a change."""
    row = books.covered()
    row.set(history_date=row.values["history_date"] - timedelta(minutes=5))


def kind_changed(books: Books) -> None:
    """Whether a change made a thing or altered it."""
    row = books.covered()
    row.set(history_type="~" if row.values["history_type"] == "+" else "+")


def row_and_live_changed(books: Books) -> None:
    """The newest row of a thing and the thing itself, alike."""
    row = books.newest_row()
    row.set(note="khác")
    row.live().update(note="khác")


def deleted(books: Books) -> None:
    """An old row is gone."""
    books.covered().delete()


def deleted_and_sealed(books: Books) -> None:
    """An old row is gone and the chain computed anew without the MAC key."""
    row = books.covered()
    row.delete()
    books.seal(row.values["sequence"], with_key=False)


def tail_cut(books: Books) -> None:
    """The last rows of a chain are gone, its head set right."""
    _cut(books, books.rng.randrange(1, books.logged() - 1))


def tail_and_entries_cut(books: Books) -> None:
    """The last rows of a chain are gone, its head set right, and so are the entries of the log."""
    length = books.rng.randrange(1, books.logged() - 1)
    _cut(books, length)
    LogEntry.objects.filter(chain=books.chain, length__gt=length).delete()


def _cut(books: Books, length: int) -> None:
    rows = books.rows()
    for row in rows[length:]:
        row.delete()
    books.head(books.chain, length, rows[length - 1].values["digest"])


def uncovered_tail_cut(books: Books) -> None:
    """The newest row, not yet under a checkpoint, is gone without trace: head and live row are put back."""
    last, before = books.rows()[-1], books.rows()[-2]
    last.delete()
    books.head(books.chain, before.values["sequence"], before.values["digest"])
    before.live().update(note=before.values["note"], version=before.values["version"])


def chain_gone(books: Books) -> None:
    """All rows of a chain and its head are gone."""
    for row in books.rows(books.others):
        row.delete()
    Chain.objects.filter(pk=books.others).delete()


def reordered(books: Books) -> None:
    """Two rows changed their numbers."""
    at = books.rng.randrange(1, books.logged() - 1)
    first, second = books.rows()[at - 1 : at + 1]
    _swap(first, second, "sequence")


def reordered_and_sealed(books: Books) -> None:
    """Two rows changed places and the chain is computed anew without the MAC key."""
    reordered(books)
    books.seal(with_key=False)


def swapped_between_chains(books: Books) -> None:
    """Two rows of two chains changed places, numbers, links, digests and all."""
    here, there = books.covered(), books.rng.choice(books.rows(books.others)[:-1])
    _swap(here, there, "chain", "sequence", "previous_digest", "digest", "mac")


def contents_swapped(books: Books) -> None:
    """Two rows of a chain changed what they say of who and why."""
    at = books.rng.randrange(books.logged() - 6, books.logged() - 1)
    first, second = books.rows()[at - 1 : at + 1]
    _swap(first, second, "history_change_reason", "history_date")


def _swap(first: object, second: object, *names: str) -> None:
    here, there = ({name: row.values[name] for name in names} for row in (first, second))
    first.set(**{name: ASIDE if name == "sequence" else value for name, value in here.items()})
    second.set(**here)
    first.set(**there)


def inserted_without_the_key(books: Books) -> None:
    """A row more at the end, as a program without the MAC key writes it: link and digest right, the MAC guessed."""
    last = books.newest_row()
    values = last.values | {"history_change_reason": "khác", "history_id": None}
    last.table.objects.create(**values | {"sequence": values["sequence"] + 1})
    books.seal(values["sequence"] + 1, with_key=False)


def inserted_between(books: Books) -> None:
    """A row between two, the chain computed anew with the MAC key."""
    row = books.rows()[books.logged() - 3]
    for later in reversed(books.rows()[row.values["sequence"] :]):
        later.set(sequence=later.values["sequence"] + 1)
    copy = {"history_id": None, "sequence": row.values["sequence"] + 1, "history_change_reason": "khác"}
    row.table.objects.create(**row.values | copy)
    books.seal(row.values["sequence"])


def edited_and_sealed(books: Books) -> None:
    """An old row is edited and the chain computed anew with the MAC key."""
    row = books.covered()
    row.set(history_change_reason="khác")
    books.seal(row.values["sequence"])


def edited_and_log_refitted(books: Books) -> None:
    """The same, and the entries of the log made to fit."""
    edited_and_sealed(books)
    books.log_anew()


def edited_and_signed_by_a_stranger(books: Books) -> None:
    """The same, and every note signed with another key of the same name."""
    edited_and_log_refitted(books)
    books.notes_anew(Signer(_origin(books), STRANGER))


def edited_and_signed_under_another_name(books: Books) -> None:
    """The same, and every note signed with another key of another name."""
    edited_and_log_refitted(books)
    books.notes_anew(Signer("khac.cchc/so", STRANGER))


def _origin(books: Books) -> str:
    return books.key.split("+")[0]


def all_rewritten(books: Books) -> None:
    """A row that every note covers is edited, all computed and signed anew with both real keys: a lying server."""
    books.rows()[1].set(history_change_reason="khác")
    books.seal()
    books.log_anew()
    books.notes_anew()


def uncovered_rewritten(books: Books) -> None:
    """The newest row, not yet under a checkpoint, is edited with the MAC key, and the live row with it."""
    row_and_live_changed(books)
    books.seal(books.newest_row().values["sequence"])


def log_rolled_back(books: Books) -> None:
    """The newest checkpoint is gone from the log as if it had never been."""
    last, before = Checkpoint.objects.order_by("-number")[:2]
    LogEntry.objects.filter(index__gte=before.size).delete()
    Checkpoint.objects.filter(pk=last.pk).delete()


def digest_changed(books: Books) -> None:
    """A digest."""
    books.covered().set(digest=books.rng.randbytes(32).hex())


def mac_changed(books: Books) -> None:
    """A MAC, which outsiders can't check."""
    books.covered().set(mac=books.rng.randbytes(32).hex())


def link_changed(books: Books) -> None:
    """The link to the row before."""
    books.covered().set(previous_digest=books.rng.randbytes(32).hex())


def salt_changed(books: Books) -> None:
    """A salt."""
    books.covered().set(salt=books.rng.randbytes(16).hex())


def commitment_swapped(books: Books) -> None:
    """The commitments of a row are another row's."""
    row, other = books.covered(), books.rows(books.others)[0]
    row.set(commitments=other.values["commitments"])


def erased_without_a_document(books: Books) -> None:
    """The author of a row is blanked as if her data had been erased; outsiders count such rows only."""
    books.covered().set(salt="", actor_name="")


def name_and_commitment_forged(books: Books) -> None:
    """The author's name and the commitment to it, which fit."""
    row = books.covered()
    told = json.loads(row.values["commitments"]) | {"actor_name": books.rng.randbytes(32).hex()}
    row.set(commitments=json.dumps(told, sort_keys=True, separators=(",", ":")), actor_name="Người khác")


def shape_changed(books: Books) -> None:
    """Which columns stood in the record, which outsiders don't ask."""
    books.covered().set(shape="0" * 16)


def head_changed(books: Books) -> None:
    """The head of a chain, which only the server keeps."""
    Chain.objects.filter(pk=books.chain).update(head=books.rng.randbytes(32).hex())


def head_lowered(books: Books) -> None:
    """The head of a chain says that it is shorter."""
    Chain.objects.filter(pk=books.chain).update(length=books.logged() - 2)


def entry_edited(books: Books) -> None:
    """An entry of the log."""
    entry = books.rng.choice(list(LogEntry.objects.exclude(chain="checkpoint")))
    LogEntry.objects.filter(pk=entry.pk).update(head=books.rng.randbytes(32).hex())


def entry_deleted(books: Books) -> None:
    """An entry of the log is gone."""
    LogEntry.objects.filter(pk=books.rng.choice(list(LogEntry.objects.all())).pk).delete()


def log_cut(books: Books) -> None:
    """The last entry of the log is gone."""
    LogEntry.objects.order_by("index").last().delete()


def occasion_moved(books: Books) -> None:
    """The time of a checkpoint."""
    made = books.rng.choice(list(Checkpoint.objects.all()))
    Checkpoint.objects.filter(pk=made.pk).update(at=made.at + timedelta(minutes=1))


def occasion_renamed(books: Books) -> None:
    """The occasion of a checkpoint."""
    made = books.rng.choice(list(Checkpoint.objects.all()))
    Checkpoint.objects.filter(pk=made.pk).update(occasion="order khác")


def checkpoint_deleted(books: Books) -> None:
    """An older checkpoint is gone, its entries stay."""
    Checkpoint.objects.filter(pk=1).delete()


def newest_checkpoint_deleted(books: Books) -> None:
    """The newest checkpoint is gone, its entries stay; a bundle is cut to the one before."""
    Checkpoint.objects.filter(pk=2).delete()


def note_replaced(books: Books) -> None:
    """A note is the one of another checkpoint."""
    first, last = Checkpoint.objects.order_by("number")
    Checkpoint.objects.filter(pk=last.pk).update(note=first.note)


def live_changed(books: Books) -> None:
    """A live row alone; no bundle holds live rows."""
    books.newest_row().live().update(note="khác")
