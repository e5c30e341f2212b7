"""Names, places and titles as official letters print them (Nghị định 30/2020/NĐ-CP). Pure text."""

from __future__ import annotations

import re

COMMITTEE = "Ủy ban nhân dân"

_COMMITTEE = re.compile(r"^(?:ủy ban nhân dân|uỷ ban nhân dân|ubnd)\s+", re.IGNORECASE)
_TERRITORY = re.compile(
    r"^(thành phố|tỉnh|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu)\s+(?=\S)", re.IGNORECASE
)


def issuer(name: str) -> str:
    """Return the body that issues for a unit: "Phường X" gives "Ủy ban nhân dân phường X".

    A territory acts by its People's Committee; any other unit's name is its own.
    """
    bare = _COMMITTEE.sub("", name.strip())
    found = _TERRITORY.match(bare)
    if found is None:
        return name.strip()
    return f"{COMMITTEE} {bare[0].lower()}{bare[1:]}"


def name_lines(name: str) -> list[str]:
    """Return the issuing body's name in the lines of a letterhead: a committee's territory has its own."""
    whole = issuer(name)
    if not whole.startswith(COMMITTEE):
        return [whole]
    return [COMMITTEE, whole.removeprefix(COMMITTEE).strip()]


def superior_lines(name: str, parent: str) -> list[str]:
    """Return the lines of the superior body: none above a People's Committee or without a parent."""
    return [] if is_committee(name) or not parent else name_lines(parent)


def is_committee(name: str) -> bool:
    """Return whether the unit is a territory, which its People's Committee speaks for."""
    return issuer(name).startswith(COMMITTEE)


def place(name: str) -> str:
    """Return the place name of a territory for the line of place and date; empty for other units.

    "UBND quận Ô Môn" gives "Ô Môn"; a numbered one keeps its kind: "Quận 1".
    """
    bare = _COMMITTEE.sub("", name.strip())
    found = _TERRITORY.match(bare)
    if found is None:
        return ""
    rest = bare[found.end() :]
    return rest if not rest.isdecimal() else f"{bare[0].upper()}{bare[1:]}"


_HEADS = (
    ("sở ", "Giám đốc sở"),
    ("ban ", "Trưởng ban"),
    ("phòng ", "Trưởng phòng"),
    ("văn phòng ", "Chánh Văn phòng"),
    ("thanh tra ", "Chánh Thanh tra"),
    ("chi cục ", "Chi cục trưởng"),
    ("trung tâm ", "Giám đốc trung tâm"),
)


def head_title(name: str) -> str:
    """Return what the head of a unit is called in a sentence: "Chủ tịch", "Giám đốc sở", "thủ trưởng đơn vị".

    A territory is headed by the chair of its People's Committee; other bodies go by the kind their name begins with.
    """
    if is_committee(name):
        return "Chủ tịch"
    low = name.strip().lower()
    return next((title for start, title in _HEADS if low.startswith(start)), "thủ trưởng đơn vị")


_OF_COMMITTEE = re.compile(
    r"^((?:phó )?chủ tịch(?: thường trực)?)\s+(?:ubnd|ủy ban nhân dân|uỷ ban nhân dân)(?:\s.*)?$",
    re.IGNORECASE,
)


def _printed(title: str) -> str:
    """Return a title as it stands above a signature: the line before names the committee, the title does not."""
    return _OF_COMMITTEE.sub(r"\1", " ".join(title.split())).upper()


def signing_lines(name: str, capacity: str = "", title: str = "") -> list[str]:
    """Return the lines above a signature, in capitals: who is spoken for, in what capacity.

    ``capacity`` is "", "KT." (a deputy for the head) or "TUQ." (by authorisation).
    """
    head = "CHỦ TỊCH" if is_committee(name) else "THỦ TRƯỞNG ĐƠN VỊ"
    first = [f"TM. {COMMITTEE.upper()}"] if is_committee(name) else []
    if capacity:
        return [*first, f"{capacity} {head}", *([_printed(title)] if title else [])]
    return [*first, head if is_committee(name) or not title else _printed(title)]


def spaced(fingerprint: str) -> str:
    """Return a fingerprint in groups of eight, easy to compare by eye."""
    return " ".join(fingerprint[start : start + 8] for start in range(0, len(fingerprint), 8))


def file_name(*parts: str, ending: str) -> str:
    """Return a file name of the parts: nothing that a file system refuses, at most 150 characters."""
    words = " - ".join(" ".join(re.sub(r"[^\w-]+", " ", part).split()) for part in parts if part)
    return f"{words[:150].strip(' -')}.{ending}"
