"""Every worked number of the regulations that were read (R1 to R10), written as a person writes the rule."""

from decimal import Decimal

import pytest

from backend.criteria.compact import read_compact
from backend.criteria.rules import RuleError

PLAN = "Việc hoàn thành / Việc trong kế hoạch :: >90=2|70-90=1|<70=0"
HOURS = "x≤y=Hồ sơ đúng hạn [hồ sơ]|y=Hồ sơ đã giải quyết [hồ sơ]|z=Tháng có báo cáo [tháng]"
SEVERAL = f"{HOURS} :: Theo hồ sơ=x / y * max_points|Theo tháng=min(z; 12) / 12 * max_points"


def done(done, assigned):
    return {"done": done, "assigned": assigned}


WORKED = [
    # R1: issue the plan
    ("option", "kịp thời=1|không kịp thời=0.5|không=0", "1", {"option": "1"}, "1"),
    ("option", "kịp thời=1|không kịp thời=0.5|không=0", "1", {"option": "2"}, "0.5"),
    ("option", "kịp thời=1|không kịp thời=0.5|không=0", "1", {"option": "3"}, "0"),
    # R2: reports complete in content
    ("pass_fail", "Đủ nội dung|Thiếu nội dung", "1", {"passed": "yes"}, "1"),
    ("pass_fail", "Đủ nội dung|Thiếu nội dung", "1", {"passed": "no"}, "0"),
    # R3: plan done, at every boundary
    ("bands", PLAN, "2", done(9000, 10000), "1"),
    ("bands", PLAN, "2", done(9001, 10000), "2"),
    ("bands", PLAN, "2", done(7000, 10000), "1"),
    ("bands", PLAN, "2", done(6999, 10000), "0"),
    # R4: 47 of 50
    ("formula", "Đã làm / Được giao :: x/y", "2", {"x": 47, "y": 50}, "1.88"),
    ("formula", SEVERAL, "2", {"formula": "1", "x": 47, "y": 50}, "1.88"),
    ("formula", SEVERAL, "2", {"formula": "2", "z": 9}, "1.5"),
    # R5: from 80 % on
    ("threshold", "80%", "1", done(46, 50), "0.92"),
    ("threshold", "80%", "1", done(39, 50), "0"),
    ("threshold", "80%", "1", done(7999, 10000), "0"),
    ("threshold", "80%", "1", done(8000, 10000), "0.8"),
    # R6: 0,5 for each rule issued
    ("counted", "Văn bản ban hành đúng [văn bản] :: 0.5", "2", {"cases": 3}, "1.5"),
    ("counted", "Văn bản ban hành đúng [văn bản] :: 0.5", "2", {"cases": 5}, "2"),
    # R7: half lost for a slight breach, all for two
    ("declining", "1", "2", {"cases": 0}, "2"),
    ("declining", "1", "2", {"cases": 1}, "1"),
    ("declining", "1", "2", {"cases": 2}, "0"),
    # R8: outstanding, good, done
    ("levels", "xuất sắc=100%|tốt=75%|hoàn thành=50%", "2", {"level": "1"}, "2"),
    ("levels", "xuất sắc=100%|tốt=75%|hoàn thành=50%", "2", {"level": "2"}, "1.5"),
    ("levels", "xuất sắc=100%|tốt=75%|hoàn thành=50%", "2", {"level": "3"}, "1"),
    # R9: 5 A, 3 B, 2 C of 10
    ("survey", "", "2.0", {"1": 5, "2": 3, "3": 2, "4": 0}, "1.44"),
    ("survey", "A=100%|B=60%|C=20%|D=0%", "2.0", {"1": 5, "2": 3, "3": 2, "4": 0}, "1.44"),
    # R10: an index of others
    ("external", "SIPAS", "10", {"percent": "83,28"}, "8.328"),
]


# The leaves of the decision of Cà Mau (QĐ 1880/2013) that can be read, word by word.
CA_MAU = [
    ("option", "kịp thời=1|không kịp thời=0.5|không ban hành=0", ["1", "0.5", "0"]),
    ("option", "đầy đủ và có kinh phí=1|thiếu một trong hai=0", ["1", "0"]),
    ("option", "đạt=1|không đạt=0", ["1", "0"]),
    ("option", "đủ số lượng và đúng thời gian=1|thiếu hoặc trễ=0", ["1", "0"]),
]


@pytest.mark.parametrize(("kind", "text", "points"), CA_MAU)
def test_the_options_of_a_real_decision_give_its_points(kind, text, points):
    rule = read_compact(kind, text)
    given = [rule.apply({"option": str(n)}, Decimal(1)).points for n in range(1, len(points) + 1)]
    assert given == [Decimal(worth) for worth in points]


