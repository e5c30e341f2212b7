"""A finished season of three communes and a draft for the next year, for tests of backtests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tests.reports import seasons

LEAVES = {"1.1": "4", "1.2": "2", "2.1": "4"}
RESULTS = {
    "Xã A": {"1.1": "4", "1.2": "2", "2.1": "1"},
    "Xã B": {"1.1": "2", "1.2": "2", "2.1": "4"},
    "Xã C": {"1.1": "1", "1.2": "2", "2.1": "2"},
}


def season(rules: dict[str, tuple[str, dict[str, Any]]] | None = None, **fields: Any) -> Round:
    """Make a round of 2025 with three concluded units: 7, 8 and 5 points of 10; ``rules`` by code: kind, parameters."""
    host = make.unit("Thành phố Cần Thơ", kind="city")
    fields.setdefault("year", 2025)
    units = {make.unit(name, parent=host): leaves for name, leaves in RESULTS.items()}
    asked = make.criteria_set(host, leaves=LEAVES, year=2025, state=CriteriaSet.State.DRAFT)
    for code, (kind, params) in (rules or {}).items():
        change(asked, code, rule=kind, params=params)
    issue(asked)
    made = seasons.season(host, asked, **fields)
    seasons.finish(made, units)
    return made


def issue(made: CriteriaSet) -> None:
    """Publish a set as it stands."""
    with recording(by=SYSTEM):
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()


def draft(
    round_: Round,
    leaves: dict[str, str] | None = None,
    *,
    previous: dict[str, str] | None = None,
    **fields: Any,
) -> CriteriaSet:
    """Make a draft of 2026; ``previous`` maps its codes to those of the season's set (all to their own by default)."""
    fields.setdefault("year", 2026)
    made = make.criteria_set(round_.host, leaves=leaves or LEAVES, state=CriteriaSet.State.DRAFT, **fields)
    of_season = round_.groups.get().criteria_set
    link(made, of_season, {code: code for code in leaves or LEAVES} if previous is None else previous)
    return made


def link(new: CriteriaSet, old: CriteriaSet, codes: dict[str, str]) -> None:
    """Set the earlier leaf of leaves of a draft."""
    earlier = {node.code: node for node in Node.objects.filter(criteria_set=old)}
    with recording(by=SYSTEM):
        for node in Node.objects.filter(criteria_set=new, code__in=codes):
            node.previous = earlier[codes[node.code]]
            node.save()


def change(made: CriteriaSet, code: str, **fields: Any) -> None:
    """Change a leaf of a draft."""
    with recording(by=SYSTEM):
        node = Node.objects.get(criteria_set=made, code=code)
        for name, value in fields.items():
            setattr(node, name, Decimal(value) if name == "max_points" else value)
        node.save()


def manager(round_: Round) -> tuple[Any, Actor]:
    """Return the criteria officer of the round's host, and her as an actor."""
    return make.seated(Role.CRITERIA_MANAGER, round_.host)
