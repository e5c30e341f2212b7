"""The columns of a criteria sheet, as one table. Layout: dossier, section 4.4 (QĐ 1880/2013)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from backend.core.text import fold


@dataclass(frozen=True)
class Column:
    """One column: its key, its heading, its width in letters, and what people write over it (folded)."""

    key: str
    title: object
    width: int
    words: tuple[str, ...] = ()


# The first eight are printed: the official form. Behind them stands what only this program asks.
PRINTED = 8
COLUMNS = (
    Column(
        "code",
        _("STT"),
        9,
        ("tt", "so tt", "ma", "ma so", "ma tieu chi", "stt ma", "so thu tu", "muc", "code"),
    ),
    Column(
        "title",
        _("Lĩnh vực/Tiêu chí/Tiêu chí thành phần"),
        46,
        (
            "noi dung",
            "tieu chi",
            "noi dung tieu chi",
            "linh vuc tieu chi",
            "linh vuc",
            "ten tieu chi",
            "tieu chi thanh phan",
            "chi tieu",
            "name vi",
            "name",
            "title",
        ),
    ),
    Column(
        "points", _("Điểm tối đa"), 9, ("diem", "diem chuan", "thang diem", "so diem", "max points", "points")
    ),
    Column(
        "rule", _("Cách chấm"), 15, ("cach tinh", "cach tinh diem", "phuong phap cham", "rule type", "rule")
    ),
    Column(
        "evidence", _("Tài liệu kiểm chứng"), 26, ("tlkc", "minh chung", "tai lieu minh chung", "evidence")
    ),
    Column(
        "guidance", _("Hướng dẫn"), 30, ("huong dan cham", "giai thich", "dien giai", "mo ta", "guidance")
    ),
    Column(
        "lead", _("Cơ quan chủ trì"), 20, ("don vi chu tri", "co quan tham dinh", "don vi tham dinh", "lead")
    ),
    Column("note", _("Ghi chú"), 34),
    Column("params", _("Tham số"), 34, ("muc diem chi tiet", "rule options", "params")),
    Column("planned", _("Điểm theo văn bản"), 9),
    Column("source", _("Nguồn điểm"), 14, ("nguon", "hinh thuc danh gia", "source")),
    Column("needs_evidence", _("Phải có TLKC"), 8, ("bat buoc tlkc",)),
    Column("counting", _("Tính vào"), 12),
    Column("not_arisen", _("Khi không phát sinh"), 13),
    Column("only_with_procedures", _("Chỉ đơn vị có TTHC"), 9),
    Column(
        "applies_to",
        _("Chỉ áp dụng cho"),
        20,
        ("pham vi ap dung", "don vi ap dung", "loai don vi ap dung", "doi tuong ap dung"),
    ),
    Column("open_to_additions", _("Cấp dưới được bổ sung"), 9),
    Column("id", _("Mã dòng"), 8),
)
LEVEL = Column("level", _("Cấp"), 6, ("level",))
BY_KEY = {column.key: column for column in (*COLUMNS, LEVEL)}
PLACES = {column.key: place for place, column in enumerate(COLUMNS)}

_WORDS = re.compile(r"[^0-9a-z]+")
# A heading that only holds these words; the first that fits counts.
_WITHIN = (
    ("diem toi da", "points"),
    ("tai lieu kiem chung", "evidence"),
    ("tieu chi", "title"),
    ("noi dung", "title"),
    ("huong dan", "guidance"),
    ("chu tri", "lead"),
    ("cach cham", "rule"),
    ("cach tinh", "rule"),
    ("stt", "code"),
)
# Columns of results in the official form; they say nothing about the criteria.
_RESULTS = ("danh gia", "tu cham", "dat duoc", "tham dinh", "dieu tra", "chi so", "ghi chu")
_EXACT = {
    words: column.key
    for column in (*COLUMNS, LEVEL)
    for words in (" ".join(_WORDS.split(fold(str(column.title)))), *column.words)
}


def words_of(heading: str) -> str:
    """Return a heading as plain words: "Nội dung / Tiêu chí (*)" gives "noi dung tieu chi"."""
    return " ".join(_WORDS.split(fold(heading))).strip()


def key_of(words: str) -> str:
    """Return the key of the column that people call so, "" where it is none of ours; ``words`` as plain words."""
    if words in _EXACT:
        return _EXACT[words]
    if not words or len(words) > 60 or any(word in words for word in _RESULTS):
        return ""
    return next((key for within, key in _WITHIN if within in words), "")


def places_in(headings: Sequence[str]) -> dict[str, int]:
    """Return where each column stands (from 0) under these headings; of two of one name the first counts.

    Without a column of guidance, notes are guidance.
    """
    said = [(place, words_of(heading)) for place, heading in enumerate(headings) if heading]
    named = [(place, key_of(words), words in _EXACT) for place, words in said]
    found: dict[str, int] = {}
    for exact in (True, False):
        for place, key, is_exact in named:
            if key and is_exact is exact and place not in found.values():
                found.setdefault(key, place)
    if "note" in found and "guidance" not in found:
        found["guidance"] = found.pop("note")
    return found


def is_heading(found: Iterable[str]) -> bool:
    """Return whether these columns make a line the heading of a criteria sheet."""
    keys = set(found)
    return "title" in keys and len(keys) > 1 and bool(keys & {"points", "code", "level"})
