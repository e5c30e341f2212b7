"""The history room's list as XLSX, written page by page, so that no more than one page is ever held."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.audit.queries import Covering, Place, covering
from backend.core import clock
from backend.core.dates import VN, format_moment
from backend.core.sheets import new_book
from backend.scoring.room import Asked, Cursor, first_lines
from backend.scoring.telling import Change, told
from permissions.actor import Actor

MOST_ROWS = 20_000
_AT_ONCE = 500
_WIDTHS = (20, 24, 22, 28, 18, 10, 60, 10, 10, 40, 18, 9, 66, 10)


@dataclass
class Head:
    """What stands above the table: each filter by its label, and whether the figures are invented."""

    filters: list[tuple[str, str]] = field(default_factory=list)
    is_demo: bool = False


def written(actor: Actor, asked: Asked, head: Head) -> IO[bytes]:
    """Return a file with the newest changes that the person may read under these filters."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever gives it out closes it
    try:
        _write_book(file, actor, asked, head)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_book(file: IO[bytes], actor: Actor, asked: Asked, head: Head) -> None:
    pages = _pages(actor, asked)
    first = list(islice(pages, 1))  # what the filters refuse is refused before anything is opened
    book = new_book(file, constant_memory=True, in_memory=False)
    sheet = book.add_worksheet(_("Lịch sử"))
    formats = {
        "bold": book.add_format({"bold": True}),
        "points": book.add_format({"num_format": "0.000"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
    }
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    row = top = _write_head(sheet, head, formats)
    for changes, checkpoints in chain(first, pages):
        for change in changes:
            row += 1
            _write(sheet, row, change, checkpoints.get(_place(change)), formats)
    if row - top == MOST_ROWS:
        note = _("Chỉ có %(most)s thay đổi mới nhất. Hãy lọc hẹp hơn để lấy những thay đổi cũ hơn.")
        sheet.write_string(row + 1, 0, note % {"most": MOST_ROWS})
    book.close()


def _write_head(sheet: Any, head: Head, formats: dict[str, Any]) -> int:
    """Write what stands above the rows, and return the row of the columns' titles."""
    lines = [_("LỊCH SỬ THẨM ĐỊNH"), _("Lấy lúc %s") % format_moment(clock.now())]
    if head.is_demo:
        lines.insert(1, _("SỐ LIỆU MINH HOẠ"))
        sheet.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
    lines += [f"{label}: {value}" for label, value in head.filters] or [_("Không lọc")]
    for row, text in enumerate(lines):
        sheet.write_string(row, 0, text, formats["bold"] if row < len(lines) - len(head.filters) else None)
    top = len(lines) + 1
    sheet.write_row(top, 0, _titles(), formats["bold"])
    sheet.freeze_panes(top + 1, 0)
    return top


def _titles() -> list[str]:
    return [
        _("Lúc"), _("Người"), _("Bước"), _("Đơn vị"), _("Nội dung"), _("Tiêu chí"), _("Thay đổi"), _("Từ điểm"),
        _("Thành điểm"), _("Lý do"), _("Chuỗi lịch sử"), _("Số thứ tự"), _("Mã băm"), _("Chốt sổ số"),
    ]  # fmt: skip


def _pages(actor: Actor, asked: Asked) -> Iterator[tuple[list[Change], dict[Place, Covering]]]:
    """Yield the changes, so many at once, with the checkpoint that first covers each."""
    before: Cursor | None = None
    for _page in range(MOST_ROWS // _AT_ONCE):
        lines = first_lines(actor, asked, before, _AT_ONCE)
        changes = told(lines)
        yield changes, covering(place for change in changes if (place := _place(change))[0])
        if len(lines) < _AT_ONCE:
            return
        before = Cursor(lines[-1].at, lines[-1].id)


def _place(change: Change) -> Place:
    """Return the chain and the place in it; an access is on none."""
    return getattr(change.row, "chain", ""), getattr(change.row, "sequence", 0)


def _write(
    sheet: Any, row: int, change: Change, checkpoint: Covering | None, formats: dict[str, Any]
) -> None:
    history = change.row
    texts = [
        history.actor_name, history.step_name, history.unit_name, str(change.title), change.line.code, change.what,
    ]  # fmt: skip
    at = history.history_date.astimezone(VN).replace(tzinfo=None)
    sheet.write_datetime(row, 0, at, formats["moment"])
    for column, text in enumerate(texts, start=1):
        sheet.write_string(row, column, text)
    for column, value in ((7, change.points_before), (8, change.points_after)):
        if value is not None:
            sheet.write_number(row, column, value, formats["points"])
    sheet.write_string(row, 9, " ".join(part for part in (change.reason, change.stated) if part))
    chain_name, sequence = _place(change)
    if chain_name:
        sheet.write_string(row, 10, chain_name)
        sheet.write_number(row, 11, sequence)
        sheet.write_string(row, 12, history.digest)
    if checkpoint is not None:
        sheet.write_number(row, 13, checkpoint.number)
