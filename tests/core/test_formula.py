"""The small grammar of formulas."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.formula import FormulaError, read_formula


def value(text, **names):
    return read_formula(text).value({name: Fraction(number) for name, number in names.items()})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("8 / 2 / 2", 2),
        ("-2 * -3", 6),
        ("0,5 + 0.25", Fraction(3, 4)),
        ("1 / 3", Fraction(1, 3)),
        ("min(3; 1; 2) + max(1; 2)", 3),
        ("max(0; 2 - 5 * 0,5)", 0),
        ("MIN(3; 2) × 4 ÷ 8 − 1", 0),
    ],
)
def test_formulas_are_worked_out_exactly(text, result):
    assert value(text) == result


def test_names_stand_for_numbers_and_are_listed_once():
    formula = read_formula("x / y * x")
    assert formula.names == ("x", "y")
    assert value("x / y * x", x=2, y=4) == 1
    assert formula.with_values({"x": "2", "y": "4"}) == "2 / 4 × 2"


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "(1", "1)", "1 2", "min()", "min 1", "x ** 2", "__import__('os')", "x.y", "1 = 1", "a[0]", "²", "x ; y", "(" * 30 + "1" + ")" * 30, "1+" * 200 + "1", "-" * 50 + "1"],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused(text):
    with pytest.raises(FormulaError):
        read_formula(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1" * 100_000, "dài quá 300 ký tự"),
        ("(" * 10_000 + "1" + ")" * 10_000, "dài quá 300 ký tự"),
        ("(" * 140 + "1" + ")" * 140, "lồng quá 20 tầng"),
        ("min(" * 50 + "1" + ")" * 50, "lồng quá 20 tầng"),
        ("-" * 299 + "1", "lồng quá 20 tầng"),
        ("min(x, y)", "dấu chấm phẩy"),
        ("x * 1.500", "1500 hoặc 1,500"),
        ("x $ y", "ký tự không dùng được"),
        ("x * (y", "thiếu “\\)”"),
        ("x *", "dừng giữa chừng"),
    ],
)
def test_a_formula_that_is_no_formula_is_refused_in_words(text, said):
    with pytest.raises(FormulaError, match=said):
        read_formula(text)


def test_the_longest_formula_is_worked_out():
    assert value("1+" * 149 + "1") == 150
    assert value("(" * 19 + "1" + ")" * 19) == 1


def test_a_formula_is_shown_as_people_write_it():
    formula = read_formula("MAX(0; x - 0.5) * 2 / Y")
    assert formula.with_values({"x": "3 vụ"}) == "max(0; 3 vụ − 0,5) × 2 / Y"


def test_a_division_by_zero_is_said_in_words():
    with pytest.raises(FormulaError, match="Mẫu số bằng 0"):
        value("x / (y - y)", x=1, y=1)


@given(st.text(alphabet="xy01.,;+-*/() minaxévẽ_", max_size=40))
def test_any_text_is_a_formula_or_a_refusal(text):
    with contextlib.suppress(FormulaError):
        formula = read_formula(text)
        assert isinstance(formula.value(dict.fromkeys(formula.names, Fraction(1, 3))), Fraction)
