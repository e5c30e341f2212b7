"""What was taken off a card after appraisal, as one viewer sees it (R13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.models import Deduction
from backend.scoring.queries.sheets import Field, Leaf, Sheet

_COUNCIL = (Step.Kind.APPRAISAL, Step.Kind.CONCLUSION)


@dataclass(frozen=True)
class Taken:
    """One deduction with what its field or leaf had; ``withdrawal`` is the row that took it back, if one did."""

    row: Deduction
    title: str
    points: Decimal
    deducted: Decimal
    withdrawal: Deduction | None

    @property
    def left(self) -> Decimal:
        """Return the points of the field or leaf after every deduction that stands on it."""
        return self.points - self.deducted

    @property
    def words(self) -> str:
        """Return "điểm thẩm định 8,50; bị trừ 0,25; còn 8,25"."""
        return _("điểm thẩm định %(points)s; bị trừ %(off)s; còn %(left)s") % {
            "points": format_points(self.points),
            "off": format_points(self.deducted),
            "left": format_points(self.left),
        }


def taken(sheet: Sheet) -> list[Taken]:
    """Return the deductions the viewer may see, oldest first, withdrawn ones too; no query."""
    back = {row.withdraws_id: row for row in sheet.deductions if row.withdraws_id}
    return [
        Taken(
            row,
            _title(sheet, row.code),
            _points(sheet, row.code),
            deducted(sheet, row.code),
            back.get(row.pk),
        )
        for row in sheet.deductions
        if not row.withdraws_id
    ]


def deducted(sheet: Sheet, code: str) -> Decimal:
    """Return the points standing off a leaf, or off a field with all its leaves."""
    rows = sheet.standing_deductions
    return sum((row.points for row in rows if code in (row.code, row.code.partition(".")[0])), ZERO)


def council_points(leaf: Leaf) -> Decimal | None:
    """Return the council's newest points of a leaf that the viewer may see."""
    given = [mark.points for mark in leaf.marks.values() if mark.step.kind in _COUNCIL]
    known = [points for points in given if points is not None]
    return known[-1] if known else None


def choices(sheet: Sheet) -> list[tuple[str, str]]:
    """Return the fields and leaves that points may come off: code and title, in order."""
    found = []
    for part in sheet.fields:
        leaves = [leaf for leaf in part.own if leaf.code != part.node.code]
        found.append((part.node.code, f"{part.node.code}. {part.node.title}"))
        found += [(leaf.code, f"{leaf.code} {leaf.node.title}"[:120]) for leaf in leaves]
    return found


def _points(sheet: Sheet, code: str) -> Decimal:
    leaves: Iterable[Leaf] = sheet.own
    inside = [leaf for leaf in leaves if code in (leaf.code, leaf.code.partition(".")[0])]
    return sum((council_points(leaf) or ZERO for leaf in inside), ZERO)


def _title(sheet: Sheet, code: str) -> str:
    found: list[Field | Leaf] = [*sheet.fields, *sheet.leaves]
    node: Node | None = next((one.node for one in found if one.node.code == code), None)
    return node.title if node else ""
