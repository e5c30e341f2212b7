"""Where units lie: under which unit of the tree they stand, and of which old ones they were formed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tiers.models import Lineage, Unit


@dataclass(frozen=True)
class Area:
    """A district, or a district of before: its order and its name."""

    order: int
    name: str


def areas_of(units: Iterable[int], host: Unit) -> dict[int, Area]:
    """Return for each unit the area it lies in; two statements.

    That is the unit above it where that is not the host itself. Of one formed by a merger it is what stood above most
    of its parts, the first in order where two have as many; units that always stood under the host have none.
    """
    keys = list(units)
    rows = Unit.objects.filter(pk__in=keys).exclude(parent=host).exclude(parent=None).select_related("parent")
    found = {row.pk: Area(row.parent.order, row.parent.name) for row in rows if row.parent}
    origins: dict[int, list[Area]] = defaultdict(list)
    parts = Lineage.objects.filter(new__in=[key for key in keys if key not in found])
    for part in parts.exclude(old__parent=None).exclude(old__parent=host).select_related("old__parent"):
        above = part.old.parent
        if above is not None:
            origins[part.new_id].append(Area(above.order, above.name))
    return {key: _most(areas) for key, areas in origins.items()} | found


def _most(areas: list[Area]) -> Area:
    counts = Counter(areas)
    return min(counts, key=lambda area: (-counts[area], area.order, area.name))
