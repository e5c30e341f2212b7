"""A finished backtest as a workbook: units, leaves, fields and the leaves not tried, numbers in typed cells."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.exact import round_half_up
from reports.backtest.tables import GroupTable, LeafLine, Line, tables
from reports.documents.sheets import formats_of, sheet_name
from reports.models import Backtest

Cell = tuple[Any, str]


def backtest(made: Backtest) -> tuple[bytes, str]:
    """Return the backtest as XLSX bytes and its file name."""
    import xlsxwriter  # deferred: only who asks for a workbook needs it

    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False})
    formats = formats_of(book)
    number = 0
    for group in tables(made):
        for title, heads, rows in _sheets(group):
            number += 1
            page = book.add_worksheet(sheet_name(number, f"{title} {group.title}"))
            _write(page, made, f"{title} – {group.title}", heads, rows, formats)
    book.close()
    name = letterhead.file_name(
        "Chạy thử bộ tiêu chí", made.criteria_set.title, str(made.round.year), ending="xlsx"
    )
    return kept.getvalue(), name


def _sheets(group: GroupTable) -> Iterable[tuple[str, list[str], list[list[Cell]]]]:
    yield _("Đơn vị"), _unit_heads(), [_unit(line) for line in group.lines]
    yield _("Tiêu chí"), _leaf_heads(), [_leaf(leaf) for leaf in group.leaves]
    yield _("Lĩnh vực"), _leaf_heads()[:8], [_leaf(field)[:8] for field in group.fields]
    if group.extras:
        heads = [_("Loại"), *_extra_heads()]
        yield _("Thưởng, phạt"), heads, [[(one.outside, "text"), *_carried(one)] for one in group.extras]
    yield _("Không thử"), [_("Bên"), _("Mã"), _("Nội dung"), _("Điểm tối đa")], _alone(group)


def _unit_heads() -> list[str]:
    return [
        _("Tên đơn vị"),
        _("Hạng đã công bố"),
        _("Điểm đã công bố"),
        _("Tối đa đã công bố"),
        _("Chỉ số đã công bố (%)"),
        _("Xếp loại đã công bố"),
        _("Điểm cũ"),
        _("Tối đa cũ"),
        _("Hạng cũ"),
        _("Xếp loại cũ"),
        _("Điểm mới"),
        _("Tối đa mới"),
        _("Hạng mới"),
        _("Xếp loại mới"),
        _("Lên (+) xuống (−)"),
        _("Hạng tốt nhất"),
        _("Hạng 5 %"),
        _("Hạng giữa"),
        _("Hạng 95 %"),
        _("Hạng thấp nhất"),
        _("Tiêu chí làm thay đổi nhiều nhất"),
    ]


def _unit(line: Line) -> list[Cell]:
    old, old_most, new, new_most = line.points
    ranks = line.ranks
    moved = "; ".join(f"{code}: {_signed(shift)}" for code, _title, shift in line.movers)
    return [
        (line.name, "text"),
        *_published(line),
        (old, "points"),
        (old_most, "points"),
        (line.old.rank, "whole"),
        (line.old.band, "text"),
        (new, "points"),
        (new_most, "points"),
        (line.new.rank, "whole"),
        (line.new.band, "text"),
        (line.moved, "whole"),
        *((rank, "whole") for rank in (ranks.best, ranks.low, ranks.middle, ranks.high, ranks.worst)),
        (moved, "text"),
    ]


def _published(line: Line) -> list[Cell]:
    if (kept := line.published) is None:
        return [("", "text")] * 5
    return [
        (kept.rank, "whole"),
        (kept.total, "points"),
        (kept.maximum, "points"),
        (kept.index, "percent2"),
        (kept.band, "text"),
    ]


def _signed(shift: Fraction) -> str:
    rounded = round_half_up(shift, 2)
    return f"{'−' if rounded < 0 else '+'}{abs(rounded)}".replace(".", ",")


def _leaf_heads() -> list[str]:
    return [
        _("Mã"),
        _("Nội dung"),
        _("Điểm tối đa"),
        _("Số đơn vị"),
        _("Đơn vị đủ điểm"),
        _("Đạt trung bình (%)"),
        _("Độ lệch chuẩn (điểm)"),
        _("Phần trong độ phân tán (%)"),
        *_extra_heads()[3:],
    ]


def _extra_heads() -> list[str]:
    return [
        _("Mã"),
        _("Nội dung"),
        _("Điểm tối đa"),
        _("Tiêu chí cũ"),
        _("Điểm tối đa cũ"),
        _("Cách nối"),
        _("Điểm lấy sang"),
    ]


def _leaf(leaf: LeafLine) -> list[Cell]:
    named, came = _carried(leaf)[:3], _carried(leaf)[3:]
    return [
        *named,
        (leaf.units, "whole"),
        (leaf.full, "whole"),
        (leaf.mean, "percent2"),
        (leaf.deviation, "points"),
        (leaf.share, "percent2"),
        *came,
    ]


def _carried(leaf: LeafLine) -> list[Cell]:
    """Return which leaf it is, and which it stands for and how its points came over."""
    linked = _("đoán theo mã và tên") if leaf.guessed else _("đã nối")
    ways = "; ".join(f"{words}: {count}" for words, count in leaf.ways)
    return [
        (leaf.code, "text"),
        (leaf.title, "text"),
        (leaf.maximum, "points"),
        (leaf.old_code, "text"),
        (leaf.old_maximum, "points"),
        (linked, "text"),
        (ways, "text"),
    ]


def _alone(group: GroupTable) -> list[list[Cell]]:
    sides = ((_("chỉ có trong dự thảo"), group.new_only), (_("chỉ có trong đợt cũ"), group.old_only))
    return [
        [(side, "text"), (leaf.code, "text"), (leaf.title, "text"), (leaf.maximum, "points")]
        for side, leaves in sides
        for leaf in leaves
    ]


def _write(
    page: Any,
    made: Backtest,
    title: str,
    heads: Sequence[str],
    rows: list[list[Cell]],
    formats: dict[str, Any],
) -> None:
    top = _write_top(page, made, title, formats)
    for column, head in enumerate(heads):
        page.write_string(top, column, head, formats["head"])
    page.freeze_panes(top + 1, 1)
    page.set_column(0, len(heads), 13)
    page.set_column(0 if len(heads) > 12 else 1, 0 if len(heads) > 12 else 1, 40)
    page.repeat_rows(top)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)
    for place, row in enumerate(rows, start=top + 1):
        for column, (value, kind) in enumerate(row):
            write = page.write_string if kind == "text" else page.write_number
            write(place, column, value, formats[kind])


def _write_top(page: Any, made: Backtest, title: str, formats: dict[str, Any]) -> int:
    """Write title, mark of illustration and what was tried on what; return the next free row."""
    page.write_string(0, 0, title, formats["title"])
    tried = _("%(set)s, thử trên %(round)s") % {"set": made.criteria_set.title, "round": made.round.title}
    page.write_string(1, 0, tried, formats["plain"])
    if not made.is_illustration:
        return 3
    page.write_string(2, 0, _("SỐ LIỆU MINH HOẠ"), formats["demo"])
    page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
    return 4
