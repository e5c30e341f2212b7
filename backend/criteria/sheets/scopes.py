"""For whom a node applies, as the text of a cell, and back: one kind of unit or one unit a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.text import fold
from backend.criteria.models import Applicability, CriteriaSet
from backend.criteria.queries import units_under
from backend.criteria.sheets.words import text_cell, unit_cell
from tiers.models import Kind

# A kind (its key) or a unit (its key), the other is None: what a row of Applicability names.
Pair = tuple[int | None, int | None]
Scope = frozenset[Pair]


def named_in(criteria_set: CriteriaSet) -> dict[int, list[Applicability]]:
    """Return what names the units that a node is for, by the node's key: kinds first, then units; one query."""
    rows = Applicability.objects.filter(node__criteria_set=criteria_set).select_related("kind", "unit")
    found: dict[int, list[Applicability]] = {}
    for row in rows.order_by("kind__order", "kind__code", "unit__order", "unit__code"):
        found.setdefault(row.node_id, []).append(row)
    for named in found.values():
        named.sort(key=lambda row: row.kind is None)
    return found


def scope_cell(rows: Iterable[Applicability]) -> str:
    """Return kinds by title and units by name and code, one a line; empty for everybody."""
    return text_cell("\n".join(row.kind.title if row.kind else unit_cell(row.unit) for row in rows))


def scope_of(rows: Iterable[Applicability]) -> Scope:
    """Return the pairs that rows name."""
    return frozenset((row.kind_id, row.unit_id) for row in rows)


class ScopeReader:
    """Reads cells of one sheet; kinds and units are asked for when the first cell names one."""

    def __init__(self, criteria_set: CriteriaSet, named: Iterable[Applicability]) -> None:
        self.criteria_set, self.named = criteria_set, list(named)

    @cached_property
    def known(self) -> dict[str, set[Pair]]:
        """Return what each name, folded, may mean."""
        found: dict[str, set[Pair]] = {}
        units = {unit.pk: unit for unit in units_under(self.criteria_set)}
        units |= {row.unit.pk: row.unit for row in self.named if row.unit}
        for unit in units.values():
            for name in (unit_cell(unit), unit.name, unit.code):
                found.setdefault(fold(name), set()).add((None, unit.pk))
        for kind in Kind.objects.all():
            for name in (kind.title, kind.code):
                found[fold(name)] = {pair for pair in found.get(fold(name), ()) if pair[0]} | {
                    (kind.pk, None)
                }
        return found

    def read(self, cell: str) -> Scope:
        """Return the pairs that the cell names; none for an empty one. Raises Invalid for a name of none or several."""
        return frozenset(self._pair(name) for line in cell.split("\n") for name in self._names(line))

    def _names(self, line: str) -> Sequence[str]:
        # A name may hold the sign that people part names with.
        parts = [line] if fold(line) in self.known else line.split(";")
        return [part.strip() for part in parts if part.strip()]

    def _pair(self, name: str) -> Pair:
        found = self.known.get(fold(name), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise Invalid(_("có nhiều đơn vị tên “%s”. Hãy ghi kèm mã, như: Tên đơn vị (MÃ).") % name)
        raise Invalid(
            _("không có loại đơn vị hay đơn vị “%s” dưới cơ quan ban hành. Hãy ghi đúng tên hoặc mã.") % name
        )
