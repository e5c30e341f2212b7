"""Results by place: tiles of units, arranged by the district they lie in, or lay in before the districts were dissolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.sections import Part, Section
from reports.analysis.spread import spread
from reports.charts import shade_of
from reports.queries.analysed import Analysed
from reports.queries.places import Area, areas_of
from reports.standings import Standing, Table

TILES = "reports/analysis/_tiles.html"
# Signs of one line of a tile's name.
LINE = 13
# Lines of a table that show at once.
FIRST = 20


@dataclass(frozen=True)
class Tile:
    """One unit on the map: its name in at most two lines, its index and shade."""

    card_id: int
    name: str
    lines: tuple[str, ...]
    index: Fraction
    shade: str


@dataclass(frozen=True)
class Block:
    """One area with its tiles."""

    title: str
    tiles: tuple[Tile, ...]
    mean: Fraction
    decimals: int


def by_place(seen: Analysed) -> list[Section]:
    """Return every group as tiles by area, with its tables."""
    units = [line.unit_id for table in seen.tables for line in table.standings]
    areas = areas_of(units, seen.round.host)
    return [
        Section(
            f"nhom-{number}",
            table.title,
            _parts(table, areas),
            empty=_("Nhóm này chưa có đơn vị nào có kết quả."),
        )
        for number, table in enumerate(seen.tables, 1)
    ]


def _parts(table: Table, areas: Mapping[int, Area]) -> tuple[Part, ...]:
    if not table.standings:
        return ()
    direct = Area(10**6, _("Thuộc thẳng cơ quan tổ chức"))
    placed: dict[Area, list[Standing]] = {}
    for line in sorted(table.standings, key=lambda one: (one.unit_order, one.card_id)):
        placed.setdefault(areas.get(line.unit_id, direct), []).append(line)
    ordered = sorted(placed.items(), key=lambda item: (item[0].order, item[0].name))
    blocks = [_block(area.name, lines, table.decimals) for area, lines in ordered]
    words = _(
        "Mỗi ô là một đơn vị, xếp theo địa bàn cấp huyện hiện nay hoặc trước khi sắp xếp (nơi có nhiều phần hợp thành nhất); vị trí ô không phải vị trí địa lý. Màu theo chỉ số: dưới 50, từ 50, từ 65, từ 80, từ 90 %."
    )
    return (Part(_areas(ordered, table), TILES, blocks, (words,)), _units(ordered, table))


def _block(title: str, lines: list[Standing], decimals: int) -> Block:
    tiles = tuple(_tile(line) for line in lines)
    mean = sum((line.index for line in lines), Fraction(0)) / len(lines)
    return Block(title, tiles, mean, decimals)


def _tile(line: Standing) -> Tile:
    return Tile(line.card_id, line.unit_name, _two_lines(line.unit_name), line.index, shade_of(line.index))


def _two_lines(name: str) -> tuple[str, ...]:
    """Return the name in at most two lines, broken between words; what is longer ends in a mark of it."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + len(word) >= LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1]}…"]
    return tuple(lines)


Placed = list[tuple[Area, list[Standing]]]


def _areas(ordered: Placed, table: Table) -> Grid:
    columns = (
        Column("area", _("Địa bàn")),
        Column("units", _("Số đơn vị"), Form.WHOLE),
        Column("mean", _("Trung bình"), Form.PERCENT),
        Column("median", _("Trung vị"), Form.PERCENT),
        Column("least", _("Thấp nhất"), Form.PERCENT),
        Column("best", _("Cao nhất"), Form.PERCENT),
    )
    lines = []
    for area, rows in ordered:
        found = spread(row.index for row in rows)
        if found:
            lines.append(Line((area.name, found.units, found.mean, found.median, found.least, found.best)))
    title = _("Theo địa bàn: %(group)s") % {"group": table.title}
    return Grid("areas", title, columns, tuple(lines), decimals=table.decimals)


def _units(ordered: Placed, table: Table) -> Part:
    columns = (
        Column("area", _("Địa bàn")),
        Column("unit", _("Đơn vị")),
        Column("index", _("Chỉ số"), Form.PERCENT),
        Column("rank", _("Hạng"), Form.WHOLE),
        Column("band", _("Xếp loại")),
    )
    lines = tuple(
        Line(
            (area.name, row.unit_name, row.index, row.rank, row.band),
            reverse("reports:unit_analysis", args=[row.card_id]),
        )
        for area, rows in ordered
        for row in rows
    )
    title = _("Đơn vị theo địa bàn: %(group)s") % {"group": table.title}
    grid = Grid("units", title, columns, lines, head=1, decimals=table.decimals)
    return Part(replace(grid, lines=lines[:FIRST]), folded=grid) if len(lines) > FIRST else Part(grid)
