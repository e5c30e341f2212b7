"""Vietnamese letters: one spelling, searching, sorting, old encodings, file names."""

import random
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from backend.core.text import NFCCharField, clean_name, fold, looks_like_legacy, nfc, sort_key

SORTED = [
    "2 tháng",
    "An Bình",
    "An Khánh",
    "Ăn",
    "Ân",
    "Ba Láng",
    "Bà Rịa",
    "Bảy",
    "Ca",
    "Cà",
    "Cả",
    "Cã",
    "Cá",
    "Cạ",
    "Cái Khế",
    "Cai Lậy",
    "Cái Răng",
    "Cờ Đỏ",
    "Dân",
    "Đại",
    "Đông",
    "E",
    "Ê",
    "Gia",
    "Hưng Phú",
    "Long",
    "Ninh Kiều",
    "O",
    "Ô Môn",
    "Ơ",
    "Phong Điền",
    "Thới Lai",
    "Trà Nóc",
    "U Minh",
    "Ư",
    "Vĩnh Thạnh",
]


def test_names_sort_as_in_a_vietnamese_dictionary():
    mixed = random.Random(7).sample(SORTED, len(SORTED))
    assert sorted(mixed, key=sort_key) == SORTED


def test_tones_count_only_when_the_letters_are_equal():
    assert sorted(["hoà b", "hoá a", "hoa c"], key=sort_key) == ["hoá a", "hoà b", "hoa c"]


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hoà"), ("thủy", "thuỷ"), ("khỏe", "khoẻ"), ("Tòa", "Toà")]
)
def test_the_place_of_the_tone_mark_does_not_matter(one, other):
    assert fold(one) == fold(other)
    assert sort_key(one)[:2] == sort_key(other)[:2]


def test_searching_forgets_accents_case_and_spaces():
    assert fold("  UBND  quận  Ô Môn, Đường 3/2 ") == "ubnd quan o mon, duong 3/2"
    assert fold(unicodedata.normalize("NFD", "Đặng Thị Ửng")) == "dang thi ung"


def test_text_is_composed_and_loses_invisible_signs():
    assert nfc(unicodedata.normalize("NFD", "Cần\u200b Thơ\ufeff")) == "Cần Thơ"


@given(st.text(max_size=30))
def test_keys_exist_for_any_text(text):
    assert fold(fold(text)) == fold(text)
    assert sort_key(text) == sort_key(text)
    assert nfc(nfc(text)) == nfc(text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "TCVN3"),
        ("ñy ban nh©n d©n thµnh phè", "TCVN3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "VNI"),
        ("Nguyeãn Vaên", "VNI"),
        ("Ñaïi hoïc", "VNI"),
    ],
)
def test_old_encodings_are_noticed(text, encoding):
    assert looks_like_legacy(text) == encoding


@pytest.mark.parametrize(
    "text",
    [
        "Cộng hòa xã hội chủ nghĩa Việt Nam",
        "hoãn, loã lồ, quãng, xoài, toàn, khoáng",
        "ngày lễ Noël, café",
        "khoản 2 «trích» Điều 3, 5 µg/m³, ±3 °C, Windows®",
        "Báo cáo công tác",
        "",
    ],
)
def test_good_text_is_left_alone(text):
    assert looks_like_legacy(text) == ""


def test_a_text_field_composes_and_explains_an_old_encoding():
    assert NFCCharField().clean(unicodedata.normalize("NFD", " Cần Thơ ")) == "Cần Thơ"
    assert NFCCharField(required=False).clean("") == ""
    with pytest.raises(ValidationError, match="bảng mã VNI"):
        NFCCharField().clean("Coäng hoøa xaõ hoäi")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\tam\\Báo cáo: số 1.pdf", "Báo cáo số 1.pdf"),
        (".htaccess", "htaccess"),
        ("", "tep"),
        ("...", "tep"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ("báo\r\ncáo.docx", "báo cáo.docx"),
    ],
)
def test_file_names_lose_folders_and_tricks(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_a_file_name_is_never_empty_nor_long_nor_a_path(name):
    clean = clean_name(name)
    assert 0 < len(clean) <= 120
    assert "/" not in clean
    assert "\\" not in clean
    assert clean not in {".", ".."}


def test_a_long_name_keeps_its_ending():
    assert clean_name("a" * 300 + ".docx").endswith("a.docx")
