"""R4: a formula over named variables with titles."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.formula import Formula, FormulaError, read_formula

from .base import InputKind, InputSpec, Rule, RuleError, RuleType, Values, shown
from .reading import Params

# The leaf's own maximum, usable in every formula.
MAXIMUM = "max_points"
_RESERVED = {MAXIMUM, "min", "max"}


@dataclass(frozen=True)
class Variable:
    """One named number; ``at_most`` names the variable it may not exceed (done, of assigned)."""

    name: str
    title: str
    measure: InputKind = InputKind.COUNT
    at_most: str = ""

    def to_params(self) -> dict[str, object]:
        """The canonical parameters."""
        kept = {"name": self.name, "title": self.title, "measure": self.measure.value}
        return {**kept, "at_most": self.at_most} if self.at_most else dict(kept)


@dataclass(frozen=True)
class FormulaRule(Rule):
    """R4: "x / y * max_points" with x done, y assigned. 47 of 50, max 2: 1,88."""

    formula: Formula
    variables: tuple[Variable, ...]
    kind: ClassVar[RuleType] = RuleType.FORMULA

    @classmethod
    def read(cls, params: Params) -> Self:
        variables = tuple(_variable(row) for row in params.rows("variables"))
        formula = _formula(params)
        _check_names(params, formula, variables)
        return cls(formula, variables)

    def to_params(self) -> dict[str, object]:
        return {"formula": self.formula.text, "variables": [v.to_params() for v in self.variables]}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return tuple(InputSpec(v.name, v.title, v.measure) for v in self.variables)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        self._check_order(values.numbers)
        numbers = {**values.numbers, MAXIMUM: Fraction(max_points)}
        try:
            points = self.formula.value(numbers)
        except FormulaError as problem:
            raise RuleError([str(problem)]) from None
        return points, f"{self.formula.with_values({name: shown(n) for name, n in numbers.items()})} ="

    def _check_order(self, numbers: Mapping[str, Fraction]) -> None:
        titles = {v.name: v.title for v in self.variables}
        for variable in self.variables:
            if variable.at_most and numbers[variable.name] > numbers[variable.at_most]:
                sentence = (
                    f"“{variable.title}” ({shown(numbers[variable.name])}) lớn hơn "
                    f"“{titles[variable.at_most]}” ({shown(numbers[variable.at_most])}). Hãy kiểm tra lại."
                )
                raise RuleError([sentence], fields={variable.name: [sentence]})


def proportional(done: str, assigned: str) -> FormulaRule:
    """The commonest formula: done / assigned × the leaf's maximum, with these titles."""
    variables = (Variable("x", done, at_most="y"), Variable("y", assigned))
    return FormulaRule(read_formula(f"x / y * {MAXIMUM}"), variables)


def _variable(row: Params) -> Variable:
    name, title = row.text("name"), row.text("title")
    if not (name.isascii() and name.isidentifier()) or name in _RESERVED:
        row.wrong(f"Tên biến “{name}” không dùng được; hãy dùng chữ không dấu, ví dụ x.")
    measure = InputKind(row.one_of("measure", (InputKind.COUNT, InputKind.NUMBER)))
    at_most = row.text("at_most") if row.has("at_most") else ""
    row.asked.add("at_most")
    row.close()
    return Variable(name, title, measure, at_most)


def _formula(params: Params) -> Formula:
    text = params.text("formula")
    try:
        return read_formula(text or "0")
    except FormulaError as problem:
        params.wrong(str(problem))
        return read_formula("0")


def _check_names(params: Params, formula: Formula, variables: tuple[Variable, ...]) -> None:
    known = Counter(variable.name for variable in variables)
    for name in formula.names:
        if name not in known and name != MAXIMUM:
            params.wrong(f"Công thức dùng biến “{name}” chưa khai báo.")
    for variable in variables:
        if variable.at_most and variable.at_most not in known:
            params.wrong(f"Biến “{variable.at_most}” chưa khai báo.")
        if known[variable.name] > 1:
            params.wrong(f"Tên biến “{variable.name}” bị trùng.")
        if variable.name not in formula.names:
            params.wrong(f"Biến “{variable.name}” không có trong công thức.")
