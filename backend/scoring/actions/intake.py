"""Many files at once: each comes in pieces, passes the door of every upload, and waits in the card's tray.

Read in this order: begin, add_piece, finish (or take_whole, without pieces), throw_away, sweep_uploads. From the
tray files are put on leaves by ``placing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import DomainError, Invalid, OutOfStep
from backend.scoring import files
from backend.scoring.actions.evidence import taking
from backend.scoring.actions.keeping import hold_room, record, require_room
from backend.scoring.models import Scorecard, StoredFile, Upload, UploadPiece
from backend.scoring.queries.quota import MEGABYTE
from permissions.actor import Actor
from permissions.roles import Verb

State = Upload.State
MOST_PIECE = 2 * MEGABYTE
_HEX = 64  # signs of a SHA-256


@transaction.atomic
def begin(card: Scorecard, *, by: Actor, name: str, size: int, mark: str = "") -> Upload:
    """Return the upload of this file: the one under way, waiting or placed already, or a new one.

    ``size`` in bytes; ``received`` of the answer says where to go on. Raises Refused, OutOfStep, or Invalid
    in words for a kind, a size, a number or a quota that is not taken.
    """
    card, window = taking(card, by)
    name = files.expect(name, size)
    known = _known(card, name, size, mark)
    if known is not None:
        return known
    twin = card.uploads.filter(state=State.WAITING, file__sha256=mark).first()
    if twin is not None:
        return _double_of(twin, name, by=by, now=window.now)
    _require_place(card)
    hold_room(card.unit, size)
    return card.uploads.create(
        name=name, size=size, mark=mark, begun_by=by.name, begun_at=window.now, touched_at=window.now
    )


def _known(card: Scorecard, name: str, size: int, mark: str) -> Upload | None:
    """Return the upload that brought or is bringing the same file; None without one."""
    coming = Q(state=State.RECEIVING, name=name, size=size, mark=mark)
    same = Q(file__sha256=mark, file__state__in=[StoredFile.State.WAITING, StoredFile.State.CLEAN])
    here = Q(state=State.WAITING) | Q(state=State.PLACED) & _still_shown(card)
    return card.uploads.filter(coming | Q(name=name) & same & here).order_by("state", "-pk").first()


def _double_of(twin: Upload, name: str, *, by: Actor, now: datetime) -> Upload:
    """Return the row that says that a waiting file came under another name too; not a byte has to be sent."""
    told = {"size": twin.size, "reason": _double_words(twin), "begun_by": by.name}
    told |= {"begun_at": now, "touched_at": now}
    rows = Upload.objects.filter(state=State.DOUBLE)
    return rows.get_or_create(
        card_id=twin.card_id, file=twin.file, name=name, defaults=told | {"state": State.DOUBLE}
    )[0]


def _double_words(twin: Upload) -> str:
    words = _("Giống hệt tệp “%(name)s” đang chờ xếp, nên được xếp cùng tệp đó.")
    return words % {"name": twin.name}


def _still_shown(card: Scorecard) -> Q:
    return Q(file__uses__score__card=card, file__uses__removed_at__isnull=True)


def _require_place(card: Scorecard) -> None:
    there = card.uploads.filter(state__in=[State.RECEIVING, State.WAITING]).count()
    if there >= settings.EVIDENCE_MOST_WAITING:
        sentence = _("Đã có %(n)d tệp đang gửi và chưa xếp. Hãy xếp bớt vào tiêu chí rồi gửi tiếp.") % {
            "n": there
        }
        raise Invalid(sentence, fields={"file": [sentence]})


def add_piece(upload: Upload, *, by: Actor, offset: int, content: bytes) -> Upload:
    """Keep the bytes that come at ``offset`` and return the upload with what has arrived.

    Raises OutOfStep with ``received`` (where to go on) for another offset, Invalid for a piece that does not
    fit. The bytes are kept, whole, before the row says so.
    """
    by.require(Verb.SCORE, at=upload.card.place())
    with _noting(upload):
        _demand_next(upload, by=by, offset=offset, size=len(content))
    sha256 = files.keep_piece(upload.pk, content)
    return _note_piece(upload.pk, offset=offset, size=len(content), sha256=sha256)


@transaction.atomic
def _demand_next(upload: Upload, *, by: Actor, offset: int, size: int) -> None:
    taking(upload.card, by)
    upload.refresh_from_db()
    _demand_offset(upload, offset)
    if not 0 < size <= min(MOST_PIECE, upload.size - offset):
        raise Invalid(_("Phần tệp gửi lên rỗng hoặc dài hơn phần còn thiếu."))


def _demand_offset(upload: Upload, offset: int) -> None:
    if upload.state != State.RECEIVING:
        raise OutOfStep(_not_receiving(upload), state=upload.state)
    if offset != upload.received:
        sentence = _("Hệ thống đã nhận %(n)d byte của tệp này; hãy gửi tiếp từ đó.") % {"n": upload.received}
        raise OutOfStep(sentence, received=upload.received)


def _not_receiving(upload: Upload) -> str:
    words = {"name": upload.name, "state": upload.get_state_display()}
    return _("Tệp “%(name)s” không còn nhận tiếp: %(state)s.") % words


@transaction.atomic
def _note_piece(key: int, *, offset: int, size: int, sha256: str) -> Upload:
    upload = Upload.objects.select_for_update().get(pk=key)
    _demand_offset(upload, offset)
    UploadPiece.objects.create(upload=upload, offset=offset, size=size, sha256=sha256)
    upload.received += size
    upload.reason, upload.touched_at = "", clock.now()
    upload.save(update_fields=["received", "reason", "touched_at"])
    return upload


def finish(upload: Upload, *, by: Actor) -> Upload:
    """Put the pieces together, pass the whole through the door and lay it in the tray; return the upload.

    Doing it twice changes nothing. Raises OutOfStep while bytes are missing or after the lock, Invalid where
    the content is not taken (the upload is closed with the reason) or the quota is passed (it may be tried again).
    """
    by.require(Verb.SCORE, at=upload.card.place())
    with _noting(upload):
        if not _demand_whole(upload, by=by):
            return upload
        pieces = upload.pieces.values_list("sha256", flat=True)
        with files.put_together(upload.pk, pieces, name=upload.name, size=upload.size) as whole:
            received = _judged(upload, whole)
            files.store(received, unit_id=upload.card.unit_id)
        upload = _lay_in_tray(upload, received, by=by)
    _clear(upload.pk)
    return upload


@contextmanager
def _noting(upload: Upload) -> Iterator[None]:
    """Write beside an upload that stays under way why it could not go on, for who opens the page later."""
    try:
        yield
    except DomainError as refusal:
        if "received" not in refusal.details:
            rows = Upload.objects.filter(pk=upload.pk, state=State.RECEIVING)
            rows.update(reason=refusal.message)
        raise


@transaction.atomic
def _demand_whole(upload: Upload, *, by: Actor) -> bool:
    """Return whether the upload is to be finished now; False where it was before."""
    taking(upload.card, by)
    upload.refresh_from_db()
    if upload.state in (State.WAITING, State.PLACED, State.DOUBLE):
        return False
    _demand_offset(upload, upload.size)
    return True


def _judged(upload: Upload, whole: Any) -> files.Received:
    try:
        received = files.receive(whole)
        _demand_same(upload, received)
    except Invalid as refusal:
        rows = Upload.objects.filter(pk=upload.pk, state=State.RECEIVING)
        rows.update(state=State.REFUSED, reason=refusal.message, touched_at=clock.now())
        _clear(upload.pk)
        raise
    return received


def _demand_same(upload: Upload, received: files.Received) -> None:
    if len(upload.mark) == _HEX and received.sha256 != upload.mark:
        sentence = _("Tệp “%(name)s” đã bị đổi trong khi gửi. Hãy chọn lại tệp.") % {"name": upload.name}
        raise Invalid(sentence, fields={"file": [sentence]})


@transaction.atomic
def _lay_in_tray(upload: Upload, received: files.Received, *, by: Actor) -> Upload:
    card, _window = taking(upload.card, by)
    upload = Upload.objects.select_for_update().select_related("card").get(pk=upload.pk)
    if upload.state == State.RECEIVING:
        _lay(card, upload, received)
        upload.save(update_fields=["state", "file", "reason", "touched_at"])
    return upload


def _lay(card: Scorecard, upload: Upload, received: files.Received) -> None:
    """Set the upload's file and state: in the tray, or the double of one that lies there."""
    upload.file = record(card.unit, received)
    upload.touched_at = clock.now()
    other = card.uploads.filter(state=State.WAITING, file=upload.file).first()
    if other is None:
        upload.state, upload.reason = State.WAITING, ""
        return
    upload.state = State.DOUBLE
    upload.reason = _double_words(other)


