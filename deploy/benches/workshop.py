"""Opening the workshop on a draft of five levels and 300 nodes, against the same rows read bare."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from deploy.benches.measuring import Figure, alternate, statements

NODES = 300
RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("option", {"options": [{"title": "Kịp thời", "points": "1"}, {"title": "Không", "points": "0"}]}),
    ("pass_fail", {}),
    ("bands", {"done": "Số hoàn thành", "assigned": "Số được giao", "measure": "count", "bands": [
        {"lower": "90", "inclusive": False, "points": "1"}, {"lower": "0", "inclusive": True, "points": "0"},
    ]}),
    ("threshold", {"threshold": "80", "done": "Số hoàn thành", "assigned": "Số được giao", "measure": "count"}),
    ("declining", {"step": "0.5", "title": "Số vụ vi phạm"}),
    ("formula", {"formula": "x / y * max_points", "variables": [
        {"name": "x", "title": "Số đúng hạn", "measure": "count", "at_most": "y"},
        {"name": "y", "title": "Tổng số hồ sơ", "measure": "count"},
    ]}),
)  # fmt: skip


def figures() -> Iterator[Figure]:
    """Give the ratio to the floor and the number of statements."""
    from django.test import Client
    from django.test.utils import override_settings

    with override_settings(ROOT_URLCONF="deploy.benches.floor_workshop"):
        user, draft = world()
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

        def opened(address: str) -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")

        ours, floor = f"/criteria/{draft.pk}/", f"/floor/{draft.pk}/"
        yield Figure("workshop_open_300", alternate(lambda: opened(ours), lambda: opened(floor), runs=15), 3)
        yield Figure("workshop_statements", statements(lambda: opened(ours)), 12)


@cache
def world() -> tuple[Any, Any]:
    """Return who writes criteria and her draft of 300 nodes, the same for every bench of a run."""
    from backend.accounts.models import User
    from backend.audit.recording import recording
    from backend.criteria.models import CriteriaSet
    from permissions.actor import SYSTEM
    from permissions.roles import Role
    from tiers import seating
    from tiers.models import Kind, Unit

    with recording(by=SYSTEM):
        kind, _ = Kind.objects.get_or_create(code="commune", defaults={"title": "Xã, phường"})
        city, _ = Kind.objects.get_or_create(code="city", defaults={"title": "Thành phố"})
        owner = Unit.objects.create(
            name="Thành phố", folded="thanh pho", code="B1", path="/B1/", kind=city, valid_from="2020-01-01", order=1
        )  # fmt: skip
        user = User(full_name="Người đo", username="bench")
        user.set_unusable_password()
        user.save()
        draft = CriteriaSet.objects.create(
            owner=owner, kind=kind, year=2026, title="Bộ đo", scale=Decimal(NODES)
        )
        _grow(draft)
    seating.appoint(
        user, Role.CRITERIA_MANAGER, acts_for=owner, workplace=owner, starts_at=_yesterday(), by=SYSTEM
    )
    return user, draft


def _yesterday() -> Any:
    from datetime import timedelta

    from backend.core import clock

    return clock.now() - timedelta(days=1)


def _grow(draft: Any) -> None:
    """Six fields, each with two groups of two groups of two groups of leaves; 300 nodes."""
    from backend.criteria.models import Node

    made: list[Any] = []
    full: list[Any] = []

    def node(parent: Any, number: int, **values: Any) -> Any:
        code = f"{parent.code}.{number}" if parent else str(number)
        values |= {"level": parent.level + 1 if parent else 1, "order": (len(made) + 1) * 1000}
        row = Node(
            criteria_set=draft,
            parent=parent,
            code=code,
            title=f"Tiêu chí cải cách hành chính số {code}",
            **values,
        )
        row.save()
        made.append(row)
        return row

    def below(parent: Any) -> None:
        for number in (1, 2):
            group = node(parent, number)
            if group.level < 4:
                below(group)
                continue
            full.append(group)
            for leaf in range(1, 6 if len(full) <= 18 else 5):
                rule, params = RULES[len(made) % len(RULES)]
                node(group, leaf, is_leaf=True, max_points=Decimal(1), rule=rule, params=params)

    for field in range(1, 7):
        below(node(None, field))
    draft.scale = sum((row.max_points for row in made if row.is_leaf), Decimal(0))
    draft.save()
