"""What a page shows of what an approval signs: its fingerprint, and a digest of each leaf. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from backend.core.exact import ZERO
from backend.scoring import fingerprints
from backend.scoring.models import Evidence, Explanation, Mark, Scorecard
from backend.scoring.queries.sheets import Leaf, Sheet


def signed_line(mark: Mark, pieces: Iterable[Evidence]) -> fingerprints.Line:
    """Return one leaf as an approval signs it; ``mark.score`` and the pieces' files are in hand."""
    found = tuple(_piece(piece) for piece in pieces)
    return fingerprints.Line(mark.score.code, mark.points, mark.inputs, mark.note, found)


def fingerprint_over(card: Scorecard, lines: Iterable[fingerprints.Line]) -> str:
    """Return the fingerprint of these leaves with the card's criteria and texts."""
    criteria = f"{card.criteria_set_id}/{card.criteria_set.version}"
    return fingerprints.fingerprint(criteria, lines, (card.difficulties, card.proposals))


def shown_fingerprint(sheet: Sheet) -> str:
    """Return the fingerprint of what the page shows; equal to that of the card while nothing changes."""
    lines = [line for leaf in sheet.leaves if (line := _line(leaf)) is not None]
    return fingerprint_over(sheet.card, lines)


def shown_digest(leaf: Leaf) -> str:
    """Return the digest of what the page shows of a leaf; empty where the unit has no mark there."""
    line = _line(leaf)
    return fingerprints.digest(line) if line is not None else ""


def answers_fingerprint(rows: Iterable[tuple[str, Explanation, Iterable[Evidence]]]) -> str:
    """Return the fingerprint of questions with their answers: the leaf's code, the row, the evidence added."""
    return fingerprints.answers(
        fingerprints.Answered(code, asked.question, asked.answer, tuple(_piece(piece) for piece in pieces))
        for code, asked, pieces in rows
    )


def result_fingerprint(lines: Iterable[tuple[str, Decimal | None]], off: Iterable[Decimal]) -> str:
    """Return the fingerprint of a result: the concluded points by leaf, and what was taken off."""
    return fingerprints.result(lines, sum(off, ZERO))


def _line(leaf: Leaf) -> fingerprints.Line | None:
    mark = leaf.self_mark
    if mark is None:
        return None
    mark.score = leaf.score
    return signed_line(mark, [piece for piece in leaf.evidence if piece.step_id == mark.step_id])


def _piece(piece: Evidence) -> tuple[str, ...]:
    digest = piece.file.sha256 if piece.file else ""
    issued = piece.issued_on.isoformat() if piece.issued_on else ""
    return (digest, piece.number, issued, piece.issuer, piece.section)
