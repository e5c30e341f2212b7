"""Reads of the log for people: the newest checkpoints, and the line that is printed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

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


Place = tuple[str, int]  # a chain and how far along it


@dataclass(frozen=True)
class Covering:
    """The first checkpoint whose signed log reaches as far as a row."""

    number: int
    at: datetime


def covering(places: Iterable[Place]) -> dict[Place, Covering]:
    """Return by chain and place in it which checkpoint first covers the row there; what none covers is left out.

    One statement. The log is looked up, nothing is computed anew: whether a row is still what was signed, only a check
    says.
    """
    wanted = set(places)
    made = Checkpoint.objects.filter(size__gt=OuterRef("index")).order_by("size")
    logged = (
        LogEntry.objects.filter(chain__in={chain for chain, _sequence in wanted})
        .annotate(number=Subquery(made.values("number")[:1]), at=Subquery(made.values("at")[:1]))
        .filter(number__isnull=False)
        .order_by("chain", "length")
    )
    ends: dict[str, list[tuple[int, Covering]]] = defaultdict(list)
    for chain, length, number, at in logged.values_list("chain", "length", "number", "at"):
        ends[chain].append((length, Covering(number, at)))
    found = {}
    for chain, sequence in wanted:
        place = bisect_left(ends[chain], sequence, key=itemgetter(0))
        if place < len(ends[chain]):
            found[chain, sequence] = ends[chain][place][1]
    return found


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
