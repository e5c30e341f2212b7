"""A ranking as plain tables, the same for the preview and for what was published.

Pages, PDF, XLSX and JSON are all made of these. Points are Decimal, an index is an exact Fraction
in percent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.core.text import fold, sort_key
from reports.rankings import Band, Entry, Ranked, TieRule, band_for, index, rank

ZERO = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class FieldPoints:
    """One field (lĩnh vực) of one unit: points of a maximum."""

    code: str
    title: str
    points: Decimal
    maximum: Decimal

    @property
    def index(self) -> Fraction | None:
        """Return the field's index in percent; None where none of its leaves applies."""
        return index(self.points, self.maximum) if self.maximum else None


@dataclass(frozen=True, slots=True)
class Totals:
    """What one card has, in points: the appraised part as it counts, survey, bonus, penalty and deductions.

    ``maximum`` is what the index is of: of the leaves that apply, or of all where the set makes good what is left
    out; ``full_maximum`` is of all leaves. ``marked`` of ``marked_maximum`` is what the council gave on the leaves
    that apply; with a ``percent`` it was brought up to ``marked_full`` (dossier, section 5). None: not known any more.
    """

    card_id: int
    appraised: Decimal = ZERO
    survey: Decimal = ZERO
    maximum: Decimal = ZERO
    full_maximum: Decimal = ZERO
    fields: tuple[FieldPoints, ...] = ()
    bonus: Decimal = ZERO
    penalty: Decimal = ZERO
    deducted: Decimal = ZERO
    percent: Decimal | None = None
    marked: Decimal | None = None
    marked_maximum: Decimal | None = None
    marked_full: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Return appraised, survey and bonus points less penalty and deductions, never below zero."""
        return max(self.appraised + self._rest, ZERO)

    @property
    def exact(self) -> Fraction:
        """Return the total that ranks: with the appraised part brought up by its percent, not rounded again."""
        if self.percent is None or self.marked_full is None:
            return Fraction(self.total)
        brought = Fraction(self.percent) * Fraction(self.marked_full) / 100
        return max(brought + Fraction(self._rest), Fraction(0))

    @property
    def _rest(self) -> Decimal:
        return self.survey + self.bonus - self.penalty - self.deducted

    @property
    def has_extras(self) -> bool:
        """Return whether bonus, penalty or deductions changed the total."""
        return bool(self.bonus or self.penalty or self.deducted)

    def named(self, titles: Mapping[str, str]) -> Totals:
        """Return the same totals with the fields' titles, by code."""
        fields = tuple(replace(part, title=titles.get(part.code, "")) for part in self.fields)
        return replace(self, fields=fields)


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a table: a unit, its totals, rank and band."""

    card_id: int
    unit_id: int
    unit_name: str
    unit_order: int
    totals: Totals
    rank: int = 0
    shared: bool = False
    band: str = ""
    unit_path: str = ""
    unit_code: str = ""

    @property
    def index(self) -> Fraction:
        """Return the index in percent, exact."""
        return index(self.totals.exact, self.totals.maximum)

    @property
    def is_partial(self) -> bool:
        """Return whether leaves that do not apply lower the maximum, so that points read "x trên y"."""
        return self.totals.maximum < self.totals.full_maximum

    @property
    def fields(self) -> tuple[FieldPoints, ...]:
        """Return the unit's fields in order."""
        return self.totals.fields


EXTRAS = ("bonus", "penalty", "deducted")


def extras_in(lines: Iterable[Standing]) -> list[str]:
    """Return which of ``EXTRAS`` changed the total of any of these lines; a table has a column for each."""
    totals = [line.totals for line in lines]
    return [name for name in EXTRAS if any(getattr(one, name) for one in totals)]


@dataclass(frozen=True)
class Waiting:
    """A unit without a result yet, and why, in words."""

    card_id: int
    unit_name: str
    why: str


