"""Which leaves a file belongs to, by the codes in its name. Plain values; what is not certain is not said.

A code counts where it is set off: at the start of the name, after "TC" or "tiêu chí", after a kind of document
("BC", "kế hoạch"), in brackets, after "_" or " - ", or joined to another code. Dates, years, versions, numbers
of documents, amounts and pages are no codes, even where a leaf has the same figures.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from backend.core.files.kinds import ENDINGS
from backend.core.text import clean_name, fold

# Numbers joined by one sign, a point binding closest: "2.1", "1-2-3", "1_2_3".
_RUN = re.compile(
    r"[0-9]+(?:\.[0-9]+)+|[0-9]+(?:-[0-9]+)+(?![0-9]|\.[0-9])|[0-9]+(?:_[0-9]+)+(?![0-9]|\.[0-9])|[0-9]+"
)
_MARKED = re.compile(r"(?:\b|(?<=_))(?:tctp|tieu ?chi(?: ?thanh ?phan)?|tc|chi ?so|ma)(?: ?so)?[ ._:#-]*$")
_BEFORE = re.compile(r"([a-z]+)[ ._:/#-]*$")
_AFTER = re.compile(r" ?(%|[a-z]+[0-9]?)(?! ?[0-9])(?![a-z])")
_JOINED = re.compile(r"(?: va | & |[ ]?[+&,;_][ ]?|[ ])(?:(?:tctp|tieu ?chi|tc)[ ._-]*)?")
_SPREAD = re.compile(r" ?(?:-|–|~|->|den) ?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words before figures that make them something else, and kinds of document, after which a code may stand.
_OTHER = _words(
    "so ngay thang quy nam v ver version ban lan dot ky muc phan chuong dieu khoan diem phu luc pl bieu mau bang "
    "hinh trang tr tuan lop khoa iso tcvn nd luat le den tu"
)
_PAPERS = _words(
    "bc kh qd cv ttr tb bb nq ct hd gm ds mc tlkc hoach cao dinh van trinh bao nghi sach chung kiem lieu "
    "file anh chup tep scan phieu thuc dan quyet"
)
_UNITS = _words("m m2 km ha kg mb gb kb tr trieu ty nghin vnd usd diem thang nam ngay tuan gio phut")
_HOLIDAYS = frozenset(
    {(1, 1), (3, 2), (27, 2), (8, 3), (26, 3), (30, 4), (1, 5), (19, 5), (1, 6), (27, 7), (19, 8), (2, 9)}
    | {(10, 10), (20, 10), (9, 11), (20, 11), (22, 12)}
)


@dataclass(frozen=True)
class _Run:
    """Figures in the name: where they stand, and the numbers as they are written."""

    start: int
    end: int
    sign: str
    numbers: tuple[str, ...]

    @property
    def code(self) -> str:
        return ".".join(self.numbers)


def codes_in(name: str, leaves: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of ``leaves`` that the file's name says for certain, in its order; empty where none is."""
    text = fold(_stem(clean_name(name)))
    known = {fold(code).rstrip("."): code for code in leaves}
    if spelled := _spelled(text, known):
        return spelled
    found: list[_Run] = []
    for run in _runs(text):
        last = found[-1] if found else None
        if last and run.code in known and _is_range(text, last, run):
            return ()
        if run.code in known and _is_code(text, run, last):
            found.append(run)
    return tuple(dict.fromkeys(known[run.code] for run in found))


# A day written out in full, day first: "05-01-2026", "05.01.2026", "ngày 5-1-2026", "ngày 5 tháng 1 năm 2026".
_DAY = re.compile(
    r"(?<![0-9])(?<![0-9][.-])([0-9]{2})([-._])([0-9]{2})\2([0-9]{4})(?![0-9]|[.-][0-9])"
    r"|\bngay ?([0-9]{1,2})(?:([-._])| thang )([0-9]{1,2})(?:[-._]| nam )([0-9]{4})(?![0-9]|[.-][0-9])"
)


