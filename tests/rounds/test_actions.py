"""A round from its preparation to its end, and more time on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.core import clock
from backend.core.dates import VN
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria import actions as criteria
from backend.criteria.models import CriteriaSet
from backend.notices.models import Notice
from backend.rounds import actions, queries
from backend.rounds.actions.steps import spans_of
from backend.rounds.models import Band, Extension, Group, Round, Step
from backend.rounds.rules import BandLine, Span
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in

pytestmark = pytest.mark.django_db

BANDS = [BandLine("Tốt", Decimal(80)), BandLine("Kém", Decimal(0))]
LATER = make.DAY * 60


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def commune(city):
    return make.unit("Xã", parent=city)


@pytest.fixture
def chosen(city) -> CriteriaSet:
    return make.criteria_set(city)


@pytest.fixture
def manager(city):
    return make.seated(Role.CRITERIA_MANAGER, city)[1]


@pytest.fixture
def draft(city, commune, chosen, manager) -> Round:
    """A round that only waits to be opened."""
    made = actions.create_round(city, by=manager, title="Đợt 2026", year=2026, on_date=clock.now().date())
    group = actions.put_group(made, by=manager, kind=chosen.kind, criteria_set=chosen)
    actions.set_bands(group, BANDS, by=manager)
    actions.set_steps(made, spans(), by=manager)
    return made


@pytest.fixture
def running(draft, manager) -> Round:
    return actions.mark_open(draft, now=clock.now(), by=manager)


def spans() -> list[Span]:
    opens, made = clock.now() - make.DAY, []
    for kind, title in make.STEPS:
        made.append(Span(str(kind), title, opens, opens + 10 * make.DAY))
        opens += 10 * make.DAY
    return made


def self_step(made: Round) -> Step:
    return made.steps.get(kind=Step.Kind.SELF)


def extend(step, unit, *, by, **fields) -> Extension:
    fields.setdefault("closes_at", clock.now() + LATER)
    fields.setdefault("reason", "Mất điện diện rộng")
    fields.setdefault("document", "12/CV-UBND")
    return actions.extend(step, unit=unit, by=by, **fields)


def test_a_round_ready_in_every_part_is_opened_at_the_given_moment(draft, manager):
    assert actions.check_ready(draft) == []
    now = clock.now()
    opened = actions.mark_open(draft, now=now, by=manager)
    assert (opened.state, opened.opened_at) == (Round.State.OPEN, now)
    assert opened.history.first().history_date == now


def test_an_unready_round_names_everything_that_is_missing(city, manager):
    bare = actions.create_round(city, by=manager, title="Đợt", year=2026, on_date=date(2026, 1, 1))
    problems = actions.check_ready(bare)
    assert len(problems) == 4
    with pytest.raises(Invalid) as refusal:
        actions.mark_open(bare, now=clock.now(), by=manager)
    assert refusal.value.details["problems"] == problems


def test_a_group_without_units_or_bands_keeps_the_round_shut(draft, manager):
    group = draft.groups.get()
    actions.set_bands(group, [], by=manager)
    actions.edit_round(draft, by=manager, on_date=date(2019, 1, 1))
    draft.refresh_from_db()
    problems = " ".join(actions.check_ready(draft))
    assert "chưa có mức xếp loại" in problems
    assert "không có đơn vị nào ngày 01/01/2019" in problems


def test_an_illustration_set_is_not_used_in_a_real_round(city, commune, manager, draft):
    shown = make.criteria_set(city, year=2027, is_illustration=True)
    actions.put_group(draft, by=manager, kind=shown.kind, criteria_set=shown, group=draft.groups.get())
    assert any("minh hoạ" in problem for problem in actions.check_ready(draft))


def test_a_set_superseded_meanwhile_keeps_the_round_shut(draft, chosen):
    criteria.publish(criteria.new_version(chosen, by=SYSTEM), by=SYSTEM)
    assert any("đã được thay thế" in problem for problem in actions.check_ready(draft))


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"state": "draft"}, "criteria_set"), ({"kind": "department"}, "criteria_set")],
)
def test_a_group_takes_a_published_set_of_its_kind(draft, city, manager, fields, named):
    wrong = make.criteria_set(city, year=2028, **fields)
    with pytest.raises(Invalid) as refusal:
        actions.put_group(
            draft,
            by=manager,
            kind=make.kind("commune"),
            criteria_set=wrong,
            group=draft.groups.get(),
        )
    assert list(refusal.value.fields) == [named]


def test_a_kind_comes_once_in_a_round(draft, chosen, manager):
    with pytest.raises(Invalid, match="đã có nhóm"):
        actions.put_group(draft, by=manager, kind=chosen.kind, criteria_set=chosen)


def test_a_set_of_a_neighbour_is_not_taken(draft, manager):
    other = make.criteria_set(make.unit("Tỉnh khác"))
    with pytest.raises(Invalid, match="cơ quan khác"):
        actions.put_group(draft, by=manager, kind=other.kind, criteria_set=other, group=draft.groups.get())


def test_a_host_has_one_round_a_year(draft, city, manager):
    with pytest.raises(Invalid) as refusal:
        actions.create_round(city, by=manager, title="Đợt", year=2026, on_date=date(2026, 1, 1))
    assert list(refusal.value.fields) == ["year"]


def test_steps_out_of_order_are_refused_and_the_old_ones_stay(draft, manager):
    first, second, *rest = spans()
    early = replace(second, opens_at=first.closes_at - make.DAY)
    with pytest.raises(Invalid, match="trước khi bước"):
        actions.set_steps(draft, [first, early, *rest], by=manager)
    assert draft.steps.count() == 5


def test_a_step_is_never_turned_round_even_by_hand(draft):
    step = self_step(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(pk=step.pk).update(closes_at=step.opens_at)


def test_bands_that_make_no_sense_are_refused_and_the_old_ones_stay(draft, manager):
    with pytest.raises(Invalid, match="còn hở"):
        actions.set_bands(draft.groups.get(), [BandLine("Tốt", Decimal(80))], by=manager)
    assert Band.objects.count() == 2


SETTING_UP = {
    "edit_round": lambda made, by: actions.edit_round(made, by=by, title="Khác"),
    "put_group": lambda made, by: actions.put_group(
        made,
        by=by,
        kind=make.kind("commune"),
        criteria_set=made.groups.get().criteria_set,
        group=made.groups.get(),
    ),
    "remove_group": lambda made, by: actions.remove_group(made.groups.get(), by=by),
    "set_bands": lambda made, by: actions.set_bands(made.groups.get(), BANDS, by=by),
    "set_steps": lambda made, by: actions.set_steps(made, spans(), by=by),
    "mark_open": lambda made, by: actions.mark_open(made, now=clock.now(), by=by),
}


@pytest.mark.parametrize("name", SETTING_UP)
def test_an_opened_round_is_not_set_up_again(running, manager, name):
    with pytest.raises(OutOfStep):
        SETTING_UP[name](running, manager)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SECRETARY, Role.CHAIR, Role.INSPECTOR])
@pytest.mark.parametrize("name", SETTING_UP)
def test_only_a_manager_sets_a_round_up(draft, city, name, role):
    _user, other = make.seated(role, city)
    with pytest.raises(Refused):
        SETTING_UP[name](draft, other)


def test_one_unit_gets_more_time_and_the_others_do_not(running, commune, city, manager):
    neighbour = make.unit("Xã bên", parent=city)
    step, until = self_step(running), clock.now() + LATER
    made = extend(step, commune, by=manager, closes_at=until)
    assert queries.window(step, commune.pk).closes_at == until
    assert queries.window(step, neighbour.pk).closes_at == step.closes_at
    row = made.history.get()
    assert (row.unit_name, row.step_name, row.actor_name) == (commune.name, step.title, manager.name)
    assert row.history_change_reason == "Mất điện diện rộng (văn bản 12/CV-UBND)"
    assert row.history_date == made.made_at


def test_each_extension_is_later_than_the_one_before(running, commune, manager):
    step = self_step(running)
    first = extend(step, commune, by=manager)
    with pytest.raises(Invalid, match="phải sau hạn đang có"):
        extend(step, commune, by=manager, closes_at=first.closes_at - make.DAY)
    with pytest.raises(Invalid, match="phải sau hạn đang có"):
        extend(step, commune, by=manager, closes_at=clock.now() - make.DAY)


@pytest.mark.parametrize(("name", "value"), [("reason", " "), ("document", "")])
def test_more_time_needs_a_reason_and_a_document(running, commune, manager, name, value):
    with pytest.raises(Invalid) as refusal:
        extend(self_step(running), commune, by=manager, **{name: value})
    assert list(refusal.value.fields) == [name]


def test_nobody_gives_more_time_to_the_unit_where_she_works(running, commune, city):
    _user, insider = make.seated(Role.SECRETARY, city, workplace=commune)
    with pytest.raises(Refused, match="đang công tác"):
        extend(self_step(running), commune, by=insider)
    _user, outsider = make.seated(Role.SECRETARY, city)
    extend(self_step(running), commune, by=outsider)


def test_a_unit_gives_itself_no_more_time(running, commune):
    _user, leader = make.seated(Role.LEADER, commune)
    with pytest.raises(Refused):
        extend(self_step(running), commune, by=leader)


def test_a_unit_outside_the_round_gets_no_more_time(running, city, manager):
    department = make.unit("Sở", parent=city, kind="department")
    with pytest.raises(Invalid, match="không thuộc đợt"):
        extend(self_step(running), department, by=manager)


def test_more_time_is_given_only_while_the_round_runs(draft, commune, manager):
    with pytest.raises(OutOfStep):
        extend(self_step(draft), commune, by=manager)


def test_the_whole_round_gets_more_time_with_reason_and_document(running, manager):
    last = running.steps.get(kind=Step.Kind.CONCLUSION)
    until = last.closes_at + make.DAY
    changed = actions.change_dates(last, by=manager, closes_at=until, reason="Tết", document="3/CV")
    assert changed.closes_at == until
    assert changed.history.first().history_change_reason == "Tết (văn bản 3/CV)"


def test_units_and_councils_are_told_when_the_dates_of_all_change_and_the_list_shows_both(
    running, commune, city, manager
):
    officer, _officer = make.seated(Role.OFFICER, commune)
    secretary, _secretary = make.seated(Role.SECRETARY, city)
    step = self_step(running)
    old, new = step.closes_at, step.closes_at - make.DAY
    actions.change_dates(step, by=manager, closes_at=new, reason="Báo cáo sớm", document="7/CV")
    told = {notice.user_id: notice for notice in Notice.objects.all()}
    assert set(told) == {officer.pk, secretary.pk}
    assert "Báo cáo sớm (văn bản 7/CV)" in told[officer.pk].body
    assert (told[officer.pk].way, told[secretary.pk].way) == ("now", "digest")
    (change,) = queries.date_changes(running)
    assert (change.closes_before, change.closes_at, change.by) == (old, new, manager.name)
    page = signed_in(officer).get(f"/rounds/{running.pk}/")
    assert "Đổi ngày của mọi đơn vị" in page.text
    assert "Báo cáo sớm (văn bản 7/CV)" in page.text


def test_nobody_is_told_of_dates_that_stay(running, commune, manager):
    make.seated(Role.OFFICER, commune)
    step = self_step(running)
    shown = step.closes_at + make.DAY
    actions.change_dates(
        step, by=manager, closes_at=step.closes_at, shown_at=shown, reason="Công khai", document="8/CV"
    )
    assert not Notice.objects.exists()
    assert queries.date_changes(running) == []


def test_more_time_for_all_may_not_run_into_the_next_step(running, manager):
    step = self_step(running)
    with pytest.raises(Invalid, match="trước khi bước"):
        actions.change_dates(
            step, by=manager, closes_at=step.closes_at + make.DAY, reason="Tết", document="3/CV"
        )
    step.refresh_from_db()
    assert step.closes_at == spans_of(running)[1].opens_at


def test_a_past_opening_and_a_past_end_are_not_set(running, manager):
    step = self_step(running)
    why = {"reason": "Tết", "document": "3/CV"}
    with pytest.raises(Invalid, match="đã mở"):
        actions.change_dates(step, by=manager, opens_at=clock.now() + make.DAY, **why)
    with pytest.raises(Invalid, match="đã qua"):
        actions.change_dates(step, by=manager, closes_at=clock.now() - make.DAY / 2, **why)


def test_the_end_of_a_round_is_noted_by_who_publishes(running, city, manager):
    _user, chair = make.seated(Role.CHAIR, city)
    with pytest.raises(Refused):
        actions.mark_published(running, now=clock.now(), by=manager)
    published = actions.mark_published(running, now=clock.now(), by=chair, document="1007/QĐ-UBND")
    assert published.state == Round.State.PUBLISHED
    assert "1007/QĐ-UBND" in published.history.first().history_change_reason
    with pytest.raises(OutOfStep):
        actions.mark_published(running, now=clock.now(), by=chair)


def test_next_years_round_is_made_from_this_one(draft, city, manager):
    newer = make.criteria_set(city, year=2027)
    copy = actions.copy_round(draft, by=manager, year=2027)
    assert (copy.title, copy.previous, copy.state) == ("Đợt 2027", draft, Round.State.DRAFT)
    group = copy.groups.get()
    assert group.criteria_set == newer
    assert group.bands.count() == 2
    old, new = spans_of(draft), spans_of(copy)
    assert [span.kind for span in new] == [span.kind for span in old]
    assert new[0].opens_at.astimezone(VN).year == old[0].opens_at.astimezone(VN).year + 1


def test_the_29th_of_february_becomes_the_28th():
    from backend.rounds.actions.copying import _later_moment

    leap = datetime(2028, 2, 29, tzinfo=VN)
    assert _later_moment(leap.astimezone(UTC), 1) == datetime(2029, 2, 28, tzinfo=VN)


def test_a_copy_of_a_group_keeps_its_tie_rule(draft, manager):
    Group.objects.update(tie_rule=Group.TieRule.DENSE)
    copy = actions.copy_round(draft, by=manager, year=2030)
    assert copy.groups.get().tie_rule == Group.TieRule.DENSE
    assert timedelta(0) < copy.steps.first().opens_at - draft.steps.first().opens_at


def test_in_the_demonstration_a_round_made_by_hand_is_an_illustration(city, manager, settings):
    settings.DEMO = True
    made = actions.create_round(city, by=manager, title="Đợt", year=2026, on_date=date(2026, 1, 1))
    assert made.is_illustration
    settings.DEMO = False
    real = actions.create_round(city, by=manager, title="Đợt", year=2027, on_date=date(2027, 1, 1))
    assert not real.is_illustration
