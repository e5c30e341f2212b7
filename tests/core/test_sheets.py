"""Spreadsheets: read as people typed them, or refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from backend.core.errors import Invalid
from backend.core.sheets import MOST_BYTES, as_text, read_rows


def book(*rows, **options) -> io.BytesIO:
    """Return an XLSX file with these rows on its first sheet."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = made.add_worksheet()
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value, *([day] if isinstance(value, date) else []))
    made.close()
    return out


def repacked(file: io.BytesIO, change) -> io.BytesIO:
    """Return the package with ``change(name, content)`` in place of each part; None leaves it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


def test_cells_come_as_text_in_vietnamese_form():
    file = book(["Mã", 31117, 8.5, date(2026, 6, 5), None, "  Cái   Khế "], ["a"])
    assert read_rows(file, most_rows=10) == [
        ["Mã", "31117", "8,5", "05/06/2026", "", "Cái Khế"],
        ["a", "", "", "", "", ""],
    ]


def test_decomposed_letters_are_composed():
    assert as_text("Ca\u0301i Khe\u0302\u0301") == "Cái Khế"
    assert as_text(datetime(2026, 1, 2, 3, 4)) == "02/01/2026"  # noqa: DTZ001
    assert as_text(True) == "đúng"


def test_a_formula_is_its_saved_value_never_run():
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    made.add_worksheet().write_formula("A1", "=1+1", None, 7)
    made.close()
    assert read_rows(out, most_rows=10) == [["7"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"xin chao",
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\x00" * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    ],
)
def test_what_is_no_xlsx_is_refused_in_words(content):
    with pytest.raises(Invalid, match="không phải là bảng tính XLSX"):
        read_rows(io.BytesIO(content), most_rows=10)


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(Invalid, match="XLSX"):
        read_rows(out, most_rows=10)


def test_a_truncated_file_is_refused():
    whole = book(["a", "b"]).getvalue()
    for part in (len(whole) // 3, len(whole) // 2, len(whole) - 30):
        with pytest.raises(Invalid, match="XLSX"):
            read_rows(io.BytesIO(whole[:part]), most_rows=10)


def test_a_file_too_large_is_refused_before_it_is_opened():
    with pytest.raises(Invalid, match="5 MB"):
        read_rows(io.BytesIO(b"\x00" * (MOST_BYTES + 1)), most_rows=10)


def test_a_zip_bomb_is_refused():
    out = book(["a"])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/lon.bin", b"\x00" * (70 * 1024 * 1024))
    assert len(out.getvalue()) < MOST_BYTES
    with pytest.raises(Invalid, match="quá lớn"):
        read_rows(out, most_rows=10)


@pytest.mark.parametrize("place", [b"XFD1048576", b"A1048576", b"ZZ1", b"A0", b"$A$1", b"a1"])
def test_a_cell_far_away_or_nowhere_is_refused_before_the_way_to_it_is_filled(place):
    def change(name, content):
        return content.replace(b'r="A1"', b'r="' + place + b'"') if "worksheets/" in name else content

    with pytest.raises(Invalid):
        read_rows(repacked(book(["a"]), change), most_rows=1000)


def test_too_many_rows_are_refused_with_both_numbers():
    with pytest.raises(Invalid, match=r"dòng 12; .* dòng 10"):
        read_rows(book(*[["a"]] * 12), most_rows=10)


def test_an_entity_bomb_harms_nobody():
    bomb = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'

    def change(name, content):
        return content.replace(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', bomb)

    try:
        rows = read_rows(repacked(book(["a"]), change), most_rows=10)
    except Invalid:
        return
    assert rows == [["a"]]
