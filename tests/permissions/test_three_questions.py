"""One person, one act, one object: the actor, the list and the approval give the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from backend.core import clock
from backend.core.dates import end_of_day_exclusive, start_of_day, vn_date
from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from permissions.actor import within
from permissions.roles import CONFLICTED, ROLES, Reach, Role, Verb
from tests import make
from tiers.models import Unit
from tiers.seating import actor_for

pytestmark = pytest.mark.django_db

# How each model's rows are found by their two paths.
LOOKUPS = {
    Unit: {"unit": "path"},
    Round: {"unit": "host__path"},
    Scorecard: {"unit": "unit__path", "host": "round__host__path"},
}


@dataclass
class World:
    """A seat at ``here`` and every kind of object around it."""

    here: Unit
    objects: dict[str, Any]


@pytest.fixture
def world() -> World:
    """A unit with units above, beside and two levels below it, and a round at each host."""
    city = make.unit("Thành phố")
    here, beside = make.unit("Đây", parent=city), make.unit("Bên cạnh", parent=city)
    child = make.unit("Dưới", parent=here)
    grandchild = make.unit("Dưới nữa", parent=child)
    rounds = {host: make.round_(host) for host in (city, here, child)}
    objects = {
        "own unit": here,
        "unit below": child,
        "unit above": city,
        "unit beside": beside,
        "own round": rounds[here],
        "round above": rounds[city],
        "round below": rounds[child],
        "own card": make.card(rounds[city], here),
        "card I host": make.card(rounds[here], child),
        "card below, hosted below": make.card(rounds[child], grandchild),
        "card beside": make.card(rounds[city], beside),
    }
    return World(here, objects)


def dates_on(day: str) -> dict[str, Any]:
    """Return the dates of a seat for which today is that day of it."""
    today = vn_date(clock.now())
    begin, end = start_of_day(today), end_of_day_exclusive(today)
    return {
        "the day before": {"starts": end, "ends_at": end + 9 * make.DAY},
        "the first day": {"starts": begin, "ends_at": begin + 9 * make.DAY},
        "the last day": {"starts": begin - 9 * make.DAY, "ends_at": end},
        "the day after": {"starts": begin - 9 * make.DAY, "ends_at": begin},
    }[day]


IN_FORCE = {"the day before": False, "the first day": True, "the last day": True, "the day after": False}
# Which objects a reach gets to, by hand; ROLES says which reach a role's verb has.
REACHED = {
    Reach.OWN: {"own unit", "own round", "own card"},
    Reach.HOST: {"own unit", "own round", "card I host"},
    Reach.BELOW: {
        "own unit",
        "unit below",
        "own round",
        "round below",
        "own card",
        "card I host",
        "card below, hosted below",
    },
}
AT_HOME = {"own unit", "own round", "own card"}


@pytest.mark.slow  # forty worlds
@pytest.mark.parametrize("day", IN_FORCE)
@pytest.mark.parametrize("role", Role)
def test_actor_list_and_approval_agree(role: Role, day: str, world: World) -> None:
    user = make.seat(None, role, at=world.here, **dates_on(day)).user
    actor = actor_for(user)
    for verb in Verb:
        reached = REACHED[ROLES[role][verb]] if verb in ROLES[role] and IN_FORCE[day] else set()
        expected = reached - AT_HOME if verb in CONFLICTED else reached
        answers = {
            "actor": {name for name, thing in world.objects.items() if actor.may(verb, at=thing.place())},
            "list": listed_of(actor, verb, world.objects),
            "approval": {name for name, thing in world.objects.items() if user.has_perm(verb, thing)},
        }
        assert answers == dict.fromkeys(answers, expected), verb


def listed_of(actor: Any, verb: Verb, objects: dict[str, Any]) -> set[str]:
    """Return the names of the objects that stand in the actor's lists; one query a model."""
    found = {
        (model, key)
        for model, look_ups in LOOKUPS.items()
        for key in model._default_manager.filter(within(actor, verb, **look_ups)).values_list("pk", flat=True)
    }
    return {name for name, thing in objects.items() if (type(thing), thing.pk) in found}


def listed(actor: Any, verb: Verb, thing: Any) -> bool:
    rows = type(thing)._default_manager.filter(within(actor, verb, **LOOKUPS[type(thing)]))
    return rows.filter(pk=thing.pk).exists()


@pytest.mark.parametrize("verb", sorted(CONFLICTED))
def test_nobody_judges_the_unit_where_she_works(verb: Verb) -> None:
    """Sở Nội vụ's own card: its officer sits on the city's council; a member from elsewhere decides."""
    city = make.unit("Thành phố")
    home_affairs = make.unit("Sở Nội vụ", parent=city)
    round_ = make.round_(city)
    own, foreign = make.card(round_, home_affairs), make.card(round_, make.unit(parent=city))
    insider, insider_actor = make.seated(Role.CHAIR, city, workplace=home_affairs)
    outsider, outsider_actor = make.seated(Role.CHAIR, city)

    assert not insider.has_perm(verb, own)
    assert not insider_actor.may(verb, at=own.place())
    assert not listed(insider_actor, verb, own)
    assert insider.has_perm(verb, foreign)
    assert listed(insider_actor, verb, foreign)
    assert outsider.has_perm(verb, own)
    assert listed(outsider_actor, verb, own)


def test_the_same_holds_for_a_districts_home_affairs_division() -> None:
    district = make.unit("Quận", parent=make.unit("Thành phố"))
    division = make.unit("Phòng Nội vụ", parent=district)
    own = make.card(make.round_(district), division)
    secretary, actor = make.seated(Role.SECRETARY, district, workplace=division)

    assert not secretary.has_perm(Verb.APPRAISE, own)
    assert not actor.may(Verb.REOPEN, at=own.place())
    assert actor.may(Verb.VIEW, at=own.place())


def test_a_second_seat_elsewhere_does_not_lift_the_conflict() -> None:
    city = make.unit("Thành phố")
    home_affairs = make.unit("Sở Nội vụ", parent=city)
    own = make.card(make.round_(city), home_affairs)
    user = make.seat(None, Role.OFFICER, at=home_affairs).user
    make.seat(user, Role.MEMBER, at=city)

    assert not user.has_perm(Verb.APPRAISE, own)
    assert not actor_for(user).may(Verb.APPRAISE, at=own.place())
    assert not listed(actor_for(user), Verb.APPRAISE, own)


def test_unit_1_does_not_cover_unit_12() -> None:
    city = make.unit(code="9")
    one, twelve = make.unit(parent=city, code="1"), make.unit(parent=city, code="12")
    _user, actor = make.seated(Role.INSPECTOR, one)

    assert actor.may(Verb.VIEW, at=one.place())
    assert not actor.may(Verb.VIEW, at=twelve.place())
    assert not listed(actor, Verb.VIEW, twelve)
