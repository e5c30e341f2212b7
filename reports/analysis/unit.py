"""One unit: against its group, where its points went, what it claimed, what one step more would have given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.criteria.rules import Rule, RuleError
from backend.scoring.queries import Leaf, Sheet
from reports import details
from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.leaves import BARS
from reports.analysis.raising import LeafNow, Raise, Raises, Step, raises
from reports.analysis.sections import Part
from reports.charts import Bar
from reports.rankings import index
from reports.standings import FieldPoints, Standing, Table, ranked

# Leaves drawn, and steps of which the rank is worked out.
DRAWN = 10


@dataclass(frozen=True)
class Now:
    """The rank, band and index of a unit if it had some points more and nobody else had."""

    line: Standing
    table: Table

    def with_more(self, gain: Decimal, field: str) -> Standing | None:
        """Return its line with ``gain`` more points in a field; None where what is left out is brought up."""
        totals = self.line.totals
        if totals.percent is not None or not totals.total:
            return None
        fields = tuple(_more(part, gain) if part.code == field else part for part in totals.fields)
        more = replace(self.line, totals=replace(totals, appraised=totals.appraised + gain, fields=fields))
        others = (one for one in self.table.standings if one.card_id != self.line.card_id)
        placed = ranked([*others, more], self.table.tie_rule, self.table.bands, self.table.tie_order)
        return next(one for one in placed if one.card_id == self.line.card_id)


def _more(part: FieldPoints, gain: Decimal) -> FieldPoints:
    return replace(part, points=part.points + gain)


def lost(detail: details.Detail) -> Part:
    """Return the leaves on which the unit has less than all, the most first, with every reason given."""
    found = [
        (line, line.maximum - line.left)
        for part in detail.parts
        for line in part.lines
        if line.is_leaf
        and line.applies
        and line.counts
        and line.left is not None
        and line.left < line.maximum
    ]
    found.sort(key=lambda pair: -pair[1])
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        Column("lost", _("Điểm mất"), Form.POINTS),
        Column("result", _("Kết quả"), Form.POINTS),
        Column("maximum", _("Tối đa"), Form.POINTS),
        Column("reasons", _("Lý do, giải trình")),
    )
    lines = tuple(
        Line((one.code, one.title, less, one.left, one.maximum, "; ".join(one.reasons)))
        for one, less in found
    )
    return Part(
        Grid("lost", _("Tiêu chí mất nhiều điểm nhất"), columns, lines, head=1),
        BARS,
        _bars((f"{one.code} {one.title}", less, one.maximum) for one, less in found[:DRAWN]),
        (_("Phần tô là số điểm mất so với điểm tối đa của tiêu chí."),),
    )


def _bars(rows: Iterable[tuple[str, Decimal, Decimal]]) -> list[tuple[str, str, str]]:
    return [(name, format_points(value), Bar("", index(value, most)).width) for name, value, most in rows]


def claimed(detail: details.Detail) -> Part:
    """Return the leaves on which the unit's own points are not those found, the largest claim first."""
    rows = [
        (line, line.own - line.result)
        for part in detail.parts
        for line in part.lines
        if line.is_leaf and line.counts and line.applies and line.own is not None and line.result is not None
    ]
    apart = sorted((row for row in rows if row[1]), key=lambda row: -row[1])
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        Column("own", _("Tự chấm"), Form.POINTS),
        Column("result", _("Kết quả"), Form.POINTS),
        Column("over", _("Tự chấm cao hơn (+), thấp hơn (−)"), Form.POINTS),
        Column("maximum", _("Tối đa"), Form.POINTS),
    )
    lines = tuple(Line((one.code, one.title, one.own, one.result, more, one.maximum)) for one, more in apart)
    over = sum((more for _line, more in apart if more > 0), ZERO)
    under = -sum((more for _line, more in apart if more < 0), ZERO)
    words = _(
        "%(apart)d trên %(all)d tiêu chí tự chấm có kết quả khác điểm tự chấm: cao hơn %(over)s điểm, thấp hơn %(under)s điểm."
    ) % {
        "apart": len(apart),
        "all": len(rows),
        "over": format_points(over),
        "under": format_points(under),
    }
    return Part(Grid("claimed", _("Tự chấm so với kết quả"), columns, lines, head=1), words=(words,))


def raised(sheet: Sheet, line: Standing, table: Table) -> Part:
    """Return the leaves with most points within one step of their own rule, and where the unit would stand."""
    found = raises(_leaves(sheet))
    now = Now(line, table)
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        Column("gain", _("Thêm được"), Form.POINTS),
        Column("points", _("Đang có"), Form.POINTS),
        Column("then", _("Khi đó"), Form.POINTS),
        Column("change", _("Một bước theo quy tắc")),
        Column("index", _("Chỉ số khi đó"), Form.PERCENT),
        Column("rank", _("Hạng khi đó"), Form.WHOLE),
    )
    lines = tuple(_raise_line(one, now if place < DRAWN else None) for place, one in enumerate(found.steps))
    grid = Grid("raised", _("Một bước nữa thì được thêm"), columns, lines, head=1, decimals=table.decimals)
    drawn = _bars((f"{r.leaf.code} {r.leaf.title}", r.gain, r.leaf.maximum) for r in found.steps[:DRAWN])
    return Part(grid, BARS, drawn, _raise_words(found))


def _raise_words(found: Raises) -> tuple[str, ...]:
    how = _(
        "Mỗi dòng là bước kế tiếp của chính quy tắc chấm tiêu chí đó (mức kế tiếp, khoảng kế tiếp, thêm hoặc bớt một việc), tính lại bằng quy tắc với số liệu đã được công nhận; không ước đoán. Chỉ số và hạng khi đó: chỉ đổi một tiêu chí này, các đơn vị khác giữ nguyên."
    )
    if not found.without:
        return (how,)
    codes = ", ".join(leaf.code for leaf in found.without)
    return how, _("Chưa đủ điểm nhưng quy tắc không có bước kế tiếp tính được từ số liệu: %s.") % codes


def _raise_line(one: Raise, now: Now | None) -> Line:
    then = now.with_more(one.gain, one.leaf.code.partition(".")[0]) if now else None
    return Line(
        (
            one.leaf.code,
            one.leaf.title,
            one.gain,
            one.leaf.points,
            one.step.points,
            _step_words(one.step),
            then.index if then else None,
            then.rank if then else None,
        )
    )


def _step_words(step: Step) -> str:
    changes = "; ".join(f"{one.title}: {one.before} → {one.after}" for one in step.changes)
    if changes and step.words:
        return f"{changes}. {step.words}"
    return changes or step.words or _("mức kế tiếp của quy tắc")


def _leaves(sheet: Sheet) -> Iterable[LeafNow]:
    """Give the leaves the unit scores itself, within the scale, as they were found."""
    for leaf in sheet.own:
        final = details.final(leaf, sheet)
        if final is not None and final.points is not None:
            maximum = leaf.score.max_points
            yield LeafNow(leaf.code, leaf.node.title, _rule(leaf.node), final.points, maximum, _inputs(leaf))


def _rule(node: Node) -> Rule | None:
    try:
        return node.parsed_rule()
    except RuleError:
        return None


def _inputs(leaf: Leaf) -> dict[str, str | int]:
    """Return the newest numbers kept with any mark; whether they explain the points the rule itself says."""
    kept = [mark.inputs for mark in leaf.marks.values() if mark.inputs]
    return kept[-1] if kept else {}
