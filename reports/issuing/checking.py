"""Is this ours: what anybody may be told of an issued document, by its code or by its file.

Nothing of what stands in the document is told, only what it is: kind, number, day, who issued and signed it, whether
it still counts. A file is read and forgotten.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from reports import queries as reports
from reports.issuing import codes, queries, signing
from reports.issuing.models import IssuedDocument

MOST_BYTES = 30 * 1024 * 1024
# A signature added later is a part of its own; nobody signs a document so often.
_MOST_PARTS = 40
_END = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")


class Match(StrEnum):
    """How a file compares with what was issued."""

    NONE = ""  # no file was given
    SAME = "same"
    SIGNED = "signed"  # ours, with signatures added to it and nothing else
    ALTERED = "altered"  # begins as ours does, but more than signatures was added
    OTHER = "other"  # not byte by byte what was issued under the code, or under any


@dataclass(frozen=True)
class Verdict:
    """What is told: the issue (None for none), how the file compares, and the signatures the file carries."""

    issue: IssuedDocument | None
    match: Match = Match.NONE
    signatures: tuple[signing.Found, ...] = ()

    @property
    def is_current(self) -> bool:
        """Return whether it is ours and still counts, as far as can be told."""
        good = self.match in (Match.NONE, Match.SAME, Match.SIGNED)
        return good and self.issue is not None and self.issue.state == IssuedDocument.State.CURRENT

    @property
    def corrected(self) -> bool:
        """Return whether the results it tells were published anew since, with no new document yet."""
        if self.issue is None or self.issue.document.ranking is None or not self.is_current:
            return False
        newest = reports.current_ranking(self.issue.document.of_round)
        return newest is not None and newest.version > self.issue.document.ranking.version


def by_code(typed: str) -> IssuedDocument | None:
    """Return the issue with that code, however it was typed; None for none."""
    code = codes.normal(typed)
    rows = queries.issues().select_related("document__ranking").exclude(state=IssuedDocument.State.MAKING)
    return rows.filter(code=code).first() if code else None


def check(content: bytes, typed: str = "") -> Verdict:
    """Return what is to be told of a file, and of the code that was typed beside it.

    Raises Invalid for a file that is too large, empty or no PDF.
    """
    if len(content) > MOST_BYTES or not content.startswith(b"%PDF-"):
        raise Invalid(_("Chỉ kiểm tra được tệp PDF, nhiều nhất %s MB.") % (MOST_BYTES // 1024**2))
    named = by_code(typed)
    found = _by_beginning(content)
    if found is None or (named is not None and named.pk != found.pk):
        return Verdict(named, Match.OTHER)
    if len(content) == found.size:
        return Verdict(found, Match.SAME, tuple(signing.signatures_in(content)))
    return _with_more(found, content)


def _by_beginning(content: bytes) -> IssuedDocument | None:
    """Return the issue whose bytes the file is, or begins with: who signs a PDF adds to its end."""
    digest, done, found = hashlib.sha256(), 0, {}
    ends = [match.end() for match in _END.finditer(content)][:_MOST_PARTS]
    for end in sorted({*ends, len(content)}):
        digest.update(content[done:end])
        done = end
        found[digest.copy().hexdigest()] = end
    rows = queries.issues().select_related("document__ranking").filter(sha256__in=found)
    return max((row for row in rows if found[row.sha256] == row.size), key=lambda row: row.size, default=None)


def _with_more(issue: IssuedDocument, content: bytes) -> Verdict:
    try:
        signatures = tuple(signing.signatures_in(content))
        whole = _only_signed(content, issue.size) and all(one.whole for one in signatures)
    except Invalid:
        return Verdict(issue, Match.ALTERED)
    added = len(signatures) > len(issue.signatures)
    return Verdict(issue, Match.SIGNED if whole and added else Match.ALTERED, signatures)


def _only_signed(content: bytes, size: int) -> bool:
    """Return whether what stands behind the first ``size`` bytes adds signatures and nothing that shows."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification

    try:
        before: Any = PdfFileReader(io.BytesIO(content[:size]), strict=False)
        after: Any = PdfFileReader(io.BytesIO(content), strict=False)
        base = after.get_historical_resolver(before.xrefs.total_revisions - 1)
        changed = DEFAULT_DIFF_POLICY.review_file(after, base)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if isinstance(changed, SuspiciousModification):
        return False
    return bool(changed.modification_level <= ModificationLevel.FORM_FILLING)
