"""R3, R5: points by how much of what was assigned is done, in percent."""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from backend.core.exact import ZERO

from .base import InputKind, InputSpec, Rule, RuleError, RuleType, Values
from .inputs import HUNDRED, measured, part_of, said_percent, shown
from .reading import Params, plain


@dataclass(frozen=True)
class Ratio:
    """Two inputs, done of assigned, their titles and unit. ``measure`` tells whole numbers from amounts."""

    done: str = "Số đã hoàn thành"
    assigned: str = "Số được giao"
    measure: InputKind = InputKind.COUNT
    unit: str = ""

    @classmethod
    def read(cls, params: Params) -> Self:
        """The titles, the kind of number and the unit of measure from a rule's parameters."""
        measure = InputKind(params.one_of("measure", (InputKind.COUNT, InputKind.NUMBER)))
        done, assigned = params.heading("done", cls.done), params.heading("assigned", cls.assigned)
        if " / " in f" {done} ":
            params.wrong("“done” không được có “ / ”, vì dấu này ngăn tử số với mẫu số.")
        return cls(done, assigned, measure, params.optional("unit"))

    def to_params(self) -> dict[str, object]:
        """The canonical parameters."""
        kept = {"done": self.done, "assigned": self.assigned, "measure": self.measure.value}
        return {**kept, "unit": self.unit} if self.unit else dict(kept)

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """Both inputs, not below zero."""
        return (
            InputSpec("done", self.done, self.measure, unit=self.unit),
            InputSpec("assigned", self.assigned, self.measure, unit=self.unit),
        )

    def percent(self, values: Values) -> Fraction:
        """Done of assigned, exact percent in 0..100. Raises RuleError beyond it or when nothing was assigned."""
        done, assigned = values.numbers["done"], values.numbers["assigned"]
        if assigned == 0:
            sentence = (
                f"Mẫu số bằng 0: “{self.assigned}” là 0 nên không tính được tỷ lệ. "
                "Hãy kiểm tra lại, hoặc đề nghị không áp dụng tiêu chí này."
            )
            raise RuleError([sentence], fields={"assigned": [sentence]})
        if done > assigned:
            sentence = f"“{self.done}” ({shown(done)}) lớn hơn “{self.assigned}” ({shown(assigned)}). Hãy kiểm tra lại."
            raise RuleError([sentence], fields={"done": [sentence]})
        return Fraction(done, assigned) * 100

    def shown(self, values: Values, bounds: Container[Decimal]) -> str:
        """ "47/50 việc = 94 %", with the decimals that tell it from ``bounds``."""
        done, assigned = values.numbers["done"], values.numbers["assigned"]
        counted = f"{shown(done)}/{measured(assigned, self.unit)}"
        return f"{counted} {said_percent(self.percent(values), bounds)}"


@dataclass(frozen=True)
class Band:
    """From ``lower`` percent upward (above it when not ``inclusive``): ``points``."""

    lower: Decimal
    inclusive: bool
    points: Decimal

    def holds(self, percent: Fraction) -> bool:
        """Whether ``percent`` is at or above this band's lower bound."""
        return percent > self.lower or (self.inclusive and percent == self.lower)


@dataclass(frozen=True)
class BandsRule(Rule):
    """R3: step points by percent. Above 90: 2; 70 to 90: 1; below 70: 0. Bands are kept highest first."""

    bands: tuple[Band, ...]
    ratio: Ratio = Ratio()
    kind: ClassVar[RuleType] = RuleType.BANDS

    @classmethod
    def read(cls, params: Params) -> Self:
        bands = sorted((_band(row) for row in params.rows("bands")), key=_height, reverse=True)
        return cls(tuple(bands), Ratio.read(params))

    def to_params(self) -> dict[str, object]:
        rows = [
            {"lower": plain(b.lower), "inclusive": b.inclusive, "points": plain(b.points)} for b in self.bands
        ]
        return {"bands": rows, **self.ratio.to_params()}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return self.ratio.inputs

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        percent = self.ratio.percent(values)
        bounds = {band.lower for band in self.bands}
        for place, band in enumerate(self.bands):
            if band.holds(percent):
                return Fraction(band.points), f"{self.ratio.shown(values, bounds)}, {self.words(place)}:"
        raise RuleError([f"Không có khoảng nào chứa {shown(percent)} %."])

    def words(self, place: int) -> str:
        """The band at ``place`` in words: "từ 90 % trở lên", "từ 70 % đến dưới 90 %", "dưới 70 %"."""
        band = self.bands[place]
        above = self.bands[place - 1] if place else None
        lower = f"{'từ' if band.inclusive else 'trên'} {shown(band.lower)} %"
        if above is None:
            return f"{lower} trở lên" if band.inclusive else lower
        if band.lower == 0 and band.inclusive:
            return f"{'dưới' if above.inclusive else 'đến'} {shown(above.lower)} %"
        return f"{lower} đến {'dưới ' if above.inclusive else ''}{shown(above.lower)} %"

    def problems(self, max_points: Decimal) -> list[str]:
        return [*super().problems(max_points), *self._overlaps(), *self._gaps()]

    def _overlaps(self) -> list[str]:
        starts = Counter(_height(band) for band in self.bands)
        return [
            f"Hai khoảng chồng nhau: cùng bắt đầu {'trên' if above else 'từ'} {shown(lower)} %."
            for (lower, above), times in starts.items()
            if times > 1
        ]

    def _gaps(self) -> list[str]:
        gaps = []
        if not any(band.holds(Fraction(0)) for band in self.bands):
            gaps.append("Các khoảng còn hở: chưa có khoảng bắt đầu từ 0 %.")
        if any(band.lower == HUNDRED and not band.inclusive for band in self.bands):
            gaps.append("Khoảng “trên 100 %” không bao giờ đạt được.")
        return gaps

    def reachable(self, max_points: Decimal) -> tuple[Decimal, ...]:
        return tuple(sorted({band.points for band in self.bands}, reverse=True))


def _band(row: Params) -> Band:
    band = Band(row.number("lower", high=HUNDRED), row.flag("inclusive", default=True), row.number("points"))
    row.close()
    return band


def _height(band: Band) -> tuple[Decimal, bool]:
    return band.lower, not band.inclusive


@dataclass(frozen=True)
class ThresholdRule(Rule):
    """R5: nothing below ``threshold`` percent, from it on in proportion. Threshold 80, max 1: 46/50 gives 0,92."""

    threshold: Decimal
    ratio: Ratio = Ratio()
    kind: ClassVar[RuleType] = RuleType.THRESHOLD

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(params.number("threshold", high=HUNDRED), Ratio.read(params))

    def to_params(self) -> dict[str, object]:
        return {"threshold": plain(self.threshold), **self.ratio.to_params()}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return self.ratio.inputs

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        percent = self.ratio.percent(values)
        numbers = self.ratio.shown(values, (self.threshold,))
        bound = f"{shown(self.threshold)} %"
        if percent < Fraction(self.threshold):
            return Fraction(ZERO), f"{numbers}, dưới {bound}:"
        done, assigned = values.numbers["done"], values.numbers["assigned"]
        work = f"{shown(done)}/{shown(assigned)} × {shown(max_points)}"
        return part_of(max_points, percent), f"{numbers}, từ {bound} trở lên: {work} ="
