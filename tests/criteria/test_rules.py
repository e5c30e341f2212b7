"""The ways of scoring: the worked numbers of real regulations, bad input, and what holds for every input."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.criteria.rules import RULES, RuleError, RuleType, parse_rule, proportional

BANDS = {
    "bands": [
        {"lower": "90", "inclusive": False, "points": "2"},
        {"lower": "70", "points": "1"},
        {"lower": "0", "points": "0"},
    ]
}
OPTIONS = {
    "options": [
        {"title": "Kịp thời", "points": "1"},
        {"title": "Không kịp thời", "points": "0.5"},
        {"title": "Không ban hành", "points": "0"},
    ]
}
FORMULA = {
    "formula": "x / y * max_points",
    "variables": [
        {"name": "x", "title": "Số hoàn thành", "at_most": "y"},
        {"name": "y", "title": "Số được giao"},
    ],
}
PARAMS = {
    "option": OPTIONS,
    "pass_fail": {},
    "bands": BANDS,
    "formula": FORMULA,
    "threshold": {"threshold": "80"},
    "counted": {"step": "0.5"},
    "declining": {"step": "0.5"},
    "levels": {
        "levels": [
            {"title": "Xuất sắc", "percent": "100"},
            {"title": "Tốt", "percent": "75"},
            {"title": "Hoàn thành", "percent": "50"},
        ]
    },
    "survey": {},
    "external": {"title": "SIPAS"},
    "direct": {},
}
MAXIMUM = {"option": "1", "pass_fail": "1", "threshold": "1", "external": "10"}


def rule_of(kind):
    return parse_rule(kind, PARAMS[kind]), Decimal(MAXIMUM.get(kind, "2"))


def ratio(done, assigned):
    return {"done": done, "assigned": assigned}


WORKED = [
    ("option", {"option": "1"}, "1"),
    ("option", {"option": "2"}, "0.5"),
    ("option", {"option": "3"}, "0"),
    ("pass_fail", {"passed": "yes"}, "1"),
    ("pass_fail", {"passed": "no"}, "0"),
    ("bands", ratio(90, 100), "1"),
    ("bands", ratio(9001, 10000), "2"),
    ("bands", ratio(70, 100), "1"),
    ("bands", ratio(6999, 10000), "0"),
    ("bands", ratio(0, 100), "0"),
    ("bands", ratio(100, 100), "2"),
    ("formula", {"x": 47, "y": 50}, "1.88"),
    ("formula", {"x": 1, "y": 3}, "0.667"),
    ("threshold", ratio(46, 50), "0.92"),
    ("threshold", ratio(39, 50), "0"),
    ("threshold", ratio(40, 50), "0.8"),
    ("threshold", ratio(50, 50), "1"),
    ("counted", {"cases": 0}, "0"),
    ("counted", {"cases": 3}, "1.5"),
    ("counted", {"cases": 4}, "2"),
    ("counted", {"cases": 5}, "2"),
    ("declining", {"cases": 0}, "2"),
    ("declining", {"cases": 3}, "0.5"),
    ("declining", {"cases": 4}, "0"),
    ("declining", {"cases": 5}, "0"),
    ("levels", {"level": "1"}, "2"),
    ("levels", {"level": "2"}, "1.5"),
    ("levels", {"level": "3"}, "1"),
    ("survey", {"1": 5, "2": 3, "3": 2, "4": 0}, "1.44"),
    ("survey", {"1": 1, "2": 0, "3": 0, "4": 2}, "0.667"),
    ("external", {"percent": "83,28"}, "8.328"),
    ("external", {"percent": 100}, "10"),
    ("direct", {"points": "1.25"}, "1.25"),
]


@pytest.mark.parametrize(("kind", "inputs", "points"), WORKED)
def test_worked_numbers(kind, inputs, points):
    rule, maximum = rule_of(kind)
    assert rule.apply(inputs, maximum).points == Decimal(points)


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        ("option", {"option": "2"}, "Không kịp thời: 0,5 điểm"),
        ("bands", ratio(47, 50), "47/50 = 94 %, trên 90 %: 2 điểm"),
        ("bands", ratio(40, 50), "40/50 = 80 %, từ 70 % đến 90 %: 1 điểm"),
        ("bands", ratio(1, 3), "1/3 ≈ 33,33 %, dưới 70 %: 0 điểm"),
        ("formula", {"x": 47, "y": 50}, "47 / 50 × 2 = 1,88 điểm"),
        ("formula", {"x": 1, "y": 3}, "1 / 3 × 2 ≈ 0,667 điểm"),
        ("threshold", ratio(46, 50), "46/50 = 92 %, từ 80 % trở lên: 46/50 × 1 = 0,92 điểm"),
        ("threshold", ratio(39, 50), "39/50 = 78 %, dưới 80 %: 0 điểm"),
        ("counted", {"cases": 3}, "3 × 0,5 = 1,5 điểm"),
        ("counted", {"cases": 5}, "5 × 0,5 = 2,5, vượt điểm tối đa nên chỉ tính: 2 điểm"),
        ("levels", {"level": "2"}, "Tốt: 75 % × 2 = 1,5 điểm"),
        (
            "survey",
            {"1": 5, "2": 3, "3": 2, "4": 0},
            "(5 A × 100 % + 3 B × 60 % + 2 C × 20 % + 0 D × 0 %) / 10 câu trả lời = 72 %, tính trên 2 điểm = 1,44 điểm",
        ),
        ("external", {"percent": "83,28"}, "SIPAS: 83,28 % × 10 = 8,328 điểm"),
        ("external", {"percent": "83,2825"}, "SIPAS: 83,2825 % × 10 ≈ 8,328 điểm"),
        ("declining", {"cases": 3}, "2 − 3 × 0,5 = 0,5 điểm"),
        ("declining", {"cases": 5}, "2 − 5 × 0,5 nhỏ hơn 0: 0 điểm"),
        ("direct", {"points": "1.25"}, "Nhập trực tiếp: 1,25 điểm"),
        ("direct", {"points": "1.23456"}, "Nhập trực tiếp 1,23456 ≈ 1,235 điểm"),
    ],
)
def test_the_points_are_explained_with_the_units_own_numbers(kind, inputs, words):
    rule, maximum = rule_of(kind)
    assert rule.apply(inputs, maximum).explained == words


@pytest.mark.parametrize(
    ("kind", "inputs", "field", "words"),
    [
        ("option", {"option": "9"}, "option", "không phải là một mức"),
        ("option", {}, "option", "Chưa nhập"),
        ("option", {"option": "1", "other": "1"}, "other", "Không có số liệu này"),
        ("bands", ratio(51, 50), "done", "lớn hơn"),
        ("bands", ratio(0, 0), "assigned", "Mẫu số bằng 0"),
        ("bands", ratio(-1, 50), "done", "không được nhỏ hơn 0"),
        ("bands", ratio("4,5", 50), "done", "số nguyên"),
        ("bands", ratio("abc", 50), "done", "không phải là một số"),
        ("bands", ratio("", 50), "done", "Chưa nhập"),
        ("bands", ratio(1.5, 50), "done", "phải là một số"),
        ("bands", ratio(True, 50), "done", "phải là một số"),
        ("bands", ratio("9" * 40, 50), "done", "không phải là một số"),
        ("bands", ratio("1.000", 2000), "done", "1000 hoặc 1"),
        ("formula", {"x": 51, "y": 50}, "x", "lớn hơn"),
        ("counted", {"cases": "2,5"}, "cases", "số nguyên"),
        ("levels", {"level": "khá"}, "level", "không phải là một mức"),
        ("survey", {"1": 5, "2": 3, "3": 2}, "4", "Chưa nhập"),
        ("survey", {"1": -5, "2": 3, "3": 2, "4": 0}, "1", "không được nhỏ hơn 0"),
        ("external", {"percent": "100,01"}, "percent", "không được lớn hơn 100"),
        ("direct", {"points": "1.500"}, "points", "1500 hoặc 1,5"),
        ("direct", {"points": "nan"}, "points", "không phải là một số"),
    ],
)
def test_bad_input_is_refused_beside_the_input_that_is_to_blame(kind, inputs, field, words):
    rule, maximum = rule_of(kind)
    with pytest.raises(RuleError, match=words) as refusal:
        rule.apply(inputs, maximum)
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(("kind", "inputs"), [("formula", {"x": 0, "y": 0}), ("direct", {"points": "2,001"})])
def test_a_result_that_can_not_be_is_refused_in_words(kind, inputs):
    rule, maximum = rule_of(kind)
    with pytest.raises(RuleError, match="Hãy kiểm tra lại số liệu"):
        rule.apply(inputs, maximum)


def test_amounts_may_have_decimals_where_the_rule_measures_numbers():
    rule = parse_rule("threshold", {"threshold": "80", "measure": "number"})
    outcome = rule.apply({"done": "8,5", "assigned": Decimal("10.0")}, Decimal("2"))
    assert outcome.points == Decimal("1.7")
    assert outcome.inputs == {"done": "8.5", "assigned": "10"}


@pytest.mark.parametrize("points", ["1,125", Decimal("1.125"), "1.1250"])
def test_three_decimals_are_stored_so_that_they_are_not_taken_for_thousands(points):
    rule, maximum = rule_of("direct")
    first = rule.apply({"points": points}, maximum)
    assert first.inputs == {"points": "1.1250"}
    assert rule.apply(first.inputs, maximum) == first


def test_what_is_stored_gives_the_same_points_again():
    for kind, inputs, _points in WORKED:
        rule, maximum = rule_of(kind)
        first = rule.apply(inputs, maximum)
        assert rule.apply(first.inputs, maximum) == first


@pytest.mark.parametrize("kind", RuleType)
def test_parameters_have_one_canonical_form(kind):
    rule, maximum = rule_of(kind)
    assert parse_rule(kind, rule.to_params()) == rule
    assert parse_rule(kind, rule.to_params()).to_params() == rule.to_params()
    assert rule.problems(maximum) == []


def test_every_way_of_scoring_has_a_door_and_a_name():
    assert set(RULES) == set(RuleType) == set(PARAMS)
    assert all(kind.label for kind in RuleType)


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("thumb", {}, "Không có cách chấm"),
        ("direct", [], "phải là một bảng"),
        ("option", {}, "Thiếu “các mức”"),
        ("option", {"options": ["x"]}, "phải là một bảng"),
        ("option", {"options": [{"title": "Tốt", "points": 0.5}]}, "viết bằng chữ"),
        ("option", {"options": [{"title": "Tốt", "points": "0.0005"}]}, "ba chữ số"),
        ("option", {"options": [{"title": "Tốt", "points": "-1"}]}, "ngoài khoảng"),
        ("option", {"options": [{"points": "1"}]}, "Các mức, dòng 1: Thiếu “tên”"),
        ("option", {**OPTIONS, "colour": "red"}, "Không có tham số “colour”"),
        ("option", {"options": [{"title": "Tốt", "points": "1", "x": 1}]}, "Không có tham số “x”"),
        (
            "option",
            {"options": [{"key": "2", "title": "A", "points": "1"}, {"title": "B", "points": "0"}]},
            "trùng",
        ),
        ("bands", {"bands": [{"lower": "101", "points": "1"}]}, "ngoài khoảng"),
        ("bands", {"bands": [{"lower": "0", "inclusive": "yes", "points": "1"}]}, "đúng hoặc sai"),
        ("bands", {**BANDS, "measure": "feet"}, "một trong"),
        ("threshold", {}, "Thiếu “ngưỡng”"),
        ("counted", {"step": "0"}, "ngoài khoảng"),
        ("counted", {"step": "0.5", "unit": "vụ]"}, "ngoặc vuông"),
        ("levels", {}, "Thiếu “các mức”"),
        ("levels", {"levels": [{"title": "Tốt", "percent": "101"}]}, "ngoài khoảng"),
        ("levels", {"levels": [{"key": "á", "title": "Tốt", "percent": "1"}]}, "chữ không dấu"),
        ("survey", {"answers": []}, "Thiếu “các phương án trả lời”"),
        ("survey", {"answers": [{"title": "A", "weight": "-1"}]}, "ngoài khoảng"),
        (
            "survey",
            {
                "answers": [
                    {"key": "a", "title": "A", "weight": "1"},
                    {"key": "a", "title": "B", "weight": "0"},
                ]
            },
            "trùng",
        ),
        ("external", {"title": "A|B"}, "không được có dấu"),
        ("external", {"title": "A\nB"}, "xuống dòng"),
        ("bands", {**BANDS, "done": "km / giờ"}, "“ / ”"),
        ("declining", {"step": "0"}, "ngoài khoảng"),
        ("formula", {**FORMULA, "formula": "x / z"}, "biến “z” chưa khai báo"),
        ("formula", {**FORMULA, "formula": "x"}, "Biến “y” không có trong công thức"),
        ("formula", {**FORMULA, "formula": "x / (y"}, "thiếu “\\)”"),
        ("formula", {"formula": "max", "variables": [{"name": "max", "title": "a"}]}, "không dùng được"),
    ],
)
def test_parameters_are_read_strictly(kind, params, words):
    with pytest.raises(RuleError, match=words):
        parse_rule(kind, params)


def test_all_problems_are_told_at_once():
    with pytest.raises(RuleError) as refusal:
        parse_rule("option", {"options": [{"points": 1.5}], "x": 1})
    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("option", {"options": [{"title": "Tốt", "points": "3"}]}, "cao hơn điểm tối đa"),
        ("option", {"options": [{"title": "Tốt", "points": "1"}]}, "Không có mức nào đạt điểm tối đa"),
        ("bands", {"bands": [{"lower": "50", "points": "2"}]}, "còn hở"),
        ("bands", {"bands": [{"lower": "0", "points": "2"}, {"lower": "0", "points": "1"}]}, "chồng nhau"),
        ("bands", {"bands": [{"lower": "100", "inclusive": False, "points": "2"}, {"lower": "0", "points": "0"}]}, "không bao giờ"),
        ("option", {"options": [{"title": "A", "points": "2"}, {"title": "A", "points": "0"}]}, "trùng tên “A”"),
        ("counted", {"step": "2.5"}, "cao hơn điểm tối đa"),
        ("declining", {"step": "2.5"}, "lớn hơn điểm tối đa"),
        ("levels", {"levels": [{"title": "Tốt", "percent": "75"}]}, "Không có mức nào đạt điểm tối đa"),
        ("survey", {"answers": [{"title": "A", "weight": "90"}]}, "Không có phương án nào được 100 %"),
        ("survey", {"answers": [{"title": "A", "weight": "100"}, {"title": "A", "weight": "0"}]}, "trùng tên “A”"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_its_leaf_is_told_before_publishing(kind, params, words):
    assert any(words in problem for problem in parse_rule(kind, params).problems(Decimal("2")))


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        ("option", ["1", "0.5", "0"], ["0.7", "1.5", "-1"]),
        ("pass_fail", ["1", "0"], ["0.5", "2"]),
        ("bands", ["2", "1", "0"], ["1.5", "3"]),
        ("counted", ["2", "1.5", "0.5", "0"], ["0.6", "2.5", "-0.5"]),
        ("declining", ["2", "1.5", "0.5", "0"], ["0.6", "2.5", "-0.5"]),
        ("levels", ["2", "1.5", "1"], ["0", "1.75", "2.5"]),
        ("survey", ["2", "1.441", "0"], ["2.001"]),
        ("external", ["10", "8.328", "0"], ["10.001"]),
        ("formula", ["0", "1.887", "2"], ["2.001", "1.8875", "-0.001"]),
        ("threshold", ["0", "0.5", "1"], ["1.001"]),
        ("direct", ["0", "1.999", "2"], ["2.001", "0.0001"]),
    ],
)
def test_an_appraiser_may_set_only_points_that_the_rule_knows(kind, allowed, refused):
    rule, maximum = rule_of(kind)
    assert all(rule.allows(Decimal(points), maximum) for points in allowed)
    assert not any(rule.allows(Decimal(points), maximum) for points in refused)


def test_a_float_is_never_allowed_as_points():
    rule, maximum = rule_of("direct")
    assert not rule.allows(0.5, maximum)


def test_declining_points_that_do_not_divide_the_maximum_end_at_zero():
    rule = parse_rule("declining", {"step": "0.75"})
    assert rule.reachable(Decimal("2")) == (
        Decimal("2"),
        Decimal("1.25"),
        Decimal("0.5"),
        Decimal("0"),
    )
    assert parse_rule("declining", {"step": "0.001"}).reachable(Decimal("2")) is None


def test_the_short_way_to_a_proportion_is_the_formula_written_out():
    assert proportional("Số hoàn thành", "Số được giao").to_params()["formula"] == "x / y * max_points"


counts = st.integers(0, 10_000)
maxima = st.integers(1, 100_000).map(lambda n: Decimal(n).scaleb(-3))


def assert_is_points(points, maximum):
    assert isinstance(points, Decimal)
    assert points.as_tuple().exponent == -3
    assert 0 <= points <= maximum


@pytest.mark.parametrize("kind", ["formula", "threshold"])
@given(data=st.data(), maximum=maxima)
def test_proportional_points_stay_in_range_and_never_fall_with_more_done(kind, data, maximum):
    rule = parse_rule(kind, PARAMS[kind])
    done, assigned = (spec.name for spec in rule.inputs)
    given_out = data.draw(st.integers(1, 10_000))
    less, more = sorted([data.draw(st.integers(0, given_out)), data.draw(st.integers(0, given_out))])
    low = rule.apply({done: less, assigned: given_out}, maximum).points
    high = rule.apply({done: more, assigned: given_out}, maximum).points
    assert_is_points(low, maximum)
    assert_is_points(high, maximum)
    assert low <= high
    assert rule.apply({done: given_out, assigned: given_out}, maximum).points == maximum


@given(counts, counts)
def test_bands_never_fall_with_more_done(first, second):
    rule, maximum = rule_of("bands")
    less, more = sorted([first, second])
    low, high = (rule.apply(ratio(done, 10_000), maximum).points for done in (less, more))
    assert_is_points(low, maximum)
    assert low <= high
    assert rule.allows(low, maximum)


@given(counts, maxima, st.integers(1, 5_000).map(lambda n: Decimal(n).scaleb(-3)))
def test_declining_points_never_rise_with_more_cases(cases, maximum, step):
    rule = parse_rule("declining", {"step": str(step)})
    here, after = (rule.apply({"cases": n}, maximum).points for n in (cases, cases + 1))
    assert_is_points(here, maximum)
    assert after <= here
    assert rule.allows(here, maximum)


@given(st.integers(0, 1000), st.integers(1, 1000), maxima)
def test_a_leaf_is_rounded_half_up_once(done, more, maximum):
    assigned = done + more
    points = rule_of("formula")[0].apply({"x": done, "y": assigned}, maximum).points
    exact = Fraction(done, assigned) * Fraction(maximum)
    assert abs(Fraction(points) - exact) <= Fraction(1, 2000)
