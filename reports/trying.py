"""How last year's results would be ranked and classed by the bands, ties and halves of a group being set up.

Made of plain tables; nothing is written. A tie is of exact indices; units whose printed indices are equal though the
exact ones differ are told apart and named, since readers ask about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.utils.translation import gettext as _

from backend.core.exact import format_percent, format_points
from backend.rounds.models import Group, Round
from reports import queries
from reports.rankings import Band, TieRule
from reports.standings import Standing, Table, fields_for_ties, ranked
from tiers.models import Unit


@dataclass(frozen=True)
class Wanted:
    """What is tried: bands, tie rule, fields asked first, decimals in print, and which half of the kind."""

    bands: tuple[Band, ...]
    tie_rule: TieRule
    tie_order: tuple[str, ...] = ()
    decimals: int = 2
    procedures: str = Group.Procedures.ANY


@dataclass(frozen=True)
class Tie:
    """Units with the same index, and in words how they are put in order."""

    index: str
    lines: tuple[Standing, ...]
    how: str


@dataclass(frozen=True)
class Tried:
    """What becomes of last year's results: each unit before and after, the bands counted, ties and near ties."""

    round: Round
    lines: tuple[tuple[Standing, Standing], ...]
    counts: tuple[tuple[str, int, int], ...]
    ties: tuple[Tie, ...]
    near: tuple[Tie, ...]
    decimals: int

    @property
    def changed(self) -> list[tuple[Standing, Standing]]:
        """Return the units that get another class, before and after."""
        return [(old, new) for old, new in self.lines if old.band != new.band]


def season_before(group: Group) -> Round | None:
    """Return the round whose results are tried: the one to compare with, else the newest published one before it."""
    round_ = group.round
    earlier = Round.objects.filter(host_id=round_.host_id, year__lt=round_.year, state=Round.State.PUBLISHED)
    kind = earlier.filter(groups__kind=group.kind_id)
    chosen = kind.filter(pk=round_.previous_id).first() if round_.previous_id else None
    return chosen or kind.order_by("-year").first()


def tried(group: Group, season: Round, wanted: Wanted) -> Tried:
    """Return what ``wanted`` makes of the published results of ``season`` for units of the group's kind."""
    ranking = queries.current_ranking(season)
    found = [table for table in queries.tables(season, ranking) if table.group_id in _groups(group, season)]
    before = _of_half([line for table in found for line in table.standings], wanted.procedures)
    after = {line.card_id: line for line in ranked(before, wanted.tie_rule, wanted.bands, wanted.tie_order)}
    new = sorted(after.values(), key=lambda line: (line.rank, line.unit_order))
    old = {line.card_id: line for line in before}
    return Tried(
        season,
        tuple((old[line.card_id], line) for line in new),
        _counts(found, before, wanted.bands, new),
        tuple(_ties(new, wanted)),
        tuple(_near(new, wanted)),
        wanted.decimals,
    )


def _groups(group: Group, season: Round) -> set[int]:
    return set(season.groups.filter(kind=group.kind_id).values_list("pk", flat=True))


def _of_half(lines: list[Standing], procedures: str) -> list[Standing]:
    if procedures == Group.Procedures.ANY:
        return lines
    wanted = Unit.objects.filter(has_procedures=procedures == Group.Procedures.WITH)
    units = set(wanted.filter(pk__in=[line.unit_id for line in lines]).values_list("pk", flat=True))
    return [line for line in lines if line.unit_id in units]


def _counts(
    found: Sequence[Table], before: Iterable[Standing], bands: Iterable[Band], after: Iterable[Standing]
) -> tuple[tuple[str, int, int], ...]:
    """Return every label, the new ones from the highest and then those that went, with units before and after."""
    labels = [band.label for band in sorted(bands, key=attrgetter("lower"), reverse=True)]
    labels += [label for table in found for label, _number in table.band_counts]
    old, new = Counter(line.band for line in before), Counter(line.band for line in after)
    labels += [""] if old[""] or new[""] else []
    return tuple((label, old[label], new[label]) for label in dict.fromkeys(labels))


def _ties(lines: Sequence[Standing], wanted: Wanted) -> Iterable[Tie]:
    for index, same in groupby(lines, key=attrgetter("index")):
        tied = tuple(same)
        if len(tied) > 1:
            yield Tie(format_percent(index, wanted.decimals), tied, _how(tied, wanted))


def _how(tied: Sequence[Standing], wanted: Wanted) -> str:
    if wanted.tie_rule is not TieRule.ORDERED:
        return _("đồng hạng %(rank)d") % {"rank": tied[0].rank}
    fields = [fields_for_ties(line, wanted.tie_order) for line in tied]
    for parts in zip(*fields, strict=False):
        if len({part.points for part in parts}) > 1:
            said = " – ".join(format_points(part.points) for part in parts)
            return _("lĩnh vực %(code)s quyết định: %(points)s") % {"code": parts[0].code, "points": said}
    return _("bằng nhau ở mọi lĩnh vực: đồng hạng %(rank)d") % {"rank": tied[0].rank}


def _near(lines: Sequence[Standing], wanted: Wanted) -> Iterable[Tie]:
    """Give the units that read the same in print but not exactly: ranked apart by decimals not printed."""
    for index, same in groupby(lines, key=lambda line: format_percent(line.index, wanted.decimals)):
        alike = tuple(same)
        if len({line.index for line in alike}) > 1:
            yield Tie(index, alike, _("xếp theo phần thập phân không in ra"))
