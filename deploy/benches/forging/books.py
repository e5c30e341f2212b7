"""The real database in a forger's hands: its walls come down, its history is rewritten, its walls go up again.

What somebody can do here who also holds the MAC key, or the key that signs, is up to the deed. Import after Django.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from backend.audit import actions, bundles, lines, notes, triggers
from backend.audit.chaining import CHAINS, ZEROS, mac_of
from backend.audit.models import Access, Chain, Checkpoint, LogEntry
from backend.audit.recording import recording
from backend.audit.records import canonical, digest_of
from backend.audit.shapes import forms_by_shape
from backend.core import clock
from backend.rounds.models import Step
from backend.scoring import actions as moves
from backend.scoring.models import Evidence, Mark, StoredFile
from deploy.benches.forging import trees
from deploy.benches.forging.cases import run
from permissions.actor import SYSTEM
from reports import walls as reports_walls
from reports.actions import publish_ranking
from tests.reports import seasons
from tests.scoring.councils import council

# Units and their points in the round that is over and published.
PUBLISHED = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}
ASIDE = 10**9  # added to a number while its place is still taken


@dataclass
class Row:
    """A history row: its table and what stands in it."""

    table: Any
    values: dict[str, Any]

    def set(self, **columns: Any) -> None:
        """Write columns of the row, and nothing else."""
        self.values |= columns
        self.table.objects.filter(pk=self.values["history_id"]).update(**columns)

    def delete(self) -> None:
        """Take the row away."""
        self.table.objects.filter(pk=self.values["history_id"]).delete()

    def live(self) -> Any:
        """Return the live row it tells of, as a query."""
        model = self.table.instance_type
        return model._default_manager.filter(pk=self.values[model._meta.pk.attname])


@dataclass
class Books:
    """A season with two checkpoints and some work after them, what outsiders hold of it, and the forger's chance."""

    chain: str
    others: str
    key: str
    folder: Path
    rng: Random = field(default_factory=Random)
    note: str = ""  # the first checkpoint, held outside
    newest: str = ""  # the last one, held outside by others
    bundle: Path = Path()  # all of it, held outside before the forgery
    late: Callable[[], object] | None = None  # what is done to the lines after they were written anew

    @classmethod
    def kept(cls, folder: Path) -> Books:
        """Make the season and its books in an empty database; key files are made in settings' places."""
        key = str(notes.make_keys("vi-du.cchc/so"))
        season = council()
        season.fill()
        _attach(season.card)
        moves.move(season.card, "submit", by=season.officer)
        _read(season.card)
        publish_ranking(seasons.simple(PUBLISHED), by=SYSTEM)
        first = actions.checkpoint("lock")
        season.close(1)
        _notes(season.card, 6)
        last = actions.checkpoint("day")
        _notes(season.card, 3)
        books = cls(season.card.history_chain, season.cards[1].history_chain, key, folder)
        books.note, books.newest, books.bundle = first.note, last.note, folder / "held.zip"
        books.export(books.bundle)
        _as_owner()
        return books

    @contextmanager
    def opened(self, seed: int) -> Iterator[Books]:
        """Let a forger at the books with the walls down; afterwards all is as it was."""
        self.late, self.rng = None, Random(seed)  # noqa: S311 (nothing secret)
        with transaction.atomic():
            _down()
            yield self
            transaction.set_rollback(True)

    @contextmanager
    def breached(self) -> Iterator[None]:
        """Take the walls down and put them up again; what is done between is committed."""
        with transaction.atomic():
            _down()
            yield
            _up()

    def rows(self, chain: str = "") -> list[Row]:
        """Return the rows of a chain in order, from all tables."""
        wanted = chain or self.chain
        found = [
            Row(table, values)
            for table in triggers.history_models()
            for values in table.objects.filter(chain=wanted).values()
        ]
        return sorted(found, key=lambda row: row.values["sequence"])

    def logged(self, chain: str = "") -> int:
        """Return how many rows of a chain a checkpoint covers."""
        entries = LogEntry.objects.filter(chain=chain or self.chain)
        return max(entries.values_list("length", flat=True), default=0)

    def covered(self) -> Row:
        """Return some row that a checkpoint covers, neither the first nor the last of its chain."""
        return self.rows()[self.rng.randrange(1, self.logged() - 1)]

    def newest_row(self) -> Row:
        """Return the last row, which no checkpoint covers: a mark's note was changed."""
        return self.rows()[-1]

    def seal(self, start: int = 1, *, chain: str = "", with_key: bool = True) -> None:
        """Compute a chain anew from that number on, its head too; without the key, MACs are guessed."""
        rows = self.rows(chain)
        before = rows[start - 2].values["digest"] if start > 1 else ZEROS
        for sequence, row in enumerate(rows[start - 1 :], start):
            row.set(sequence=ASIDE + sequence, previous_digest=before)
            record = self.record(row) | {"sequence": sequence}
            before = digest_of(record)
            row.set(digest=before, mac=mac_of(before) if with_key else self.rng.randbytes(32).hex())
        for row in rows[start - 1 :]:
            row.set(sequence=row.values["sequence"] - ASIDE)
        self.head(chain or self.chain, len(rows), before)

    def head(self, chain: str, length: int, digest: str) -> None:
        """Write the head of a chain."""
        Chain.objects.filter(pk=chain).update(length=length, head=digest)

    def record(self, row: Row) -> dict[str, Any]:
        """Return the record of a row as it stands."""
        form = forms_by_shape(row.table)[row.values["shape"]]
        return form.record(row.values, json.loads(row.values["commitments"]))

    def log_anew(self) -> None:
        """Make every entry of the log fit the rows."""
        heads = {(row.values["chain"], row.values["sequence"]): row.values["digest"] for row in self._all()}
        for entry in LogEntry.objects.exclude(chain="checkpoint"):
            if (entry.chain, entry.length) in heads:
                LogEntry.objects.filter(pk=entry.pk).update(head=heads[entry.chain, entry.length])

    def notes_anew(self, signer: Any = None) -> None:
        """Make the sizes' roots fit the log, and sign them with the real key or another."""
        signer = signer or notes.signer()
        entries = list(LogEntry.objects.order_by("index").values_list("chain", "length", "head"))
        leaves = [
            trees.leaf(canonical({"chain": c, "head": head, "length": length}).encode())
            for c, length, head in entries
        ]
        for made in Checkpoint.objects.all():
            root = trees.root(leaves[: made.size])
            Checkpoint.objects.filter(pk=made.pk).update(
                root=root.hex(), note=signer.note(made.size, root), key=str(signer.published)
            )

    def _all(self) -> list[Row]:
        chains = Chain.objects.values_list("name", flat=True)
        return [row for chain in chains for row in self.rows(chain)]

    def judged(self) -> tuple[bool, bool, dict[str, bool]]:
        """Return who objects: the server's verify, verify-bundle, and verify-diff against each thing held outside."""
        _up()
        if self.late:
            with _lines_down():
                self.late()
        new, old = self.folder / "new.zip", self.folder / "old.txt"
        by_server = verify() != ""
        self.export(new)
        by_diff = {"bundle": run("verify-diff", self.bundle, new, key=self.key)[0] != 0}
        for name, note in (("note", self.note), ("newest", self.newest)):
            old.write_text(note)
            by_diff[name] = run("verify-diff", old, new, key=self.key)[0] != 0
        return by_server, run("verify-bundle", new, key=self.key)[0] != 0, by_diff

    def export(self, path: Path) -> None:
        """Write the complete bundle as the server does."""
        with path.open("wb") as out:
            bundles.write(out)


