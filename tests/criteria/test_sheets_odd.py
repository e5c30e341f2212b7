"""Hostile and odd sheets: refused in words, or read right. The door first, then cells."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.core.errors import Invalid
from backend.criteria import actions
from backend.criteria.sheets import plan_for, read_file
from backend.criteria.sheets.forms import SheetForm
from permissions.actor import SYSTEM
from tests import make
from tests.criteria.sheets import HEADING, book, drawn
from tests.scoring import specimens

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MEGABYTE = 1024 * 1024


@pytest.fixture
def empty():
    city = make.unit("Thành phố")
    return actions.create_set(city, by=SYSTEM, kind=make.kind("commune"), year=2027, title="Bộ trống")


def plan(draft, content, name="bang.xlsx"):
    return plan_for(read_file(io.BytesIO(content), name), draft)


def problems(draft, content, name="bang.xlsx"):
    return [str(problem) for problem in plan(draft, content, name).problems]


def notes(draft, content):
    return [str(note) for note in plan(draft, content).notes]


def refusal(content, name="bang.xlsx"):
    """Return why a file is refused, at the form or by the reader."""
    form = SheetForm({}, {"file": SimpleUploadedFile(name, content)})
    if form.is_valid():
        form.carry_out(lambda: read_file(form.cleaned_data["file"], name))
    return " ".join(form.errors.get("file", form.non_field_errors()))


def leaf(*cells, heading=HEADING):
    return book(heading, ["1", "Lĩnh vực"], ["1.1", *cells])


def repacked(content, change):
    """Return the package with ``change(name, content)`` in place of each part."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        for name in old.namelist():
            parts[name] = change(name, old.read(name))
    return specimens.zipped(parts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bo.pdf", b"%PDF-1.7"),
        ("bo.xls", specimens.compound("Workbook")),
        ("bo.xlsm", book(HEADING)),
        ("bo.docx", b"PK"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_name(name, content):
    assert "Chỉ nhận tệp .xlsx hoặc .csv." in refusal(content, name)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"STT;Ti\xc3\xaau ch\xc3\xad;\xc4\x90i\xe1\xbb\x83m", "nội dung không phải là Excel"),
        (specimens.pdf(), "nội dung là PDF"),
        (specimens.compound("Workbook"), "nội dung là Excel (XLS)"),
        (specimens.compound("EncryptedPackage", "EncryptionInfo"), "mật khẩu"),
        (specimens.docx(), "nội dung là Word"),
        (b"", "rỗng"),
    ],
)
def test_what_was_only_renamed_to_xlsx_is_refused_by_its_content(content, words):
    assert words in refusal(content)


def test_macros_are_refused_even_under_another_name():
    with_macros = specimens.changed(book(HEADING, ["1", "Một"]), {"xl/vbaProject.bin": b"x"})
    assert "macro" in refusal(with_macros)


