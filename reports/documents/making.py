"""The worker's job: make one document, keep its bytes whole, note that it is ready. Safe to run twice."""

from __future__ import annotations

from backend.core import clock
from backend.core.files import keep_made
from backend.scoring.actions import note_report
from reports.documents import annexes, letters, minutes, sheets, special, word
from reports.documents.pdf import pdf
from reports.models import Document

LETTERS = {
    Document.Kind.SELF_REPORT: letters.self_report,
    Document.Kind.APPRAISAL: letters.appraisal,
    Document.Kind.RANKING: letters.ranking,
    Document.Kind.LEFT_OUT: letters.left_out,
    Document.Kind.CRITERIA_CHANGES: annexes.criteria_changes,
    Document.Kind.MINUTES: minutes.minutes,
}

SHEETS = {
    Document.Kind.RANKING_SHEET: sheets.ranking,
    Document.Kind.LEFT_OUT_SHEET: special.left_out,
}


def make(key: str) -> None:
    """Make the document with that primary key, unless it is ready. On trouble it is noted and raised."""
    rows = Document.objects.select_related(
        "round__host__parent",
        "ranking",
        "card",
        "older_set__owner",
        "newer_set__owner",
        "session__round__host__parent",
    )
    document = rows.get(pk=key)
    if document.state == Document.State.READY:
        return
    try:
        content = _content(document)
        document.stored_as, document.sha256 = keep_made(content, "documents")
        document.size = len(content)
    except Exception:
        Document.objects.filter(pk=document.pk).update(state=Document.State.FAILED)
        raise
    document.state, document.made_at = Document.State.READY, clock.now()
    document.save()
    if document.kind == Document.Kind.SELF_REPORT:
        _tell_scoring(document)


def _tell_scoring(document: Document) -> None:
    """Let a signed copy be compared with the bytes that were given out to be signed."""
    note_report(
        document.card_id,
        sha256=document.sha256,
        size=document.size,
        fingerprint=document.fingerprint,
        now=document.made_at,
    )


def _content(document: Document) -> bytes:
    if document.kind in SHEETS:
        content, document.file_name = SHEETS[Document.Kind(document.kind)](document)
        document.content_type = sheets.CONTENT_TYPE
        return content
    if document.kind == Document.Kind.MINUTES_DOCX:
        content, document.file_name = word.minutes(document)
        document.content_type = word.CONTENT_TYPE
        return content
    letter = LETTERS[Document.Kind(document.kind)](document)
    document.file_name, document.fingerprint = letter.file_name, letter.fingerprint
    document.content_type = "application/pdf"
    return pdf(letter.template, letter.context)
