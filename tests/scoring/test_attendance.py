"""Attendance of a session: it never contradicts what those there proposed, voted and decided."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep
from backend.scoring import actions, queries
from tests.scoring.pages import signed_in
from tests.scoring.sittings import Sitting, fresh, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing):
    return standing(sitting)


@pytest.fixture
def here(built) -> Sitting:
    return copy.deepcopy(built)


def absent(here: Sitting, *names: str) -> None:
    rows = {here.members[name].user_id: ("absent", "") for name in names}
    actions.mark_attendance(here.now, by=here.members["secretary"], rows=rows)


def test_who_voted_proposed_decided_or_concluded_is_not_made_absent(here):
    here.begin()
    made = here.propose(by="one")
    here.vote(made, two="for")
    actions.end_vote(fresh(made), by=here.members["secretary"])
    why = {"points": Decimal(1), "reason": "Theo biểu quyết"}
    actions.decide(here.world.card, "1.1", by=here.world.chair, version=0, **why)
    for name, act in (("one", "đề xuất"), ("two", "biểu quyết"), ("chair", "quyết định điểm")):
        with pytest.raises(OutOfStep, match=f"đã {act} tại phiên này"):
            absent(here, name)
    actions.move(here.world.card, "conclude", by=here.world.chair)
    with pytest.raises(OutOfStep, match="đã kết luận phiếu"):
        absent(here, "chair")


def test_once_something_was_proposed_enough_members_stay_there(here):
    here.begin(present="chair secretary one")
    absent(here, "one")
    assert not queries.quorum_of(here.now).holds
    here.attend("chair secretary one")
    here.propose(by="chair")
    with pytest.raises(OutOfStep, match="không ghi vắng đến mức thiếu thành viên"):
        absent(here, "one")
    assert queries.quorum_of(here.now).present == 3


def test_who_saw_an_older_list_is_told_and_keeps_what_she_chose(here):
    here.begin(present="chair")
    client = signed_in(here.world.users["secretary"])
    page = client.get(reverse("scoring:session", args=[here.now.pk]))
    seen = page.context["attendance_form"]["seen"].value()
    here.attend("chair secretary one two")
    address = reverse("scoring:attendance", args=[here.now.pk])
    keys = [actor.user_id for actor in here.members.values()]
    sent = {f"presence_{key}": "absent" for key in keys} | {f"reason_{key}": "" for key in keys}
    answer = client.post(address, sent | {"seen": seen})
    assert answer.status_code == 422
    assert "Người khác vừa ghi điểm danh" in answer.text
    assert queries.quorum_of(here.now).present == 4
    again = answer.context["attendance_form"]["seen"].value()
    assert client.post(address, sent | {"seen": again}).status_code == 302
    assert queries.quorum_of(here.now).present == 0
    with pytest.raises(Invalid):
        actions.mark_attendance(here.now, by=here.members["secretary"], rows={}, seen=seen)
