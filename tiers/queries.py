"""Every read of the organisation: the tree on a date, lineage, seats, changes. Whose past one may read: scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import vn_date
from backend.core.text import fold
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Appointment, Kind, Lineage, Unit


def today() -> date:
    """Return the day in Vietnam by the database's clock."""
    return vn_date(clock.now())


def units_on(day: date) -> QuerySet[Unit]:
    """Return the units in being on ``day`` with their kinds, in protocol order; one query."""
    return Unit.objects.on(day).select_related("kind")


def scored_units(host: Unit, kinds: Iterable[Kind], day: date) -> QuerySet[Unit]:
    """Return the units of ``kinds`` straight below ``host`` on ``day``, by kind and protocol order."""
    rows = units_on(day).filter(parent=host, kind__in=list(kinds))
    return rows.order_by("kind__order", "order", "code")


@dataclass
class Branch:
    """A unit with the units below it, and with those above it (top first)."""

    unit: Unit
    above: tuple[Unit, ...] = ()
    children: list[Branch] = field(default_factory=list)

    def groups(self) -> list[tuple[Kind, list[Branch]]]:
        """Return the children by kind, kinds in their order."""
        kinds = sorted({child.unit.kind for child in self.children}, key=lambda kind: (kind.order, kind.code))
        return [(kind, [child for child in self.children if child.unit.kind == kind]) for kind in kinds]

    def walk(self) -> Iterator[Branch]:
        """Yield this branch and every branch below it, top down."""
        yield self
        for child in self.children:
            yield from child.walk()

    def counts(self) -> list[tuple[Kind, int]]:
        """Return how many units of each kind stand below, kinds in their order."""
        found: dict[Kind, int] = {}
        for branch in self.walk():
            if branch is not self:
                found[branch.unit.kind] = found.get(branch.unit.kind, 0) + 1
        return sorted(found.items(), key=lambda item: (item[0].order, item[0].code))


def tree_on(day: date, top: Unit | None = None) -> list[Branch]:
    """Return the tree on ``day`` as nested branches, of the whole or of ``top`` alone; one query."""
    rows = units_on(day)
    if top is not None:
        rows = rows.filter(path__startswith=top.path)
    branches = {unit.pk: Branch(unit) for unit in rows}
    roots = []
    for branch in branches.values():
        parent = branches.get(branch.unit.parent_id or 0)
        (parent.children if parent else roots).append(branch)
    for root in roots:
        _tell_above(root, ())
    return roots


def _tell_above(branch: Branch, above: tuple[Unit, ...]) -> None:
    branch.above = above
    for child in branch.children:
        _tell_above(child, (*above, branch.unit))


def matching(tree: Iterable[Branch], words: str, kind: str = "") -> list[Branch]:
    """Return the branches whose name or code has ``words`` (accents do not matter), of one kind or of all."""
    wanted = fold(words)
    return [
        branch
        for root in tree
        for branch in root.walk()
        if (wanted in fold(branch.unit.name) or branch.unit.code.lower().startswith(wanted))
        and kind in ("", branch.unit.kind.code)
    ]


def turning_days() -> list[tuple[date, date]]:
    """Return the days on which units merged or were divided, each with the day before it."""
    days = Lineage.objects.order_by("on").values_list("on", flat=True).distinct()
    return [(day - timedelta(days=1), day) for day in days]


def unit_with_parents(pk: int) -> QuerySet[Unit]:
    """Return the unit of that key with kind and the two units above it, in one query."""
    return Unit.objects.filter(pk=pk).select_related("kind", "parent__parent")


def above(unit: Unit) -> list[Unit]:
    """Return the units above ``unit``, top first; no query for the first two levels."""
    found = []
    while (unit := unit.parent) is not None:  # type: ignore[assignment]
        found.append(unit)
    return found[::-1]


