"""What a rule asks for, and the strict reading of what was answered: every bad input is named."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from backend.core.exact import ZERO, may_be_thousands, round_half_up

from .reading import RuleError, plain

HUNDRED = Decimal("100")
# An input has at most so many decimals; a number with no more is shown whole.
_TYPED_DECIMALS = 6

Given = str | int | Decimal | None

_NUMBER = re.compile(rf"[+-]?\d{{1,13}}(?:[.,]\d{{1,{_TYPED_DECIMALS}}})?", re.ASCII)


class InputKind(StrEnum):
    """How an input is asked: one of the choices, a whole number, or a number with decimals."""

    CHOICE = "choice"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True)
class Choice:
    """One answer of a choice, worth ``points`` or ``percent`` of the leaf's maximum; some are worth nothing yet."""

    key: str
    title: str
    points: Decimal | None = None
    percent: Decimal | None = None

    def worth(self, max_points: Decimal) -> Decimal | None:
        """The points it gives on a leaf of ``max_points``; None where more inputs decide."""
        if self.percent is None:
            return self.points
        return round_half_up(part_of(max_points, self.percent))


@dataclass(frozen=True)
class InputSpec:
    """One thing a rule asks for, with its unit of measure. ``minimum`` and ``maximum`` are inclusive.

    What is not ``always`` needed may be left empty, as another answer decides whether it counts.
    """

    name: str
    title: str
    kind: InputKind = InputKind.COUNT
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = ZERO
    maximum: Decimal | None = None
    unit: str = ""
    always: bool = True

    @property
    def label(self) -> str:
        """The title with the unit: "Số hoàn thành (việc)"."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def part_of(max_points: Decimal, percent: Decimal | Fraction) -> Fraction:
    """``percent`` of the maximum, exactly."""
    return Fraction(Fraction(percent) * Fraction(max_points), 100)


@dataclass
class Values:
    """The inputs after reading: exact numbers and chosen keys by name."""

    numbers: dict[str, Fraction] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)


def shown(number: Decimal | Fraction) -> str:
    """A number inside a sentence: "2", "0,5", "8,125"; a fraction without an end to two decimals ("33,33")."""
    return plain(_near(number) if isinstance(number, Fraction) else number).replace(".", ",")


def _near(number: Fraction) -> Decimal:
    whole = round_half_up(number, _TYPED_DECIMALS)
    return whole if Fraction(whole) == number else round_half_up(number, 2)


def measured(number: Decimal | Fraction, unit: str) -> str:
    """A number with its unit: "47 việc", "47" without one."""
    return f"{shown(number)} {unit}" if unit else shown(number)


def said_percent(percent: Fraction, bounds: Container[Decimal] = ()) -> str:
    """ "= 94 %", or "≈ 33,33 %" where two decimals do not tell all.

    More decimals are shown where two would put the percentage on one of ``bounds``, which it is not.
    """
    near = round_half_up(percent, 2)
    for places in range(2, 20):
        near = round_half_up(percent, places)
        if Fraction(near) == percent:
            return f"= {shown(near)} %"
        if near not in bounds:
            break
    return f"≈ {shown(near)} %"


def read_inputs(
    specs: Sequence[InputSpec], given: Mapping[str, Given], needed: Container[str]
) -> tuple[Values, dict[str, str | int]]:
    """The inputs read by ``specs``, and their canonical form. Raises RuleError naming every bad input.

    What is not ``needed`` may be missing.
    """
    names = {spec.name for spec in specs}
    values, wrong = Values(), {name: ["Không có số liệu này."] for name in given if name not in names}
    canonical: dict[str, str | int] = {}
    for spec in specs:
        value = given.get(spec.name)
        if value in (None, "") and spec.name not in needed:
            continue
        try:
            canonical[spec.name] = _read_one(spec, value, values)
        except ValueError as problem:
            wrong[spec.name] = [str(problem)]
    if wrong:
        raise RuleError([sentence for sentences in wrong.values() for sentence in sentences], fields=wrong)
    return values, canonical


def _read_one(spec: InputSpec, given: Given, values: Values) -> str | int:
    if given is None or given == "":
        raise ValueError(f"Chưa nhập “{spec.title}”.")
    if spec.kind is InputKind.CHOICE:
        values.chosen[spec.name] = _chosen(spec, given)
        return values.chosen[spec.name]
    number = _number(spec, given)
    values.numbers[spec.name] = Fraction(number)
    return int(number) if spec.kind is InputKind.COUNT else _stored(number)


def _stored(number: Decimal) -> str:
    # "8.125" would be refused when it is read again, since a person may mean thousands; "8.1250" is not.
    text = plain(number)
    return f"{text}0" if may_be_thousands(text) else text


def _chosen(spec: InputSpec, given: Given) -> str:
    if not isinstance(given, str) or given not in {choice.key for choice in spec.choices}:
        titles = "; ".join(choice.title for choice in spec.choices)
        raise ValueError(f"“{spec.title}”: “{given}” không phải là một mức. Các mức: {titles}.")
    return given


def _number(spec: InputSpec, given: Given) -> Decimal:
    number = _as_decimal(spec, given)
    if spec.kind is InputKind.COUNT and number != number.to_integral_value():
        raise ValueError(f"“{spec.title}” phải là số nguyên, không phải {shown(number)}.")
    if spec.minimum is not None and number < spec.minimum:
        raise ValueError(f"“{spec.title}” không được nhỏ hơn {shown(spec.minimum)}.")
    if spec.maximum is not None and number > spec.maximum:
        raise ValueError(f"“{spec.title}” không được lớn hơn {shown(spec.maximum)}.")
    return number


def _as_decimal(spec: InputSpec, given: Given) -> Decimal:
    if isinstance(given, bool | float) or not isinstance(given, str | int | Decimal):
        raise RuleError([f"“{spec.title}” phải là một số, gửi bằng chữ hoặc số nguyên."])
    text = format(given, "f") if isinstance(given, Decimal) else str(given).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"“{spec.title}”: “{text[:30]}” không phải là một số. Hãy nhập như 47 hoặc 8,5.")
    if isinstance(given, str) and may_be_thousands(text):
        raise ValueError(
            f"“{spec.title}”: “{text}” có thể đọc là {text.replace('.', '')} hoặc {shown(Decimal(text))}. "
            "Hãy nhập lại không có dấu phân cách hàng nghìn, dùng dấu phẩy cho phần thập phân."
        )
    return Decimal(text.replace(",", "."))
