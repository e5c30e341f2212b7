"""What every rule has in common: what it asks, what it answers, how it says no."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import ZERO, format_points, may_be_thousands, round_half_up, to_points

from .reading import Params, RuleError, plain

__all__ = ["Choice", "InputKind", "InputSpec", "Outcome", "Rule", "RuleError", "RuleType", "Values"]

Given = str | int | Decimal | None

_NUMBER = re.compile(r"[+-]?\d{1,13}(?:[.,]\d{1,6})?", re.ASCII)


class RuleType(StrEnum):
    """The ways of scoring; the value is stored with the leaf."""

    OPTION = "option"
    PASS_FAIL = "pass_fail"  # noqa: S105  (not a password)
    BANDS = "bands"
    FORMULA = "formula"
    THRESHOLD = "threshold"
    DECLINING = "declining"
    DIRECT = "direct"

    @property
    def label(self) -> str:
        """The Vietnamese name, as shown to the person who writes a criteria set."""
        return _TITLES[self]


_TITLES = {
    RuleType.OPTION: "Chọn mức",
    RuleType.PASS_FAIL: "Đạt / không đạt",
    RuleType.BANDS: "Theo khoảng tỷ lệ",
    RuleType.FORMULA: "Theo công thức",
    RuleType.THRESHOLD: "Ngưỡng rồi tỷ lệ",
    RuleType.DECLINING: "Trừ dần",
    RuleType.DIRECT: "Nhập điểm trực tiếp",
}


class InputKind(StrEnum):
    """How an input is asked: one of the choices, a whole number, or a number with decimals."""

    CHOICE = "choice"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True)
class Choice:
    """One answer of a choice; ``points`` is None where it depends on the leaf's maximum."""

    key: str
    title: str
    points: Decimal | None = None


@dataclass(frozen=True)
class InputSpec:
    """One thing a rule asks for. ``minimum`` and ``maximum`` are inclusive."""

    name: str
    title: str
    kind: InputKind = InputKind.COUNT
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = ZERO
    maximum: Decimal | None = None


@dataclass(frozen=True)
class Outcome:
    """``points`` with three decimals, ``explained`` in words with the unit's numbers, ``inputs`` as stored (JSON)."""

    points: Decimal
    explained: str
    inputs: dict[str, str | int]


@dataclass
class Values:
    """The inputs after reading: exact numbers and chosen keys by name."""

    numbers: dict[str, Fraction] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)


class Rule(ABC):
    """A way of scoring with its parameters. Frozen; compare two by ``==``."""

    kind: ClassVar[RuleType]

    @classmethod
    @abstractmethod
    def read(cls, params: Params) -> Self:
        """The rule from its parameters; problems go into ``params``."""

    @abstractmethod
    def to_params(self) -> dict[str, object]:
        """The parameters in their one canonical form, JSON-able, decimals as text."""

    @property
    @abstractmethod
    def inputs(self) -> tuple[InputSpec, ...]:
        """What the rule asks for, in the order of asking."""

    @abstractmethod
    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        """Exact points, and the words that lead to them, ending in ":" or "="."""

    def problems(self, max_points: Decimal) -> list[str]:
        """What is wrong with the rule for a leaf of ``max_points``; empty when it may be published."""
        reachable = self.reachable(max_points)
        if reachable is None:
            return []
        return [*_above(reachable, max_points), *_no_full_mark(reachable, max_points)]

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...] | None:
        """Every number of points the rule can give, largest first; None when any value in 0..max may come."""
        return None

    def allows(self, points: Decimal, max_points: Decimal) -> bool:
        """Whether an appraiser may set these points: 0..max, three decimals, on the rule's own values."""
        try:
            exact = to_points(points)
        except (TypeError, ValueError):
            return False
        reachable = self.reachable(max_points)
        return ZERO <= exact <= max_points and (reachable is None or exact in reachable)

    def apply(self, inputs: Mapping[str, Given], max_points: Decimal) -> Outcome:
        """Points for ``inputs``, rounded half up to thousandths once.

        Text has a decimal point or comma; what may mean thousands is refused. Raises RuleError with Vietnamese sentences, by input
        where one is to blame.
        """
        values, canonical = read_inputs(self.inputs, inputs)
        exact, lead = self.compute(values, max_points)
        points = round_half_up(exact)
        if not ZERO <= points <= max_points:
            raise RuleError([_out_of_range(points, max_points)])
        if lead.endswith("=") and Fraction(points) != exact:
            lead = lead.removesuffix("=") + "≈"
        return Outcome(points, f"{lead} {shown(points)} điểm", canonical)


def _out_of_range(points: Decimal, max_points: Decimal) -> str:
    return (
        f"Cách chấm cho {format_points(points)} điểm, ngoài khoảng từ 0 đến {format_points(max_points)} điểm. "
        "Hãy kiểm tra lại số liệu."
    )


def _above(reachable: Sequence[Decimal], max_points: Decimal) -> list[str]:
    return [
        f"Mức {format_points(points)} điểm cao hơn điểm tối đa {format_points(max_points)}."
        for points in reachable
        if points > max_points
    ]


def _no_full_mark(reachable: Sequence[Decimal], max_points: Decimal) -> list[str]:
    if max_points in reachable:
        return []
    return [f"Không có mức nào đạt điểm tối đa {format_points(max_points)}."]


def shown(number: Decimal | Fraction) -> str:
    """A number inside a sentence: "2", "0,5", "93,57" (a Fraction is rounded half up to two decimals)."""
    exact = round_half_up(number, 2) if isinstance(number, Fraction) else number
    return plain(exact).replace(".", ",")


def read_inputs(
    specs: Sequence[InputSpec], given: Mapping[str, Given]
) -> tuple[Values, dict[str, str | int]]:
    """The inputs read by ``specs``, and their canonical form. Raises RuleError naming every bad input."""
    values, wrong = Values(), {name: ["Không có số liệu này."] for name in given if name not in _names(specs)}
    canonical: dict[str, str | int] = {}
    for spec in specs:
        try:
            canonical[spec.name] = _read_one(spec, given.get(spec.name), values)
        except ValueError as problem:
            wrong[spec.name] = [str(problem)]
    if wrong:
        raise RuleError([sentence for sentences in wrong.values() for sentence in sentences], fields=wrong)
    return values, canonical


def _names(specs: Sequence[InputSpec]) -> set[str]:
    return {spec.name for spec in specs}


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
