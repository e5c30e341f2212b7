"""What there is to notice about evidence, as far as the viewer may know it; computed, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.scoring.models import Evidence, Signature, StoredFile
from backend.scoring.queries.cards import still_writing
from backend.scoring.queries.seeing import works_for_host
from backend.scoring.queries.sheets import Sheet
from permissions.actor import Actor


class FlagKind(models.TextChoices):
    """What may be noticed; the value stands in addresses and JSON."""

    HARMFUL = "harmful", gettext_lazy("bị chặn")
    WAITING = "waiting", gettext_lazy("chờ kiểm tra")
    SHARED = "shared", gettext_lazy("trùng tệp với đơn vị khác")
    REPEATED = "repeated", gettext_lazy("cùng tệp ở nhiều tiêu chí")
    OUT_OF_YEAR = "out_of_year", gettext_lazy("ngày ban hành ngoài năm đánh giá")
    UNDATED = "undated", gettext_lazy("chưa ghi ngày ban hành")
    REUSED = "reused", gettext_lazy("dùng lại từ năm trước")


# Known to those who work on the card for its host, never to units.
COUNCIL_ONLY = frozenset({FlagKind.SHARED})
_TONES = {
    FlagKind.HARMFUL: "red",
    FlagKind.SHARED: "red",
    FlagKind.OUT_OF_YEAR: "amber",
    FlagKind.REUSED: "blue",
    FlagKind.UNDATED: "plain",
}


@dataclass(frozen=True)
class Flag:
    """One thing to notice about a piece of evidence, in words."""

    kind: FlagKind
    words: str

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return _TONES.get(self.kind, "grey")

    @property
    def is_state(self) -> bool:
        """Return whether it tells the state of the file, which a list of evidence shows by itself."""
        return self.kind in (FlagKind.HARMFUL, FlagKind.WAITING)


def kinds_for(sheet: Sheet, viewer: Actor) -> list[FlagKind]:
    """Return the kinds of flags that the viewer may know of."""
    council = works_for_host(viewer, sheet.card)
    return [kind for kind in FlagKind if council or kind not in COUNCIL_ONLY]


def flags_of(sheet: Sheet, viewer: Actor) -> dict[int, list[Flag]]:
    """Return the flags of every piece of evidence on the sheet by its key; one query for the council, none for units."""
    pieces = [(leaf.code, piece) for leaf in sheet.leaves for piece in leaf.evidence]
    codes: dict[int, list[str]] = defaultdict(list)
    for code, piece in pieces:
        if piece.file_id and code not in codes[piece.file_id]:
            codes[piece.file_id].append(code)
    others = _others(sheet, [piece for _code, piece in pieces], viewer)
    year = sheet.card.round.year
    return {
        piece.pk: [
            *_of_file(piece, code, codes, others),
            *_of_dates(piece, year),
        ]
        for code, piece in pieces
    }


def _of_file(
    piece: Evidence, code: str, codes: dict[int, list[str]], others: dict[str, list[str]]
) -> Iterable[Flag]:
    if piece.file is None or piece.file_id is None:
        return
    if piece.file.state == StoredFile.State.HARMFUL:
        yield Flag(FlagKind.HARMFUL, _("bị chặn"))
    if piece.file.state == StoredFile.State.WAITING:
        yield Flag(FlagKind.WAITING, _("chờ kiểm tra"))
    if places := others.get(piece.file.sha256):
        yield Flag(FlagKind.SHARED, _("trùng tệp với %(places)s") % {"places": "; ".join(places)})
    if rest := [other for other in codes[piece.file_id] if other != code]:
        yield Flag(FlagKind.REPEATED, _("cùng tệp ở tiêu chí %(codes)s") % {"codes": ", ".join(rest)})


def _of_dates(piece: Evidence, year: int) -> Iterable[Flag]:
    if piece.reused_year is not None:
        yield Flag(FlagKind.REUSED, _("dùng lại từ năm %(year)d") % {"year": piece.reused_year})
    if piece.issued_on is None:
        yield Flag(FlagKind.UNDATED, _("chưa ghi ngày"))
    elif piece.issued_on.year != year:
        yield Flag(FlagKind.OUT_OF_YEAR, _("ban hành ngoài năm %(year)d") % {"year": year})


def _others(sheet: Sheet, pieces: list[Evidence], viewer: Actor) -> dict[str, list[str]]:
    """Return, by SHA-256, where other units of the round use the same bytes; nothing to who may not know.

    What a unit still writes, or wrote and never sent, is nobody else's to know of.
    """
    digests = {piece.file.sha256 for piece in pieces if piece.file}
    if not digests or not works_for_host(viewer, sheet.card):
        return {}
    unsent = Signature.objects.filter(card=OuterRef("score__card"), move="no_self_score")
    rows = Evidence.objects.filter(
        ~Exists(unsent),
        file__sha256__in=digests,
        removed_at__isnull=True,
        score__card__round=sheet.card.round_id,
    ).exclude(score__card=sheet.card.pk)
    rows = rows.exclude(score__card__in=still_writing(sheet.now).values("pk"))
    found: dict[str, list[str]] = defaultdict(list)
    columns = ("file__sha256", "score__card__unit_name", "score__code")
    for digest, unit, code in rows.order_by("score__card__unit__order", "score__order").values_list(*columns):
        place = _("%(unit)s (tiêu chí %(code)s)") % {"unit": unit, "code": code}
        if place not in found[digest]:
            found[digest].append(place)
    return found