def verify() -> str:
    """Return what the server's verify objects to; nothing where all holds."""
    said = io.StringIO()
    try:
        call_command("verify", stdout=said)
    except Exception as problem:  # noqa: BLE001 (a verify that breaks on what it reads has objected)
        return said.getvalue() + str(problem)
    return ""


def _read(card: Any) -> None:
    """Let somebody read and take out, an hour ago."""
    told = {"at": clock.now() - timedelta(hours=1), "actor_name": "Người xem", "method": "GET", "status": 200}
    for number in range(6):
        kind = Access.Kind.READ if number % 2 else Access.Kind.EXPORT
        Access.objects.create(**told, kind=kind, act="scoring:card", address="/", card_key=card.pk)


def _attach(card: Any) -> None:
    """Put a file on the card's first leaf; its bytes are nowhere."""
    score = card.scores.order_by("pk").first()
    step = card.round.steps.get(kind=Step.Kind.SELF)
    told = {"sha256": "5c" * 32, "size": 1234, "content_type": "application/pdf"}
    now = clock.now()
    stored = StoredFile.objects.create(unit=card.unit, stored_at=now, **told)
    with transaction.atomic(), recording(by=SYSTEM, reason="Đính kèm"):
        piece = Evidence.showing(
            stored, score=score, step=step, file_name="Kế hoạch.pdf", added_by="Hệ thống", added_at=now
        )
        piece.save()


def _notes(card: Any, times: int) -> None:
    """Change the note of the card's first mark so many times."""
    mark = Mark.objects.filter(score__card=card).order_by("pk").first()
    for number in range(times):
        with transaction.atomic(), recording(by=SYSTEM, reason=f"Ghi chú lần {number}"):
            mark.note = f"Theo báo cáo số {number}/BC-UBND"
            mark.save()


def _as_owner() -> None:
    """From here on be the owner of the database, where the program is not."""
    if settings.MIGRATE_DATABASE_URL:
        owner = urlsplit(settings.MIGRATE_DATABASE_URL)
        connection.close()
        connection.settings_dict |= {"USER": owner.username, "PASSWORD": owner.password}


def _down() -> None:
    """Take the walls of history and log down, as the owner of the database can."""
    published = {table for table, _event, _condition in reports_walls.walls().values()}
    _drop(
        {
            *triggers.kept_tables(connection),
            *triggers.bound_tables(connection),
            CHAINS,
            lines.TABLE,
            Access._meta.db_table,
            *published,
        }
    )


def _drop(tables: set[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            return
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        for name in [name for name, table in cursor.fetchall() if table in tables]:
            cursor.execute(f'DROP TRIGGER "{name}"')


@contextmanager
def _lines_down() -> Iterator[None]:
    """Take the walls of the room's lines down, and put them up without writing a line anew."""
    _drop({lines.TABLE})
    yield
    lines.put_back()


def _up() -> None:
    """Put the walls up again; the room's lines only point at history: who rewrites it lets them be written anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {lines.TABLE}")  # noqa: S608 (our own name)
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # no table is altered while a check of its keys waits
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for here in (triggers, lines, reports_walls):
        here.put_back()
