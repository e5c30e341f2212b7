"""The short text of a rule: the forms of its heading, and what can't be read."""

import html
import re
from pathlib import Path

import pytest

from backend.criteria.compact import read_compact, to_compact
from backend.criteria.rules import RuleError, RuleType

TEXTS = [
    ("option", "Thời điểm :: Trong tháng 01=1|Sau quý I=0"),
    ("option", "Thời điểm :: som# Trong tháng 01=1|2# C# giỏi=0"),
    ("pass_fail", "Công khai :: Có|Không"),
    ("bands", "Số hoàn thành / Số được giao [việc] :: >90=2|70-90=1|<70=0"),
    ("bands", "Số hoàn thành / Số được giao :: ≥99.5=4|97-<99.5=3|<97=0"),
    ("threshold", "lẻ: Vốn giải ngân / Vốn được giao [tỷ đồng] :: 80%"),
    ("formula", "x≤y=Số đạt [vụ]|y=lẻ: Tổng số :: x / y * max_points"),
    ("formula", "x=Số đạt|z=Số tháng :: Theo số đạt=x * 0,5|Theo tháng=z / 12 * max_points"),
    ("counted", "Số văn bản [văn bản] :: 0.5"),
    ("declining", "Số vụ vi phạm :: 0.25"),
    ("levels", "Mức :: Xuất sắc=100%|Tốt=75%|Hoàn thành=50.5%"),
    ("survey", "Rất hài lòng=100%|Hài lòng=80%|Không=0%"),
    ("external", "Chỉ số hài lòng (SIPAS)"),
    ("direct", ""),
]


@pytest.mark.parametrize(("kind", "text"), TEXTS)
def test_the_text_is_written_as_it_was_read(kind, text):
    assert to_compact(read_compact(kind, text)) == text


@pytest.mark.parametrize(
    ("kind", "short", "whole"),
    [
        ("survey", "", "A=100%|B=60%|C=20%|D=0%"),
        ("survey", "A=100 %\nB=50", "A=100%|B=50%"),
        ("external", "", "Chỉ số"),
        ("external", "SIPAS ::", "SIPAS"),
        ("counted", "0,5 ", "Số việc được tính điểm :: 0.5"),
        ("threshold", "80", "Số đã hoàn thành / Số được giao :: 80%"),
        (
            "formula",
            "Đạt / Tổng [vụ] :: x / y",
            "x≤y=Đạt [vụ]|y=Tổng [vụ] :: x / y * max_points",
        ),
    ],
)
def test_what_is_left_out_has_its_usual_value(kind, short, whole):
    assert to_compact(read_compact(kind, short)) == whole


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("option", "kịp thời", "chưa có điểm"),
        ("levels", "tốt", "chưa có tỷ lệ"),
        ("levels", "tốt=101%", "ngoài khoảng cho phép .từ 0 đến 100"),
        ("survey", "A", "chưa có tỷ lệ"),
        ("survey", "Câu hỏi :: A=100%", "không có phần trước"),
        ("external", "SIPAS|PCI", "Chỉ viết một giá trị"),
        ("external", "SIPAS :: PCI", "Chỉ viết một giá trị"),
        ("threshold", "80%|90%", "Chỉ viết một giá trị"),
        ("counted", "0.5|1", "Chỉ viết một giá trị"),
        ("counted", "", "Thiếu “điểm mỗi trường hợp”"),
        ("counted", "-0.5", "-0,5 nằm ngoài khoảng"),
        ("bands", ">90=2|60-80=1|<60=0", "bị hở hoặc chồng nhau"),
        ("bands", "Số làm :: >90=2", "tử số và mẫu số"),
        ("formula", "x / y * 2", "khai báo các biến"),
        ("formula", "x=Đạt ::", "Thiếu “công thức”"),
        ("formula", "x=Đạt :: x|x * 2", "chưa có tên"),
        ("formula", "x=Đạt :: Một mình=x", "hai công thức"),
        ("formula", "x=Đạt :: " + "(" * 10_000, "dài quá 300 ký tự"),
        ("formula", "formula=Đạt :: formula", "không dùng được"),
        ("direct", "1", "không có tham số"),
        ("khác", "", "Không có cách chấm"),
    ],
)
def test_what_can_not_be_read_is_told_in_a_sentence(kind, text, said):
    with pytest.raises(RuleError, match=said):
        read_compact(kind, text)


HELP = Path(__file__).resolve().parents[2] / "backend/criteria/templates/criteria/_rule_help.html"


def test_every_example_of_the_help_is_read_and_every_way_has_one():
    rows = re.findall(
        r'<th scope="row">{% translate "(.*?)" %}</th><td(?: class="strong")?>(.*?)</td>',
        HELP.read_text("utf-8"),
    )
    kinds = {kind.label: kind for kind in RuleType}
    assert kinds.keys() <= {label for label, _text in rows}
    for label, text in rows:
        written = "" if "để trống" in text else html.unescape(text)
        assert read_compact(kinds.get(label, RuleType.FORMULA), written)