def day_in(name: str) -> date | None:
    """Return the one day that the file's name says in full, day first; None where it says none, or several."""
    found = set()
    for place in _DAY.finditer(fold(_stem(clean_name(name)))):
        day, month, year = (int(part) for part in place.groups() if part and part.isdecimal())
        if not (2000 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
            return None
        found.add(date(year, month, day))
    return found.pop() if len(found) == 1 else None


def _is_code(text: str, run: _Run, last: _Run | None) -> bool:
    marked = bool(_MARKED.search(text[: run.start]))
    return _is_whole(text, run, marked=marked) and (marked or _set_off(text, run, last))


def _stem(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending.lower() in ENDINGS else name


def _spelled(text: str, known: dict[str, str]) -> tuple[str, ...]:
    """Return codes that hold letters ("a.1") and stand in the name as they are; the longest wins."""
    lettered = sorted((code for code in known if re.search("[a-z]", code)), key=len, reverse=True)
    places = [
        (place.start(), known[code])
        for code in lettered
        for place in re.finditer(rf"(?<![a-z0-9.]){re.escape(code)}(?![a-z0-9]|\.[a-z0-9])", text)
        if "." in code or place.start() == 0 or _MARKED.search(text[: place.start()])
    ]
    return tuple(dict.fromkeys(code for _start, code in sorted(places)))


def _runs(text: str) -> list[_Run]:
    found = []
    for place in _RUN.finditer(text):
        sign = re.sub("[0-9]", "", place[0])[:1]
        numbers = tuple(place[0].split(sign)) if sign else (place[0],)
        found.append(_Run(place.start(), place.end(), sign, numbers))
    return found


def _is_whole(text: str, run: _Run, *, marked: bool) -> bool:
    """Return whether the figures may be a code at all: no part of something longer, no date, no amount."""
    if any(len(number) > 2 or number.startswith("0") for number in run.numbers):
        return False
    if _goes_on(text, run) or _is_amount(text, run):
        return False
    if marked:
        return True
    return len(run.numbers) > 1 and not _is_day(text, run) and not _named_otherwise(text, run)


def _goes_on(text: str, run: _Run) -> bool:
    before, after = text[: run.start], text[run.end :]
    if re.search(r"[0-9][./,]$|[a-z]\.$|/$", before) or re.match(r"[./,][0-9]|/", after):
        return True
    if re.search(r"[a-z]$", before) and not _MARKED.search(before):
        return True
    # "2.1a" is another code; "2.1BC" is a code before a word.
    return bool(re.match(r"[a-z](?![a-z])", after))


def _is_amount(text: str, run: _Run) -> bool:
    """Return whether a measure follows: "2.5 tỷ"; "2.1 năm 2026" is none."""
    after = _AFTER.match(text[run.end :])
    return after is not None and (after[1] == "%" or after[1] in _UNITS)


def _is_day(text: str, run: _Run) -> bool:
    """Return whether the figures look like a day: "1-2-25", "2-9", "1-2_2026"."""
    values = tuple(int(number) for number in run.numbers)
    if len(values) == 3 and values[0] <= 31 and values[1] <= 12 and 20 <= values[2] <= 40:
        return True
    if run.sign == "." or len(values) != 2:
        return False
    return values in _HOLIDAYS or bool(re.match(r"[ ._/-]*(?:19|20)[0-9]{2}(?![0-9])", text[run.end :]))


def _named_otherwise(text: str, run: _Run) -> bool:
    """Return whether the word before says that the figures are something else: "phiên bản 1.2", "ngày 2.1"."""
    word = _word_before(text, run)
    # "BC 1-2" may be the number of the report; with a point it may not.
    return word in _OTHER or (run.sign != "." and word in _PAPERS)


def _word_before(text: str, run: _Run) -> str:
    found = _BEFORE.search(text[: run.start])
    if found is None:
        return ""
    return "van" if re.search(r"\b(?:van|bien) ban$", text[: found.end(1)]) else found[1]


def _set_off(text: str, run: _Run, last: _Run | None) -> bool:
    """Return whether the code stands where people put codes."""
    before, after = text[: run.start], text[run.end :]
    if not before.strip(" ([{_-."):
        return True
    between = text[last.end : run.start] if last else "?"
    if _JOINED.fullmatch(between) or _SPREAD.fullmatch(between):
        return True
    if re.search(r"[(\[{] ?$", before) and re.match(r"[^()\[\]{}]*[)\]}]", after):
        return True
    if re.search(r"(?:_| - | -|- ) ?$", before):
        return True
    return _word_before(text, run) in _PAPERS


def _is_range(text: str, one: _Run, other: _Run) -> bool:
    """Return whether two codes are the ends of a range ("2.1-2.4"): what lies between is not said."""
    if not _SPREAD.fullmatch(text[one.end : other.start]):
        return False
    same = one.numbers[:-1] == other.numbers[:-1]
    return not (same and int(other.numbers[-1]) - int(one.numbers[-1]) == 1)
