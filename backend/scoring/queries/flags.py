"""What there is to notice about evidence, as far as the viewer may know it; computed, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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


def flags_across(pieces: Iterable[Evidence], viewer: Actor, now: datetime) -> dict[int, list[Flag]]:
    """Return the flags of evidence of many cards of one round by its key; one query, none without files.

    Each piece has its score and its score's card in hand.
    """
    listed = list(pieces)
    places = _places({piece.file.sha256 for piece in listed if piece.file}, listed, now)
    found = {}
    for piece in listed:
        card = piece.score.card
        same = places.get(piece.file.sha256, []) if piece.file else []
        here = [row.code for row in same if row.card == card.pk]
        elsewhere = [row.words for row in same if row.card != card.pk]
        others = {piece.file.sha256: elsewhere} if piece.file and works_for_host(viewer, card) else {}
        flags = _of_file(piece, piece.score.code, {piece.file_id or 0: list(dict.fromkeys(here))}, others)
        found[piece.pk] = [*flags, *_of_dates(piece, card.round.year)]
    return found


@dataclass(frozen=True)
class _Use:
    """Where a file is shown: the card, its unit and the leaf."""

    card: int
    unit: str
    code: str

    @property
    def words(self) -> str:
        return _("%(unit)s (tiêu chí %(code)s)") % {"unit": self.unit, "code": self.code}


def _places(digests: set[str], pieces: list[Evidence], now: datetime) -> dict[str, list[_Use]]:
    """Return, by SHA-256, where the round uses the same bytes, without what a unit has not sent to anybody."""
    if not digests:
        return {}
    rows = _sent_uses(digests, pieces[0].score.card.round_id, now)
    found: dict[str, list[_Use]] = defaultdict(list)
    columns = ("file__sha256", "score__card", "score__card__unit_name", "score__code")
    for digest, card, unit, code in rows.values_list(*columns):
        use = _Use(card, unit, code)
        if use not in found[digest]:
            found[digest].append(use)
    return found


def _sent_uses(digests: set[str], round_id: int, now: datetime) -> models.QuerySet[Evidence]:
    """Return the evidence of a round with these bytes; what a unit still writes, or never sent, is nobody's to know."""
    unsent = Signature.objects.filter(card=OuterRef("score__card"), move="no_self_score")
    rows = Evidence.objects.filter(
        ~Exists(unsent), file__sha256__in=digests, removed_at__isnull=True, score__card__round=round_id
    )
    rows = rows.exclude(score__card__in=still_writing(now).values("pk"))
    return rows.order_by("score__card__unit__order", "score__order")


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
    """Return, by SHA-256, where other units of the round use the same bytes; nothing to who may not know."""
    digests = {piece.file.sha256 for piece in pieces if piece.file}
    if not digests or not works_for_host(viewer, sheet.card):
        return {}
    rows = _sent_uses(digests, sheet.card.round_id, sheet.now).exclude(score__card=sheet.card.pk)
    found: dict[str, list[str]] = defaultdict(list)
    columns = ("file__sha256", "score__card__unit_name", "score__code")
    for digest, unit, code in rows.values_list(*columns):
        place = _("%(unit)s (tiêu chí %(code)s)") % {"unit": unit, "code": code}
        if place not in found[digest]:
            found[digest].append(place)
    return found
