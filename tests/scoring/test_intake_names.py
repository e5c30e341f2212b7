"""Which leaves a file's name says: a list of a unit's own names, and names that say nothing for certain."""

import unicodedata
from datetime import date

import pytest

from backend.scoring.matching import codes_in, day_in

LEAVES = [
    "1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2", "1.3", "1.4",
    "2.1", "2.2", "2.3.1", "2.3.2", "2.9",
    "3.1.1", "3.1.2", "3.2.1", "3.2.10", "3.3",
    "4.1", "4.2.1", "4.2.2", "4.3",
    "5.1", "5.2", "6.1.1", "6.1.2", "6.2", "6.4",
    "7.1.1", "7.1.2", "7.2", "7.10", "8.1", "8.2",
]  # fmt: skip

# Fifty names as officers give them; "" is one that a person has to sort.
FIFTY = {
    "1.1.1_KH CCHC 2026 so 12-KH-UBND.pdf": "1.1.1",
    "1.1.2 - Báo cáo CCHC quý I.docx": "1.1.2",
    "1.1.2 Báo cáo CCHC 6 tháng đầu năm.docx": "1.1.2",
    "1.1.2_BC CCHC nam 2026 (ban ky so).pdf": "1.1.2",
    "TC 1.1.3 - ke hoach kiem tra.docx": "1.1.3",
    "TC1.1.3_Kết luận kiểm tra số 45.pdf": "1.1.3",
    "Tiêu chí 1.2.1 Kế hoạch tuyên truyền.pdf": "1.2.1",
    "Tiêu chí thành phần 1.2.2. Ảnh hội nghị.jpg": "1.2.2",
    "1-2-1.pdf": "1.2.1",
    "1-2-2 Tin bai cong TTDT.pdf": "1.2.2",
    "1.3 Sáng kiến (QĐ 1234-QĐ-UBND ngày 01.12.2026).pdf": "1.3",
    "1.3+1.4 Danh sach.xlsx": "1.3 1.4",
    "1.4.BC lanh dao doi thoai.pdf": "1.4",
    "2.1_BC so 45.pdf": "2.1",
    "2.1_Danh mục VBQPPL rà soát 2026.xlsx": "2.1",
    "(2.2) Quyết định ban hành.pdf": "2.2",
    "[2.3.1] Ke hoach theo doi THPL.pdf": "2.3.1",
    "2_3_2_Bao cao xu ly van ban.pdf": "2.3.2",
    "Báo cáo 2.3.2.pdf": "2.3.2",
    "BC so 99-BC-UBND_2.1.pdf": "2.1",
    "3.1.1,3.1.2 Quyet dinh cong bo TTHC.pdf": "3.1.1 3.1.2",
    "3.1.1 và 3.1.2 - Niêm yết TTHC.jpg": "3.1.1 3.1.2",
    "3.2.1 Biểu tổng hợp hồ sơ quá hạn.xlsx": "3.2.1",
    "3.2.10_Thu xin loi.docx": "3.2.10",
    "3.2.10 & 3.3 Trich xuat he thong.pdf": "3.2.10 3.3",
    "MC 3.3 - Biên bản làm việc.pdf": "3.3",
    "TLKC 3.3 Thông báo số 05.pdf": "3.3",
    "4.1 Đề án sắp xếp tổ chức bộ máy.pdf": "4.1",
    "4.1_45-ĐA-UBND_2026.pdf": "4.1",
    "4.2.1 (1).pdf": "4.2.1",
    "4.2.1 (2).pdf": "4.2.1",
    "4.2.2 - Copy.docx": "4.2.2",
    "TCTP 4.2.2 QD phan cong nhiem vu.pdf": "4.2.2",
    "TC_4_3_Quy che lam viec.pdf": "4.3",
    "5.1 Đề án vị trí việc làm.docx": "5.1",
    "5.1-5.2 Ke hoach dao tao 2026.pdf": "5.1 5.2",
    "5.2 QĐ cử CBCC đi học.pdf": "5.2",
    "6.1.1_Du toan 2026.xlsx": "6.1.1",
    "6.1.2_Quyet toan 2025.xlsx": "6.1.2",
    "6.2 BC giai ngan den 31.12.2026.pdf": "6.2",
    "Tieu chi 6.4 quy che chi tieu noi bo.pdf": "6.4",
    "7.1.1 Ke hoach chuyen doi so.pdf": "7.1.1",
    "7.1.2_Anh chup man hinh.png": "7.1.2",
    "7.2 - Báo cáo dịch vụ công trực tuyến.odt": "7.2",
    "7.10 Hop khong giay.pdf": "7.10",
    "8.1_Phieu khao sat.pdf": "8.1",
    "8.2BC thu ngan sach.pdf": "8.2",
    "scan0001.pdf": "",
    "Quyết định 45.pdf": "",
    "IMG_20261201_103215.jpg": "",
}