def children_by_kind(unit: Unit, day: date) -> list[tuple[Kind, list[Unit]]]:
    """Return the units straight below ``unit`` on ``day``, by kind, in order; one query."""
    rows = units_on(day).filter(parent=unit).order_by("kind__order", "kind__code", "order", "code")
    return [(kind, list(group)) for kind, group in groupby(rows, key=lambda child: child.kind)]


def next_order(parent: Unit) -> int:
    """Return the order that puts a new unit after its siblings."""
    last = parent.children.aggregate(last=Max("order"))["last"]
    return (last or 0) + 1


def predecessors(unit: Unit) -> list[Lineage]:
    """Return what went into ``unit``, each with the old unit and its parents."""
    return list(unit.origins.select_related("old__parent__parent").order_by("on", "old__path"))


def successors(unit: Unit) -> list[Lineage]:
    """Return where ``unit`` went, each with the new unit and its parent."""
    return list(unit.successions.select_related("new__parent").order_by("on", "new__order"))


def lineage_of(unit_id: int | None = None) -> QuerySet[Lineage]:
    """Return every line of lineage, or those from or into one unit, with both units; one query."""
    rows = Lineage.objects.select_related("old__kind", "new__kind").order_by("on", "new__path", "old__path")
    return rows if unit_id is None else rows.filter(Q(old=unit_id) | Q(new=unit_id))


def mergers(words: str = "") -> QuerySet[Unit]:
    """Return the units that came of others, with ``origins``; ``words`` search both sides without accents."""
    origins = Lineage.objects.select_related("old__parent").order_by("old__path")
    rows = Unit.objects.filter(origins__isnull=False).select_related("kind")
    if words:
        wanted = fold(words)
        before = Q(origins__old__folded__contains=wanted) | Q(origins__old__parent__folded__contains=wanted)
        rows = rows.filter(Q(folded__contains=wanted) | before)
    rows = rows.order_by("valid_from", "order", "code").distinct()
    return rows.prefetch_related(Prefetch("origins", queryset=origins))


def seats_at(unit: Unit) -> QuerySet[Appointment]:
    """Return the seats in force that act for ``unit``, with person and workplace."""
    return unit.seats.in_force().select_related("user", "workplace").order_by("role", "pk")


def may_see_names(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor sees who sits at ``unit``, not only which seats there are."""
    return any(actor.may(verb, at=unit.place()) for verb in (Verb.MANAGE_PEOPLE, Verb.INSPECT))


def may_see_history(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor sees every change of ``unit``."""
    return any(actor.may(verb, at=unit.place()) for verb in (Verb.MANAGE_UNITS, Verb.INSPECT))


@dataclass(frozen=True)
class Change:
    """One history row in words: when, who, why, and label, value before, value after of each field."""

    at: Any
    actor_name: str
    reason: str
    is_new: bool
    fields: list[tuple[str, Any, Any]]


SHOWN = (
    "code",
    "name",
    "kind_id",
    "valid_from",
    "valid_to",
    "order",
    "has_procedures",
    "is_illustration",
    "source",
)


def changes_of(unit: Unit) -> list[Change]:
    """Return every recorded change of ``unit``, newest first; two queries."""
    kinds = dict(Kind.objects.values_list("pk", "title"))
    before: dict[str, Any] = {}
    found = []
    for row in unit.history.order_by("sequence"):
        after = {name: getattr(row, name) for name in SHOWN}
        fields = _differences(before, after, kinds)
        found.append(Change(row.history_date, row.actor_name, row.history_change_reason, not before, fields))
        before = after
    return found[::-1]


def _differences(
    before: dict[str, Any], after: dict[str, Any], kinds: dict[int, str]
) -> list[tuple[str, Any, Any]]:
    return [
        (_label(name), _said(name, before.get(name), kinds), _said(name, value, kinds))
        for name, value in after.items()
        if before.get(name) != value
    ]


def _label(name: str) -> str:
    return str(Unit._meta.get_field(name.removesuffix("_id")).verbose_name)


def _said(name: str, value: Any, kinds: dict[int, str]) -> Any:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return kinds.get(value, "") if name == "kind_id" else value