def take_whole(card: Scorecard, *, by: Actor, upload: Any) -> Upload:
    """Take a file that a plain form sent in one go into the tray. Raises Refused, OutOfStep, Invalid."""
    by.require(Verb.SCORE, at=card.place())
    received = files.receive(upload)
    _demand_tray(card, received, by=by)
    files.store(received, unit_id=card.unit_id)
    return _lay_whole(card, received, by=by)


def take_all(card: Scorecard, *, by: Actor, uploads: Iterable[Any]) -> tuple[list[Upload], list[str]]:
    """Take files of a plain form one by one; return those taken, and a sentence for each that is not.

    Raises Refused or OutOfStep for all that are left.
    """
    taken, refused = [], []
    for upload in uploads:
        try:
            taken.append(take_whole(card, by=by, upload=upload))
        except Invalid as refusal:
            refused.append(refusal.message)
    return taken, refused


@transaction.atomic
def _demand_tray(card: Scorecard, received: files.Received, *, by: Actor) -> None:
    card, _window = taking(card, by)
    _require_place(card)
    require_room(card.unit, received)


@transaction.atomic
def _lay_whole(card: Scorecard, received: files.Received, *, by: Actor) -> Upload:
    card, window = taking(card, by)
    _require_place(card)
    size = received.size
    made = Upload(card=card, name=received.name, size=size, received=size, mark=received.sha256)
    made.begun_by, made.begun_at = by.name, window.now
    _lay(card, made, received)
    made.save()
    return made


