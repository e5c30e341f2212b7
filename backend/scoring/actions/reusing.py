"""Evidence of an earlier year attached again: the same bytes, no upload, and the year it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core.errors import Invalid
from backend.core.files import Received
from backend.scoring import files
from backend.scoring.actions.evidence import writable
from backend.scoring.actions.keeping import record
from backend.scoring.actions.locking import about, lock
from backend.scoring.models import Evidence, Scorecard, StoredFile
from backend.scoring.queries import Window
from backend.scoring.queries.reuse import Offer, offers
from permissions.actor import Actor
from permissions.roles import Verb


def reuse(card: Scorecard, picks: Sequence[str], *, by: Actor) -> list[Evidence]:
    """Attach the picked pieces of earlier years to their leaves and return the new rows.

    ``picks`` are keys of ``queries.offers``; what a leaf shows already is passed over. Raises Refused,
    OutOfStep, or Invalid in words.
    """
    by.require(Verb.SCORE, at=card.place())
    with transaction.atomic():
        _taking(card, by)
    chosen = _chosen(card, picks, by)
    received = {offer.key: _carried(card, offer) for offer in chosen}
    return _attach(card, chosen, received, by=by)


def _chosen(card: Scorecard, picks: Iterable[str], by: Actor) -> list[Offer]:
    wanted = set(picks)
    if not wanted:
        raise Invalid(_("Chưa chọn tài liệu nào. Hãy đánh dấu tài liệu cần dùng lại."))
    found = [offer for offer in offers(card, by) if offer.key in wanted]
    if not found:
        raise Invalid(_("Các tài liệu này đã có trên phiếu hoặc không còn dùng lại được. Hãy tải lại trang."))
    return found


def _carried(card: Scorecard, offer: Offer) -> Received | None:
    """Return the bytes of another unit's file, kept for this one too; None where nothing has to be carried."""
    stored = offer.piece.file
    if stored is None or stored.unit_id == card.unit_id:
        return None
    with files.open_stored(stored.unit_id, stored.sha256) as file:
        received = Received(stored.sha256, stored.size, stored.content_type, offer.piece.file_name, file)
        files.store(received, unit_id=card.unit_id)
    return received


@transaction.atomic
def _attach(
    card: Scorecard, chosen: list[Offer], received: dict[str, Received | None], *, by: Actor
) -> list[Evidence]:
    card, window = _taking(card, by)
    standing = _standing(chosen)
    years: dict[int, list[Evidence]] = defaultdict(list)
    for offer in chosen:
        if (offer.score.pk, offer.piece.pk) not in standing:
            piece = _copy(offer, _file_of(card, offer, received[offer.key]))
            piece.step, piece.added_by, piece.added_at = window.step, by.name, window.now
            years[offer.year].append(piece)
    for year, pieces in years.items():
        reason = _("Dùng lại từ năm %(year)d") % {"year": year}
        with recording(by=by, reason=reason, at=window.now, about=about(card, window.step)):
            create_all(Evidence, pieces)
    return [piece for pieces in years.values() for piece in pieces]


def _standing(chosen: list[Offer]) -> set[tuple[int, int | None]]:
    """Return which of the offers stand on their leaves by now: a second click found them there."""
    rows = Evidence.objects.filter(
        score__in=[offer.score for offer in chosen],
        reused_from__in=[offer.piece for offer in chosen],
        removed_at__isnull=True,
    )
    return set(rows.values_list("score_id", "reused_from_id"))


def _taking(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    return card, writable(card)


def _file_of(card: Scorecard, offer: Offer, received: Received | None) -> StoredFile | None:
    return record(card.unit, received) if received else offer.piece.file


def _copy(offer: Offer, file: StoredFile | None) -> Evidence:
    kept = ("file_name", "number", "issued_on", "issuer", "section")
    return Evidence.showing(
        file,
        score=offer.score,
        reused_from=offer.piece,
        reused_year=offer.year,
        **{name: getattr(offer.piece, name) for name in kept},
    )
