"""The slow look at bytes that passed the door: programs and traps inside documents."""

from __future__ import annotations

import zipfile
from typing import IO

from django.utils.translation import gettext as _

from . import packages, papers
from .kinds import DOCX, PDF, PPTX, XLSX

_OFFICE = {DOCX.content_type, XLSX.content_type, PPTX.content_type}
# What Word or Excel would fetch or run when the document is opened.
_FETCHED = ("attachedTemplate", "oleObject", "frame", "subDocument")
_MOST_PART = 64 * 1024 * 1024


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
