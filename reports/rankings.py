"""Index, ranks, ties and bands. Pure: exact Fractions in and out; two decimals are for printing only."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import itemgetter

from backend.core.exact import round_half_up


class TieRule(StrEnum):
    """What equal results get; the value is stored with the round."""

    SHARED = "shared"
    DENSE = "dense"
    ORDERED = "ordered"

    @property
    def label(self) -> str:
        """The Vietnamese name, as shown when a round is set up."""
        return _LABELS[self]


_LABELS = {
    TieRule.SHARED: "Đồng hạng, bỏ qua hạng kế tiếp (1, 2, 2, 4)",
    TieRule.DENSE: "Đồng hạng, không bỏ hạng (1, 2, 2, 3)",
    TieRule.ORDERED: "Xét tiêu chí phụ, bằng nhau nữa thì đồng hạng",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit in a ranking. ``total`` of ``maximum`` in points; ``tie_keys`` larger is better, first decides first."""

    key: Hashable
    total: Decimal | Fraction
    maximum: Decimal | Fraction
    tie_keys: tuple[Decimal | Fraction | int, ...] = ()

    @property
    def percent(self) -> Fraction:
        """The index: exact percent points of the unit's own maximum."""
        return index(self.total, self.maximum)


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry with its rank; ``shared`` when somebody else has the same rank."""

    entry: Entry
    rank: int
    shared: bool


@dataclass(frozen=True)
class Band:
    """From ``lower`` percent upward (above it when not ``inclusive``): ``label``."""

    label: str
    lower: Decimal
    inclusive: bool = True

    def holds(self, percent: Fraction) -> bool:
        """Whether ``percent`` is at or above this band's lower bound."""
        return percent > self.lower or (self.inclusive and percent == self.lower)


def index(points: Decimal | Fraction, maximum: Decimal | Fraction) -> Fraction:
    """``points`` of ``maximum`` as exact percent points (63 of 70 is 90). Raises ValueError for a maximum of 0."""
    if maximum <= 0:
        raise ValueError("the maximum of an entry must be above zero")
    part, whole = _exact(points), _exact(maximum)
    return Fraction(100 * part.numerator * whole.denominator, part.denominator * whole.numerator)


def _exact(value: Decimal | Fraction) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(value)


def percent_reached(points: Decimal | Fraction, applicable: Decimal) -> Decimal:
    """The percent of the leaves that apply, rounded half up to the two decimals the rule gives (dossier, section 5)."""
    return round_half_up(index(points, applicable), 2)


def rescaled(points: Decimal | Fraction, applicable: Decimal, full: Decimal) -> Fraction:
    """Points brought from the leaves that apply to the full maximum; the percent is the only rounding.

    58.5 of 65 applicable is 90.00 % and so 63 of the full 70; 48.5 of 65 is 74.62 % and so 52.234.
    """
    return Fraction(percent_reached(points, applicable)) * Fraction(full) / 100


def rank(entries: Iterable[Entry], tie_rule: TieRule = TieRule.SHARED) -> list[Ranked]:
    """Entries from best to worst by exact index percent, with ranks by ``tie_rule``.

    With one maximum for all this is the order of totals. Equal entries keep the order in which they came.
    """
    measure = _with_tie_keys if tie_rule is TieRule.ORDERED else _by_percent
    measured = sorted(((measure(entry), entry) for entry in entries), key=itemgetter(0), reverse=True)
    measures = [one for one, _ in measured]
    ranks = _dense(measures) if tie_rule is TieRule.DENSE else _skipping(measures)
    holders = Counter(ranks)
    return [
        Ranked(entry, place, shared=holders[place] > 1)
        for (_, entry), place in zip(measured, ranks, strict=True)
    ]


_Measure = Fraction | tuple[Fraction, ...]


def _by_percent(entry: Entry) -> _Measure:
    return entry.percent


def _with_tie_keys(entry: Entry) -> _Measure:
    return (entry.percent, *(Fraction(key) for key in entry.tie_keys))


def _skipping(measures: Sequence[_Measure]) -> list[int]:
    first: dict[_Measure, int] = {}
    return [first.setdefault(measure, place) for place, measure in enumerate(measures, 1)]


def _dense(measures: Sequence[_Measure]) -> list[int]:
    seen: dict[_Measure, int] = {}
    return [seen.setdefault(measure, len(seen) + 1) for measure in measures]


def band_for(percent: Fraction | Decimal, bands: Iterable[Band]) -> Band | None:
    """The highest band that holds ``percent`` (exact percent points); None below them all."""
    exact = Fraction(percent)
    for band in sorted(bands, key=lambda band: (band.lower, not band.inclusive), reverse=True):
        if band.holds(exact):
            return band
    return None
