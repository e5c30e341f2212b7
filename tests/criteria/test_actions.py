"""A set as a draft, and what may be done to it."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import pytest

from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria import actions
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import nodes_of
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

DECIDED = {"legal_number": "3368/QĐ-UBND", "legal_date": date(2026, 1, 5)}


def world() -> tuple:
    """Return a city, its criteria manager and a draft: two fields of two leaves, five points, nothing wrong."""
    city = make.unit("Thành phố")
    manager = make.seated(Role.CRITERIA_MANAGER, city)[1]
    made = actions.create_set(
        city,
        by=manager,
        kind=make.kind("commune"),
        year=2026,
        title="Bộ thử 2026",
        scale=Decimal(5),
        **DECIDED,
    )
    for field, points in (("1", (2, 1)), ("2", (1, 1))):
        group = actions.add_node(made, by=manager, title=f"Lĩnh vực {field}")
        for number, most in enumerate(points, 1):
            leaf(made, group, by=manager, title=f"Tiêu chí {field}.{number}", max_points=Decimal(most))
    return city, manager, made


@pytest.fixture(scope="module")
def built(standing) -> tuple:
    return standing(world)


@pytest.fixture
def stood(built) -> tuple:
    return copy.deepcopy(built)


@pytest.fixture
def city(stood):
    return stood[0]


@pytest.fixture
def manager(stood):
    return stood[1]


@pytest.fixture
def draft(stood) -> CriteriaSet:
    return stood[2]


def leaf(made, group, *, by=SYSTEM, **values) -> Node:
    values.setdefault("title", "Tiêu chí")
    values.setdefault("max_points", Decimal(1))
    return actions.add_node(
        made, by=by, parent=group, is_leaf=True, **{"rule": "pass_fail", "params": {}} | values
    )


def node(made, code) -> Node:
    return made.nodes.select_related("criteria_set", "parent").get(code=code)


def codes(made) -> list[str]:
    return [f"{row.code} {row.title}" for row in nodes_of(made)]


def test_codes_and_order_come_by_themselves(draft):
    assert [row.code for row in nodes_of(draft)] == ["1", "1.1", "1.2", "2", "2.1", "2.2"]


def test_a_leaf_added_later_stands_in_its_group(draft, manager):
    leaf(draft, node(draft, "1"), by=manager)
    assert [row.code for row in nodes_of(draft)] == ["1", "1.1", "1.2", "1.3", "2", "2.1", "2.2"]


def test_room_is_made_where_there_is_none(draft, manager):
    for _ in range(14):
        leaf(draft, node(draft, "1"), by=manager)
    assert [row.code for row in nodes_of(draft)][-5:] == ["1.15", "1.16", "2", "2.1", "2.2"]


def test_neighbours_change_places_and_numbers_stay_at_theirs(draft, manager):
    actions.move_node(node(draft, "2"), by=manager, up=True)
    assert codes(draft)[:3] == ["1 Lĩnh vực 2", "1.1 Tiêu chí 2.1", "1.2 Tiêu chí 2.2"]
    actions.move_node(node(draft, "1.1"), by=manager, up=False)
    assert codes(draft)[:3] == ["1 Lĩnh vực 2", "1.1 Tiêu chí 2.2", "1.2 Tiêu chí 2.1"]


def test_the_first_node_goes_no_higher(draft, manager):
    with pytest.raises(Invalid, match="đầu hoặc cuối"):
        actions.move_node(node(draft, "1"), by=manager, up=True)


def test_codes_under_a_renamed_group_follow_it(draft, manager):
    actions.edit_node(node(draft, "2"), by=manager, code="II")
    assert [row.code for row in nodes_of(draft)][3:] == ["II", "II.1", "II.2"]


def test_a_group_goes_with_all_under_it_and_history_keeps_them(draft, manager):
    actions.delete_node(node(draft, "1"), by=manager)
    assert codes(draft) == ["1 Lĩnh vực 2", "1.1 Tiêu chí 2.1", "1.2 Tiêu chí 2.2"]
    gone = Node.history.filter(criteria_set_id=draft.pk, history_type="-")
    assert sorted(gone.values_list("code", flat=True)) == ["1", "1.1", "1.2"]
    assert {row.actor_name for row in gone} == {manager.name}


@pytest.mark.parametrize(
    ("code", "changes", "field"),
    [
        ("1.1", {"title": " "}, "title"),
        ("1.1", {"code": "1.2"}, "code"),
        ("1.1", {"code": "2.9"}, "code"),
        ("1.1", {"code": "1 .1"}, "code"),
        ("1", {"code": "1.9"}, "code"),
        ("1.1", {"max_points": None}, "max_points"),
        ("1.1", {"max_points": Decimal(0)}, "max_points"),
        ("1", {"is_leaf": True, "max_points": Decimal(1)}, "is_leaf"),
        ("1.1", {"rule": "option", "params": {}}, "rule"),
        ("1.1", {"rule": "khac"}, "rule"),
        ("1.1", {"source": "survey"}, "rule"),
    ],
)
def test_an_edit_that_makes_no_sense_names_its_field(draft, manager, code, changes, field):
    with pytest.raises(Invalid) as refusal:
        actions.edit_node(node(draft, code), by=manager, **changes)
    assert list(refusal.value.fields) == [field]


def test_a_leaf_has_no_children_and_a_tree_no_sixth_level(draft, manager):
    with pytest.raises(Invalid, match="tiêu chí con"):
        actions.add_node(draft, by=manager, parent=node(draft, "1.1"), title="Con")
    deep = node(draft, "1")
    for _ in range(4):
        deep = actions.add_node(draft, by=manager, parent=deep, title="Nhóm")
    assert deep.level == 5
    with pytest.raises(Invalid, match="5 cấp"):
        actions.add_node(draft, by=manager, parent=deep, title="Nhóm")


def test_a_leaf_of_an_earlier_draft_is_not_pointed_to(draft, manager, city):
    other = make.criteria_set(city, year=2025, state=CriteriaSet.State.DRAFT)
    with pytest.raises(Invalid, match="đã ban hành"):
        actions.edit_node(node(draft, "1.1"), by=manager, previous=node(other, "1.1"))


def test_only_known_fields_are_edited(draft, manager):
    with pytest.raises(TypeError, match="level"):
        actions.edit_node(node(draft, "1.1"), by=manager, level=2)
    with pytest.raises(TypeError, match="state"):
        actions.edit_set(draft, by=manager, state="published")


def test_a_set_without_faults_is_published(draft, manager):
    published = actions.publish(draft, by=manager)
    assert published.state == CriteriaSet.State.PUBLISHED
    row = published.history.first()
    assert (row.actor_name, row.history_date) == (manager.name, published.published_at)


def test_points_that_do_not_add_up_are_refused_with_both_sums(draft, manager):
    actions.edit_set(draft, by=manager, scale=Decimal(100))
    with pytest.raises(Invalid, match=r"5,00.*100,00"):
        actions.publish(draft, by=manager)
    draft.refresh_from_db()
    assert draft.state == CriteriaSet.State.DRAFT


def test_every_problem_is_told_at_once_with_its_node(draft, manager):
    actions.edit_node(node(draft, "1"), by=manager, planned_points=Decimal(4))
    actions.edit_node(node(draft, "1.1"), by=manager, rule="", params={})
    option = {"options": [{"title": "Cao", "points": "3"}, {"title": "Thấp", "points": "0"}]}
    actions.edit_node(node(draft, "2.1"), by=manager, rule="option", params=option)
    actions.add_node(draft, by=manager, title="Nhóm trống")
    Node.objects.filter(pk=node(draft, "2.2").pk).update(params={"sai": 1})
    with pytest.raises(Invalid) as refusal:
        actions.publish(draft, by=manager)
    found = {(problem["code"], problem["node"]) for problem in refusal.value.details["problems"]}
    named = {code: node(draft, code).pk for code in ("1", "1.1", "2.1", "2.2", "3")}
    assert found == set(named.items())
    assert "5 chỗ" not in refusal.value.message or "1.1" in refusal.value.message


def test_a_newer_version_supersedes_the_older(draft, manager):
    actions.publish(draft, by=manager)
    newer = actions.new_version(draft, by=manager)
    assert (newer.version, newer.state) == (2, CriteriaSet.State.DRAFT)
    draft.refresh_from_db()
    assert draft.state == CriteriaSet.State.PUBLISHED
    actions.publish(newer, by=manager, **DECIDED)
    draft.refresh_from_db()
    assert draft.state == CriteriaSet.State.SUPERSEDED
    assert draft.history.first().actor_name == manager.name


def test_a_new_version_of_a_draft_is_refused(draft, manager):
    with pytest.raises(OutOfStep, match="dự thảo"):
        actions.new_version(draft, by=manager)


def test_a_copy_for_the_next_year_is_mapped_leaf_by_leaf(draft, manager):
    actions.publish(draft, by=manager)
    copy = actions.copy_set(draft, by=manager, year=2027)
    assert (copy.title, copy.year, copy.version) == ("Bộ thử 2027", 2027, 1)
    assert codes(copy) == codes(draft)
    leaves = copy.nodes.filter(is_leaf=True).select_related("previous")
    assert [row.previous.criteria_set_id for row in leaves] == [draft.pk] * 4
    assert node(copy, "1.1").parent == node(copy, "1")
    actions.publish(copy, by=manager, **DECIDED)


def test_a_copy_of_a_draft_is_not_mapped(draft, manager):
    copy = actions.copy_set(draft, by=manager, year=2027)
    assert not copy.nodes.filter(previous__isnull=False).exists()


def test_a_draft_can_be_thrown_away(draft, manager):
    actions.discard_set(draft, by=manager)
    assert not CriteriaSet.objects.exists()
    assert Node.history.filter(history_type="-").count() == 6


WRITES = {
    "edit_set": lambda made, by: actions.edit_set(made, by=by, title="Khác"),
    "discard_set": lambda made, by: actions.discard_set(made, by=by),
    "publish": lambda made, by: actions.publish(made, by=by),
    "add_node": lambda made, by: actions.add_node(made, by=by, title="Thêm"),
    "edit_node": lambda made, by: actions.edit_node(node(made, "1.1"), by=by, title="Khác"),
    "move_node": lambda made, by: actions.move_node(node(made, "1.1"), by=by, up=False),
    "delete_node": lambda made, by: actions.delete_node(node(made, "1.1"), by=by),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_published_set_is_frozen_for_every_action(draft, manager, name):
    actions.publish(draft, by=manager)
    before = codes(draft)
    with pytest.raises(OutOfStep, match="đã ban hành"):
        WRITES[name](draft, manager)
    assert codes(draft) == before


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.CHAIR, Role.INSPECTOR])
@pytest.mark.parametrize("name", WRITES)
def test_only_a_criteria_manager_writes(draft, city, name, role):
    _user, other = make.seated(role, city)
    with pytest.raises(Refused):
        WRITES[name](draft, other)


def test_a_manager_of_another_host_writes_nothing_here(draft, city):
    district = make.unit("Quận", parent=city, kind="district")
    _user, other = make.seated(Role.CRITERIA_MANAGER, district)
    with pytest.raises(Refused):
        actions.publish(draft, by=other)
    with pytest.raises(Refused):
        actions.copy_set(draft, by=other, year=2027)
    made = actions.copy_set(draft, by=other, year=2027, owner=district)
    assert made.owner == district


def test_in_the_demonstration_a_set_made_by_hand_is_an_illustration(city, manager, settings):
    settings.DEMO = True
    made = actions.create_set(city, by=manager, kind=make.kind("commune"), year=2027, title="Bộ thử")
    assert made.is_illustration
