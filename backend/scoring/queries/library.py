"""The evidence of one card as a list: searched, narrowed, sorted; the same number of queries for 1 and 1,000 pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from backend.core.excerpts import Excerpt, excerpt
from backend.core.text import fold, sort_key
from backend.scoring.models import Evidence, PageText, Reading, StoredFile
from backend.scoring.queries.flags import Flag, flags_of
from backend.scoring.queries.sheets import Leaf, Sheet
from permissions.actor import Actor

MOST_SOUGHT = 200


@dataclass
class Item:
    """One piece of evidence on its leaf, for one viewer. ``place`` is the row of the text where the words are."""

    leaf: Leaf
    piece: Evidence
    flags: list[Flag] = field(default_factory=list)
    reading: Reading | None = None
    place: int | None = None
    page: int = 0
    hit: Excerpt | None = None

    @property
    def is_shown(self) -> bool:
        """Return whether the document can be seen in place."""
        return not self.why_not_shown

    @property
    def why_not_shown(self) -> str:
        """Return why the document can't be seen in place, in words; empty where it can."""
        stored = self.piece.file
        if stored is None:
            return _("Chỉ ghi số văn bản, không có tệp.")
        if stored.state == StoredFile.State.HARMFUL:
            return _("Tệp bị chặn: %(finding)s") % {"finding": stored.finding}
        if stored.state == StoredFile.State.WAITING or self.reading is None:
            return _("Tệp đang được kiểm tra và chuẩn bị bản xem. Hãy tải lại trang sau ít phút.")
        return "" if self.reading.is_shown else self.reading.said


@dataclass(frozen=True)
class Wanted:
    """Which pieces are looked for, and in which order; empty is all, in the order of leaves."""

    words: str = ""
    field: str = ""
    leaf: str = ""
    flag: str = ""
    sort: str = ""

    @property
    def key(self) -> str:
        """Return the words without accents, as they are looked for."""
        return fold(self.words.replace("\x00", " ")[:MOST_SOUGHT])

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.key or self.field or self.leaf or self.flag)


SORTS: dict[str, Callable[[Item], Any]] = {
    "leaf": lambda item: item.leaf.score.order,
    "name": lambda item: sort_key(str(item.piece)),
    "issuer": lambda item: sort_key(item.piece.issuer),
    "date": lambda item: item.piece.issued_on.isoformat() if item.piece.issued_on else "",
    "size": lambda item: item.piece.file.size if item.piece.file else 0,
    "added": lambda item: item.piece.added_at,
}


def items_of(sheet: Sheet, viewer: Actor) -> list[Item]:
    """Return every piece of evidence the viewer may see, in the order of leaves."""
    flags = flags_of(sheet, viewer)
    items = [Item(leaf, piece, flags[piece.pk]) for leaf in sheet.leaves for piece in leaf.evidence]
    keys = {item.piece.file_id for item in items if item.piece.file_id}
    readings = Reading.objects.in_bulk(keys) if keys else {}
    for item in items:
        item.piece.score = item.leaf.score
        item.reading = readings.get(item.piece.file_id)
    return items


def item_of(sheet: Sheet, viewer: Actor, pk: int) -> Item | None:
    """Return one piece of the sheet's evidence; None where the viewer sees none of that key."""
    return next((item for item in items_of(sheet, viewer) if item.piece.pk == pk), None)


def found(items: Sequence[Item], wanted: Wanted) -> list[Item]:
    """Return the items that are wanted, in the wanted order; one query where words are looked for."""
    kept = [item for item in items if _is_wanted(item, wanted)]
    if wanted.key:
        kept = _with_words(kept, wanted.key)
    name = wanted.sort.removeprefix("-")
    by = SORTS.get(name, SORTS["leaf"])
    return sorted(kept, key=by, reverse=wanted.sort.startswith("-"))


def show_hits(items: Sequence[Item], wanted: Wanted) -> None:
    """Put the sentence with the words on each item whose text has them; one query."""
    places = {item.place for item in items if item.place}
    texts = PageText.objects.in_bulk(places) if places else {}
    for item in items:
        if item.place in texts:
            text = texts[item.place]
            item.page, item.hit = text.page, excerpt(text.text, wanted.key)


def _is_wanted(item: Item, wanted: Wanted) -> bool:
    return (
        wanted.field in ("", item.leaf.score.field_code)
        and wanted.leaf in ("", item.leaf.code)
        and (not wanted.flag or any(flag.kind == wanted.flag for flag in item.flags))
    )


def _with_words(items: list[Item], key: str) -> list[Item]:
    """Return the items whose name, number, issuer, section or text has the words; the first place is noted."""
    keys = {item.piece.file_id for item in items if item.piece.file_id}
    rows = PageText.objects.filter(file_id__in=keys, file__state=StoredFile.State.CLEAN)
    # Pages are written in order, so the least key is the first page.
    rows = rows.filter(folded__contains=key).order_by().values_list("file_id")
    first = dict(rows.annotate(first=Min("pk"))) if keys else {}
    for item in items:
        item.place = first.get(item.piece.file_id)
    return [item for item in items if item.place or key in _said(item.piece)]


def _said(piece: Evidence) -> str:
    return fold(f"{piece.file_name} \n {piece.number} \n {piece.issuer} \n {piece.section}")
