"""Issue a document, finish it when its file is made, withdraw it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.core.errors import Invalid, OutOfStep
from backend.core.text import nfc
from backend.jobs.actions import enqueue
from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM, Actor
from reports.actions import WORK
from reports.documents.letters import Letter
from reports.issuing import codes, queries
from reports.issuing.dressing import data_of
from reports.issuing.freezing import digest
from reports.issuing.models import IssuedDocument
from reports.issuing.signing import Found
from reports.models import Document

State = IssuedDocument.State
_NUMBER = re.compile(r"\d{1,6}[^\W\d_]?/[^\s/]\S*")
_COPIED = ("kind", "round", "card", "ranking", "session", "is_illustration")


@dataclass(frozen=True)
class Stated:
    """What the office says of the document: number and day in its register, and who signs it."""

    number: str
    issued_on: date
    signer_name: str
    signer_title: str
    signer_capacity: str = ""


@transaction.atomic
def issue(document: Document, stated: Stated, *, by: Actor) -> IssuedDocument:
    """Let the worker make the document again with number and code, and return its issue.

    Raises Refused, OutOfStep where the document can't be issued (yet), or Invalid for a number that is taken.
    """
    _lock(document)
    queries.require_right(by, document)
    if why := queries.why_not(document):
        raise OutOfStep(why)
    now = clock.now()
    stated = _checked(stated, vn_date(now))
    kept = IssuedDocument.objects.filter(series=queries.series_of(document), state=State.MAKING).first()
    if kept is not None and kept.document.state != Document.State.FAILED:
        raise OutOfStep(_("Bản ban hành số %s đang được lập. Hãy chờ lập xong.") % kept.number)
    with recording(by=by, at=now, reason=_("Ban hành văn bản")):
        made = kept or _begun(document, by, now)
        _state(made, stated)
        _require_free(made)
        made.save()
    Document.objects.filter(pk=made.document_id).update(state=Document.State.MAKING)
    enqueue(WORK, made.document_id)
    return made


def _begun(document: Document, by: Actor, now: Any) -> IssuedDocument:
    of = {name: getattr(document, name) for name in _COPIED}
    copy = Document.objects.create(**of, requested_by_id=by.user_id, requested_at=now)
    issuer = queries.issuer_of(document)
    return IssuedDocument(
        document=copy,
        series=queries.series_of(document),
        code=codes.new_code(),
        issuer=issuer,
        issuer_name=issuer.name,
        issued_by_id=by.user_id,
        asked_at=now,
    )


def _state(made: IssuedDocument, stated: Stated) -> None:
    for name, value in asdict(stated).items():
        setattr(made, name, value)
    made.year = stated.issued_on.year


def _checked(stated: Stated, today: date) -> Stated:
    said = {name: _tidy(value) if isinstance(value, str) else value for name, value in asdict(stated).items()}
    if not _NUMBER.fullmatch(said["number"]):
        raise Invalid(_("Số, ký hiệu viết như 123/TB-UBND: số, gạch chéo, rồi chữ viết tắt."))
    if stated.issued_on > today:
        raise Invalid(_("Ngày ban hành không thể sau hôm nay, %s.") % format_date(today))
    if not said["signer_name"] or not said["signer_title"]:
        raise Invalid(_("Hãy ghi họ tên và chức vụ của người ký."))
    if said["signer_capacity"] not in IssuedDocument.Capacity.values:
        raise Invalid(_("Thẩm quyền ký chỉ có: người đứng đầu, KT., TUQ."))
    return Stated(**said)


def _tidy(text: str) -> str:
    return " ".join(nfc(text).split())


def _require_free(made: IssuedDocument) -> None:
    taken = IssuedDocument.objects.filter(issuer=made.issuer, year=made.year, number=made.number)
    if found := taken.exclude(pk=made.pk).select_related("document").first():
        raise Invalid(
            _("Số %(number)s năm %(year)s đã cấp cho “%(title)s”. Hãy dùng số khác.")
            % {"number": made.number, "year": made.year, "title": found.document.get_kind_display()}
        )


def finish(document: Document, letter: Letter, signatures: list[Found]) -> None:
    """Note which bytes were issued, of which data; what was current of the series is superseded.

    In the transaction that says the file is ready.
    """
    _lock(document)
    made = IssuedDocument.objects.select_for_update().get(document=document)
    made.title, made.sha256, made.size = letter.context["title"], document.sha256, document.size
    made.data = data_of(letter)
    made.data_digest = digest(made.data)
    made.signatures = [
        {"name": one.name, "organisation": one.organisation, "at": _moment(one)} for one in signatures
    ]
    made.made_at = document.made_at
    older = IssuedDocument.objects.filter(series=made.series, state=State.CURRENT).first()
    with recording(by=SYSTEM, reason=_("Lập xong văn bản ban hành")):
        if older is not None:
            older.state, older.superseded_by = State.SUPERSEDED, made
            older.save()
        made.state = State.CURRENT
        made.save()


def _moment(one: Found) -> str:
    return one.at.isoformat() if one.at else ""


@transaction.atomic
def withdraw(made: IssuedDocument, *, by: Actor, reason: str) -> IssuedDocument:
    """Say publicly that the issue counts no more; the file stays. Raises Refused, OutOfStep or Invalid."""
    _lock(made.document)
    made = IssuedDocument.objects.select_for_update().get(pk=made.pk)
    queries.require_right(by, made.document)
    if made.state != State.CURRENT:
        raise OutOfStep(
            _("Chỉ thu hồi được văn bản còn hiệu lực; văn bản này %s.") % made.get_state_display()
        )
    said = _tidy(reason)
    if not said:
        raise Invalid(_("Hãy ghi lý do thu hồi; lý do hiện trên trang tra cứu."))
    now = clock.now()
    made.state, made.withdrawn_at, made.withdrawn_reason = State.WITHDRAWN, now, said
    with recording(by=by, at=now, reason=said):
        made.save()
    return made


def _lock(document: Document) -> None:
    """Lock what the issue's history goes on: the card, or the round."""
    if document.card_id:
        Scorecard.objects.select_for_update(of=("self",)).get(pk=document.card_id)
    else:
        Round.objects.select_for_update(of=("self",)).get(pk=document.round_id)