@dataclass(frozen=True)
class Table:
    """One ranking group: its rules and its standings from best to worst."""

    group_id: int
    title: str
    criteria_title: str
    tie_rule: TieRule
    bands: tuple[Band, ...]
    standings: tuple[Standing, ...]
    waiting: tuple[Waiting, ...] = ()
    tie_order: tuple[str, ...] = ()
    decimals: int = 2  # of an index in print

    @property
    def extras(self) -> list[str]:
        """Return which of ``EXTRAS`` changed the total of any unit of the group."""
        return extras_in(self.standings)

    @property
    def field_titles(self) -> list[tuple[str, str]]:
        """Return code and title of every field any unit of the group has, in order."""
        found = {part.code: part.title for line in self.standings for part in line.fields}
        return sorted(found.items(), key=lambda item: code_key(item[0]))

    def shown(self, words: str = "", sort: str = "") -> list[Standing]:
        """Return the lines whose unit matches ``words``, without accents, in the order asked for.

        ``sort`` is "rank" (also by default), "name", "index", "appraised", "survey" or the code of a field;
        with "-" before it the other way round. Ranks stay those of the whole group.
        """
        lines = [line for line in self.standings if fold(words) in fold(line.unit_name)]
        key = sort.removeprefix("-")
        measure = _MEASURES.get(key) or (lambda line: _field_index(line, key))
        known = key in _MEASURES or key in dict(self.field_titles)
        return sorted(lines, key=measure, reverse=sort.startswith("-")) if known else lines

    @property
    def band_counts(self) -> list[tuple[str, int]]:
        """Return each band from the highest and how many units stand in it."""
        labels = [band.label for band in sorted(self.bands, key=lambda b: b.lower, reverse=True)]
        return [(name, sum(line.band == name for line in self.standings)) for name in labels]

    @property
    def average(self) -> Fraction | None:
        """Return the plain mean of the indices in percent; None for an empty group."""
        if not self.standings:
            return None
        return sum((line.index for line in self.standings), Fraction(0)) / len(self.standings)


def _field_index(line: Standing, code: str) -> Fraction:
    found = {part.code: part.index for part in line.fields}
    return found.get(code) or Fraction(0)


_MEASURES: dict[str, Callable[[Standing], Any]] = {
    "rank": lambda line: line.rank,
    "name": lambda line: sort_key(line.unit_name),
    "index": lambda line: line.index,
    "appraised": lambda line: line.totals.appraised,
    "survey": lambda line: line.totals.survey,
}


def ranked(
    lines: Iterable[Standing], tie_rule: TieRule, bands: Sequence[Band], tie_order: Sequence[str] = ()
) -> tuple[Standing, ...]:
    """Return the lines from best to worst with rank and band; equal ones in the order of units.

    ``tie_order`` are the codes of the fields that ORDERED asks first. Every line needs a maximum above zero.
    """
    by_card = {line.card_id: line for line in lines}
    ordered = sorted(by_card.values(), key=lambda line: (line.unit_order, line.card_id))
    asks_fields = tie_rule is TieRule.ORDERED
    entries = [
        Entry(
            line.card_id,
            line.totals.exact,
            line.totals.maximum,
            tie_keys(line, tie_order) if asks_fields else (),
        )
        for line in ordered
    ]
    return tuple(_placed(by_card[_key(made)], made, bands) for made in rank(entries, tie_rule))


def tie_keys(line: Standing, tie_order: Sequence[str] = ()) -> tuple[Decimal, ...]:
    """Return the points of the unit's fields in the order a tie is broken: ``tie_order``, then the fields left."""
    return tuple(part.points for part in fields_for_ties(line, tie_order))


def fields_for_ties(line: Standing, tie_order: Sequence[str] = ()) -> list[FieldPoints]:
    """Return the unit's fields in the order a tie is broken."""
    places = {code: place for place, code in enumerate(tie_order)}
    return sorted(line.fields, key=lambda part: places.get(part.code, len(places)))


def _key(made: Ranked) -> Any:
    return made.entry.key


def _placed(line: Standing, made: Ranked, bands: Sequence[Band]) -> Standing:
    band = band_for(made.entry.percent, bands)
    return replace(line, rank=made.rank, shared=made.shared, band=band.label if band else "")


def fields_in_order(points: Mapping[str, tuple[Decimal, Decimal]]) -> tuple[FieldPoints, ...]:
    """Return fields sorted as criteria are: by number where codes are numbers. Values: points, maximum."""
    return tuple(FieldPoints(code, "", *points[code]) for code in sorted(points, key=code_key))


def code_key(code: str) -> tuple[int, str]:
    """Return a key that puts "2" before "10" and letters after numbers."""
    return (int(code), code) if code.isdecimal() else (10**6, code)
