"""The slow look at kept bytes, done in the background: programs and traps inside documents."""

from __future__ import annotations

import zipfile
from typing import IO, Protocol

from django.utils.translation import gettext as _

from . import packages, papers
from .keeping import open_stored
from .kinds import DOCX, PDF, PPTX, XLSX

_OFFICE = {DOCX.content_type, XLSX.content_type, PPTX.content_type}
# What Word or Excel would fetch or run when the document is opened.
_FETCHED = ("attachedTemplate", "oleObject", "frame", "subDocument")
_MOST_PART = 64 * 1024 * 1024


class Kept(Protocol):
    """What names kept bytes: a row of StoredFile, to this package without models."""

    unit_id: int
    sha256: str
    content_type: str


def deep_check(kept: Kept) -> str:
    """Return what is dangerous inside a kept file, one Vietnamese sentence; empty when nothing is."""
    with open_stored(kept.unit_id, kept.sha256) as file:
        return finding(file, kept.content_type)


def finding(file: IO[bytes], content_type: str) -> str:
    """Return what is dangerous inside the bytes; empty when nothing is. ``content_type`` as received."""
    if content_type == PDF.content_type:
        return papers.finding(file)
    if content_type in _OFFICE:
        file.seek(0)
        with zipfile.ZipFile(file) as package:
            return _office_finding(package)
    return ""


def _office_finding(package: zipfile.ZipFile) -> str:
    names = package.namelist()
    if any("activex" in name.lower() for name in names):
        return _("Tài liệu chứa thành phần ActiveX.")
    if any(name.endswith(".rels") and _fetches(package, name) for name in names):
        return _("Tài liệu tự lấy nội dung từ địa chỉ bên ngoài khi mở.")
    if any(_is_packed_program(package, name) for name in names):
        return _("Tài liệu có nhúng tệp khác ở dạng gói OLE.")
    return ""


def _fetches(package: zipfile.ZipFile, name: str) -> bool:
    for relation in packages.part(package, name):  # type: ignore[attr-defined]
        outside = relation.get("TargetMode") == "External"
        if outside and str(relation.get("Type", "")).rpartition("/")[2] in _FETCHED:
            return True
    return False


def _is_packed_program(package: zipfile.ZipFile, name: str) -> bool:
    if not name.endswith(".bin") or "embeddings" not in name:
        return False
    size = package.getinfo(name).file_size
    return size <= _MOST_PART and "Ole10Native".encode("utf-16-le") in package.read(name)
