"""The next step of every kind of rule, checked by trying all answers the plain way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.criteria.rules import parse_rule
from reports.analysis.raising import LeafNow, next_step, raises

TWO = Decimal(2)
BANDS = {
    "bands": [
        {"lower": "90", "inclusive": False, "points": "2"},
        {"lower": "70", "inclusive": True, "points": "1"},
        {"lower": "0", "inclusive": True, "points": "0"},
    ]
}
LATE = {  # the fewer the better
    "bands": [
        {"lower": "20", "inclusive": True, "points": "0"},
        {"lower": "5", "inclusive": False, "points": "1"},
        {"lower": "0", "inclusive": True, "points": "2"},
    ]
}
OPTIONS = {
    "title": "Mức",
    "options": [
        {"key": "1", "title": "Kịp thời", "points": "2"},
        {"key": "2", "title": "Không kịp thời", "points": "0.5"},
        {"key": "3", "title": "Không", "points": "0"},
    ],
}
RATIO = {
    "formula": "x / y * max_points",
    "variables": [
        {"name": "x", "title": "Đã xong", "measure": "count", "at_most": "y"},
        {"name": "y", "title": "Được giao", "measure": "count"},
    ],
}


def step(kind, params, inputs, points=None, maximum=TWO):
    rule = parse_rule(kind, params)
    own = rule.apply(inputs, maximum).points if points is None else Decimal(points)
    return next_step(rule, inputs, own, maximum)


def test_a_choice_goes_to_the_next_better_answer_not_to_the_best():
    found = step("option", OPTIONS, {"option": "3"})
    assert found.points == Decimal("0.5")
    assert (found.changes[0].before, found.changes[0].after) == ("Không", "Không kịp thời")


@given(st.integers(1, 400), st.data())
def test_a_band_is_reached_by_the_least_that_the_rule_takes(assigned, data):
    done = data.draw(st.integers(0, assigned))
    rule = parse_rule("bands", BANDS)
    worth = [rule.apply({"done": n, "assigned": assigned}, TWO).points for n in range(assigned + 1)]
    found = step("bands", BANDS, {"done": done, "assigned": assigned})
    better = [n for n in range(done, assigned + 1) if worth[n] > worth[done]]
    if not better:  # no step of the numbers; at most the band beyond is named
        assert found is None or not found.changes
        return
    least = min(worth[n] for n in better)
    assert found.points == least
    assert int(found.changes[0].after) == min(n for n in better if worth[n] == least)


@given(st.integers(1, 400), st.data())
def test_where_fewer_is_better_the_step_goes_down_no_further_than_it_must(assigned, data):
    done = data.draw(st.integers(0, assigned))
    rule = parse_rule("bands", LATE)
    worth = [rule.apply({"done": n, "assigned": assigned}, TWO).points for n in range(assigned + 1)]
    found = step("bands", LATE, {"done": done, "assigned": assigned})
    better = [n for n in range(done) if worth[n] > worth[done]]
    if not better:
        assert found is None or not found.changes
        return
    nearest = min(worth[n] for n in better)
    assert found.points == nearest
    assert int(found.changes[0].after) == max(n for n in better if worth[n] == nearest)


def test_below_a_threshold_the_step_is_the_threshold_above_it_one_case():
    below = step("threshold", {"threshold": "80"}, {"done": 39, "assigned": 50}, maximum=Decimal(1))
    assert (below.points, below.changes[0].after) == (Decimal("0.8"), "40")
    above = step("threshold", {"threshold": "80"}, {"done": 46, "assigned": 50}, maximum=Decimal(1))
    assert (above.points, above.changes[0].after) == (Decimal("0.94"), "47")


@given(st.integers(1, 300), st.data())
def test_a_formula_goes_one_case_further_and_never_changes_what_was_assigned(assigned, data):
    done = data.draw(st.integers(0, assigned))
    found = step("formula", RATIO, {"x": done, "y": assigned})
    if done == assigned:
        assert found is None
        return
    exact = Fraction(done + 1, assigned) * 2
    assert abs(Fraction(found.points) - exact) <= Fraction(1, 2000)
    assert [(c.title, c.before, c.after) for c in found.changes] == [("Đã xong", str(done), str(done + 1))]


def test_counts_go_up_where_they_win_and_down_where_they_cost():
    won = step("counted", {"step": "0.5", "title": "Số quy chế"}, {"cases": 3})
    assert (won.points, won.changes[0].after) == (TWO, "4")
    lost = step("declining", {"step": "0.5", "title": "Số vi phạm"}, {"cases": 1})
    assert (lost.points, lost.changes[0].after) == (TWO, "0")


def test_amounts_reach_a_band_to_the_sixth_decimal():
    amounts = {**BANDS, "measure": "number", "done": "Đã giải ngân", "assigned": "Vốn giao"}
    found = step("bands", amounts, {"done": "1", "assigned": "3.3333"})
    assert found.points == 1
    assert found.changes[0].after == "2,33331"


def test_points_the_inputs_do_not_explain_step_by_the_values_of_the_rule_only():
    found = step("bands", BANDS, {"done": 95, "assigned": 100}, points="1")
    assert (found.points, found.words, found.changes) == (TWO, "trên 90 %", ())
    assert step("formula", RATIO, {"x": 47, "y": 50}, points="1") is None
    assert step("option", OPTIONS, {}, points="0.5").words == "Kịp thời"


@pytest.mark.parametrize("kind", ["direct", "survey", "external"])
def test_what_the_unit_does_not_answer_has_no_step(kind):
    assert (
        next_step(parse_rule(kind, {"title": "Chỉ số"} if kind == "external" else {}), {}, Decimal(1), TWO)
        is None
    )


def test_the_most_points_within_one_step_come_first():
    options, direct = parse_rule("option", OPTIONS), parse_rule("direct", {})
    leaves = [
        LeafNow("1.1", "A", options, Decimal(0), TWO, {"option": "3"}),
        LeafNow("1.2", "B", options, Decimal("0.5"), TWO, {"option": "2"}),
        LeafNow("1.3", "C", direct, Decimal(1), TWO, {}),
        LeafNow("1.4", "D", options, TWO, TWO, {"option": "1"}),
        LeafNow("1.5", "E", None, Decimal(1), TWO, {}),
    ]
    found = raises(leaves)
    assert [(one.leaf.code, one.gain) for one in found.steps] == [
        ("1.2", Decimal("1.5")),
        ("1.1", Decimal("0.5")),
    ]
    assert [leaf.code for leaf in found.without] == ["1.3", "1.5"]
    assert found.gain == TWO
