"""The tree on a date, lineage, and whose past a person may read."""

from datetime import date

import pytest

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Refused
from permissions.actor import NOBODY, SYSTEM
from permissions.roles import Role
from tests import make
from tiers import actions, queries, scope
from tiers.models import Lineage, Release

pytestmark = pytest.mark.django_db

OLD, TURN, DAY_BEFORE = date(2004, 1, 1), date(2025, 7, 1), date(2025, 6, 30)
WHY = {"reason": "Theo Công văn 12", "document": "12/SNV"}


def went(old, new, share="whole"):
    with recording(by=SYSTEM):
        return Lineage.objects.create(old=old, new=new, share=share, on=TURN)


@pytest.fixture
def city():
    return make.unit("Thành phố", code="92", valid_from=OLD)


@pytest.fixture
def district(city):
    return make.unit("Quận Ô Môn", code="917", parent=city, kind="district", valid_from=OLD, valid_to=TURN)


@pytest.fixture
def ward(district):
    """Return a ward that ended when its district did."""
    return make.unit("Phường Thới An", parent=district, valid_from=OLD, valid_to=TURN)


@pytest.fixture
def successor(city):
    return make.unit("Phường Ô Môn", parent=city, valid_from=TURN)


@pytest.fixture
def other(city):
    return make.unit("Phường Phước Thới", parent=city, valid_from=TURN)


def test_the_tree_on_a_date_is_one_query_however_many_units(city, ward, successor, django_assert_num_queries):
    with django_assert_num_queries(1):
        few = queries.tree_on(DAY_BEFORE)
    for _ in range(10):
        make.unit(parent=city, valid_from=OLD)
    with django_assert_num_queries(1):
        many = queries.tree_on(DAY_BEFORE)
    assert [len(list(tree[0].walk())) for tree in (few, many)] == [3, 13]


def test_the_tree_is_nested_and_knows_what_stands_above(city, district, ward):
    (root,) = queries.tree_on(DAY_BEFORE)
    (below,) = root.children
    assert (below.unit, below.children[0].unit) == (district, ward)
    assert below.children[0].above == (city, district)


def test_the_tree_can_begin_at_a_unit(district, ward):
    (root,) = queries.tree_on(DAY_BEFORE, top=district)
    assert [branch.unit for branch in root.walk()] == [district, ward]


def test_a_unit_is_in_the_tree_until_its_last_day(ward, successor):
    assert ward in queries.units_on(DAY_BEFORE)
    assert ward not in queries.units_on(TURN)
    assert successor not in queries.units_on(DAY_BEFORE)
    assert successor in queries.units_on(TURN)


def test_a_tree_counts_units_by_kind(city, district, ward):
    (root,) = queries.tree_on(DAY_BEFORE)
    assert {kind.code: number for kind, number in root.counts()} == {"district": 1, "commune": 1}


def test_scored_units_are_those_of_the_kinds_right_below_the_host(city, district, ward, successor):
    kinds = [make.kind("district"), make.kind("commune")]
    assert list(queries.scored_units(city, kinds, DAY_BEFORE)) == [district]
    assert list(queries.scored_units(city, kinds, TURN)) == [successor]
    assert list(queries.scored_units(district, kinds, DAY_BEFORE)) == [ward]
    assert list(queries.scored_units(city, [make.kind("department")], TURN)) == []


def test_search_does_not_mind_accents_and_begins_codes(city, district):
    tree = queries.tree_on(DAY_BEFORE)
    for words in ("o mon", "Ô MÔN", "917"):
        assert [branch.unit for branch in queries.matching(tree, words)] == [district]
    assert queries.matching(tree, "o mon", kind="commune") == []


def test_lineage_is_told_both_ways(ward, successor):
    line = went(ward, successor)
    assert queries.predecessors(successor) == [line]
    assert queries.successors(ward) == [line]


def test_the_turning_days_come_with_the_day_before(ward, successor):
    went(ward, successor)
    assert queries.turning_days() == [(DAY_BEFORE, TURN)]


def test_a_seat_reads_the_past_of_a_unit_that_went_whole_into_its_own(ward, successor, other):
    went(ward, successor)
    for role in (Role.OFFICER, Role.LEADER, Role.DEPUTY):
        _, actor = make.seated(role, successor)
        assert scope.predecessor_unit_ids(actor) == ({ward.pk}, set())
    _, elsewhere = make.seated(Role.OFFICER, other)
    assert scope.predecessor_unit_ids(elsewhere).all == set()


def test_who_may_not_view_reads_no_past(ward, successor):
    went(ward, successor)
    _, actor = make.seated(Role.ADMINISTRATOR, successor)
    assert scope.predecessor_unit_ids(actor).all == set()
    assert scope.predecessor_unit_ids(NOBODY).all == set()