def throw_away(upload: Upload, *, by: Actor, reason: str) -> Upload:
    """Put a file aside with a word; its row stays. Raises Refused, OutOfStep, Invalid."""
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do bỏ tệp."), fields={"reason": [_("Còn trống.")]})
    upload = _throw(upload, by=by, reason=reason.strip())
    _clear(upload.pk)
    return upload


@transaction.atomic
def _throw(upload: Upload, *, by: Actor, reason: str) -> Upload:
    card, window = taking(upload.card, by)
    upload = Upload.objects.select_for_update().select_related("card").get(pk=upload.pk)
    if upload.state not in (State.RECEIVING, State.WAITING, State.REFUSED):
        raise OutOfStep(_not_receiving(upload))
    upload.state, upload.reason = State.THROWN, reason
    upload.closed_by, upload.touched_at = by.name, window.now
    upload.save(update_fields=["state", "reason", "closed_by", "touched_at"])
    if upload.file_id:
        doubles = card.uploads.filter(state=State.DOUBLE, file=upload.file_id)
        doubles.update(state=State.THROWN, reason=reason, closed_by=by.name)
    return upload


def sweep_uploads() -> int:
    """Give up uploads nobody went on with for ``EVIDENCE_KEEP_DAYS``; drop pieces that are needed no more.

    Return how many were given up. Safe to run twice, and beside uploads that go on.
    """
    before = clock.now() - timedelta(days=settings.EVIDENCE_KEEP_DAYS)
    words = _("Gửi dở quá %(days)d ngày nên các phần đã nhận bị xoá. Hãy gửi lại tệp này.") % {
        "days": settings.EVIDENCE_KEEP_DAYS
    }
    given_up = Upload.objects.filter(state=State.RECEIVING, touched_at__lt=before).update(
        state=State.ABANDONED, reason=words
    )
    done = UploadPiece.objects.exclude(upload__state=State.RECEIVING)
    for key in done.values_list("upload_id", flat=True).distinct()[:500]:
        _clear(key)
    return given_up


def _clear(key: int) -> None:
    """Drop the bytes of an upload's pieces, then the rows: what dies between is found by the sweeper."""
    files.drop_pieces(key)
    UploadPiece.objects.filter(upload_id=key).delete()
