"""Names, places and signatures in official letters."""

import pytest

from backend.core import letterhead


@pytest.mark.parametrize(
    ("name", "issuer", "place"),
    [
        ("Phường Ninh Kiều", "Ủy ban nhân dân phường Ninh Kiều", "Ninh Kiều"),
        ("UBND quận Ô Môn", "Ủy ban nhân dân quận Ô Môn", "Ô Môn"),
        ("Thành phố Cần Thơ", "Ủy ban nhân dân thành phố Cần Thơ", "Cần Thơ"),
        ("Quận 1", "Ủy ban nhân dân quận 1", "Quận 1"),
        ("Sở Nội vụ", "Sở Nội vụ", ""),
        ("Văn phòng UBND thành phố", "Văn phòng UBND thành phố", ""),
    ],
)
def test_a_territory_acts_by_its_peoples_committee(name, issuer, place):
    assert letterhead.issuer(name) == issuer
    assert letterhead.place(name) == place


@pytest.mark.parametrize(
    ("name", "capacity", "title", "lines"),
    [
        ("Xã Thới Lai", "", "", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        (
            "Xã Thới Lai",
            "KT.",
            "Phó Chủ tịch",
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ),
        (
            "UBND phường An Bình",
            "KT.",
            "Phó Chủ tịch UBND phường",
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ),
        (
            "Xã Thới Lai",
            "KT.",
            "Phó Chủ tịch Thường trực Ủy ban nhân dân",
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH THƯỜNG TRỰC"],
        ),
        (
            "Xã Thới Lai",
            "TUQ.",
            "Chánh Văn phòng UBND xã",
            ["TM. ỦY BAN NHÂN DÂN", "TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG UBND XÃ"],
        ),
        ("Sở Nội vụ", "", "Giám đốc", ["GIÁM ĐỐC"]),
        ("Sở Nội vụ", "TUQ.", "Chánh Văn phòng", ["TUQ. THỦ TRƯỞNG ĐƠN VỊ", "CHÁNH VĂN PHÒNG"]),
    ],
)
def test_who_is_signed_for_stands_above_the_name(name, capacity, title, lines):
    assert letterhead.signing_lines(name, capacity, title) == lines


def test_a_file_name_keeps_vietnamese_and_drops_what_file_systems_refuse():
    made = letterhead.file_name("Xếp hạng", 'Sở "A/B": thử?', "2026", ending="pdf")
    assert made == "Xếp hạng - Sở A B thử - 2026.pdf"
