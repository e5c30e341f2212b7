"""The worker's job: make one document, keep its bytes whole, note that it is ready. Safe to run twice."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.files import keep_made
from backend.scoring.actions import note_report
from reports.documents import (
    annexes,
    decision,
    fields,
    handout,
    letters,
    minutes,
    patterns,
    progress,
    sheets,
    special,
    word,
)
from reports.documents.letters import Letter
from reports.documents.pdf import pdf
from reports.issuing import actions as issuing
from reports.issuing import signing
from reports.issuing.dressing import dressed
from reports.issuing.models import IssuedDocument
from reports.issuing.queries import issue_of
from reports.models import Document

LETTERS = {
    Document.Kind.SELF_REPORT: letters.self_report,
    Document.Kind.APPRAISAL: letters.appraisal,
    Document.Kind.RANKING: letters.ranking,
    Document.Kind.LEFT_OUT: letters.left_out,
    Document.Kind.CRITERIA_CHANGES: annexes.criteria_changes,
    Document.Kind.MINUTES: minutes.minutes,
    Document.Kind.FIELDS: fields.letter,
    Document.Kind.DECISION: decision.letter,
    Document.Kind.PROGRESS: progress.letter,
    Document.Kind.HANDOUT: handout.letter,
}

SHEETS = {
    Document.Kind.RANKING_SHEET: sheets.ranking,
    Document.Kind.LEFT_OUT_SHEET: special.left_out,
    Document.Kind.FIELDS_SHEET: fields.workbook,
    Document.Kind.PROGRESS_SHEET: progress.workbook,
}

WORDS = {
    Document.Kind.MINUTES_DOCX: word.minutes,
    Document.Kind.DECISION_DOCX: patterns.made,
    Document.Kind.PROGRESS_DOCX: patterns.made,
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
    issue = issue_of(document)
    try:
        content, letter = _content(document, issue)
        found = signing.signatures_in(content) if issue else []
        document.stored_as, document.sha256 = keep_made(content, "documents")
        document.size = len(content)
    except Exception:
        Document.objects.filter(pk=document.pk).update(state=Document.State.FAILED)
        raise
    document.state, document.made_at = Document.State.READY, clock.now()
    with transaction.atomic():
        document.save()
        if issue is not None and letter is not None:
            issuing.finish(document, letter, found)
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


def _content(document: Document, issue: IssuedDocument | None) -> tuple[bytes, Letter | None]:
    """Return the bytes, and the letter they are of where it is one."""
    if document.kind in SHEETS:
        content, document.file_name = SHEETS[Document.Kind(document.kind)](document)
        document.content_type = sheets.CONTENT_TYPE
        return content, None
    if document.kind in WORDS:
        content, document.file_name = WORDS[Document.Kind(document.kind)](document)
        document.content_type = word.CONTENT_TYPE
        return content, None
    letter = LETTERS[Document.Kind(document.kind)](document)
    if issue is not None:
        letter = dressed(letter, issue)
    document.file_name, document.fingerprint = letter.file_name, letter.fingerprint
    document.content_type = "application/pdf"
    made = pdf(letter.template, letter.context)
    if issue is not None and signing.is_set_up():
        made = signing.signed(made, reason=_reason(issue))
    return made, letter


def _reason(issue: IssuedDocument) -> str:
    return (
        f"{issue.issuer_name}: {issue.number}"
        if not issue.document.is_illustration
        else _("SỐ LIỆU MINH HOẠ")
    )
