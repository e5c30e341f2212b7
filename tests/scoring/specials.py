"""Seasons with what stands outside the usual: bonus, penalty, "không phát sinh", leaves left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node
from backend.scoring import actions
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World

NOTE = "Theo báo cáo số 12/BC-UBND"
ROLES = (
    ("officer", Role.OFFICER, "unit"),
    ("leader", Role.LEADER, "unit"),
    ("secretary", Role.SECRETARY, "host"),
    ("chair", Role.CHAIR, "host"),
)


def issued(
    owner: Any, leaves: dict[str, str], nodes: dict[str, dict[str, Any]] | None = None, **fields: Any
) -> CriteriaSet:
    """Make a published set; ``nodes`` changes leaves by code, the scale is of those within it."""
    made = make.criteria_set(owner, leaves=leaves, state=CriteriaSet.State.DRAFT, **fields)
    with recording(by=SYSTEM):
        for node in Node.objects.filter(criteria_set=made, code__in=nodes or {}):
            for name, value in (nodes or {})[node.code].items():
                setattr(node, name, value)
            node.save()
        scaled = Node.objects.filter(criteria_set=made, is_leaf=True, counting="base")
        made.scale = sum(scaled.values_list("max_points", flat=True), ZERO)
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return made


def special(
    leaves: dict[str, str],
    nodes: dict[str, dict[str, Any]] | None = None,
    *,
    unit: dict[str, Any] | None = None,
    **fields: Any,
) -> World:
    """Make a world like ``worlds.world`` on such a set; ``unit`` are fields of the scored unit."""
    host = make.unit("Thành phố thử", kind="city")
    places = {"host": host, "unit": make.unit("Phường thử", parent=host, **(unit or {}))}
    users, actors = {}, {}
    for name, role, at in ROLES:
        users[name], actors[name] = make.seated(role, places[at])
    round_ = make.round_(host, issued(host, leaves, nodes, **fields))
    card = actions.open_round(round_, by=SYSTEM)[0]
    return World(host=host, unit=places["unit"], round=round_, card=card, users=users, **actors)


def give(world: World, points: dict[str, str]) -> None:
    """Let the unit give itself these points, each with a note."""
    for code, number in points.items():
        mark = Mark.objects.get(score__card=world.card, score__code=code, step__order=1)
        actions.set_points(
            world.card, code, by=world.officer, version=mark.version, points=Decimal(number), note=NOTE
        )


def send(world: World) -> None:
    """Submit and approve the card and end self-scoring."""
    actions.move(world.card, "submit", by=world.officer)
    actions.move(world.card, "approve", by=world.leader)
    world.close(1)


def appraised(world: World) -> None:
    """Agree with the rest, finish the appraisal and open what follows."""
    actions.agree_rest(world.card, by=world.secretary)
    actions.move(world.card, "appraise", by=world.secretary)
    world.close(2)
