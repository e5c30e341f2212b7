"""Helpers of the tests of the library: a storage of the test's own, a world with documents, work of the background."""

from __future__ import annotations

from typing import Any

import pytest

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.jobs.models import Job
from backend.scoring import actions
from backend.scoring.models import Evidence, Score, Scorecard, StoredFile
from permissions.actor import SYSTEM, Actor
from tests import make
from tests.scoring import specimens
from tests.scoring.worlds import LEAVES, World
from tiers.models import Unit

TOLD = "Ủy ban nhân dân quận Ô Môn đã ban hành kế hoạch. Phần hai nói về trạm y tế."


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Any) -> None:
    """No file of another test: a rolled back unit's key comes back, and with it the names of its files."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path / "files")}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}


def put(
    here: World, code: str, content: bytes, name: str, *, by: Actor | None = None, **more: Any
) -> Evidence:
    """Attach a file to a leaf of the world's card."""
    upload = specimens.upload(content, name)
    return actions.add_file(here.card, code, by=by or here.officer, upload=upload, **more)


def named(here: World, code: str, **more: Any) -> Evidence:
    """Attach a document by number and issuer."""
    given = {"number": "05/KH-UBND", "issuer": "UBND thành phố Cần Thơ"} | more
    return actions.add_document(here.card, code, by=here.officer, **given)


def work() -> None:
    """Do what the background owes to files, as a worker would: the deep check, then the reading."""
    for step in ("check_file", "read_file"):
        queued = Job.objects.filter(work=f"backend.scoring.actions.{step}", state=Job.State.QUEUED)
        for job in list(queued.order_by("pk")):
            getattr(actions, step)(job.key)
            job.state = Job.State.DONE
            job.save()


def found_clean() -> None:
    """Mark every file as checked; for tests that are not about reading."""
    StoredFile.objects.update(state=StoredFile.State.CLEAN)


def another_unit(here: World, name: str = "Phường bên") -> World:
    """Return the same season seen from another unit's card, whose writes are the system's."""
    unit = make.unit(name, parent=here.host)
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        card = Scorecard.objects.create(
            round=here.round, unit=unit, group=here.card.group, criteria_set=here.card.criteria_set,
            unit_name=unit.name,
        )  # fmt: skip
        for node in Node.objects.filter(criteria_set=card.criteria_set, is_leaf=True).order_by("order"):
            Score.objects.create(
                card=card, node=node, code=node.code, order=node.order, max_points=node.max_points,
                source=node.source,
            )  # fmt: skip
    return World(here.host, unit, here.round, card, SYSTEM, SYSTEM, here.secretary, here.chair, here.users)


def next_year(before: World, *, unit: Unit | None = None, mapped: str = "1.1 1.2 2.1") -> World:
    """Return the season after ``before``: the same leaves, those of ``mapped`` mapped to its own; the unit's card."""
    chosen = make.criteria_set(before.host, leaves=LEAVES, version=2, state=CriteriaSet.State.DRAFT)
    old = {node.code: node for node in Node.objects.filter(criteria_set=before.card.criteria_set_id)}
    for code in mapped.split():
        Node.objects.filter(criteria_set=chosen, code=code).update(previous=old[code])
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        chosen.save()
    round_ = make.round_(before.host, chosen, year=2026, previous=before.round)
    cards = {card.unit_id: card for card in actions.open_round(round_, by=SYSTEM)}
    mine = unit or before.unit
    people = {name: getattr(before, name) for name in ("officer", "leader", "secretary", "chair")}
    return World(before.host, mine, round_, cards[mine.pk], users=dict(before.users), **people)
