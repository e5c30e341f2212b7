"""What was published of one unit in earlier rounds of the same host."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count

from backend.scoring.models import Scorecard
from reports.models import Row


@dataclass(frozen=True)
class PastResult:
    """One year: the exact index in percent, the rank among ``count`` units, the band."""

    year: int
    index: Fraction
    rank: int
    count: int
    band: str


def past_results(card: Scorecard, most: int) -> list[PastResult]:
    """Return the newest ``most`` results of the card's unit before the card's year, oldest first; two statements.

    Of a round published several times the last version counts. Sets differ from year to year, so only the index
    compares, and only of the very same unit.
    """
    rows = Row.objects.filter(
        unit=card.unit_id,
        section__ranking__published_at__isnull=False,
        section__ranking__round__host=card.round.host_id,
        section__ranking__year__lt=card.round.year,
    )
    rows = rows.select_related("section__ranking").order_by(
        "section__ranking__year", "section__ranking__version"
    )
    newest = {row.section.ranking.year: row for row in rows}
    kept = [newest[year] for year in sorted(newest)][-most:]
    sections = [row.section_id for row in kept]
    counted = (
        Row.objects.filter(section__in=sections).order_by().values_list("section").annotate(n=Count("pk"))
    )
    counts = dict(counted)
    return [
        PastResult(row.section.ranking.year, row.index, row.rank, counts[row.section_id], row.band)
        for row in kept
    ]
