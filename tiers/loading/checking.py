"""What the rows say about each other and about the units already loaded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import format_date
from tiers.loading.reading import Folder, Problem, Row
from tiers.models import Lineage, Unit
from tiers.rules import in_being, outlives, overlap, path_of

Key = tuple[str, date]


@dataclass
class Entry:
    """One unit as it will stand: from a file (``row``), from the database (``unit``), or both."""

    code: str
    valid_from: date
    valid_to: date | None
    parent_code: str | None = None
    row: Row | None = None
    unit: Unit | None = None
    parent: Entry | None = None
    path: str = ""

    @property
    def key(self) -> Key:
        """Return what makes the unit unique."""
        return self.code, self.valid_from

    def on(self, day: date) -> bool:
        """Return whether the unit is in being on ``day``."""
        return in_being(day, self.valid_from, self.valid_to)


class Book:
    """All units that will be there after the load, by code."""

    def __init__(self, loaded: Iterable[Unit], rows: Iterable[Row]) -> None:
        """Lay the file's rows over the loaded units; ``loaded`` come with their parents."""
        self.entries: dict[Key, Entry] = {}
        self.twice: list[tuple[Row, Row]] = []
        for unit in loaded:
            self._add_loaded(unit)
        for row in rows:
            self._add_row(row)
        self.by_code: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            self.by_code[entry.code].append(entry)

    def on(self, code: str, day: date) -> Entry | None:
        """Return the unit of that code in being on ``day``."""
        return next((entry for entry in self.by_code[code] if entry.on(day)), None)

    def from_files(self) -> Iterator[tuple[Entry, Row]]:
        """Yield each entry that stands in a file, with its row."""
        for entry in self.entries.values():
            if entry.row:
                yield entry, entry.row

    def _add_loaded(self, unit: Unit) -> None:
        entry = Entry(unit.code, unit.valid_from, unit.valid_to, unit=unit, path=unit.path)
        entry.parent_code = unit.parent.code if unit.parent else None
        self.entries[entry.key] = entry

    def _add_row(self, row: Row) -> None:
        cells = row.cells
        entry = Entry(cells["code"], cells["valid_from"], cells["valid_to"], cells["parent"], row)
        known = self.entries.get(entry.key)
        if known and known.row:
            self.twice.append((known.row, row))
            return
        entry.unit = known.unit if known else None
        self.entries[entry.key] = entry


def check_kinds(folder: Folder) -> Iterator[Problem]:
    """Yield kinds that are written twice."""
    yield from _repeated(folder.kinds, ("code",))


def check_units(book: Book, kinds: set[str]) -> Iterator[Problem]:
    """Yield what is wrong with the units; parents and paths of ``book`` are set on the way."""
    for first, second in book.twice:
        yield second.problem(_same_as(first))
    for entry, row in book.from_files():
        yield from _alone(entry, row, kinds)
        yield from _among_namesakes(entry, row, book)
        entry.parent = book.on(entry.parent_code, entry.valid_from) if entry.parent_code else None
        yield from _under_parent(entry, row, book)
    for entry, row in book.from_files():
        yield from _place(entry, row)
    yield from _same_paths(book)
    yield from _left_behind(book)


def check_lineage(folder: Folder, book: Book) -> Iterator[Problem]:
    """Yield what is wrong with the lines of lineage."""
    yield from _repeated(folder.lineage, ("old", "new", "on"))
    whole = Counter((row.cells["old"], row.cells["on"]) for row in folder.lineage)
    for row in folder.lineage:
        yield from _ends(row, book)
        cells = row.cells
        if cells["share"] not in Lineage.Share.values:
            yield row.problem(_("phạm vi “%(share)s” phải là whole hoặc part") % cells)
        elif cells["share"] == Lineage.Share.WHOLE and whole[cells["old"], cells["on"]] > 1:
            yield row.problem(_("đơn vị %(old)s ghi là nhập toàn bộ nhưng có nhiều đơn vị kế thừa") % cells)


def ends_of(row: Row, book: Book) -> tuple[Entry | None, Entry | None]:
    """Return the two units of a line: the old one the day before, the new one on the day."""
    on = row.cells["on"]
    return book.on(row.cells["old"], on - timedelta(days=1)), book.on(row.cells["new"], on)


def _alone(entry: Entry, row: Row, kinds: set[str]) -> Iterator[Problem]:
    if row.cells["kind"] not in kinds:
        yield row.problem(_("không có loại đơn vị “%(kind)s” trong kinds.csv") % row.cells)
    if entry.valid_to and entry.valid_to <= entry.valid_from:
        yield row.problem(_("ngày kết thúc phải sau ngày bắt đầu"))


