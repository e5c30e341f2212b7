"""What a leader reads before she puts her name to a card: everything its pages of approval show, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest

from backend.scoring import checking, queries
from backend.scoring.lifecycle import State
from backend.scoring.models import Look, ReturnedLeaf, Scorecard, Signature
from backend.scoring.queries import Changed, Trail
from backend.scoring.views.finding import actor_of, may
from backend.scoring.views.grid import Page, Row, page_of
from permissions.roles import Verb

# A card goes to the leader straight, or by the unit's own council.
SUBMITTED = ("submit", "refer")


@dataclass(frozen=True)
class Answered:
    """A leaf of the last return: why it came back, what the unit says it did, what did change since."""

    row: ReturnedLeaf
    leaf: Row
    changed: Changed | None


@dataclass
class Line:
    """One leaf in the leader's list. ``is_new``: changed since she last looked; ``note``: hers, not sent yet."""

    row: Row
    findings: list[str]
    is_seen: bool
    is_new: bool
    note: ReturnedLeaf | None
    back: Answered | None


@dataclass
class Briefing:
    """A card as its leader reads it. ``moves`` are those made so far, oldest first."""

    page: Page
    moves: list[Signature]
    returned: list[ReturnedLeaf]
    trail: Trail
    approves: bool
    look: Look | None
    since: datetime | None
    lines: list[Line] = field(default_factory=list)

    @property
    def card(self) -> Scorecard:
        """Return the card."""
        return self.page.card

    @property
    def waits(self) -> bool:
        """Return whether the card waits for this person's decision."""
        return self.approves and self.card.state == State.SUBMITTED

    @cached_property
    def approval(self) -> Signature | None:
        """Return the approval in force."""
        rows = [row for row in self.moves if row.move == "approve" and row.voided_at is None]
        return rows[-1] if rows else None

    @cached_property
    def submitted(self) -> Signature | None:
        """Return the newest submission, with the officer's note, unless the card is back in hand."""
        rows = [row for row in self.moves if row.move in (*SUBMITTED, "return", "send_back", "withdraw")]
        return rows[-1] if rows and rows[-1].move in SUBMITTED else None

    @cached_property
    def news(self) -> list[Changed]:
        """Return what changed since the person last looked."""
        return self.trail.after(self.since)

    @cached_property
    def notes(self) -> list[ReturnedLeaf]:
        """Return the person's own reasons for a return, not sent yet, in the order of the leaves."""
        return [line.note for line in self.lines if line.note]

    @cached_property
    def answered(self) -> list[Answered]:
        """Return the leaves of the last return beside what was done about them."""
        return [line.back for line in self.lines if line.back]

    @property
    def is_short(self) -> bool:
        """Return whether the list of leaves may stand open as a whole."""
        return len(self.lines) <= 20

    @cached_property
    def seen(self) -> int:
        """Return how many leaves she has marked as seen as they stand now."""
        return sum(line.is_seen for line in self.lines)

    @cached_property
    def fingerprint(self) -> str:
        """Return the fingerprint of what the page shows."""
        return queries.shown_fingerprint(self.page.sheet)

    @cached_property
    def must(self) -> list[checking.FieldFindings]:
        """Return what keeps the card from being approved, by field."""
        return checking.to_fix(self.page.sheet)

    @cached_property
    def warnings(self) -> list[checking.FieldFindings]:
        """Return what deserves a look before signing, by field: the same as the officer was shown."""
        return checking.to_look_at(self.page.sheet, queries.of_last_return(self.returned, self.moves))

    def line(self, code: str) -> Line | None:
        """Return the line of that leaf."""
        return next((line for line in self.lines if line.row.leaf.code == code), None)


def briefing_of(request: HttpRequest, card: Scorecard, *, at: datetime | None = None) -> Briefing:
    """Return the card as this person reads it; ``at`` is an earlier moment to tell changes from, if any.

    Raises Http404 unless she approves here or works on the unit's own card.
    """
    if not any(may(request, verb, card) for verb in (Verb.APPROVE, Verb.SUBMIT, Verb.SCORE)):
        raise Http404
    viewer = actor_of(request)
    page = page_of(request, card)
    moves = queries.signatures_on(page.sheet)
    returned = queries.returned_of(card, viewer)
    approves = may(request, Verb.APPROVE, card)
    look = queries.look_of(card, viewer) if approves else None
    since = queries.fresh_since(look, page.sheet.now, moves)
    sent = [row.signed_at for row in moves if row.move == "return"][-1:]
    trail = queries.trail(page.sheet, [since, at, *sent])
    made = Briefing(page, moves, returned, trail, approves, look, since)
    made.lines = _lines(made)
    return made


def _lines(brief: Briefing) -> list[Line]:
    found = _by_leaf([*brief.must, *brief.warnings])
    new = {one.code for one in brief.news}
    notes = {row.score_id: row for row in brief.returned if row.signature_id is None}
    backs = _answers(brief)
    seen = brief.look.leaves if brief.look else {}
    lines = []
    for row in brief.page.rows:
        code, key = row.leaf.code, row.leaf.score.pk
        digest = queries.shown_digest(row.leaf)
        is_seen = bool(digest) and seen.get(code) == digest
        lines.append(Line(row, found.get(code, []), is_seen, code in new, notes.get(key), backs.get(key)))
    return [line for line in lines if line.row.own]


def _by_leaf(parts: list[checking.FieldFindings]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        for one in part.findings:
            found.setdefault(one.leaf.code, []).append(one.text)
    return found


def _answers(brief: Briefing) -> dict[int, Answered]:
    rows = queries.of_last_return(brief.returned, brief.moves)
    if not rows or rows[0].signature is None:
        return {}
    changed = {one.code: one for one in brief.trail.after(rows[0].signature.signed_at)}
    leaves = {row.leaf.score.pk: row for row in brief.page.rows}
    found = {row.score_id: (row, leaves[row.score_id]) for row in rows}
    return {key: Answered(row, leaf, changed.get(leaf.leaf.code)) for key, (row, leaf) in found.items()}


def fields_of(brief: Briefing) -> list[tuple[Any, list[Line]]]:
    """Return the leader's list by field: each part of the page with its lines."""
    by_code: dict[str, list[Line]] = {}
    for line in brief.lines:
        by_code.setdefault(line.row.leaf.score.field_code, []).append(line)
    return [
        (part, by_code[part.field.node.code]) for part in brief.page.parts if part.field.node.code in by_code
    ]
