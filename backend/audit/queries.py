"""Reads of the log for people: the newest checkpoints, and the line that is printed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.audit import notes
from backend.audit.models import Checkpoint, LogEntry
from backend.core.dates import format_moment

SHOWN = 50
_OCCASIONS = {
    "lock": gettext_lazy("khoá một bước"),
    "conclusion": gettext_lazy("kết luận phiếu"),
    "publication": gettext_lazy("công bố kết quả"),
    "day": gettext_lazy("hằng ngày"),
    "hour": gettext_lazy("hằng giờ"),
}


@dataclass(frozen=True)
class Shown:
    """A checkpoint for a page: its occasion in words, its note and the key that checks it."""

    made: Checkpoint
    occasion: str


def newest() -> QuerySet[Checkpoint]:
    """Return the newest checkpoints, the newest first."""
    return every()[:SHOWN]


def every() -> QuerySet[Checkpoint]:
    """Return all checkpoints, the newest first."""
    return Checkpoint.objects.order_by("-number")


def shown(made: Iterable[Checkpoint]) -> list[Shown]:
    """Return checkpoints for a page."""
    return [Shown(one, in_words(one.occasion)) for one in made]


def in_words(occasion: str) -> str:
    """Return an occasion in Vietnamese."""
    return _OCCASIONS.get(occasion) or _("theo yêu cầu: %s") % occasion.removeprefix("order ")


def published_key() -> str:
    """Return the published key as text; "" where keys were not made yet."""
    return str(notes.published_key() or "")


@dataclass(frozen=True)
class Covering:
    """The first checkpoint whose signed log reaches as far as a row."""

    number: int
    at: datetime


def covering(chain: str, sequences: Collection[int]) -> dict[int, Covering]:
    """Return by sequence which checkpoint first covers these rows of a chain; rows under none are left out.

    The log is looked up, nothing is computed anew: whether a row is still what was signed, only a check says.
    """
    made = Checkpoint.objects.filter(size__gt=OuterRef("index")).order_by("size")
    logged = (
        LogEntry.objects.filter(chain=chain, length__gte=min(sequences, default=0))
        .annotate(number=Subquery(made.values("number")[:1]), at=Subquery(made.values("at")[:1]))
        .filter(number__isnull=False)
        .order_by("length")
        .values_list("length", "number", "at")
    )
    ends = [(length, Covering(number, at)) for length, number, at in logged]
    lengths = [length for length, _covering in ends]
    places = {sequence: bisect_left(lengths, sequence) for sequence in sequences}
    return {sequence: ends[place][1] for sequence, place in places.items() if place < len(ends)}


def line() -> str:
    """Return the newest checkpoint as the one line that documents carry; "" before the first."""
    made = Checkpoint.objects.order_by("-number").first()
    if made is None:
        return ""
    origin, size, root = made.note.split("\n", 3)[:3]
    return _("Chốt sổ số %(number)s, %(at)s: %(origin)s %(size)s %(root)s") % {
        "number": made.number,
        "at": format_moment(made.at),
        "origin": origin,
        "size": size,
        "root": root,
    }


def checkpoints_over(places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return by chain and place in it the number of the first checkpoint that covers the row there; two statements."""
    wanted = set(places)
    entries: dict[str, list[tuple[int, int]]] = defaultdict(list)
    logged = LogEntry.objects.filter(chain__in={chain for chain, _place in wanted})
    for chain, length, index in logged.order_by("chain", "length").values_list("chain", "length", "index"):
        entries[chain].append((length, index))
    made = list(Checkpoint.objects.order_by("number").values_list("size", "number"))
    sizes = [size for size, _number in made]
    found = {}
    for chain, place in wanted:
        rows = entries[chain]
        at = bisect_left(rows, (place, 0))
        after = bisect_right(sizes, rows[at][1]) if at < len(rows) else len(sizes)
        if after < len(sizes):
            found[chain, place] = made[after][1]
    return found