@pytest.mark.parametrize(
    ("done", "points"),
    [(10000, 2), (9001, 2), (9000, 1), (8999, 1), (7001, 1), (7000, 1), (6999, 0), (0, 0)],
)
def test_the_bands_of_a_real_decision_turn_at_its_boundaries(done, points):
    rule = read_compact("bands", ">90%=2|70%-90%=1|<70%=0")
    assert rule.apply({"done": done, "assigned": 10000}, Decimal(2)).points == points


@pytest.mark.parametrize(("kind", "text", "maximum", "inputs", "points"), WORKED)
def test_the_worked_numbers_come_out(kind, text, maximum, inputs, points):
    assert read_compact(kind, text).apply(inputs, Decimal(maximum)).points == Decimal(points)


@pytest.mark.parametrize(
    ("kind", "text", "inputs", "words"),
    [
        (
            "bands",
            "Việc đúng hạn / Việc được giao [việc đúng hạn] :: ≥90=2|<90=0",
            done(47, 50),
            "47/50 việc đúng hạn = 94 %, từ 90 % trở lên: 2 điểm",
        ),
        ("bands", PLAN, done(900_001, 1_000_000), "900001/1000000 = 90,0001 %, trên 90 %: 2 điểm"),
        ("bands", PLAN, done(30_001, 33_334), "30001/33334 ≈ 90,001 %, trên 90 %: 2 điểm"),
        ("threshold", "lẻ: Vốn / Vốn giao [tỷ đồng] :: 80%", done("8,125", "10"), "8,125/10 tỷ đồng = 81,25 %, từ 80 % trở lên: 8,125/10 × 2 = 1,625 điểm"),
        ("formula", SEVERAL, {"formula": "1", "x": 47, "y": 50}, "Theo hồ sơ: 47 hồ sơ / 50 hồ sơ × 2 = 1,88 điểm"),
        ("formula", SEVERAL, {"formula": "2", "z": 9}, "Theo tháng: min(9 tháng; 12) / 12 × 2 = 1,5 điểm"),
        ("counted", "Văn bản [văn bản] :: 0.5", {"cases": 5}, "5 văn bản × 0,5 = 2,5, vượt điểm tối đa nên chỉ tính: 2 điểm"),
        ("declining", "Số vụ vi phạm [vụ] :: 0.5", {"cases": 1}, "2 − 1 vụ × 0,5 = 1,5 điểm"),
    ],
)  # fmt: skip
def test_the_units_of_measure_stand_in_the_words(kind, text, inputs, words):
    assert read_compact(kind, text).apply(inputs, Decimal(2)).explained == words


def test_only_what_the_chosen_formula_uses_is_asked_for():
    rule = read_compact("formula", SEVERAL)
    assert [spec.label for spec in rule.inputs][1:3] == [
        "Hồ sơ đúng hạn (hồ sơ)",
        "Hồ sơ đã giải quyết (hồ sơ)",
    ]
    with pytest.raises(RuleError, match="Chưa nhập “Hồ sơ đã giải quyết”") as refusal:
        rule.apply({"formula": "1", "x": 47}, Decimal(2))
    assert list(refusal.value.fields) == ["y"]
    with pytest.raises(RuleError, match="Chưa nhập “Cách tính”") as refusal:
        rule.apply({"x": 47}, Decimal(2))
    assert list(refusal.value.fields) == ["formula"]


def test_what_another_formula_uses_is_kept_where_it_was_typed():
    kept = read_compact("formula", SEVERAL).apply({"formula": "2", "z": 9, "x": 4, "y": 5}, Decimal(2))
    assert kept.inputs == {"formula": "2", "x": 4, "y": 5, "z": 9}


@pytest.mark.parametrize("zeros", [0, 1])
def test_no_answers_make_no_points_and_say_so(zeros):
    rule = read_compact("survey", "")
    with pytest.raises(RuleError, match="Chưa có câu trả lời nào"):
        rule.apply({"1": 0, "2": 0, "3": 0, "4": 0}, Decimal(2 + zeros))


def test_nothing_assigned_and_a_division_by_zero_are_said_in_words():
    for kind, text, inputs in (
        ("bands", PLAN, done(0, 0)),
        ("threshold", "80%", done(0, 0)),
        ("formula", "Đã làm / Được giao :: x/y", {"x": 0, "y": 0}),
    ):
        with pytest.raises(RuleError, match="Mẫu số bằng 0"):
            read_compact(kind, text).apply(inputs, Decimal(2))


def test_a_result_too_wide_for_points_is_refused_in_words():
    rule = read_compact("formula", "x=Số :: x * x * x * x")
    with pytest.raises(RuleError, match="một số quá lớn, ngoài khoảng từ 0 đến 2,00"):
        rule.apply({"x": 10**13 - 1}, Decimal(2))
