"""Grants on one card: a delegated approval counts in its period, an exclusion takes a right away."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from backend.audit.recording import recording
from backend.core import clock
from backend.scoring.models import Delegation, Scorecard, ScorecardGrant
from permissions.actor import SYSTEM
from permissions.roles import Role, Verb
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Scorecard:
    city = make.unit("Thành phố")
    return make.card(make.round_(city), make.unit("Sở", parent=city))


def grant(card: Scorecard, user: Any, verb: Verb, **fields: Any) -> ScorecardGrant:
    fields.setdefault("starts_at", clock.now() - make.DAY)
    permission = Permission.objects.get(
        codename=str(verb), content_type__app_label="scoring", content_type__model="scorecard"
    )
    return ScorecardGrant.objects.create(user=user, permission=permission, content_object=card, **fields)


def lend(card: Scorecard, taker: Any, days: tuple[int, int]) -> None:
    """Lend the approval of ``card`` from one day to another, counted from today."""
    giver, _actor = make.seated(Role.LEADER, card.unit)
    now = clock.now()
    period = {"starts_at": now + days[0] * make.DAY, "ends_at": now + days[1] * make.DAY}
    with recording(by=SYSTEM):
        lent = Delegation.objects.create(card=card, giver=giver, taker=taker, **period)
    grant(card, taker, Verb.APPROVE, delegation=lent, **period)


def test_a_delegated_approval_counts_for_that_card_only(card: Scorecard) -> None:
    deputy, _actor = make.seated(Role.OFFICER, card.unit)
    lend(card, deputy, (-1, 1))
    other = make.card(make.round_(card.round.host, year=2027), card.unit)

    assert deputy.has_perm(Verb.APPROVE, card)
    assert not deputy.has_perm(Verb.APPROVE, other)
    assert not deputy.has_perm(Verb.DELEGATE, card)


@pytest.mark.parametrize(("start", "end"), [(1, 2), (-2, -1)])
def test_a_delegation_counts_neither_before_nor_after_its_period(
    card: Scorecard, start: int, end: int
) -> None:
    user, _actor = make.seated(Role.OFFICER, card.unit)
    lend(card, user, (start, end))

    assert not user.has_perm(Verb.APPROVE, card)


def test_an_exclusion_is_stronger_than_a_seat(card: Scorecard) -> None:
    member, _actor = make.seated(Role.MEMBER, card.round.host)
    assert member.has_perm(Verb.APPRAISE, card)

    grant(card, member, Verb.APPRAISE, excludes=True)

    assert not member.has_perm(Verb.APPRAISE, card)
    assert member.has_perm(Verb.VIEW, card)


def test_an_exclusion_is_stronger_than_a_delegation(card: Scorecard) -> None:
    user = make.person()
    grant(card, user, Verb.APPROVE)
    grant(card, user, Verb.APPROVE, excludes=True, starts_at=clock.now() - 2 * make.DAY)

    assert not user.has_perm(Verb.APPROVE, card)


def test_a_delegation_does_not_lift_the_conflict_of_the_workplace(card: Scorecard) -> None:
    user = make.seat(None, Role.OFFICER, at=card.unit).user
    grant(card, user, Verb.APPRAISE)

    assert not user.has_perm(Verb.APPRAISE, card)


def test_a_disabled_person_may_nothing(card: Scorecard) -> None:
    leader, _actor = make.seated(Role.LEADER, card.unit)
    assert leader.has_perm(Verb.APPROVE, card)
    leader.is_active = False

    assert not leader.has_perm(Verb.APPROVE, card)
