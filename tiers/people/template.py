"""The file to fill in: the columns of an import with lists to choose from, every cell typed."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.core.sheets import new_book
from permissions.actor import Actor
from permissions.roles import ROLE_TITLES
from tiers.models import Unit
from tiers.people import queries
from tiers.people.importing import COLUMNS, MOST_ROWS

WIDE = {"full_name": 36, "unit": 34, "role": 38, "workplace": 34, "email": 28}


def template_for(actor: Actor) -> bytes:
    """Return an XLSX file whose lists hold the units the actor manages today."""
    units = list(queries.units_for(actor, vn_date(clock.now())))
    out = BytesIO()
    book = new_book(out)
    bold = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF5", "border": 1}
    )
    text = book.add_format({"num_format": "@"})
    _people(book.add_worksheet(_("Tài khoản")), bold, text)
    _units(book.add_worksheet(_("Đơn vị")), units, bold, text)
    _roles(book.add_worksheet(_("Vai trò")), bold, text)
    if settings.DEMO:
        _mark(book)
    book.close()
    return out.getvalue()


def _mark(book: Any) -> None:
    """Write the demonstration's mark right of the heading, where the import looks for no column."""
    for sheet in book.worksheets():
        sheet.write_string(0, len(COLUMNS), _("SỐ LIỆU MINH HOẠ"), book.add_format({"bold": True}))
        sheet.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")


def _people(sheet: Any, bold: Any, text: Any) -> None:
    for at, (key, title, needed, _longest) in enumerate(COLUMNS):
        sheet.set_column(at, at, WIDE.get(key, 18), text)
        sheet.write_string(0, at, f"{title} *" if needed else str(title), bold)
    roles = f"='{_('Vai trò')}'!$A$2:$A${len(ROLE_TITLES) + 1}"
    place = next(at for at, column in enumerate(COLUMNS) if column[0] == "role")
    sheet.data_validation(
        1, place, MOST_ROWS, place, {"validate": "list", "source": roles, "error_type": "warning"}
    )
    sheet.freeze_panes(1, 0)


def _units(sheet: Any, units: list[Unit], bold: Any, text: Any) -> None:
    sheet.set_column(0, 0, 14, text)
    sheet.set_column(1, 1, 50, text)
    sheet.set_column(2, 2, 16, text)
    for at, title in enumerate([_("Mã đơn vị"), _("Tên đơn vị"), _("Từ ngày")]):
        sheet.write_string(0, at, title, bold)
    for row, unit in enumerate(units, start=1):
        _write(sheet, row, [unit.code, unit.name, unit.valid_from])


def _roles(sheet: Any, bold: Any, text: Any) -> None:
    sheet.set_column(0, 0, 44, text)
    sheet.write_string(0, 0, _("Vai trò"), bold)
    for row, title in enumerate(ROLE_TITLES.values(), start=1):
        _write(sheet, row, [str(title)])


def _write(sheet: Any, row: int, values: list[str | date]) -> None:
    # Always as text: a name that begins with "=" is a name.
    for at, value in enumerate(values):
        sheet.write_string(row, at, format_date(value) if isinstance(value, date) else value)
