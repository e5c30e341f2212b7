"""What a unit attaches to a leaf: a file, or a document's number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.rounds.models import Step
from backend.scoring import files
from backend.scoring.actions.keeping import record, require_room
from backend.scoring.actions.locking import about, lock, own_score_of, require_open, window_of
from backend.scoring.actions.points import require_with_unit
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Score, Scorecard
from backend.scoring.queries import Window
from permissions.actor import Actor
from permissions.roles import Verb


def add_file(card: Scorecard, code: str, *, by: Actor, upload: Any, **told: Any) -> Evidence:
    """Check, store and attach a file to a leaf. Raises Refused, OutOfStep, or Invalid in words.

    ``told`` of the document, as far as known: number, issuer, issued_on, section.
    The bytes are on disk, whole, before the row says so; right, state, clock and room are asked
    before, so that a refused file is not kept, and again under the lock that writes the row. The same
    sent twice, by a double tap or a page sent again, is one piece.
    """
    by.require(Verb.SCORE, at=card.place())
    received = files.receive(upload)
    _require_leaf(card, code, by=by, received=received)
    files.store(received, unit_id=card.unit_id)
    return _attach(card, code, by=by, received=received, **told)


@transaction.atomic
def _require_leaf(card: Scorecard, code: str, *, by: Actor, received: files.Received) -> None:
    card, _window = taking(card, by)
    own_score_of(card, code)
    require_room(card.unit, received)


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
    require_named(number, issuer)
    return _attach(
        card,
        code,
        by=by,
        number=number.strip(),
        issuer=issuer.strip(),
        issued_on=issued_on,
        section=section,
    )


def require_named(number: str, issuer: str) -> None:
    """Raise Invalid unless a document that is not sent says its number and its issuer."""
    missing = {
        name: [_("Còn trống.")]
        for name, value in (("number", number), ("issuer", issuer))
        if not value.strip()
    }
    if missing:
        raise Invalid(_("Hãy ghi số văn bản và cơ quan ban hành."), fields=missing)


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
def _attach(
    card: Scorecard, code: str, *, by: Actor, received: files.Received | None = None, **columns: Any
) -> Evidence:
    card, window = taking(card, by)
    score = own_score_of(card, code)
    if received is not None:
        columns |= {"file": record(card.unit, received), "file_name": received.name}
    if twin := _twin(score, window.step, columns):
        return _same(twin, columns)
    file = columns.pop("file", None)
    where = {"score": score, "step": window.step, "added_by": by.name, "added_at": window.now}
    piece = Evidence.showing(file, **where, **columns)
    with recording(by=by, at=window.now, about=about(card, window.step)):
        piece.save()
    return piece


def _twin(score: Score, step: Step, columns: dict[str, Any]) -> Evidence | None:
    """Return what stands on the leaf already: the same file, or the same document without one, at the same place."""
    rows = Evidence.objects.filter(
        score=score, step=step, removed_at__isnull=True, section=columns.get("section", "")
    )
    if file := columns.get("file"):
        return rows.filter(file=file).first()
    return rows.filter(file__isnull=True, number=columns["number"], issuer=columns["issuer"]).first()


def _same(twin: Evidence, columns: dict[str, Any]) -> Evidence:
    """Return the standing piece where the same was sent twice; raise Invalid where it is told of differently."""
    if all(getattr(twin, name) == value for name, value in columns.items()):
        return twin
    sentence = _(
        "Tiêu chí %(code)s đã có tài liệu này. Hãy sửa thông tin của tài liệu đã có, hoặc ghi mục, trang khác."
    ) % {"code": twin.score.code}
    raise Invalid(sentence, fields={"section": [sentence]})


def taking(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    """Return the card, locked, and the step in which it takes evidence of this person now."""
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    return card, writable(card)


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
