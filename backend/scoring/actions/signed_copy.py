"""The signed and stamped report of a unit: a PDF with its number and date, attached until the lock.

Nothing here says that a digital signature is valid: that takes certificates this system does not have.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.core.files import papers
from backend.core.files.kinds import PDF
from backend.rounds.models import Step
from backend.scoring import files
from backend.scoring.actions.keeping import record, require_room
from backend.scoring.actions.locking import about, lock, require_open, window_of
from backend.scoring.lifecycle import State
from backend.scoring.models import IssuedReport, Scorecard
from backend.scoring.queries import Window
from permissions.actor import Actor
from permissions.roles import Verb

_CHUNK = 256 * 1024
_COLUMNS = ["signed_file", "signed_number", "signed_date", "signed_digitally", "signed_report"]


def attach_signed_copy(card: Scorecard, *, by: Actor, upload: Any, number: str, signed_on: date) -> Scorecard:
    """Attach the signed self-assessment report, a PDF, until the lock. Raises Refused, OutOfStep, Invalid."""
    by.require(Verb.SCORE, at=card.place())
    received = files.receive(upload)
    _require_paper(received, number)
    _require_report(card, by=by, received=received)
    files.store(received, unit_id=card.unit_id)
    return _attach_report(card, received, by=by, number=number.strip(), signed_on=signed_on)


def _require_paper(received: files.Received, number: str) -> None:
    if received.content_type != PDF.content_type:
        sentence = _("Bản ký phải là tệp PDF. Hãy quét hoặc xuất báo cáo đã ký ra PDF rồi tải lên.")
        raise Invalid(sentence, fields={"file": [sentence]})
    if not number.strip():
        raise Invalid(_("Hãy ghi số văn bản đã ký."), fields={"number": [_("Còn trống.")]})


@transaction.atomic
def _require_report(card: Scorecard, *, by: Actor, received: files.Received) -> None:
    card, _window = _signing(card, by)
    require_room(card.unit, received)


@transaction.atomic
def _attach_report(
    card: Scorecard, received: files.Received, *, by: Actor, number: str, signed_on: date
) -> Scorecard:
    card, window = _signing(card, by)
    card.signed_file = record(card.unit, received)
    card.signed_number, card.signed_date = number, signed_on
    card.signed_digitally = papers.signature_count(received.file)
    card.signed_report = _carried_on(card, received)
    with recording(by=by, reason=number, at=window.now, about=about(card, window.step)):
        card.save(update_fields=_COLUMNS)
    return card


def _carried_on(card: Scorecard, received: files.Received) -> IssuedReport | None:
    """Return the newest report of ours whose bytes the signed copy begins with: it was signed by adding to them."""
    for report in card.issued.order_by("-made_at", "-pk"):
        if report.size < received.size and _digest(received.file, report.size) == report.sha256:
            return report
    return None


def _digest(file: IO[bytes], size: int) -> str:
    """Return the SHA-256 of the first ``size`` bytes."""
    file.seek(0)
    digest, left = hashlib.sha256(), size
    while left > 0 and (part := file.read(min(left, _CHUNK))):
        digest.update(part)
        left -= len(part)
    return digest.hexdigest()


def note_report(card_id: int, *, sha256: str, size: int, fingerprint: str, now: datetime) -> None:
    """Remember the bytes of a self-assessment report that the system gave out, once."""
    IssuedReport.objects.get_or_create(
        card_id=card_id,
        sha256=sha256,
        defaults={"size": size, "fingerprint": fingerprint, "made_at": now},
    )


def take_off_signed_copy(card: Scorecard) -> None:
    """Take the signed report off a card whose content goes back into the unit's hands; history keeps it.

    Call it in the move, under its lock and recording.
    """
    if card.signed_file_id is None:
        return
    card.signed_file = card.signed_report = card.signed_date = None
    card.signed_number, card.signed_digitally = "", 0
    card.save(update_fields=_COLUMNS)


def _signing(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    """Return the card, locked, and its step of self-scoring, while a signed report may be attached."""
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    if card.state not in (State.SUBMITTED, State.APPROVED):
        raise OutOfStep(_("Chỉ đính kèm bản ký khi phiếu đã trình hoặc đã phê duyệt."))
    return card, window
