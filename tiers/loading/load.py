"""The write: what the files add or change, recorded once, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core.errors import Invalid
from backend.core.text import fold
from permissions.actor import SYSTEM, Actor
from permissions.roles import Place, Verb
from tiers.loading import checking
from tiers.loading.checking import Book, Entry
from tiers.loading.reading import Folder, Problem, Row, read_folder
from tiers.models import Kind, Lineage, Unit

DATA = Path(__file__).resolve().parent.parent / "data"


class BrokenFilesError(Invalid):
    """The folder is refused whole; ``problems`` say file, line and reason."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep every problem; the message names the first ones."""
        shown = "\n".join(str(problem) for problem in problems[:50])
        refusal = _("Không nạp gì cả vì tệp có %(count)s lỗi:") % {"count": len(problems)}
        super().__init__(f"{refusal}\n{shown}")
        self.problems = problems


@dataclass
class Outcome:
    """How many rows of each table were added and changed."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Return whether the files say just what is loaded."""
        return not any([*self.added.values(), *self.changed.values()])


@transaction.atomic
def load(folder: Path = DATA, *, by: Actor = SYSTEM, check: bool = False) -> Outcome:
    """Load the CSV files of ``folder``, or with ``check`` only say what would happen.

    Loading twice changes nothing. Units of the database that no file names are left as they are.
    Raises BrokenFilesError, and then nothing is written.
    """
    by.require(Verb.MANAGE_UNITS, at=Place.of("/"))
    files, book = _checked(folder)
    outcome = Outcome()
    reason = _("Nạp tổ chức từ tệp dữ liệu")
    with recording(by=by, reason=reason):
        kinds = _kinds(files.kinds, outcome, check)
        _units(book, kinds, outcome, check)
        _lineage(files.lineage, book, outcome, check)
    return outcome


def _checked(folder: Path) -> tuple[Folder, Book]:
    files = read_folder(folder)
    _refuse(files.problems)
    book = Book(Unit.objects.select_related("parent", "kind"), files.units)
    kinds = {row.cells["code"] for row in files.kinds} | set(Kind.objects.values_list("code", flat=True))
    problems = [*checking.check_kinds(files), *checking.check_units(book, kinds)]
    _refuse([*problems, *checking.check_lineage(files, book)])
    return files, book


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise BrokenFilesError(sorted(problems, key=lambda problem: (problem.file, problem.line)))


def _kinds(rows: list[Row], outcome: Outcome, check: bool) -> dict[str, Kind]:
    known = {kind.code: kind for kind in Kind.objects.all()}
    added = [Kind(**row.cells) for row in rows if row.cells["code"] not in known]
    changed = [
        known[row.cells["code"]]
        for row in rows
        if row.cells["code"] in known and _take(known[row.cells["code"]], row.cells)
    ]
    outcome.added["kinds"], outcome.changed["kinds"] = len(added), len(changed)
    if not check:
        Kind.objects.bulk_create(added)
        Kind.objects.bulk_update(changed, ["title", "order"])
    return known | {kind.code: kind for kind in added}


def _units(book: Book, kinds: dict[str, Kind], outcome: Outcome, check: bool) -> None:
    changed = []
    added = []
    for entry, row in book.from_files():
        values = _unit_values(entry, row, kinds)
        if entry.unit is None:
            entry.unit = Unit(code=entry.code, valid_from=entry.valid_from, **values)
            added.append(entry)
        elif _take(entry.unit, values):
            changed.append(entry.unit)
    outcome.added["units"], outcome.changed["units"] = len(added), len(changed)
    if not check:
        _create_by_depth(added)
        update_all(Unit, changed, [*UNIT_FIELDS, "folded"])


UNIT_FIELDS = ["name", "kind", "valid_to", "order", "has_procedures", "is_illustration", "source"]


def _unit_values(entry: Entry, row: Row, kinds: dict[str, Kind]) -> dict[str, Any]:
    cells = row.cells
    same = {name: cells[name] for name in UNIT_FIELDS if name in cells}
    return same | {
        "kind": kinds[cells["kind"]],
        "is_illustration": cells["illustration"],
        "path": entry.path,
        "folded": fold(cells["name"]),
    }


def _create_by_depth(entries: list[Entry]) -> None:
    """Insert parents before their children: a child needs its parent's key."""

    def depth(entry: Entry) -> int:
        return entry.path.count("/")

    for _depth, group in groupby(sorted(entries, key=depth), key=depth):
        level = list(group)
        for entry in level:
            entry.unit.parent = entry.parent.unit if entry.parent else None  # type: ignore[union-attr]
        create_all(Unit, [entry.unit for entry in level if entry.unit])


def _lineage(rows: list[Row], book: Book, outcome: Outcome, check: bool) -> None:
    known = {(line.old_id, line.new_id): line for line in Lineage.objects.select_related("new")}
    added, changed = [], []
    for row in rows:
        old, new = (entry.unit for entry in checking.ends_of(row, book) if entry)
        values = {name: row.cells[name] for name in ("share", "on", "source")}
        line = known.get((old.pk, new.pk)) if old and new else None
        if line is None:
            added.append(Lineage(old=old, new=new, **values))
        elif _take(line, values):
            changed.append(line)
    outcome.added["lineage"], outcome.changed["lineage"] = len(added), len(changed)
    if not check:
        create_all(Lineage, added)
        update_all(Lineage, changed, ["share", "on", "source"])


def _take(row: Model, values: dict[str, Any]) -> bool:
    """Set ``values`` on ``row`` and return whether any of them was different."""
    different = [name for name, value in values.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, values[name])
    return bool(different)
