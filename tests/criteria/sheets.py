"""Sheets as people send them, and the way they are sent."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

HEADING = ("STT", "Tiêu chí", "Điểm tối đa")


def book(*rows: Any, **more: Any) -> bytes:
    """Return a workbook with these rows; ``more`` are further sheets by name: lists of rows."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for name, content in {"Bảng": rows, **more}.items():
        fill(made, made.add_worksheet(name), content)
    made.close()
    return out.getvalue()


def fill(made: Any, page: Any, rows: Any) -> None:
    """Write rows into a page of a workbook."""
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(at, column, value, *([day] if isinstance(value, date) else []))


def drawn(draw: Any) -> bytes:
    """Return a workbook with the heading, its page then drawn on by ``draw(book, page)``."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = made.add_worksheet("Bảng")
    fill(made, page, [HEADING])
    draw(made, page)
    made.close()
    return out.getvalue()


def send(client: Any, draft: Any, content: bytes, name: str = "bang.xlsx") -> Any:
    """Send a file to the import of a draft and return the answer."""
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("criteria:sheet_import", args=[draft.pk]), {"file": file})


def press(client: Any, draft: Any, preview: Any, **more: str) -> Any:
    """Press the button of a preview and return the answer."""
    kept = re.search(r'name="kept" value="([^"]+)"', preview.content.decode())
    assert kept, preview.content.decode()[:3000]
    return client.post(reverse("criteria:sheet_apply", args=[draft.pk]), {"kept": kept[1], **more})


def said(answer: Any, status: int = 200) -> str:
    """Return the page's words, entities undone."""
    from html import unescape

    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
