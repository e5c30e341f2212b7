"""All documents of a batch as one zip with an index. Bytes flow through, never all at once."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.core.dates import vn_date
from backend.core.files import open_kept
from backend.core.sheets import new_book
from reports.bulk.models import Batch, BatchItem
from reports.documents.sheets import formats_of
from reports.models import Document

_CHUNK = 1024 * 1024
_DONE = BatchItem.State.DONE


def pack(batch: Batch, out: IO[bytes]) -> None:
    """Write the zip of what is done to ``out``, the units in their order, and the index of all."""
    items = list(batch.items.select_related("document", "card").order_by("order"))
    names = names_of(items)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
        for item in items:
            if item.state == _DONE and item.document is not None:
                _add(package, item.document, names[item.pk])
        package.writestr(f"000 - {_('Mục lục')}.xlsx", index(batch, items, names))


def names_of(items: list[BatchItem]) -> dict[int, str]:
    """Return the file's name in the zip of each item that is done: its place in the order, then its own name."""
    digits = max(3, len(str(len(items))))
    return {
        item.pk: f"{item.order:0{digits}} - {item.document.file_name}"
        for item in items
        if item.state == _DONE and item.document is not None
    }


def _add(package: zipfile.ZipFile, document: Document, name: str) -> None:
    made = vn_date(document.made_at).timetuple()[:6] if document.made_at else (1980, 1, 1, 0, 0, 0)
    info = zipfile.ZipInfo(name, date_time=made)
    info.external_attr = 0o644 << 16
    info.file_size = document.size
    with open_kept(document.stored_as) as source, package.open(info, "w") as target:
        shutil.copyfileobj(source, target, _CHUNK)


def index(batch: Batch, items: list[BatchItem], names: dict[int, str]) -> bytes:
    """Return the sheet that names every unit, its file with size and fingerprint, or why there is none."""
    kept = io.BytesIO()
    book = new_book(kept)
    formats = formats_of(book)
    page = book.add_worksheet(_("Mục lục"))
    page.write_string(0, 0, f"{Document.Kind(batch.kind).label} – {batch.round.title}", formats["title"])
    if batch.is_illustration:
        page.write_string(1, 0, _("SỐ LIỆU MINH HOẠ"), formats["demo"])
        page.set_header(f"&C&B{_('SỐ LIỆU MINH HOẠ')}")
    heads = (_("STT"), _("Đơn vị"), _("Tên tệp"), _("Dung lượng (byte)"), "SHA-256", _("Ghi chú"))
    for column, (head, width) in enumerate(zip(heads, (6, 36, 60, 14, 68, 24), strict=True)):
        page.write_string(3, column, head, formats["head"])
        page.set_column(column, column, width)
    page.freeze_panes(4, 2)
    page.repeat_rows(3)
    for row, item in enumerate(items, start=4):
        _write(page, row, item, names.get(item.pk), formats)
    book.close()
    return kept.getvalue()


def _write(page: Any, row: int, item: BatchItem, name: str | None, formats: dict[str, Any]) -> None:
    page.write_number(row, 0, item.order, formats["whole"])
    page.write_string(row, 1, item.card.unit_name, formats["text"])
    page.write_string(row, 2, name or "", formats["text"])
    if name and item.document is not None:
        page.write_number(row, 3, item.document.size, formats["whole"])
        page.write_string(row, 4, item.document.sha256, formats["text"])
        page.write_string(row, 5, "", formats["text"])
    else:
        page.write_blank(row, 3, None, formats["text"])
        page.write_string(row, 4, "", formats["text"])
        page.write_string(row, 5, str(BatchItem.State.FAILED.label), formats["text"])


def fingerprint(file: IO[bytes]) -> str:
    """Return the SHA-256 of a file, read from its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
