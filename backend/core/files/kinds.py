"""The kinds of file taken as evidence, as one table."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """One kind: its stored content type, the endings a name may have, what people call it."""

    content_type: str
    endings: tuple[str, ...]
    title: object


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

PDF = Kind("application/pdf", ("pdf",), "PDF")
DOCX = Kind(f"{_OFFICE}wordprocessingml.document", ("docx",), _("Word (DOCX)"))
XLSX = Kind(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), _("Excel (XLSX)"))
PPTX = Kind(f"{_OFFICE}presentationml.presentation", ("pptx", "ppsx"), _("PowerPoint (PPTX)"))
DOC = Kind("application/msword", ("doc",), _("Word (DOC)"))
XLS = Kind("application/vnd.ms-excel", ("xls",), _("Excel (XLS)"))
PPT = Kind("application/vnd.ms-powerpoint", ("ppt", "pps"), _("PowerPoint (PPT)"))
ODT = Kind(f"{_OPEN}text", ("odt",), _("văn bản OpenDocument (ODT)"))
ODS = Kind(f"{_OPEN}spreadsheet", ("ods",), _("bảng tính OpenDocument (ODS)"))
ODP = Kind(f"{_OPEN}presentation", ("odp",), _("trình chiếu OpenDocument (ODP)"))
JPEG = Kind("image/jpeg", ("jpg", "jpeg"), _("ảnh JPG"))
PNG = Kind("image/png", ("png",), _("ảnh PNG"))

KINDS = (PDF, DOCX, XLSX, PPTX, DOC, XLS, PPT, ODT, ODS, ODP, JPEG, PNG)
ENDINGS = {ending: kind for kind in KINDS for ending in kind.endings}
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)
TAKEN = _("Chỉ nhận PDF, Word, Excel, PowerPoint, OpenDocument và ảnh JPG, PNG.")


class Unfit(Exception):
    """The content may not be taken; the message is the sentence for the person."""


def named_kind(name: str) -> Kind | None:
    """Return the kind that the ending of ``name`` promises, or None."""
    return ENDINGS.get(name.rpartition(".")[2].lower())
