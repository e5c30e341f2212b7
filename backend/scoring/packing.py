"""All evidence of a card in one zip with a sheet that says what each file is. Bytes flow through, never all at once."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core import letterhead
from backend.core.dates import vn_date
from backend.core.sheets import new_book
from backend.core.text import clean_name
from backend.scoring import files
from backend.scoring.models import Scorecard, StoredFile
from backend.scoring.queries import Item, Lack, Sheet, items_of
from permissions.actor import Actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 1024 * 1024
_LONGEST = 110
_MOST_BYTES = 240
# No zip can say an earlier day.
_EARLIEST = (1980, 1, 1, 0, 0, 0)

Cell = tuple[str, Any]


def file_name(card: Scorecard) -> str:
    """Return the name of the whole package."""
    return letterhead.file_name(_("Tài liệu kiểm chứng"), card.unit_name, str(card.round.year), ending="zip")


def pack(sheet: Sheet, viewer: Actor, out: IO[bytes], *, told: Callable[[int, int], None]) -> None:
    """Write the package of what the viewer sees to ``out``; ``told`` hears how many files of how many are in it."""
    items = items_of(sheet, viewer)
    names = names_of(items)
    total = len(names)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
        told(0, total)
        for done, place in enumerate(list(names), start=1):
            if not _add(package, items[place], names[place]):
                del names[place]
            told(done, total)
        package.writestr(f"00 - {_('Danh mục tài liệu')}.xlsx", index(sheet.card, items, names))


def names_of(items: list[Item]) -> dict[int, str]:
    """Return the name in the package of each item that has a file to give, by its place in the list.

    A name begins with the leaf's code and is the only one of its kind, in a folder where case does not count too.
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    for place, item in enumerate(items):
        if item.piece.file is None or item.piece.file.state == StoredFile.State.HARMFUL:
            continue
        name = _unique(_safe(f"{item.leaf.code} - {item.piece.file_name}"), taken)
        taken.add(name.casefold())
        names[place] = name
    return names


def _safe(name: str) -> str:
    """Return a name that every file system takes: no folders, and short in bytes as well as in letters."""
    longest = _LONGEST
    safe = clean_name(name.replace("/", "-"), longest=longest)
    while len(safe.encode()) > _MOST_BYTES:
        longest -= 5
        safe = clean_name(safe, longest=longest)
    return safe