def test_fifty_megabytes_are_refused_before_they_are_parsed():
    big = book(HEADING) + b"\0" * (50 * MEGABYTE)
    assert "lớn hơn" in refusal(big).lower()
    assert "5 MB" in refusal(b"a" * (6 * MEGABYTE), "bang.csv")


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to():
    bomb = specimens.changed(book(HEADING, ["1", "Một"]), {"xl/media/a.bin": b"\0" * (100 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    assert refusal(bomb) != ""


def test_entities_are_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    content = book(HEADING, ["1", "Một"])
    evil = repacked(
        content,
        lambda name, part: part.replace(b"<sst", bomb + b"<sst", 1) if "sharedStrings" in name else part,
    )
    with pytest.raises(Invalid, match="hỏng"):
        read_file(io.BytesIO(evil), "a.xlsx")


def test_a_million_rows_are_refused_in_words():
    far = drawn(lambda _made, page: page.write(999_999, 0, "x"))
    with pytest.raises(Invalid, match="dòng 1000000"):
        read_file(io.BytesIO(far), "a.xlsx")


def test_a_million_rows_of_one_column_are_refused_by_the_last_of_them():
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001))
    long = repacked(
        book(HEADING),
        lambda name, part: (
            part.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1" in name else part
        ),
    )
    with pytest.raises(Invalid, match="dòng 1000000"):
        read_file(io.BytesIO(long), "a.xlsx")


def test_a_workbook_without_a_heading_says_what_is_needed():
    with pytest.raises(Invalid, match="dòng tiêu đề"):
        read_file(io.BytesIO(book(["Một"], ["Hai", 3])), "a.xlsx")


def test_the_sheet_with_the_heading_is_read_and_named(empty):
    content = book(["Bìa"], **{"Tiêu chí": [HEADING, ["1", "Lĩnh vực"]], "Phụ lục": [["x"]]})
    assert "Chỉ đọc trang “Tiêu chí”; không đọc các trang “Bảng”, “Phụ lục”." in notes(empty, content)


def test_hidden_rows_and_sheets_are_read_and_said(empty):
    def draw(made, page):
        page.write_row(1, 0, ["1", "Lĩnh vực"])
        page.write_row(2, 0, ["1.1", "Tiêu chí", 2])
        page.set_row(2, None, None, {"hidden": True})
        made.add_worksheet("Trống").activate()
        page.hide()

    said = notes(empty, drawn(draw))
    assert "Các dòng 3 đang ẩn trong tệp, vẫn được đọc." in said
    assert "Trang “Bảng” đang ẩn trong tệp, vẫn được đọc." in said


def test_a_formula_counts_by_its_saved_value_and_is_said(empty):
    def draw(made, page):
        page.write_row(1, 0, ["1", "Lĩnh vực"])
        page.write_row(2, 0, ["1.1", "Tiêu chí"])
        page.write_formula("C3", "=1+1", None, 2)

    found = plan(empty, drawn(draw))
    assert found.wishes[1].values["max_points"] == Decimal(2)
    assert "Ô C3: là công thức; lấy giá trị đã lưu “2”." in map(str, found.notes)


def test_a_formula_without_a_value_is_a_problem(empty):
    def draw(made, page):
        page.write_row(1, 0, ["1", "Lĩnh vực"])
        page.write_row(2, 0, ["1.1", "Tiêu chí"])
        page.write_formula("C3", "=1/0", None, "#DIV/0!")

    assert any("Ô C3: là công thức chưa có kết quả" in text for text in problems(empty, drawn(draw)))


def test_texts_that_look_like_formulas_stay_texts(empty):
    found = plan(empty, leaf("=cmd|' /C calc'!A0", 2))
    assert found.problems == []
    assert found.wishes[1].values["title"] == "=cmd|' /C calc'!A0"


def test_merged_cells_are_read_where_they_can_mean_one_thing(empty):
    def draw(made, page):
        page.merge_range("A2:C2", "I. Công tác chỉ đạo")
        page.write_row("A3", ["1", "Kế hoạch", 2])
        page.write_row("A4", ["2", "Báo cáo", 3])
        page.write("D1", "Tài liệu kiểm chứng")
        page.merge_range("D3:D4", "Báo cáo năm")

    found = plan(empty, drawn(draw))
    assert [(wish.row.code, wish.row.title) for wish in found.wishes] == [
        ("1", "Công tác chỉ đạo"), ("1.1", "Kế hoạch"), ("1.2", "Báo cáo"),
    ]  # fmt: skip
    assert [wish.values.get("evidence_asked") for wish in found.wishes[1:]] == ["Báo cáo năm"] * 2
    assert "Ô D3: gộp đến dòng 4; nội dung được lấy cho mọi dòng đó." in map(str, found.notes)


def test_points_merged_over_several_criteria_are_a_problem(empty):
    def draw(made, page):
        page.write_row("A2", ["1", "Lĩnh vực"])
        page.write_row("A3", ["1.1", "Kế hoạch"])
        page.write_row("A4", ["1.2", "Báo cáo"])
        page.merge_range("C3:C4", 5)

    assert "Ô C3: gộp đến dòng 4. Hãy bỏ gộp rồi ghi “Điểm tối đa” cho từng dòng." in problems(
        empty, drawn(draw)
    )


def test_decomposed_letters_are_composed(empty):
    found = plan(empty, leaf(unicodedata.normalize("NFD", "Kế hoạch"), 2))
    assert found.wishes[1].values["title"] == "Kế hoạch"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("C«ng t¸c c¶i c¸ch hµnh chÝnh", "TCVN3"), ("Coâng taùc caûi caùch haønh chính", "VNI")],
)
def test_text_in_an_old_encoding_is_a_problem(empty, text, encoding):
    said = problems(empty, leaf(text, 2))
    assert said == [
        f"Ô B3: chữ gõ bằng bảng mã {encoding}. Hãy chuyển sang Unicode (bảng mã của UniKey) rồi nhập lại."
    ]


@pytest.mark.parametrize("typed", [2.5, "2,5", "2.5", " 2,50 ", "2,5 điểm"])
def test_points_are_read_as_typed(empty, typed):
    assert plan(empty, leaf("Tiêu chí", typed)).wishes[1].values["max_points"] == Decimal("2.5")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1.500", "“1.500” có thể đọc là 1500 hoặc 1,5"),
        (-2, "phải lớn hơn 0"),
        (1.2345, "quá ba chữ số thập phân"),
        (0, "phải lớn hơn 0"),
        ("hai", "không phải là một số"),
        (True, "“đúng” không phải là một số"),
        (date(2026, 1, 2), "“02/01/2026” là ngày, không phải số điểm"),
        (1e300, "quá lớn"),
    ],
)
def test_points_that_make_no_sense_are_told_by_cell(empty, typed, words):
    said = problems(empty, leaf("Tiêu chí", typed))
    assert len(said) == 1
    assert said[0].startswith("Ô C3: ")
    assert words in said[0]


