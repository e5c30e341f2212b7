"""What holds for every rule with any parameters and any input: range, exactness, order, one written form."""

import ast
import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.criteria.compact import read_compact, to_compact
from backend.criteria.rules import RuleError, RuleType, parse_rule
from backend.criteria.wording import in_words
from tests.criteria.rule_samples import MAXIMA, any_rule, inputs_of, rules

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXACT = [
    *sorted((ROOT / "backend/criteria/rules").glob("*.py")),
    ROOT / "backend/core/formula.py",
    ROOT / "backend/core/exact.py",
]
UP = {"bands": "done", "threshold": "done", "counted": "cases", "external": "percent"}


def accepted(make):
    """Return what ``make`` gives, or None where it says no, which it does in sentences."""
    try:
        return make()
    except RuleError as refusal:
        said = refusal.problems
    assert said
    assert all(sentence.endswith(".") for sentence in said)
    return None


def points_of(rule, inputs, maximum):
    outcome = accepted(lambda: rule.apply(inputs, maximum))
    assume(outcome is not None)
    return outcome.points


@given(any_rule(), MAXIMA, st.data())
def test_what_is_accepted_gives_thousandths_from_zero_to_the_maximum(rule, maximum, data):
    inputs = data.draw(inputs_of(rule))
    outcome = accepted(lambda: rule.apply(inputs, maximum))
    if outcome is None:
        return
    assert isinstance(outcome.points, Decimal)
    assert outcome.points.as_tuple().exponent == -3
    assert 0 <= outcome.points <= maximum
    assert rule.allows(outcome.points, maximum)
    assert json.loads(json.dumps(outcome.inputs)) == outcome.inputs
    assert rule.apply(outcome.inputs, maximum) == outcome


@given(any_rule(), MAXIMA, st.data())
def test_the_words_end_with_the_points(rule, maximum, data):
    inputs = data.draw(inputs_of(rule))
    outcome = accepted(lambda: rule.apply(inputs, maximum))
    if outcome is None:
        return
    said = outcome.explained.removesuffix(" điểm").rpartition(" ")[2]
    assert outcome.explained.endswith(" điểm")
    assert Decimal(said.replace(",", ".")) == outcome.points


@pytest.mark.parametrize("kind", UP)
@given(data=st.data(), maximum=MAXIMA)
def test_more_never_gives_less(kind, data, maximum):
    rule = data.draw(rules(kind))
    first, second = data.draw(inputs_of(rule)), data.draw(inputs_of(rule))
    name = UP[kind]
    less, more = sorted([first[name], second[name]])
    if "assigned" in first:
        first["assigned"] = max(more, first["assigned"], 1)
    low = points_of(rule, {**first, name: less}, maximum)
    high = points_of(rule, {**first, name: more}, maximum)
    assert low <= high


@given(rules("declining"), st.integers(0, 10**6), st.integers(0, 10**6), MAXIMA)
def test_more_cases_never_give_more_where_each_is_deducted(rule, one, other, maximum):
    less, more = sorted([one, other])
    assert points_of(rule, {"cases": more}, maximum) <= points_of(rule, {"cases": less}, maximum)


@given(rules("survey"), MAXIMA, st.data())
def test_a_better_answer_never_gives_fewer_points_in_a_survey(rule, maximum, data):
    counts = {answer.key: data.draw(st.integers(0, 500)) for answer in rule.answers}
    worse, better = data.draw(st.lists(st.sampled_from(rule.answers), min_size=2, max_size=2))
    worse, better = sorted([worse, better], key=lambda answer: answer.weight)
    assume(counts[worse.key])
    before = points_of(rule, counts, maximum)
    counts[worse.key] -= 1
    counts[better.key] += 1
    assert points_of(rule, counts, maximum) >= before


@given(rules("levels"), MAXIMA)
def test_a_higher_percentage_is_worth_more(rule, maximum):
    ordered = sorted(rule.levels, key=lambda level: level.percent)
    worth = [points_of(rule, {"level": level.key}, maximum) for level in ordered]
    assert all(low <= high for low, high in pairwise(worth))


@given(any_rule(), MAXIMA)
def test_points_are_rounded_once_and_every_listed_value_may_be_set(rule, maximum):
    for points in rule.reachable(maximum) or ():
        assert points.as_tuple().exponent == -3
        assert rule.allows(points, maximum) == (points <= maximum)


@given(any_rule())
def test_parameters_read_back_as_the_same_rule(rule):
    stored = json.loads(json.dumps(rule.to_params()))
    again = parse_rule(rule.kind, stored)
    assert again == rule
    assert again.to_params() == stored


@given(any_rule())
def test_the_short_text_reads_back_as_the_same_rule(rule):
    text = to_compact(rule)
    assert "\n" not in text
    assert read_compact(rule.kind, text) == rule
    assert read_compact(rule.kind, text.replace("|", "\r\n").replace(":: ", "::\r\n")) == rule


@given(any_rule(), MAXIMA)
def test_every_rule_has_words_for_every_maximum(rule, maximum):
    words = in_words(rule, maximum)
    assert words.title == rule.kind.label
    assert all(words.lines)
    assert isinstance(rule.problems(maximum), list)


@given(st.sampled_from(list(RuleType)), st.text(max_size=40))
def test_any_text_is_a_rule_or_a_refusal_in_words(kind, text):
    rule = accepted(lambda: read_compact(kind, text))
    assert rule is None or read_compact(kind, to_compact(rule)) == rule


@pytest.mark.parametrize("path", EXACT, ids=lambda path: path.stem)
def test_no_float_can_arise(path):
    # Division is written Fraction(a, b), so that "/" can be looked for.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        assert not isinstance(node, ast.Div)
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in {"float", "round", "pow", "eval", "exec"}
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert not names & {"math", "statistics", "numpy", "cmath", "random"}


def test_a_float_is_no_input():
    rule = parse_rule("external", {})
    with pytest.raises(RuleError, match="phải là một số"):
        rule.apply({"percent": 83.28}, Decimal(10))
    assert rule.apply({"percent": "83.28"}, Decimal(10)).points == Decimal("8.328")
    assert Fraction(rule.apply({"percent": Decimal("0.01")}, Decimal(10)).points) == Fraction(1, 1000)
