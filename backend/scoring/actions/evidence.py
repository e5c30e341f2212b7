"""Evidence on a leaf: files kept by content, or references to documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.jobs.actions import enqueue
from backend.rounds.models import Step
from backend.scoring import files
from backend.scoring.actions.locking import about, lock, require_open, score_of, window_of
from backend.scoring.actions.points import require_with_unit
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Scorecard, StoredFile
from backend.scoring.queries import Window
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Unit

CHECK = "backend.scoring.actions.check_file"


def add_file(
    card: Scorecard, code: str, *, by: Actor, upload: Any, section: str = "", number: str = ""
) -> Evidence:
    """Check, store and attach a file to a leaf. Raises Refused, OutOfStep, or Invalid in words.

    The bytes are on disk, whole, before the row says so.
    """
    by.require(Verb.SCORE, at=card.place())
    received = files.receive(upload)
    stored = keep(card.unit, received)
    return _attach(card, code, by=by, file=stored, file_name=received.name, section=section, number=number)


def add_document(
    card: Scorecard,
    code: str,
    *,
    by: Actor,
    number: str,
    issuer: str,
    issued_on: date | None = None,
    section: str = "",
) -> Evidence:
    """Attach a reference to a document: number, issuer, date, section and page."""
    missing = {
        name: [_("Còn trống.")]
        for name, value in (("number", number), ("issuer", issuer))
        if not value.strip()
    }
    if missing:
        raise Invalid(_("Hãy ghi số văn bản và cơ quan ban hành."), fields=missing)
    return _attach(
        card,
        code,
        by=by,
        number=number.strip(),
        issuer=issuer.strip(),
        issued_on=issued_on,
        section=section,
    )


@transaction.atomic
def remove_evidence(piece: Evidence, *, by: Actor, reason: str = "") -> Evidence:
    """Mark a piece of evidence removed; its row and bytes stay for the history."""
    card = lock(piece.score.card_id)
    by.require(Verb.SCORE, at=card.place())
    window = writable(card)
    if piece.step_id != window.step.pk:
        raise OutOfStep(_("Tài liệu này thuộc bước đã khoá nên không gỡ được."))
    piece.removed_at = window.now
    with recording(by=by, reason=reason, at=window.now, about=about(card, window.step)):
        piece.save(update_fields=["removed_at"])
    return piece


@transaction.atomic
def _attach(card: Scorecard, code: str, *, by: Actor, **columns: Any) -> Evidence:
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = writable(card)
    score = score_of(card, code)
    piece = Evidence(score=score, step=window.step, added_by=by.name, added_at=window.now, **columns)
    with recording(by=by, at=window.now, about=about(card, window.step)):
        piece.save()
    return piece


def writable(card: Scorecard) -> Window:
    """Return the step in which the unit may add evidence now. Raises OutOfStep."""
    if card.state == State.EXPLAINING:
        window = window_of(card, Step.Kind.EXPLANATION)
    else:
        window = window_of(card, Step.Kind.SELF)
    require_open(window)
    if card.state != State.EXPLAINING:
        require_with_unit(card)
    return window


def keep(unit: Unit, received: files.Received) -> StoredFile:
    """Store the bytes once per unit and return their row. Raises Invalid above the unit's quota."""
    found = StoredFile.objects.filter(unit=unit, sha256=received.sha256).first()
    if found is not None:
        return found
    _require_quota(unit, received.size)
    files.store(received, unit_id=unit.pk)
    return _record(unit, received)


@transaction.atomic
def _record(unit: Unit, received: files.Received) -> StoredFile:
    stored, made = StoredFile.objects.get_or_create(
        unit=unit,
        sha256=received.sha256,
        defaults={
            "size": received.size,
            "content_type": received.content_type,
            "stored_at": clock.now(),
        },
    )
    if made:
        enqueue(CHECK, stored.pk)
    return stored


def _require_quota(unit: Unit, size: int) -> None:
    used = StoredFile.objects.filter(unit=unit).aggregate(used=Sum("size"))["used"] or 0
    quota = settings.EVIDENCE_UNIT_QUOTA_MB * 1024 * 1024
    if used + size > quota:
        raise Invalid(
            _("Đơn vị đã dùng %(used)d MB trong hạn mức %(quota)d MB. Hãy gỡ bớt hoặc nén tệp.")
            % {"used": used // 1024 // 1024, "quota": settings.EVIDENCE_UNIT_QUOTA_MB}
        )


def check_file(key: str) -> None:
    """Look deep into a stored file, in the background, and note what is found."""
    stored = StoredFile.objects.get(pk=key)
    finding = files.deep_check(stored)
    state = StoredFile.State.HARMFUL if finding else StoredFile.State.CLEAN
    StoredFile.objects.filter(pk=stored.pk).update(state=state, finding=finding)
