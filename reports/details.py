"""One unit's result leaf by leaf, with the reasons: made of a card's sheet, no queries of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.models import Evidence, Mark, Provenance
from backend.scoring.queries import Field, Heading, Leaf, Sheet, Taken, deducted, taken


@dataclass(frozen=True)
class Line:
    """A leaf, or a heading above leaves (``is_leaf`` False, no points). Units: points.

    ``counts`` is False for bonus and penalty leaves, which stand outside the scale; ``deducted`` was taken off after
    appraisal (R13). ``appraised`` holds the title and points of each appraisal step, in order; None is not marked there.
    """

    code: str
    title: str
    is_leaf: bool
    maximum: Decimal
    level: int = 2
    own: Decimal | None = None
    appraised: tuple[tuple[str, Decimal | None], ...] = ()
    result: Decimal | None = None
    applies: bool = True
    counts: bool = True
    deducted: Decimal = ZERO
    note: str = ""
    reasons: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Return whether the result is below what the unit gave itself."""
        return self.own is not None and self.result is not None and self.result < self.own

    @property
    def left(self) -> Decimal | None:
        """Return the result less what was taken off."""
        return None if self.result is None else self.result - self.deducted


@dataclass(frozen=True)
class Part:
    """One field (lĩnh vực) with its lines and sums over the leaves that apply and count.

    A sum is None where no leaf has such points.
    """

    code: str
    title: str
    lines: tuple[Line, ...]
    maximum: Decimal | None
    own: Decimal | None
    result: Decimal | None
    deducted: Decimal = ZERO
    reasons: tuple[str, ...] = ()

    @property
    def left(self) -> Decimal | None:
        """Return the result less what was taken off the field and its leaves."""
        return None if self.result is None else self.result - self.deducted


@dataclass(frozen=True)
class Detail:
    """The whole card: its appraisal steps by title, its fields, its sums in points."""

    appraisals: tuple[str, ...]
    parts: tuple[Part, ...] = field(default=())

    @property
    def maximum(self) -> Decimal:
        """Return the points of the leaves that apply and count."""
        return _sum(part.maximum for part in self.parts) or ZERO

    @property
    def own(self) -> Decimal:
        """Return the sum of self-points."""
        return _sum(part.own for part in self.parts) or ZERO

    @property
    def result(self) -> Decimal:
        """Return the sum of the points that count, before anything was taken off."""
        return _sum(part.result for part in self.parts) or ZERO

    @property
    def deducted(self) -> Decimal:
        """Return the sum of what was taken off after appraisal."""
        return sum((part.deducted for part in self.parts), ZERO)

    @property
    def left(self) -> Decimal:
        """Return the sum of the points that count, less what was taken off."""
        return self.result - self.deducted


def detail(sheet: Sheet) -> Detail:
    """Return the card of ``sheet`` line by line; survey leaves only in a round with survey."""
    steps = [step for step in sheet.steps if step.kind == Step.Kind.APPRAISAL]
    parts = tuple(_part(one, sheet, steps) for one in sheet.fields)
    return Detail(tuple(step.title for step in steps), tuple(part for part in parts if part.lines))


def _part(one: Field, sheet: Sheet, steps: list[Step]) -> Part:
    shown = [row for row in one.rows if _counts(row, sheet)]
    lines = tuple(_line(row, sheet, steps) for row in shown)
    leaves = [line for line in lines if line.is_leaf and line.applies and line.counts]
    return Part(
        one.node.code,
        one.node.title,
        lines,
        _sum(line.maximum for line in leaves),
        _sum(line.own for line in leaves),
        _sum(line.result for line in leaves),
        deducted(sheet, one.node.code),
        tuple(_taken_words(row.row.code, sheet) for row in _taken_off(one.node.code, sheet)[:1]),
    )


def _taken_off(code: str, sheet: Sheet) -> list[Taken]:
    """Return what stands taken off exactly this field or leaf."""
    return [row for row in taken(sheet) if row.row.code == code and row.withdrawal is None]


def _taken_words(code: str, sheet: Sheet) -> str:
    rows = _taken_off(code, sheet)
    why = "; ".join(f"{row.row.reason} ({row.row.document})" for row in rows)
    return _("Bị trừ %(points)s điểm: %(why)s") % {
        "points": format_points(sum((row.row.points for row in rows), ZERO)),
        "why": why,
    }


