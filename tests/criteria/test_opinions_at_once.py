"""Two leaders approve the same opinions at once, and a deadline passes meanwhile: one signature, or none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from backend.core.errors import OutOfStep
from backend.criteria.actions import consulting, responding
from backend.criteria.models import CriteriaSet, Response
from permissions.actor import Actor
from permissions.roles import Role
from tests import make
from tests.criteria.consultations import Asking, ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def submitted() -> Asking:
    asking = ask()
    asking.write("Giảm điểm", code="1.1")
    responding.move_response(asking.response(), "submit", by=asking.one.officer)
    return asking


def together(*acts) -> list[str]:
    """Return "done" or "no" of each act, all begun at the same moment."""
    gate = threading.Barrier(len(acts))

    def run(act) -> str:
        gate.wait()
        try:
            act()
        except OutOfStep:
            return "no"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_approvals_at_once_one_counts() -> None:
    asking = submitted()
    response = asking.response()
    leaders: list[Actor] = [asking.one.leader, make.seated(Role.DEPUTY, asking.one.unit)[1]]
    acts = [lambda who=who: responding.move_response(response, "approve", by=who) for who in leaders]
    assert sorted(together(*acts)) == ["done", "no"]
    assert Response.history.filter(id=response.pk, state=Response.State.APPROVED).count() == 1


def test_an_approval_and_the_end_at_once_leave_one_order() -> None:
    asking = submitted()
    response = asking.response()
    approved, ended = together(
        lambda: responding.move_response(response, "approve", by=asking.one.leader),
        lambda: consulting.end_consultation(asking.asked, by=asking.manager, reason="Đủ ý"),
    )
    assert ended == "done"
    response.refresh_from_db()
    assert (response.state == Response.State.APPROVED) == (approved == "done")
    assert CriteriaSet.objects.get(pk=asking.draft.pk).state == CriteriaSet.State.DRAFT
