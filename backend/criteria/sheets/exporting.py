"""A set as a workbook in the official column layout, to read, to print, and to send back changed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.core.exact import ZERO
from backend.core.sheets import new_book
from backend.core.text import clean_name
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import Branch, branches, flatten
from backend.criteria.sheets.columns import COLUMNS, PLACES, PRINTED
from backend.criteria.sheets.scopes import named_in, scope_cell
from backend.criteria.sheets.words import Said, cells_of, text_cell

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBERS = frozenset({"points", "planned"})
_CENTRED = frozenset({"code", "needs_evidence", "only_with_procedures", "open_to_additions", "id"})
_STARTS_FORMULA = ("=", "+", "-", "@", "\t")
_FONT = {"font_name": "Times New Roman", "font_size": 11}
_A4 = 9


def exported(criteria_set: CriteriaSet, nodes: Sequence[Node]) -> tuple[bytes, str]:
    """Return the set with these nodes as XLSX bytes, and a name for the file.

    Texts are text cells whatever they begin with, points are numbers. The last column, hidden, holds the key
    of each node; above it stand the key of the set and its revision.
    """
    kept = io.BytesIO()
    book = new_book(kept)
    page = book.add_worksheet(_("Tiêu chí"))
    formats = _formats(book)
    row = _write_top(page, criteria_set, formats)
    _set_up(page, row, criteria_set)
    for place, column in enumerate(COLUMNS):
        page.write_string(row, place, str(column.title), formats["head"])
    tree, said, named = branches(nodes), Said(), named_in(criteria_set)
    for place, branch in enumerate(flatten(tree), start=row + 1):
        texts = {**cells_of(branch.node, said), "applies_to": scope_cell(named.get(branch.node.pk, ()))}
        _write_branch(page, place, branch, formats, texts)
    last = row + 1 + len(nodes)
    _write_total(page, last, tree, formats)
    page.print_area(0, 0, last, PRINTED - 1)
    book.close()
    return kept.getvalue(), _file_name(criteria_set)


def _file_name(criteria_set: CriteriaSet) -> str:
    name = clean_name(f"{criteria_set.title} (phiên bản {criteria_set.version})", longest=110)
    return f"{name}.xlsx"


def _formats(book: Any) -> dict[str, Any]:
    cell = {**_FONT, "border": 1, "text_wrap": True, "valign": "top"}
    shade = {"bold": True, "bg_color": "#EEF2F7"}
    made = {
        "title": {**_FONT, "bold": True, "font_size": 14},
        "demo": {**_FONT, "bold": True, "font_color": "#B3161D"},
        "plain": _FONT,
        "head": {**cell, **shade, "align": "center", "valign": "vcenter"},
    }
    for kind, looks in (("leaf", {}), ("group", shade)):
        made[f"{kind} text"] = {**cell, **looks}
        made[f"{kind} centred"] = {**cell, **looks, "align": "center"}
        made[f"{kind} number"] = {**cell, **looks, "num_format": "#,##0.###"}
        # Typed into in Excel, such a text would turn into a formula; the mark keeps it a text.
        made[f"{kind} quoted"] = {**cell, **looks, "quote_prefix": True}
    return {name: book.add_format(looks) for name, looks in made.items()}


def _write_top(page: Any, criteria_set: CriteriaSet, formats: dict[str, Any]) -> int:
    """Write title, owner, legal basis and the hidden mark; return the row of the heading."""
    lines = [(criteria_set.title, "title"), (_about(criteria_set), "plain"), (_basis(criteria_set), "plain")]
    if criteria_set.is_illustration:
        lines.append((_("SỐ LIỆU MINH HOẠ"), "demo"))
    for row, (text, looks) in enumerate(lines):
        page.write_string(row, 0, text, formats[looks])
    page.write_string(0, PLACES["id"], f"bộ {criteria_set.pk}, lần sửa {criteria_set.revision}")
    return len(lines) + 1


def _about(criteria_set: CriteriaSet) -> str:
    return _("%(owner)s · %(kind)s · năm %(year)d, phiên bản %(version)d (%(state)s)") % {
        "owner": criteria_set.owner.name,
        "kind": criteria_set.kind.title,
        "year": criteria_set.year,
        "version": criteria_set.version,
        "state": criteria_set.get_state_display(),
    }


def _basis(criteria_set: CriteriaSet) -> str:
    if not criteria_set.legal_number:
        return _("Chưa ghi số văn bản")
    if not criteria_set.legal_date:
        return _("Kèm theo %s") % criteria_set.legal_number
    said = {"number": criteria_set.legal_number, "day": format_date(criteria_set.legal_date)}
    return _("Kèm theo %(number)s ngày %(day)s") % said


def _set_up(page: Any, heading: int, criteria_set: CriteriaSet) -> None:
    for place, column in enumerate(COLUMNS):
        page.set_column(place, place, column.width, None, {"hidden": column.key == "id"})
    page.freeze_panes(heading + 1, 2)
    page.repeat_rows(heading)
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P/&N")
    if criteria_set.is_illustration:
        page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")


def _write_branch(
    page: Any, row: int, branch: Branch, formats: dict[str, Any], texts: dict[str, str]
) -> None:
    node, kind = branch.node, "leaf" if branch.node.is_leaf else "group"
    points = node.max_points if node.is_leaf else branch.points or None
    numbers = {"points": points, "planned": node.planned_points}
    texts = {**texts, "note": _note(node), "id": str(node.pk)}
    for place, column in enumerate(COLUMNS):
        if column.key in _NUMBERS:
            _write_number(page, row, place, numbers[column.key], formats[f"{kind} number"])
        else:
            text = texts[column.key]
            page.write_string(row, place, text, formats[f"{kind} {_looks(column.key, text)}"])


def _looks(key: str, text: str) -> str:
    if text.startswith(_STARTS_FORMULA):
        return "quoted"
    return "centred" if key in _CENTRED else "text"


def _write_number(page: Any, row: int, place: int, number: Any, looks: Any) -> None:
    if number is None:
        page.write_blank(row, place, None, looks)
    else:
        page.write_number(row, place, number, looks)


def _note(node: Node) -> str:
    """Return the rule in words, for who reads the print; the import leaves this column aside."""
    words = node.rule_words
    return text_cell("\n".join(words.lines)) if words else ""


def _write_total(page: Any, row: int, tree: Sequence[Branch], formats: dict[str, Any]) -> None:
    for place in range(len(COLUMNS) - 1):
        page.write_blank(row, place, None, formats["group text"])
    leaves = [branch.node for branch in flatten(tree) if branch.node.is_leaf]
    points = sum((leaf.max_points or ZERO for leaf in leaves if leaf.counting == Node.Counting.BASE), ZERO)
    page.write_string(row, PLACES["title"], _("Tổng cộng"), formats["group text"])
    page.write_number(row, PLACES["points"], points, formats["group number"])
