"""Generated rules of every type, and inputs that they accept or refuse."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from backend.criteria.rules import FormulaRule, InputKind, InputSpec, Rule, RuleType, parse_rule

# What a person may type as a title: no "|", "::" or brackets, which part the items of the short text.
LETTERS = "AĐbcơữ ẹ09=%#≤/(),.:;>-"
UNITS = st.sampled_from(["", "việc", "văn bản", "%", "m²"])
MAXIMA = st.integers(1, 100_000).map(lambda n: Decimal(n).scaleb(-3))
MEASURES = st.sampled_from(["count", "number"])


def _fit(text: str) -> bool:
    return bool(text) and "::" not in text


titles = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(_fit)
# The first " / " parts done from assigned.
dones = titles.filter(lambda text: " / " not in f" {text} ")
keys = st.sampled_from(["", "1", "2", "a", "muc_3"])


def text_of(low: int, high: int) -> st.SearchStrategy[str]:
    """Return thousandths between the bounds as machine text."""
    return st.integers(low, high).map(lambda n: format(Decimal(n).scaleb(-3), "f"))


def _row(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, **fields} if key else fields


def _list(name: str, points: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.builds(lambda key, title, value: _row(key, title=title, **{name: value}), keys, titles, points)
    return st.lists(row, min_size=1, max_size=5).filter(_keys_differ)


def _keys_differ(rows: list[dict[str, Any]]) -> bool:
    taken = [row.get("key", str(place)) for place, row in enumerate(rows, 1)]
    return len(taken) == len(set(taken))


@st.composite
def bands(draw: Any) -> dict[str, Any]:
    """Return bands from 0 % upward whose points never fall."""
    lowers = sorted(draw(st.sets(st.integers(1, 100_000), max_size=4)))
    points = sorted(draw(st.lists(st.integers(0, 5_000), min_size=len(lowers) + 1, max_size=len(lowers) + 1)))
    rows = [
        {
            "lower": format(Decimal(low).scaleb(-3), "f"),
            "inclusive": low == 0 or draw(st.booleans()),
            "points": format(Decimal(worth).scaleb(-3), "f"),
        }
        for low, worth in zip([0, *lowers], points, strict=True)
    ]
    return {"bands": rows, **draw(ratios())}


def ratios() -> st.SearchStrategy[dict[str, Any]]:
    """Return the titles and measure of done and assigned."""
    return st.fixed_dictionaries({"done": dones, "assigned": titles, "measure": MEASURES, "unit": UNITS})


FORMULAS = [
    "x / y * max_points",
    "min(max_points; x * 0,5)",
    "max(0; max_points - x * 0.25)",
    "(x + y) / (x + y + 1) * max_points",
    "MAX_points".lower(),
    "-x + y − z × 2 ÷ 3",
]


@st.composite
def formulas(draw: Any) -> dict[str, Any]:
    """Return one formula or several with names, over three variables."""
    variables = [
        {"name": name, "title": draw(titles), "measure": draw(MEASURES), "unit": draw(UNITS)}
        for name in ("x", "y", "z")
    ]
    if draw(st.booleans()):
        variables[0]["at_most"] = "y"
    everything = "x * 0 + y * 0 + z * 0 + max_points / 2"
    if draw(st.booleans()):
        return {"formula": everything, "variables": variables}
    rows = draw(st.lists(st.sampled_from(FORMULAS), min_size=1, max_size=3))
    named = [{"title": draw(titles), "formula": text} for text in [everything, *rows]]
    return {"formulas": named, "variables": variables}


def counted() -> st.SearchStrategy[dict[str, Any]]:
    """Return a step, a title and a unit."""
    return st.fixed_dictionaries({"step": text_of(1, 5_000), "title": titles, "unit": UNITS})


PARAMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "option": st.fixed_dictionaries({"title": titles, "options": _list("points", text_of(0, 5_000))}),
    "pass_fail": st.fixed_dictionaries({"title": titles, "passed": titles, "failed": titles}),
    "bands": bands(),
    "formula": formulas(),
    "threshold": st.builds(lambda low, ratio: {"threshold": low, **ratio}, text_of(0, 100_000), ratios()),
    "counted": counted(),
    "declining": counted(),
    "levels": st.fixed_dictionaries({"title": titles, "levels": _list("percent", text_of(0, 100_000))}),
    "survey": st.fixed_dictionaries({"answers": _list("weight", text_of(0, 100_000))}),
    "external": st.fixed_dictionaries({"title": titles}),
    "direct": st.just({}),
}


def rules(kind: str) -> st.SearchStrategy[Rule]:
    """Return rules of one kind with any parameters."""
    return PARAMS[kind].map(lambda params: parse_rule(kind, params))


def any_rule() -> st.SearchStrategy[Rule]:
    """Return a rule of any kind."""
    return st.sampled_from(list(RuleType)).flatmap(lambda kind: rules(kind.value))


@st.composite
def inputs_of(draw: Any, rule: Rule) -> dict[str, Any]:
    """Return an answer to everything the rule asks, of the right kind though not always accepted."""
    return {spec.name: draw(_value(spec)) for spec in rule.inputs}


def _value(spec: InputSpec) -> st.SearchStrategy[Any]:
    if spec.kind is InputKind.CHOICE:
        return st.sampled_from([choice.key for choice in spec.choices])
    if spec.kind is InputKind.COUNT:
        return st.integers(0, 200) | st.integers(0, 10**13 - 1)
    most = 100 if spec.maximum is not None else 1_000
    return st.integers(0, most * 10**6).map(lambda n: Decimal(n).scaleb(-6))


__all__ = ["MAXIMA", "FormulaRule", "any_rule", "inputs_of", "rules"]
