"""Votes in the history room: by name with what each chose, closed ones not at all."""

from __future__ import annotations

from typing import Any

import pytest

from backend.audit.models import Line
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.models import Ballot
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in
from tests.scoring.sittings import Sitting, fresh, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROOM = "/api/changes/"


def voted(way: str) -> Sitting:
    """Return a session in which three have voted on one proposal and the vote has ended."""
    here = sitting(way)
    here.begin()
    made = here.propose()
    here.vote(made, one="for", two="against", chair="abstain")
    actions.end_vote(fresh(made), by=here.members["secretary"])
    return here


def told(user: Any, **asked: str) -> list[dict[str, Any]]:
    """Return what the room tells a person of the council's doings."""
    answer = signed_in(user).get(ROOM, {"kind": "council", **asked})
    assert answer.status_code == 200
    return [
        row
        for row in answer.json()["results"]
        if not row["what"].startswith("Kết thúc") and " biểu quyết về đề xuất" in row["what"]
    ]


def test_votes_by_name_are_told_with_who_what_and_on_which_leaf():
    here = voted(Round.Sitting.BY_NAME)
    rows = told(here.world.users["inspector"])
    one, two, chair = (here.members[name].name for name in ("one", "two", "chair"))
    assert {row["what"] for row in rows} == {
        f"{one} biểu quyết về đề xuất 1,00 điểm: tán thành",
        f"{two} biểu quyết về đề xuất 1,00 điểm: không tán thành",
        f"{chair} biểu quyết về đề xuất 1,00 điểm: không có ý kiến",
    }
    assert {(row["code"], row["unit_name"], row["card"]) for row in rows} == {
        ("1.1", here.world.unit.name, here.world.card.pk)
    }
    mine = told(here.world.users["inspector"], person=here.world.users["one"].username, code="1.1")
    assert [row["who"] for row in mine] == [one]


def test_of_a_closed_vote_the_room_tells_neither_who_nor_what():
    here = voted(Round.Sitting.CLOSED)
    assert Ballot.history.count() == 3
    assert not Line.objects.filter(source=Ballot.history.model._meta.db_table).exists()
    assert told(here.world.users["inspector"]) == []
    page = signed_in(here.world.users["inspector"]).get("/history/", {"kind": "council"}).text
    assert "tán thành" not in page


def test_who_works_in_the_unit_reads_no_vote_on_its_card_before_the_result():
    here = voted(Round.Sitting.BY_NAME)
    reader, _actor = make.seated(Role.INSPECTOR, here.world.host, workplace=here.world.unit)
    assert told(reader) == []
