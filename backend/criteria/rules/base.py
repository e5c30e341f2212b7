"""What every rule has in common: its parameters, what it asks, what it answers, how it says no."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import LIMIT, ZERO, format_points, round_half_up, to_points

from .inputs import Choice, Given, InputKind, InputSpec, Values, read_inputs, shown
from .reading import Params, RuleError

__all__ = ["Choice", "InputKind", "InputSpec", "Outcome", "Rule", "RuleError", "RuleType", "Values"]


class RuleType(StrEnum):
    """The ways of scoring; the value is stored with the leaf."""

    OPTION = "option"
    PASS_FAIL = "pass_fail"  # noqa: S105  (not a password)
    BANDS = "bands"
    FORMULA = "formula"
    THRESHOLD = "threshold"
    COUNTED = "counted"
    DECLINING = "declining"
    LEVELS = "levels"
    SURVEY = "survey"
    EXTERNAL = "external"
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
    RuleType.COUNTED: "Đếm cộng dồn, có trần",
    RuleType.DECLINING: "Trừ dần",
    RuleType.LEVELS: "Mức phần trăm của điểm tối đa",
    RuleType.SURVEY: "Điều tra xã hội học",
    RuleType.EXTERNAL: "Chỉ số ngoài",
    RuleType.DIRECT: "Nhập điểm trực tiếp",
}


@dataclass(frozen=True)
class Outcome:
    """``points`` with three decimals, ``explained`` in words with the unit's numbers, ``inputs`` as stored (JSON)."""

    points: Decimal
    explained: str
    inputs: dict[str, str | int]


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

    def needed(self, given: Mapping[str, Given]) -> Collection[str]:
        """The names of the inputs that must not be missing, given what was answered."""
        return {spec.name for spec in self.inputs}

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
        return ZERO <= exact <= max_points and self.gives(exact, max_points)

    def gives(self, points: Decimal, max_points: Decimal) -> bool:
        """Whether ``points`` within 0..max are one of the rule's own values."""
        reachable = self.reachable(max_points)
        return reachable is None or points in reachable

    def apply(self, inputs: Mapping[str, Given], max_points: Decimal) -> Outcome:
        """Points for ``inputs``, rounded half up to thousandths once.

        Text has a decimal point or comma; what may mean thousands is refused. Raises RuleError with Vietnamese sentences, by input
        where one is to blame.
        """
        values, canonical = read_inputs(self.inputs, inputs, self.needed(inputs))
        exact, lead = self.compute(values, max_points)
        points = round_half_up(exact)
        if not ZERO <= points <= max_points:
            raise RuleError([_out_of_range(points, max_points)])
        if lead.endswith("=") and Fraction(points) != exact:
            lead = lead.removesuffix("=") + "≈"
        return Outcome(points, f"{lead} {shown(points)} điểm", canonical)


def _out_of_range(points: Decimal, max_points: Decimal) -> str:
    # A product of large counts may be wider than a number of points can be written.
    said = f"{format_points(points)} điểm" if abs(points) < LIMIT else "một số quá lớn"
    return (
        f"Cách chấm cho {said}, ngoài khoảng từ 0 đến {format_points(max_points)} điểm. "
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