# Figures that are something else, though leaves of the same figures are on the card.
NOTHING = [
    "45.pdf", "2026.pdf", "1.pdf", "12-BC-UBND.pdf", "BC so 2.1.pdf", "Công văn số 1-3.pdf", "QD 5-2.pdf",
    "Ke hoach ngay 2.9.pdf", "BC 1.3.2026.pdf", "01.03.2026 Bao cao.pdf", "2-9 Le Quoc khanh.jpg",
    "1-3-2026 thong bao.pdf", "1.3.26.pdf", "BC thang 4.1.pdf", "Quy 2.1.pdf", "phien ban 4.1.docx",
    "Huong dan v4.1.pdf", "iOffice 4.1.pdf", "Mẫu 2.1.docx", "Phụ lục 4.1.pdf", "Bảng 5.1.xlsx",
    "Muc 2.1 phan 3.pdf", "Điều 4.3.pdf", "trang 2-2.pdf", "2.2 tỷ đồng.pdf", "4.1 %.pdf", "6.2 triệu.xlsx",
    "2.1a.pdf", "9.9 khong co.pdf", "2.1.5 khong co.pdf", "1.1.1.1.pdf", "12.1.pdf", "2.10.pdf",
    "2.1-2.9.pdf", "4.1 den 4.3.pdf", "1,3 lan.pdf", "192.168.2.1.pdf", "a2.1.pdf", "2. 1 cua.pdf",
    "02.01 bao cao.pdf", "2/9.pdf", "",
]  # fmt: skip


def codes(name: str) -> str:
    return " ".join(codes_in(name, LEAVES))


def test_nine_of_ten_of_a_units_own_names_are_matched_and_none_wrongly():
    found = {name: codes(name) for name in FIFTY}
    wrong = {name: code for name, code in found.items() if code not in ("", FIFTY[name])}
    right = [name for name, code in found.items() if code and code == FIFTY[name]]
    assert len(FIFTY) == 50
    assert wrong == {}
    assert len(right) >= 45


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_not_certain_is_not_said(name):
    assert codes(name) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TC 2.1.5 cua phuong.pdf", ""),
        ("2.1 và 9.9.pdf", "2.1"),
        ("2.1_2.1.pdf", "2.1"),
        ("TC 3.1.2.pdf", "3.1.2"),
        ("  2.1  -  BC .pdf", "2.1"),
        ("2.1\u00a0BC.pdf", "2.1"),
        ("2.1_KH\u202efdp.exe.pdf", "2.1"),
        ("../../2.1.pdf", "2.1"),
        ("2.1", "2.1"),
    ],
)
def test_codes_at_the_edges(name, expected):
    assert codes(name) == expected


def test_a_name_in_another_spelling_of_unicode_says_the_same():
    for name, expected in FIFTY.items():
        assert codes(unicodedata.normalize("NFD", name)) == codes(name), expected


def test_a_code_of_one_number_needs_the_word_before_it():
    assert codes_in("TC 5 - Ke hoach.pdf", ["5"]) == ("5",)
    assert codes_in("5 Ke hoach.pdf", ["5"]) == ()


def test_codes_with_letters_are_read_as_they_stand():
    assert codes_in("A.1.2_Ke hoach.pdf", ["A.1", "A.1.2"]) == ("A.1.2",)
    assert codes_in("Ban A.pdf", ["A"]) == ()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2.1_BC 45 ngày 05-01-2026.pdf", date(2026, 1, 5)),
        ("KH 12 05.01.2026.docx", date(2026, 1, 5)),
        ("QĐ ngày 5 tháng 12 năm 2026.pdf", date(2026, 12, 5)),
        ("BC_25_12_2026_ngày 25-12-2026.pdf", date(2026, 12, 25)),
        ("BC 31-02-2026.pdf", None),
        ("BC từ 01-01-2026 đến 30-06-2026.pdf", None),
        ("2.1.12.2026 BC.pdf", None),
        ("BC 5-1-2026.pdf", None),
        ("BC 2026-01-05.pdf", None),
        ("BC 105-01-2026.pdf", None),
    ],
)
def test_a_day_is_read_only_where_the_name_writes_one_out_in_full(name, day):
    assert day_in(name) == day
