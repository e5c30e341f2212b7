"""R4: one formula, or the one chosen of several, over named variables with titles and units."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.formula import Formula, FormulaError, read_formula

from .base import Choice, InputKind, InputSpec, Rule, RuleError, RuleType, Values
from .inputs import Given, measured, shown
from .reading import Params

# The leaf's own maximum, usable in every formula.
MAXIMUM = "max_points"
# The name of the input that says which of several formulas is used.
CHOOSER = "formula"
_RESERVED = {MAXIMUM, CHOOSER, "min", "max"}


@dataclass(frozen=True)
class Variable:
    """One named number; ``at_most`` names the variable it may not exceed (done, of assigned)."""

    name: str
    title: str
    measure: InputKind = InputKind.COUNT
    at_most: str = ""
    unit: str = ""

    def to_params(self) -> dict[str, object]:
        """The canonical parameters."""
        kept = {"name": self.name, "title": self.title, "measure": self.measure.value}
        more = {"at_most": self.at_most, "unit": self.unit}
        return {**kept, **{name: value for name, value in more.items() if value}}


@dataclass(frozen=True)
class NamedFormula:
    """One formula; where there are several the unit chooses by ``title``, and ``key`` is stored."""

    key: str
    title: str
    formula: Formula


@dataclass(frozen=True)
class FormulaRule(Rule):
    """R4: "x / y * max_points" with x done, y assigned. 47 of 50, max 2: 1,88."""

    formulas: tuple[NamedFormula, ...]
    variables: tuple[Variable, ...]
    kind: ClassVar[RuleType] = RuleType.FORMULA

    @classmethod
    def read(cls, params: Params) -> Self:
        variables = tuple(_variable(row) for row in params.rows("variables"))
        formulas = _several(params) if params.has("formulas") else (_named(params, "1", ""),)
        _check_names(params, formulas, variables)
        return cls(formulas, variables)

    def to_params(self) -> dict[str, object]:
        variables = [v.to_params() for v in self.variables]
        if not self.chooses:
            return {"formula": self.formulas[0].formula.text, "variables": variables}
        rows = [{"key": f.key, "title": f.title, "formula": f.formula.text} for f in self.formulas]
        return {"formulas": rows, "variables": variables}

    @property
    def chooses(self) -> bool:
        """Whether the unit chooses one of several formulas."""
        return len(self.formulas) > 1

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        common = set.intersection(*(set(named.formula.names) for named in self.formulas))
        specs = tuple(
            InputSpec(v.name, v.title, v.measure, unit=v.unit, always=v.name in common)
            for v in self.variables
        )
        if not self.chooses:
            return specs
        choices = tuple(Choice(f.key, f.title) for f in self.formulas)
        return (InputSpec(CHOOSER, "Cách tính", InputKind.CHOICE, choices), *specs)

    def needed(self, given: Mapping[str, Given]) -> Collection[str]:
        if not self.chooses:
            return super().needed(given)
        chosen = next((f.formula.names for f in self.formulas if f.key == given.get(CHOOSER)), ())
        return {CHOOSER, *chosen}

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        self._check_order(values.numbers)
        named = self._chosen(values)
        numbers = {**values.numbers, MAXIMUM: Fraction(max_points)}
        try:
            points = named.formula.value(numbers)
        except FormulaError as problem:
            raise RuleError([str(problem)]) from None
        units = {v.name: v.unit for v in self.variables}
        said = {name: measured(number, units.get(name, "")) for name, number in numbers.items()}
        lead = f"{named.title}: " if self.chooses else ""
        return points, f"{lead}{named.formula.with_values(said)} ="

    def _chosen(self, values: Values) -> NamedFormula:
        key = values.chosen.get(CHOOSER, self.formulas[0].key)
        return next(named for named in self.formulas if named.key == key)

    def _check_order(self, numbers: Mapping[str, Fraction]) -> None:
        titles = {v.name: v.title for v in self.variables}
        for variable in self.variables:
            if variable.name not in numbers or variable.at_most not in numbers:
                continue
            if numbers[variable.name] > numbers[variable.at_most]:
                sentence = (
                    f"“{variable.title}” ({shown(numbers[variable.name])}) lớn hơn "
                    f"“{titles[variable.at_most]}” ({shown(numbers[variable.at_most])}). Hãy kiểm tra lại."
                )
                raise RuleError([sentence], fields={variable.name: [sentence]})


def proportional(
    done: str, assigned: str, *, measure: InputKind = InputKind.COUNT, unit: str = ""
) -> FormulaRule:
    """The commonest formula: done / assigned × the leaf's maximum, with these titles."""
    variables = (
        Variable("x", done, measure, at_most="y", unit=unit),
        Variable("y", assigned, measure, unit=unit),
    )
    return FormulaRule((NamedFormula("1", "", read_formula(f"x / y * {MAXIMUM}")),), variables)


def _variable(row: Params) -> Variable:
    name, title = row.text("name"), row.heading("title")
    if not (name.isascii() and name.isidentifier()) or name.lower() in _RESERVED:
        row.wrong(f"Tên biến “{name}” không dùng được; hãy dùng chữ không dấu, ví dụ x.")
    measure = InputKind(row.one_of("measure", (InputKind.COUNT, InputKind.NUMBER)))
    variable = Variable(name, title, measure, row.optional("at_most"), row.optional("unit"))
    row.close()
    return variable


def _several(params: Params) -> tuple[NamedFormula, ...]:
    rows = params.rows("formulas")
    formulas = tuple(_row(row, number) for number, row in enumerate(rows, 1))
    if len(rows) == 1:
        params.wrong("Có tên thì phải có từ hai công thức trở lên; chỉ một công thức thì bỏ tên.")
    for key, times in Counter(named.key for named in formulas).items():
        if times > 1:
            params.wrong(f"Mã công thức “{key}” bị trùng.")
    return formulas or (_named(Params({"formula": "0"}), "1", ""),)


def _row(row: Params, number: int) -> NamedFormula:
    named = _named(row, row.key(number), row.text("title"))
    row.close()
    return named


def _named(params: Params, key: str, title: str) -> NamedFormula:
    text = params.text("formula")
    try:
        return NamedFormula(key, title, read_formula(text or "0"))
    except FormulaError as problem:
        params.wrong(str(problem))
        return NamedFormula(key, title, read_formula("0"))


def _check_names(params: Params, formulas: Sequence[NamedFormula], variables: Sequence[Variable]) -> None:
    known = Counter(variable.name for variable in variables)
    used = {name: None for named in formulas for name in named.formula.names}
    for name in used:
        if name not in known and name != MAXIMUM:
            params.wrong(f"Công thức dùng biến “{name}” chưa khai báo.")
    for variable in variables:
        if variable.at_most and variable.at_most not in known:
            params.wrong(f"Biến “{variable.at_most}” chưa khai báo.")
        if known[variable.name] > 1:
            params.wrong(f"Tên biến “{variable.name}” bị trùng.")
        if variable.name not in used:
            params.wrong(f"Biến “{variable.name}” không có trong công thức.")
