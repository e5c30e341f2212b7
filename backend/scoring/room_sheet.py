"""The history room's list as XLSX, written page by page, so that no more than one page is ever held."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.core.dates import format_moment
from backend.core.sheets import new_book
from backend.scoring.room import Asked, Cursor, first_lines
from backend.scoring.telling import Change, told
from permissions.actor import Actor

MOST_ROWS = 20_000
_AT_ONCE = 500
_WIDTHS = (17, 24, 22, 28, 18, 10, 60, 10, 10, 40)


def written(actor: Actor, asked: Asked) -> IO[bytes]:
    """Return a file with the newest changes that the person may read under these filters."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever gives it out closes it
    try:
        _write_book(file, actor, asked)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_book(file: IO[bytes], actor: Actor, asked: Asked) -> None:
    changes = _changes(actor, asked)
    first = list(islice(changes, 1))  # what the filters refuse is refused before anything is opened
    book = new_book(file, constant_memory=True, in_memory=False)
    sheet = book.add_worksheet(_("Lịch sử"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, _titles(), book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    points = book.add_format({"num_format": "0.000"})
    row = 0
    for row, change in enumerate(chain(first, changes), start=1):
        _write(sheet, row, change, points)
    if row == MOST_ROWS:
        note = _("Chỉ có %(most)s thay đổi mới nhất. Hãy lọc hẹp hơn để lấy những thay đổi cũ hơn.")
        sheet.write_string(row + 1, 0, note % {"most": MOST_ROWS})
    book.close()


def _titles() -> list[str]:
    return [
        _("Lúc"), _("Người"), _("Bước"), _("Đơn vị"), _("Nội dung"), _("Tiêu chí"), _("Thay đổi"), _("Từ điểm"),
        _("Thành điểm"), _("Lý do"),
    ]  # fmt: skip


def _changes(actor: Actor, asked: Asked) -> Iterator[Change]:
    before: Cursor | None = None
    for _page in range(MOST_ROWS // _AT_ONCE):
        lines = first_lines(actor, asked, before, _AT_ONCE)
        yield from told(lines)
        if len(lines) < _AT_ONCE:
            return
        before = Cursor(lines[-1].at, lines[-1].id)


def _write(sheet: Any, row: int, change: Change, points: Any) -> None:
    history = change.row
    texts = [
        format_moment(history.history_date), history.actor_name, history.step_name, history.unit_name,
        str(change.title), change.line.code, change.what,
    ]  # fmt: skip
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text)
    for column, value in ((7, change.points_before), (8, change.points_after)):
        if value is not None:
            sheet.write_number(row, column, value, points)
    sheet.write_string(row, 9, " ".join(part for part in (change.reason, change.stated) if part))