def _counts(row: Leaf | Heading, sheet: Sheet) -> bool:
    assessed = isinstance(row, Heading) or row.score.source == Node.Source.ASSESSED
    return assessed or sheet.card.round.with_survey


def _line(row: Leaf | Heading, sheet: Sheet, steps: list[Step]) -> Line:
    if isinstance(row, Heading):
        return Line(row.code, row.node.title, False, row.maximum, level=row.node.level)
    return Line(
        code=row.code,
        title=row.node.title,
        is_leaf=True,
        maximum=row.score.max_points,
        level=row.node.level,
        own=row.points,
        appraised=tuple((step.title, _points(row.marks.get(step.pk))) for step in steps),
        result=_points(final(row, sheet)),
        applies=row.score.applies,
        counts=row.within_scale,
        deducted=deducted(sheet, row.code),
        note=_note(row),
        reasons=tuple(_reasons(row, sheet)),
        evidence=tuple(piece_text(piece) for piece in row.evidence),
    )


def final(leaf: Leaf, sheet: Sheet) -> Mark | None:
    """Return the mark that counts, as far as the viewer of the sheet sees it; None before there is one."""
    assessed = leaf.score.source == Node.Source.ASSESSED
    kind = Step.Kind.CONCLUSION if assessed else Step.Kind.SURVEY
    marks = (leaf.marks.get(step.pk) for step in sheet.steps if step.kind == kind)
    return next((mark for mark in marks if mark), None)


def _points(mark: Mark | None) -> Decimal | None:
    return mark.points if mark else None


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _note(leaf: Leaf) -> str:
    if not leaf.score.applies:
        return _("Không áp dụng: %(reason)s") % {"reason": leaf.score.left_out_reason}
    if not leaf.within_scale:
        return _("%(what)s, ngoài thang điểm") % {
            "what": str(Node.Counting(leaf.score.counting).label).capitalize()
        }
    if leaf.claims_not_arisen:
        return _("Đơn vị báo không phát sinh trong năm")
    if leaf.score.source == Node.Source.ASSESSED:
        return ""
    return str(Node.Source(leaf.score.source).label).capitalize()


def _reasons(leaf: Leaf, sheet: Sheet) -> Iterable[str]:
    for step in sheet.steps:
        mark = leaf.marks.get(step.pk)
        if mark and mark.reason:
            yield f"{_whose(step, mark)}: {_change(mark)}{mark.reason}{_rule(mark)}"
        if mark and mark.provenance:
            yield _source(mark.provenance)
    if _taken_off(leaf.code, sheet):
        yield _taken_words(leaf.code, sheet)
    for asked in leaf.explanations:
        if asked.answer:
            yield _("Đơn vị giải trình: %(text)s") % {"text": asked.answer}


def _whose(step: Step, mark: Mark) -> str:
    return f"{step.title} ({mark.author})" if step.names_shown and mark.author else step.title


def _rule(mark: Mark) -> str:
    return _(" – quy tắc áp dụng: %s") % mark.rule_said if mark.rule_said else ""


def _change(mark: Mark) -> str:
    if mark.points is None or mark.from_points is None or mark.points == mark.from_points:
        return ""
    word = _("xuống") if mark.points < mark.from_points else _("lên")
    return f"{format_points(mark.from_points)} {word} {format_points(mark.points)} – "


def _source(found: Provenance) -> str:
    return _("Báo cáo %(number)s ngày %(date)s, %(answers)s phiếu trả lời trên %(sample)s phiếu phát ra") % {
        "number": found.report_number,
        "date": format_date(found.report_date),
        "answers": found.answers,
        "sample": found.sample,
    }


def piece_text(piece: Evidence) -> str:
    """Return a piece of evidence as one line: the file's name, or the document with number and date."""
    if piece.file_id:
        return piece.file_name
    dated = _(" ngày %(date)s") % {"date": format_date(piece.issued_on)} if piece.issued_on else ""
    section = f", {piece.section}" if piece.section else ""
    return f"{piece.number}{dated} ({piece.issuer}){section}"