def _unique(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number, fresh = 2, name
    while fresh.casefold() in taken:
        fresh = f"{stem or ending} ({number}){dot}{ending if stem else ''}"
        number += 1
    return fresh


def _add(package: zipfile.ZipFile, item: Item, name: str) -> bool:
    """Put the bytes of an item in the package; False where they are no more."""
    stored = item.piece.file
    if stored is None:
        return False
    added = vn_date(item.piece.added_at).timetuple()[:6]
    info = zipfile.ZipInfo(name, date_time=max(added, _EARLIEST))
    info.external_attr = 0o644 << 16
    info.file_size = stored.size
    try:
        source = files.open_stored(stored.unit_id, stored.sha256)
    except FileNotFoundError:
        return False
    with source, package.open(info, "w") as target:
        shutil.copyfileobj(source, target, _CHUNK)
    return True


# --- sheets ------------------------------------------------------------------------------------------------

_INDEX = (
    (gettext_lazy("Mã tiêu chí"), 12),
    (gettext_lazy("Tiêu chí"), 45),
    (gettext_lazy("Tên tệp trong gói"), 45),
    (gettext_lazy("Số, ký hiệu"), 18),
    (gettext_lazy("Ngày ban hành"), 14),
    (gettext_lazy("Cơ quan ban hành"), 28),
    (gettext_lazy("Mục, trang"), 22),
    (gettext_lazy("Dung lượng (byte)"), 14),
    (gettext_lazy("SHA-256"), 68),
    (gettext_lazy("Người thêm"), 24),
    (gettext_lazy("Ngày thêm"), 14),
    (gettext_lazy("Lưu ý"), 40),
)
_LACKS = (
    (gettext_lazy("Mã tiêu chí"), 12),
    (gettext_lazy("Tiêu chí"), 60),
    (gettext_lazy("Điểm tự chấm"), 12),
    (gettext_lazy("Còn thiếu"), 34),
    (gettext_lazy("Tài liệu tiêu chí yêu cầu"), 60),
    (gettext_lazy("Giải trình"), 14),
)


def index(card: Scorecard, items: list[Item], names: dict[int, str]) -> bytes:
    """Return the sheet that names every piece of evidence; ``names`` as ``names_of`` gives them."""
    rows = (_index_row(item, names.get(place)) for place, item in enumerate(items))
    return _book(card, _("Danh mục tài liệu kiểm chứng"), _INDEX, rows)


def _index_row(item: Item, name: str | None) -> list[Cell]:
    piece = item.piece
    return [
        ("text", item.leaf.code),
        ("text", item.leaf.node.title),
        ("text", name or f"({_why_absent(item)})"),
        ("text", piece.number),
        ("date", piece.issued_on),
        ("text", piece.issuer),
        ("text", piece.section),
        ("whole", piece.file.size if piece.file else None),
        ("text", piece.file.sha256 if piece.file else ""),
        ("text", piece.added_by),
        ("date", vn_date(piece.added_at)),
        ("text", "; ".join(flag.words for flag in item.flags)),
    ]


def _why_absent(item: Item) -> str:
    if item.piece.file is None:
        return _("chỉ ghi số văn bản, không có tệp")
    if item.piece.file.state == StoredFile.State.HARMFUL:
        return _("tệp bị chặn, không có trong gói")
    return _("không tìm thấy tệp trong kho, không có trong gói")


def lacks(card: Scorecard, found: list[Lack]) -> bytes:
    """Return the sheet of leaves without a document."""
    rows = (
        [
            ("text", lack.leaf.code),
            ("text", lack.leaf.node.title),
            ("points", lack.leaf.points),
            ("text", lack.why),
            ("text", lack.asked),
            ("text", _("đã có") if lack.is_explained else _("chưa có")),
        ]
        for lack in found
    )
    return _book(card, _("Tiêu chí còn thiếu tài liệu"), _LACKS, rows)


def _book(
    card: Scorecard, title: str, heads: Sequence[tuple[object, int]], rows: Iterable[list[Cell]]
) -> bytes:
    kept = io.BytesIO()
    book = new_book(kept)
    formats = _formats(book)
    page = book.add_worksheet(_("Danh mục"))
    top = _write_top(page, card, title, formats)
    for column, (head, width) in enumerate(heads):
        page.write_string(top, column, str(head), formats["head"])
        page.set_column(column, column, width)
    page.freeze_panes(top + 1, 1)
    page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for place, cells in enumerate(rows, start=top + 1):
        for column, (kind, value) in enumerate(cells):
            _write(page, (place, column), kind, value, formats)
    book.close()
    return kept.getvalue()


def _write_top(page: Any, card: Scorecard, title: str, formats: dict[str, Any]) -> int:
    page.write_string(0, 0, title, formats["title"])
    page.write_string(1, 0, f"{card.unit_name} – {card.round.title}", formats["plain"])
    if not (card.round.is_illustration or settings.DEMO):
        return 3
    page.write_string(2, 0, _("SỐ LIỆU MINH HOẠ"), formats["demo"])
    page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
    return 4


def _formats(book: Any) -> dict[str, Any]:
    font = {"font_name": "Times New Roman", "font_size": 12}
    cell = {**font, "border": 1, "valign": "top"}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 14}),
        "demo": book.add_format({**font, "bold": True, "font_color": "#B3161D"}),
        "plain": book.add_format(font),
        "head": book.add_format({**cell, "bold": True, "text_wrap": True, "align": "center"}),
        "text": book.add_format({**cell, "text_wrap": True}),
        "whole": book.add_format({**cell, "num_format": "#,##0"}),
        "points": book.add_format({**cell, "num_format": "#,##0.00#"}),
        "date": book.add_format({**cell, "num_format": "dd/mm/yyyy"}),
    }


def _write(page: Any, at: tuple[int, int], kind: str, value: Any, formats: dict[str, Any]) -> None:
    if value in (None, ""):
        page.write_blank(*at, None, formats[kind])
    elif isinstance(value, date):
        page.write_datetime(*at, value, formats[kind])
    elif kind == "text":
        page.write_string(*at, value, formats[kind])
    else:
        page.write_number(*at, value, formats[kind])
