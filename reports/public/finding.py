"""A publication by the host's code and the year, as people write its address; nothing unpublished is ever read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import Http404
from django.urls import reverse

from backend.rounds.models import Round
from reports import queries
from reports.models import Ranking
from reports.placing import Criterion
from reports.standings import Standing, Table


def published_rounds() -> list[Ranking]:
    """Return the newest publication of every round, newest year first; one query."""
    rows = Ranking.objects.filter(pk=queries.newest_published()).select_related("round__host")
    return list(rows.order_by("-year", "round__host__path"))


@dataclass(frozen=True)
class Publication:
    """One publication with the newest of its round; ``host`` is the code in its address."""

    host: str
    ranking: Ranking
    versions: tuple[Ranking, ...]

    @property
    def newest(self) -> Ranking:
        """Return the publication that counts."""
        return self.versions[0]

    @property
    def is_newest(self) -> bool:
        """Return whether this is the one that counts."""
        return self.ranking.pk == self.newest.pk

    @property
    def round(self) -> Round:
        """Return its round."""
        return self.ranking.round

    @property
    def demo(self) -> bool:
        """Return whether its pages and files say that the figures are invented."""
        return self.ranking.is_illustration or settings.DEMO

    @cached_property
    def tables(self) -> list[Table]:
        """Return its tables; three queries, once."""
        return queries.published(self.ranking)

    @cached_property
    def criteria(self) -> dict[int, tuple[Criterion, ...]]:
        """Return the criteria of its groups by key; one query, once."""
        return queries.criteria_in(self.round, self.ranking)

    def address(self, name: str, *more: object) -> str:
        """Return the address of one of its pages."""
        return reverse(f"public:{name}", args=[self.host, self.ranking.year, *more])

    @property
    def links(self) -> dict[int, str]:
        """Return the page of every unit by card key; of a superseded publication none."""
        return links_of(self, self.tables) if self.is_newest else {}


def links_of(found: Publication, tables: Iterable[Table]) -> dict[int, str]:
    """Return the public page of every unit of the tables by card key."""
    lines = (line for table in tables for line in table.standings)
    return {line.card_id: found.address("unit", line.unit_code) for line in lines}


def find(host: str, year: int, version: int | None = None) -> Publication:
    """Return a publication, the newest unless one is asked for; one query. Raises Http404."""
    rows = Ranking.objects.filter(round__host__code=host, round__year=year, published_at__isnull=False)
    # A code may have named another host before: the newest round of that year counts.
    made = list(rows.select_related("round__host").order_by("-round", "-version"))
    versions = tuple(one for one in made if one.round_id == made[0].round_id)
    wanted = [one for one in versions if version is None or one.version == version]
    if not wanted:
        raise Http404
    return Publication(host, wanted[0], versions)


def unit_in(found: Publication, code: str) -> tuple[Table, Standing]:
    """Return the table and line of a unit by its code. Raises Http404."""
    for table in found.tables:
        for line in table.standings:
            if line.unit_code == code:
                return table, line
    raise Http404
