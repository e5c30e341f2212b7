"""Seats to grants and to the actor of a request."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.management import CommandError, call_command

from backend.core import clock
from backend.core.errors import Invalid, Refused
from permissions.actor import NOBODY, SYSTEM
from permissions.roles import ROLES, Role, Verb
from tests import make
from tiers import seating
from tiers.models import UnitGrant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_a_seat_writes_one_grant_for_each_verb_of_its_role(role):
    seat = make.seat(None, role, at=make.unit())
    codenames = set(seat.grants.values_list("permission__codename", flat=True))
    assert codenames == {str(verb) for verb in ROLES[role]}
    assert set(seat.grants.values_list("content_object", flat=True)) == {seat.acts_for_id}


def test_grants_grow_with_people_not_with_what_they_work_on():
    unit = make.unit()
    make.seat(None, Role.OFFICER, at=unit)
    before = UnitGrant.objects.count()
    make.card(make.round_(make.unit()), unit)
    assert UnitGrant.objects.count() == before


def test_the_actor_is_one_query_for_any_number_of_seats(django_assert_num_queries):
    city = make.unit()
    user = make.person()
    for role in (Role.OFFICER, Role.MEMBER, Role.INSPECTOR):
        make.seat(user, role, at=make.unit(parent=city), workplace=city)
    with django_assert_num_queries(1):
        actor = seating.actor_for(user)
    assert {seat.role for seat in actor.seats} == {Role.OFFICER, Role.MEMBER, Role.INSPECTOR}


def test_nobody_signed_in_is_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert seating.actor_for(AnonymousUser()) is NOBODY


def test_a_seat_ends_at_its_moment_with_no_job():
    user = make.person()
    now = clock.now()
    seat = make.seat(user, Role.OFFICER, at=make.unit(), ends_at=now + make.DAY)
    assert user.has_perm(Verb.SCORE, seat.acts_for)
    seat.ends_at = now
    with make._made():
        seat.save()
    assert not user.has_perm(Verb.SCORE, seat.acts_for)
    assert seating.actor_for(user).seats == ()


def test_a_seat_keeps_its_fields_and_title():
    seat = make.seat(None, Role.APPRAISER, at=make.unit(), fields_limit=" 1, 3 ,", title="Phó Giám đốc")
    plain = seating.actor_for(seat.user).seats[0]
    assert plain.fields == {"1", "3"}
    assert plain.title == "Phó Giám đốc"


def test_only_who_manages_people_there_seats_anybody():
    city = make.unit()
    _user, stranger = make.seated(Role.ADMINISTRATOR, make.unit())
    with pytest.raises(Refused, match="quản lý tài khoản"):
        seating.appoint(make.person(), Role.OFFICER, acts_for=city, by=stranger)


def test_a_seat_that_ends_before_it_begins_is_refused():
    unit, now = make.unit(), clock.now()
    with pytest.raises(Invalid):
        seating.appoint(make.person(), Role.OFFICER, acts_for=unit, starts_at=now, ends_at=now, by=SYSTEM)
    seat = make.seat(None, at=unit)
    with pytest.raises(Invalid):
        seating.end(seat, ends_at=seat.starts_at, by=SYSTEM, reason="x")


def test_holders_are_the_active_people_seated_there_now():
    unit = make.unit()
    leader = make.seat(None, Role.LEADER, at=unit).user
    make.seat(None, Role.OFFICER, at=unit)
    make.seat(None, Role.LEADER, at=make.unit(parent=unit))
    make.seat(make.person(is_active=False), Role.LEADER, at=unit)
    assert seating.holders(unit, Verb.APPROVE) == [leader]


def test_verify_names_a_grant_that_no_appointment_explains(db, capsys) -> None:

    seat = make.seat(None, Role.OFFICER, at=make.unit("Phường thử"))
    call_command("verify")
    other = Permission.objects.get(codename="conclude", content_type__app_label="tiers")
    UnitGrant.objects.create(user=seat.user, permission=other, content_object=seat.acts_for, appointment=seat)
    with pytest.raises(CommandError):
        call_command("verify")
    assert "Phường thử: quyền conclude" in capsys.readouterr().out
