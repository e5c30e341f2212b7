"""Votes, confirmations and closings at the same moment: one each, none lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.rounds.models import Round
from backend.scoring import actions, queries
from backend.scoring.models import Amendment, Ballot, Session
from permissions.roles import Role
from tests import make
from tests.scoring.sittings import concluded, fresh, sitting
from tests.scoring.test_races import at_once, succeeded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_eight_votes_of_one_person_at_once_are_one_vote() -> None:
    here = sitting()
    here.begin()
    made = here.propose()
    answers = at_once(lambda _number: actions.vote(fresh(made), by=here.members["one"], choice="for"))
    assert len(succeeded(answers)) == 1
    assert Ballot.objects.count() == 1


def test_eight_people_vote_closed_at_once_and_the_sum_misses_none() -> None:
    here = sitting(Round.Sitting.CLOSED)
    voters = [make.seated(Role.MEMBER, here.world.host)[1] for _ in range(8)]
    here.members |= {f"more{number}": voter for number, voter in enumerate(voters)}
    here.begin(present=" ".join(here.members))
    made = here.propose()
    choices = ["for", "against", "abstain", "for", "for", "against", "for", "for"]
    answers = at_once(lambda number: actions.vote(fresh(made), by=voters[number], choice=choices[number]))
    assert len(succeeded(answers)) == 8
    actions.end_vote(fresh(made), by=here.members["chair"])
    count = queries.votings(here.now)[0].count
    assert (count.agreed, count.against, count.abstained) == (5, 2, 1)


def test_eight_confirmations_at_once_change_the_points_once() -> None:
    here = concluded()
    made = actions.propose_change(
        here.world.card,
        "1.1",
        by=here.members["secretary"],
        points=Decimal(1),
        reason="Nộp lại",
        document="21/CV-SNV",
    )
    answers = at_once(lambda _number: actions.confirm_change(made, by=here.world.chair))
    assert len(succeeded(answers)) == 1
    assert Amendment.objects.get().settler_name == here.world.chair.name
    assert here.world.mark("1.1", 5).version == 2


def test_eight_beginnings_at_once_are_one_session() -> None:
    here = sitting()
    answers = at_once(
        lambda _number: actions.begin_session(here.world.round, by=here.members["chair"], venue="Phòng 2")
    )
    assert len(succeeded(answers)) == 1
    assert Session.objects.count() == 1
