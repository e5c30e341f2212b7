"""Points that no rule works out: survey and outside-index leaves, entered by the host with their source."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import round_half_up

from .base import InputKind, InputSpec, Rule, RuleType, Values
from .inputs import shown
from .reading import Params


@dataclass(frozen=True)
class DirectRule(Rule):
    """Any points from 0 to the maximum."""

    kind: ClassVar[RuleType] = RuleType.DIRECT

    @classmethod
    def read(cls, params: Params) -> Self:  # noqa: ARG003  (it has none)
        return cls()

    def to_params(self) -> dict[str, object]:
        return {}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return (InputSpec("points", "Điểm", InputKind.NUMBER),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        points = values.numbers["points"]
        typed_whole = round_half_up(points) == points
        return points, "Nhập trực tiếp:" if typed_whole else f"Nhập trực tiếp {shown(points)} ="
