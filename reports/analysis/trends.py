"""One unit over the years: index and rank as published, and fields and leaves where the same was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from backend.core.exact import format_percent
from permissions.actor import Actor
from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.sections import Part
from reports.analysis.spread import spread
from reports.queries.results import Result
from reports.queries.trends import Compared, Season, leaves_over_years, of_origins, seasons_before
from reports.rankings import index

CHART = "reports/analysis/_trend.html"
# The picture of a trend, in its own units: width, height, and room for labels at the sides.
WIDE, HIGH, SIDE, TOP = 600, 220, 60, 30


@dataclass(frozen=True)
class Dot:
    """One year on the chart."""

    x: int
    y: int
    year: int
    said: str


@dataclass(frozen=True)
class Curve:
    """The unit's index and the median of its groups, year by year."""

    own: tuple[Dot, ...]
    median: tuple[Dot, ...]

    @property
    def own_line(self) -> str:
        """Return the points of the unit's line for SVG."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.own)

    @property
    def median_line(self) -> str:
        """Return the points of the median's line for SVG."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.median)


def over_years(seen: Result, viewer: Actor) -> list[Part]:
    """Return what is to be said of the unit over the years."""
    earlier = seasons_before(seen, viewer)
    parts = [_results(seen, earlier)]
    if origins := of_origins(seen, viewer):
        parts.append(_origins(origins))
    if seen.whole and earlier:
        compared = leaves_over_years(seen, earlier, viewer)
        parts += [_fields(seen, compared), _leaves(seen, compared)]
    return parts


def _results(seen: Result, earlier: Sequence[Season]) -> Part:
    line = seen.line
    now = Season(
        seen.round.year,
        seen.round.title,
        line.unit_name,
        "",
        seen.card,
        line.index,
        line.rank,
        line.band,
        tuple(one.index for one in seen.table.standings),
    )
    found = [*earlier, now]
    columns = (
        Column("year", _("Năm"), Form.WHOLE),
        Column("round", _("Đợt đánh giá")),
        Column("index", _("Chỉ số"), Form.PERCENT),
        Column("median", _("Trung vị nhóm"), Form.PERCENT),
        Column("rank", _("Hạng"), Form.WHOLE),
        Column("units", _("Số đơn vị"), Form.WHOLE),
        Column("band", _("Xếp loại")),
    )
    rows = [
        (one.year, one.round_title, one.index, _median(one), one.rank, len(one.indices), one.band)
        for one in found
    ]
    words = _(
        "Chỉ số của mỗi năm tính theo bộ tiêu chí của năm đó; khi bộ tiêu chí thay đổi, chênh lệch giữa hai năm không chỉ do đơn vị."
    )
    grid = Grid(
        "years",
        _("Kết quả qua các năm"),
        columns,
        tuple(map(Line, rows)),
        head=1,
        decimals=seen.table.decimals,
    )
    return Part(grid, CHART, _curve(found) if len(found) > 1 else None, (words,))


def _median(one: Season) -> Fraction:
    found = spread(one.indices)
    return found.median if found else one.index


def _curve(found: Sequence[Season]) -> Curve:
    medians = [_median(one) for one in found]
    least = min([one.index for one in found] + medians)
    bottom = max(int(least // 10) * 10 - 10, 0)
    own = [one.index for one in found]
    years = [one.year for one in found]
    return Curve(_dots(years, own, bottom), _dots(years, medians, bottom))


def _dots(years: Sequence[int], values: Sequence[Fraction], bottom: int) -> tuple[Dot, ...]:
    first, span = years[0], years[-1] - years[0] or 1
    return tuple(
        Dot(
            SIDE + (year - first) * (WIDE - 2 * SIDE) // span,
            TOP + int((100 - min(value, Fraction(100))) * (HIGH - 2 * TOP) / (100 - bottom)),
            year,
            f"{format_percent(value)} %",
        )
        for year, value in zip(years, values, strict=True)
    )


def _origins(found: Iterable[Season]) -> Part:
    columns = (
        Column("year", _("Năm"), Form.WHOLE),
        Column("unit", _("Đơn vị trước khi sắp xếp")),
        Column("share", _("Phần nhập vào")),
        Column("round", _("Đợt đánh giá")),
        Column("index", _("Chỉ số"), Form.PERCENT),
        Column("rank", _("Hạng"), Form.WHOLE),
        Column("units", _("Số đơn vị"), Form.WHOLE),
        Column("band", _("Xếp loại")),
    )
    rows = [
        (one.year, one.unit_name, one.share, one.round_title, one.index, one.rank, len(one.indices), one.band)
        for one in found
    ]
    words = _(
        "Kết quả của từng đơn vị hợp thành, để cạnh nhau; không cộng gộp hay lấy trung bình, vì đó là kết quả của những đơn vị khác."
    )
    grid = Grid("origins", _("Trước khi sắp xếp đơn vị"), columns, tuple(map(Line, rows)), head=1)
    return Part(grid, words=(words,))


def _years(compared: Iterable[Compared]) -> list[int]:
    return sorted({year for one in compared for year in one.years})


def _fields(seen: Result, compared: Sequence[Compared]) -> Part:
    """Return the fields over the leaves that were asked in every one of the years."""
    years = _years(compared)
    always = [one for one in compared if len(years) > 1 and len(one.years) == len(years)]
    by_field: dict[str, list[Compared]] = defaultdict(list)
    for one in always:
        by_field[one.node.field_code].append(one)
    titles = dict(seen.table.field_titles)
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Lĩnh vực")),
        Column("leaves", _("Tiêu chí so sánh được"), Form.WHOLE),
        *(Column(f"y{year}", str(year), Form.PERCENT) for year in years),
        Column("change", _("Thay đổi"), Form.PERCENT),
    )
    lines = []
    for code, own in by_field.items():
        reached = [_reached(own, year) for year in years]
        lines.append(Line((code, titles.get(code, ""), len(own), *reached, reached[-1] - reached[0])))
    words = _(
        "Chỉ tính các tiêu chí được hỏi ở mọi năm trong bảng (đã nối bằng “tiêu chí năm trước”, một với một): %(always)d trên %(all)d tiêu chí của bộ hiện nay."
    ) % {"always": len(always), "all": len(compared)}
    return Part(Grid("fields", _("Lĩnh vực qua các năm"), columns, tuple(lines), head=1), words=(words,))


def _reached(own: Iterable[Compared], year: int) -> Fraction:
    listed = [one.years[year] for one in own]
    points = sum((Fraction(got) for got, _most in listed), Fraction(0))
    return index(points, sum((Fraction(most) for _got, most in listed), Fraction(0)))


def _leaves(seen: Result, compared: Sequence[Compared]) -> Part:
    years = _years(compared)
    shown = [one for one in compared if len(one.years) > 1]
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        *(Column(f"y{year}", str(year), Form.PERCENT) for year in years),
        Column("change", _("Thay đổi"), Form.PERCENT),
    )
    lines = []
    for one in shown:
        reached = [_of_leaf(one, year) for year in years]
        known = [value for value in reached if value is not None]
        lines.append(Line((one.node.code, one.node.title, *reached, known[-1] - known[0])))
    words = _(
        "Phần trăm điểm tối đa của tiêu chí trong năm đó. Tiêu chí không nối được với năm trước, bị tách hoặc không áp dụng thì không so sánh."
    )
    return Part(Grid("leaves", _("Tiêu chí qua các năm"), columns, tuple(lines), head=1), words=(words,))


def _of_leaf(one: Compared, year: int) -> Fraction | None:
    return index(*one.years[year]) if year in one.years else None