def _among_namesakes(entry: Entry, row: Row, book: Book) -> Iterator[Problem]:
    span = entry.valid_from, entry.valid_to
    for other in book.by_code[entry.code]:
        if other is not entry and overlap(span, (other.valid_from, other.valid_to)):
            said = {"code": entry.code, "day": format_date(other.valid_from)}
            yield row.problem(_("mã %(code)s đang thuộc đơn vị có từ ngày %(day)s") % said)


def _under_parent(entry: Entry, row: Row, book: Book) -> Iterator[Problem]:
    said = {"code": entry.parent_code, "day": format_date(entry.valid_from)}
    if not entry.parent_code:
        return
    if not book.by_code.get(entry.parent_code):
        yield row.problem(_("không có đơn vị cấp trên mã %(code)s") % said)
    elif entry.parent is None:
        yield row.problem(_("đơn vị cấp trên mã %(code)s không tồn tại vào ngày %(day)s") % said)
    elif outlives(entry.valid_to, entry.parent.valid_to):
        yield row.problem(_("đơn vị cấp trên mã %(code)s kết thúc trước đơn vị này") % said)


def _place(entry: Entry, row: Row) -> Iterator[Problem]:
    """Set the path of ``entry``; a unit already loaded never moves, because grants hold its path."""
    if entry.parent_code and not entry.parent:
        return  # told already
    above = _ancestors(entry)
    if above is None:
        yield row.problem(_("đơn vị nằm dưới chính nó"))
        return
    for one in reversed([entry, *above]):
        parent = one.parent
        one.path = (
            path_of(one.code, one.valid_from, parent_path=parent.path, parent_from=parent.valid_from)
            if parent
            else one.path or path_of(one.code, one.valid_from)
        )
    if len(entry.path) > 200:
        yield row.problem(_("đơn vị nằm quá sâu trong cây tổ chức"))
    if entry.unit and entry.unit.path != entry.path:
        yield row.problem(
            _("không được chuyển đơn vị đã nạp sang cấp trên khác; hãy cho kết thúc rồi thêm đơn vị mới")
        )


def _ancestors(entry: Entry) -> list[Entry] | None:
    above: list[Entry] = []
    while (entry := entry.parent) is not None:  # type: ignore[assignment]
        if entry in above:
            return None
        above.append(entry)
    return above


def _same_paths(book: Book) -> Iterator[Problem]:
    seen: dict[str, Entry] = {}
    for entry in book.entries.values():
        first = seen.setdefault(entry.path, entry) if entry.path else entry
        if first is not entry and entry.row:
            yield entry.row.problem(
                _("mã %(code)s đã là gốc của một cây tổ chức khác") % {"code": entry.code}
            )


def _left_behind(book: Book) -> Iterator[Problem]:
    """Yield units of the database that would outlive a parent which a file ends."""
    for entry in book.entries.values():
        if entry.row or not entry.parent_code:
            continue
        parent = book.on(entry.parent_code, entry.valid_from)
        if parent and parent.row and outlives(entry.valid_to, parent.valid_to):
            yield parent.row.problem(
                _("đơn vị trực thuộc mã %(code)s kết thúc sau đơn vị này") % {"code": entry.code}
            )


def _ends(row: Row, book: Book) -> Iterator[Problem]:
    cells = row.cells
    old, new = ends_of(row, book)
    day = format_date(cells["on"])
    if old is None:
        yield row.problem(
            _("không có đơn vị cũ mã %(code)s ngay trước ngày %(day)s") % {"code": cells["old"], "day": day}
        )
    elif cells["share"] == Lineage.Share.WHOLE and old.valid_to != cells["on"]:
        yield row.problem(
            _("đơn vị cũ mã %(code)s không kết thúc vào ngày %(day)s") % {"code": cells["old"], "day": day}
        )
    if new is None:
        yield row.problem(
            _("không có đơn vị mới mã %(code)s vào ngày %(day)s") % {"code": cells["new"], "day": day}
        )
    elif new is old:
        yield row.problem(_("đơn vị cũ và đơn vị mới là một"))


def _repeated(rows: list[Row], names: tuple[str, ...]) -> Iterator[Problem]:
    seen: dict[Any, Row] = {}
    for row in rows:
        first = seen.setdefault(tuple(row.cells[name] for name in names), row)
        if first is not row:
            yield row.problem(_same_as(first))


def _same_as(first: Row) -> str:
    return _("trùng với dòng %(line)s của tệp %(file)s") % {"line": first.line, "file": first.file}