def test_a_code_twice_is_told_with_both_cells_and_the_trick_of_excel(empty):
    rows = [[round(1 + n / 10, 1), f"Tiêu chí {n}", 1] for n in range(1, 10)]
    said = problems(empty, book(HEADING, [1, "Lĩnh vực"], *rows, [1.1, "Thứ mười", 1]))
    assert said == ["Ô A12: mã 1.1 đã có ở ô A3. Nếu là 1.10, hãy định dạng cột này là Văn bản rồi gõ lại."]


def test_a_code_that_became_a_date_is_told(empty):
    assert any(
        "Excel đã đổi mã thành ngày" in text
        for text in problems(empty, book(HEADING, ["1", "A"], [date(2026, 2, 1), "B", 1]))
    )


def test_a_code_without_its_group_is_told(empty):
    said = problems(empty, book(HEADING, ["1", "Một"], ["2.1", "Hai", 1]))
    assert said == ["Ô A3: mã 2.1: chưa có nhóm 2 ở các dòng trên. Hãy đưa dòng này xuống dưới nhóm đó."]


def test_a_sixth_level_is_told(empty):
    rows = [[".".join("1" * n), f"Cấp {n}", 1 if n == 6 else None] for n in range(1, 7)]
    assert any("nhiều nhất 5 cấp" in text for text in problems(empty, book(HEADING, *rows)))


def test_a_rule_that_can_not_be_read_is_told_by_cell(empty):
    heading = (*HEADING, "Cách chấm", "Tham số")
    assert problems(empty, leaf("Tiêu chí", 2, "Bốc thăm", heading=heading))[0].startswith(
        "Ô D3: không có cách chấm “Bốc thăm”."
    )
    said = problems(empty, leaf("Tiêu chí", 2, "Chọn mức", "kịp thời", heading=heading))
    assert said == ["Ô E3: Mức “kịp thời” chưa có điểm. Hãy viết như: kịp thời=1."]


def test_an_unknown_lead_agency_is_told_by_cell(empty):
    said = problems(empty, leaf("Tiêu chí", 2, "Sở Không Có", heading=(*HEADING, "Cơ quan chủ trì")))
    assert said == [
        "Ô D3: không có cơ quan “Sở Không Có” trực thuộc cơ quan ban hành. Hãy ghi đúng tên hoặc mã."
    ]


def test_nothing_of_a_sheet_with_problems_is_written(empty):
    reading = read_file(io.BytesIO(leaf("Tiêu chí", "1.500")), "a.xlsx")
    with pytest.raises(Invalid, match="Ô C3"):
        actions.import_sheet(empty, reading, by=SYSTEM, seen=empty.revision)
    assert not empty.nodes.exists()


def in_package(content, part, before, after):
    """Return a workbook in which some bytes of one part are others."""
    return repacked(content, lambda name, held: held.replace(before, after) if name.endswith(part) else held)


TWO = book(HEADING, ("1", "Lĩnh vực", None), ("1.1", "Kế hoạch", 2))


def test_a_control_sign_that_no_database_keeps_becomes_a_space(empty):
    sheet = in_package(TWO, "sharedStrings.xml", "Kế hoạch".encode(), "Kế_x0000_hoạch_x0007_".encode())
    assert plan(empty, sheet).wishes[1].row.title == "Kế hoạch"


def test_a_merge_that_claims_a_million_rows_reaches_no_farther_than_the_rows(empty):
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="D3:D1048576"/></mergeCells>'
    table = book((*HEADING, "Cách chấm"), ("1", "a", None), ("1.1", "b", 2, "Nhập điểm trực tiếp"))
    made = plan(empty, in_package(table, "sheet1.xml", b"</sheetData>", merge))
    assert [wish.row.code for wish in made.wishes] == ["1", "1.1"]


def test_many_merges_over_one_another_are_refused(empty):
    merges = b'<mergeCell ref="A1:Z2000"/>' * 2000
    sheet = in_package(
        TWO, "sheet1.xml", b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
    )
    with pytest.raises(Invalid, match="bị hỏng"):
        read_file(io.BytesIO(sheet), "bang.xlsx")


def test_an_error_pasted_as_points_is_told_by_cell(empty):
    sheet = in_package(TWO, "sheet1.xml", b'<c r="C3"><v>2</v>', b'<c r="C3" t="e"><v>#REF!</v>')
    assert [problem.cell for problem in plan(empty, sheet).problems] == ["C3"]
