"""How the units of each group stand: how many in each step of the index, and every field by quartiles."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _

from backend.core.exact import format_percent
from reports.analysis.grids import Column, Form, Grid, Line, Value
from reports.analysis.sections import Part, Section
from reports.analysis.spread import Bin, Spread, distribution, spread
from reports.charts import Box
from reports.standings import Standing, Table

DISTRIBUTION = "reports/analysis/_distribution.html"
BOXES = "reports/analysis/_boxes.html"


def overview(tables: Iterable[Table]) -> list[Section]:
    """Return for every group how its units lie."""
    return [_section(number, table) for number, table in enumerate(tables, 1)]


def _section(number: int, table: Table) -> Section:
    if not table.standings:
        return Section(f"nhom-{number}", table.title, empty=_("Nhóm này chưa có đơn vị nào có kết quả."))
    return Section(f"nhom-{number}", table.title, (_lie(table), by_field(table)))


def _lie(table: Table) -> Part:
    values = [line.index for line in table.standings]
    bins, found = distribution(values), spread(values)
    columns = (Column("step", _("Chỉ số")), Column("units", _("Số đơn vị"), Form.WHOLE))
    lines = tuple(Line((_step(one), one.units)) for one in bins)
    title = _("Phân bố chỉ số: %(group)s") % {"group": table.title}
    most = max(one.units for one in bins)
    drawn = [(_step(one), one.units, str(500 * one.units // most)) for one in bins]
    words = (_words(found, table.decimals),) if found else ()
    return Part(Grid("distribution", title, columns, lines), DISTRIBUTION, drawn, words)


def _step(one: Bin) -> str:
    if one.upper is None:
        return _("trên %(lower)d %%") % {"lower": one.lower}
    if one.upper == 100:
        return _("từ %(lower)d đến 100 %%") % {"lower": one.lower}
    return _("từ %(lower)d đến dưới %(upper)d %%") % {"lower": one.lower, "upper": one.upper}


def _words(found: Spread, decimals: int) -> str:
    said = {
        name: format_percent(getattr(found, name), decimals) for name in ("lower", "median", "upper", "width")
    }
    return (
        _(
            "Một nửa số đơn vị đạt từ %(median)s %% trở lên; nửa giữa nằm từ %(lower)s đến %(upper)s %%; đơn vị cao nhất hơn đơn vị thấp nhất %(width)s điểm phần trăm."
        )
        % said
    )


def by_field(table: Table, own: Standing | None = None) -> Part:
    """Return the index and every field of a group by quartiles; with ``own`` that unit beside them."""
    columns = [
        Column("field", _("Lĩnh vực")),
        *([Column("own", own.unit_name, Form.PERCENT)] if own else []),
        Column("least", _("Thấp nhất"), Form.PERCENT),
        Column("lower", _("Tứ phân vị dưới"), Form.PERCENT),
        Column("median", _("Trung vị"), Form.PERCENT),
        Column("upper", _("Tứ phân vị trên"), Form.PERCENT),
        Column("best", _("Cao nhất"), Form.PERCENT),
        *([Column("distance", _("So với trung vị"), Form.PERCENT)] if own else []),
        Column("mean", _("Trung bình"), Form.PERCENT),
        Column("units", _("Số đơn vị"), Form.WHOLE),
        Column("first", _("Đơn vị cao nhất")),
    ]
    rows = [_row(label, code, table, own) for label, code in _labels(table)]
    known = [row for row in rows if row]
    title = (
        _("%(unit)s so với nhóm, theo lĩnh vực") % {"unit": own.unit_name}
        if own
        else _("Chỉ số theo lĩnh vực: %(group)s") % {"group": table.title}
    )
    grid = Grid("fields", title, tuple(columns), tuple(line for _box, line in known), decimals=table.decimals)
    return Part(grid, BOXES, {"boxes": [box for box, _line in known], "own": own.unit_name if own else ""})


def _labels(table: Table) -> list[tuple[str, str]]:
    fields = [(f"{code}. {title}" if title else code, code) for code, title in table.field_titles]
    return [(_("Toàn bộ"), ""), *fields]


def _row(label: str, code: str, table: Table, own: Standing | None) -> tuple[Box, Line] | None:
    """Return the box and the line of a field ("" for the index itself); None where it applies to nobody."""
    values = {line.unit_name: index_of(line, code) for line in table.standings}
    known = {name: value for name, value in values.items() if value is not None}
    found = spread(known.values())
    if found is None:
        return None
    mine = index_of(own, code) if own else None
    first = [name for name, value in known.items() if value == found.best]
    cells: list[Value] = [
        label,
        *([mine] if own else []),
        *(found.least, found.lower, found.median, found.upper, found.best),
        *([None if mine is None else mine - found.median] if own else []),
        found.mean,
        found.units,
        _first(first),
    ]
    return Box(label, found, mine), Line(tuple(cells))


def index_of(line: Standing, code: str) -> Fraction | None:
    """Return the unit's index in percent, of a field or ("") of all; None where the field does not apply."""
    if not code:
        return line.index
    return next((part.index for part in line.fields if part.code == code), None)


def _first(names: list[str]) -> str:
    if len(names) <= 2:
        return ", ".join(names)
    return _("%(number)d đơn vị") % {"number": len(names)}