def test_an_inspector_reads_the_past_of_every_unit_below(city, ward, successor):
    went(ward, successor)
    _, actor = make.seated(Role.INSPECTOR, city)
    assert scope.predecessor_unit_ids(actor).whole == {ward.pk}


def test_reading_the_past_takes_one_query_a_generation(ward, successor, city, django_assert_num_queries):
    went(ward, successor)
    _, actor = make.seated(Role.OFFICER, successor)
    with django_assert_num_queries(2):
        scope.predecessor_unit_ids(actor)
    for _ in range(5):
        went(make.unit(parent=city, valid_from=OLD, valid_to=TURN), successor)
    with django_assert_num_queries(2):
        assert len(scope.predecessor_unit_ids(actor).whole) == 6


def test_the_past_of_the_past_is_read_too(district, ward, successor):
    older = make.unit(parent=district, valid_from=date(2000, 1, 1), valid_to=OLD)
    went(older, ward)
    went(ward, successor)
    _, actor = make.seated(Role.OFFICER, successor)
    assert scope.predecessor_unit_ids(actor).whole == {older.pk, ward.pk}


def test_of_a_divided_unit_only_what_its_host_released_is_read(city, ward, successor, other):
    went(ward, successor, "part")
    went(ward, other, "part")
    _, actor = make.seated(Role.OFFICER, successor)
    _, neighbour = make.seated(Role.OFFICER, other)
    assert scope.predecessor_unit_ids(actor).all == set()
    _, manager = make.seated(Role.CRITERIA_MANAGER, city)
    actions.release(ward, successor, by=manager, **WHY)
    assert scope.predecessor_unit_ids(actor) == (set(), {ward.pk})
    assert scope.predecessor_unit_ids(neighbour).all == set()


def test_what_a_division_hides_stays_hidden_behind_a_whole_merger(city, district, ward, successor):
    older = make.unit(parent=district, valid_from=date(2000, 1, 1), valid_to=OLD)
    went(older, ward, "part")
    went(ward, successor)
    _, actor = make.seated(Role.OFFICER, successor)
    assert scope.predecessor_unit_ids(actor) == ({ward.pk}, set())
    actions.release(older, ward, by=SYSTEM, **WHY)
    assert scope.predecessor_unit_ids(actor) == ({ward.pk}, {older.pk})


def test_the_host_decides_or_who_took_its_place(city, district, ward):
    assert scope.keeper_of(ward, DAY_BEFORE) == district
    assert scope.keeper_of(ward, TURN) == city


def test_where_the_whole_tree_ended_its_successor_decides(city):
    province = make.unit("Tỉnh", kind="province", valid_from=OLD, valid_to=TURN)
    below = make.unit(parent=province, kind="district", valid_from=OLD, valid_to=TURN)
    commune = make.unit(parent=below, valid_from=OLD, valid_to=TURN)
    went(province, city)
    assert scope.keeper_of(commune, TURN) == city


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CRITERIA_MANAGER])
def test_only_who_manages_rounds_at_the_host_releases(role, city, ward, successor):
    went(ward, successor, "part")
    _, actor = make.seated(role, city)
    with pytest.raises(Refused):
        actions.release(ward, successor, by=actor, **WHY)


def test_a_manager_of_another_unit_does_not_release(ward, successor):
    went(ward, successor, "part")
    _, actor = make.seated(Role.CRITERIA_MANAGER, successor)
    with pytest.raises(Refused):
        actions.release(ward, successor, by=actor, **WHY)


def test_only_a_part_is_released_and_only_once_and_with_a_reason(ward, successor, other):
    went(ward, successor, "part")
    with pytest.raises(Invalid):
        actions.release(ward, other, by=SYSTEM, **WHY)
    with pytest.raises(Invalid):
        actions.release(ward, successor, by=SYSTEM, reason=" ", document="1")
    actions.release(ward, successor, by=SYSTEM, **WHY)
    with pytest.raises(OutOfStep):
        actions.release(ward, successor, by=SYSTEM, **WHY)


def test_a_release_is_withdrawn_and_its_history_stays(city, ward, successor):
    went(ward, successor, "part")
    made = actions.release(ward, successor, by=SYSTEM, **WHY)
    _, manager = make.seated(Role.CRITERIA_MANAGER, city)
    actions.withdraw(made, by=manager, reason="Nhầm đơn vị")
    assert not Release.objects.exists()
    newest = Release.history.order_by("-history_id").first()
    assert (newest.history_type, newest.history_change_reason) == ("-", "Nhầm đơn vị")


def test_names_of_who_sits_somewhere_are_for_managers_of_people_and_inspectors(city, successor):
    for role in Role:
        _, actor = make.seated(role, city)
        expected = role in (Role.ADMINISTRATOR, Role.INSPECTOR)
        assert queries.may_see_names(actor, successor) is expected
