"""Whose rounds, what step is on, until when and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.rounds import queries
from backend.rounds.models import Extension, Round, Step
from permissions.actor import NOBODY, SYSTEM
from permissions.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def commune(city):
    return make.unit("Xã", parent=city)


@pytest.fixture
def running(city, commune) -> Round:
    return make.round_(city, make.criteria_set(city), state="open")


def give(step: Step, unit, days: int) -> Extension:
    with recording(by=SYSTEM):
        return Extension.objects.create(
            step=step,
            unit=unit,
            closes_at=step.closes_at + days * make.DAY,
            reason="Lý do",
            document="1/CV",
            made_at=clock.now(),
        )


@pytest.mark.parametrize(
    "role", [Role.CRITERIA_MANAGER, Role.SECRETARY, Role.MEMBER, Role.CHAIR, Role.INSPECTOR]
)
def test_the_hosts_people_see_its_rounds_even_in_preparation(city, commune, role):
    draft = make.round_(city, make.criteria_set(city))
    _user, actor = make.seated(role, city)
    assert list(queries.rounds_for(actor)) == [draft]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.DEPUTY])
def test_a_scored_unit_sees_its_round_once_it_was_opened(city, commune, role):
    made = make.round_(city, make.criteria_set(city))
    _user, actor = make.seated(role, commune)
    assert list(queries.rounds_for(actor)) == []
    Round.objects.update(state="open")
    assert list(queries.rounds_for(actor)) == [made]


def test_a_unit_of_another_kind_or_host_and_nobody_see_nothing(running, city):
    department = make.unit("Sở", parent=city, kind="department")
    elsewhere = make.unit("Xã lạ", parent=make.unit("Tỉnh khác"))
    for unit in (department, elsewhere):
        _user, actor = make.seated(Role.OFFICER, unit)
        assert list(queries.rounds_for(actor)) == []
    assert list(queries.rounds_for(NOBODY)) == []


def test_a_unit_two_levels_down_is_not_scored_by_the_top(city):
    make.round_(city, make.criteria_set(city), state="open")
    district = make.unit("Quận", parent=city, kind="district")
    ward = make.unit("Phường", parent=district)
    _user, actor = make.seated(Role.OFFICER, ward)
    assert list(queries.rounds_for(actor)) == []


def test_the_units_of_a_round_are_those_on_its_day(running, city, commune):
    make.unit("Xã sau này", parent=city, valid_from=running.on_date + make.DAY)
    make.unit("Sở", parent=city, kind="department")
    assert list(queries.units_in(running)) == [commune]


def test_a_held_step_is_read_fresh(running):
    step = running.steps.first()
    with recording(by=SYSTEM):
        Step.objects.get(pk=step.pk)
        Step.objects.filter(pk=step.pk).update(title="Mới")
    with transaction.atomic():
        assert queries.hold_step(step.pk).title == "Mới"


def test_a_step_that_is_gone_can_not_be_held():
    with pytest.raises(Step.DoesNotExist), transaction.atomic():
        queries.hold_step(404)


def test_the_window_of_a_unit_counts_its_own_extension(running, city, commune):
    other = make.unit("Xã bên", parent=city)
    step = running.steps.first()
    assert queries.window(step, commune.pk) == queries.Window(step.opens_at, step.closes_at)
    newest = give(step, commune, 2)
    assert queries.latest_extension(step, commune.pk) == newest
    assert queries.window(step, commune.pk) == queries.Window(step.opens_at, newest.closes_at, extended=True)
    assert not queries.window(step, other.pk).extended


def test_an_extension_never_shortens_what_all_have(running, commune):
    step = running.steps.first()
    give(step, commune, -1)
    assert queries.window(step, commune.pk).closes_at == step.closes_at


def test_windows_of_many_units_agree_with_those_of_one(running, city, commune):
    units = [commune, *(make.unit(parent=city) for _ in range(3))]
    step = running.steps.first()
    give(step, units[1], 3)
    many = queries.windows(running, [unit.pk for unit in units])
    assert len(many) == 5 * 4
    for unit in units:
        assert many[step.pk, unit.pk] == queries.window(step, unit.pk)


@pytest.mark.parametrize("count", [1, 7])
def test_windows_of_many_units_are_two_queries(running, city, django_assert_num_queries, count):
    units = [make.unit(parent=city).pk for _ in range(count)]
    with django_assert_num_queries(2):
        queries.windows(running, units)


def test_a_step_is_over_from_its_closing_moment_on(running, commune):
    step = running.steps.first()
    assert not queries.locked(step, commune.pk, step.closes_at - timedelta(microseconds=1))
    assert queries.locked(step, commune.pk, step.closes_at)
    give(step, commune, 1)
    assert not queries.locked(step, commune.pk, step.closes_at)


def test_phases_follow_from_dates_alone(running):
    first, second, *_rest = running.steps.all()
    phases = [row.phase for row in queries.timeline(running, second.opens_at)]
    assert phases == ["past", "now", "future", "future", "future"]
    assert queries.current_step(running, first.opens_at - make.DAY) is None
    assert queries.current_step(running, second.opens_at) == second


def test_entering_survey_points_is_on_only_where_nothing_else_is(running):
    first = running.steps.first()
    with recording(by=SYSTEM):
        survey = Step.objects.create(
            round=running,
            order=9,
            kind="survey",
            title="Điều tra",
            opens_at=first.opens_at - make.DAY,
            closes_at=first.closes_at,
        )
    assert queries.current_step(running, first.opens_at) == first
    assert queries.current_step(running, first.opens_at - make.DAY) == survey


def test_extensions_are_seen_by_the_host_and_by_the_unit_itself(running, city, commune):
    neighbour = make.unit("Xã bên", parent=city)
    step = running.steps.first()
    mine, theirs = give(step, commune, 1), give(step, neighbour, 1)
    _user, manager = make.seated(Role.CRITERIA_MANAGER, city)
    _user, officer = make.seated(Role.OFFICER, commune)
    assert set(queries.extensions_for(manager, running)) == {mine, theirs}
    assert set(queries.extensions_for(officer, running)) == {mine}
