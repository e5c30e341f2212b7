"""The tree of a draft while it is written: moved, split, duplicated, undone, by two people at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.criteria import actions
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.queries import nodes_of
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LEAVES = {"1.1": "2", "1.2": "1", "2.1": "1", "2.2": "1", "3.1": "4"}


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def manager(city):
    return make.seated(Role.CRITERIA_MANAGER, city)[1]


@pytest.fixture
def draft(city) -> CriteriaSet:
    return make.criteria_set(city, leaves=LEAVES, state=CriteriaSet.State.DRAFT)


def node(made, code) -> Node:
    return made.nodes.select_related("criteria_set", "parent").get(code=code)


def tree(made) -> list[str]:
    """Return "code title" of every node, titles as the builder gave them."""
    return [str(row) for row in nodes_of(made)]


def rows(made) -> list[dict]:
    return list(made.nodes.order_by("pk").values())


def test_a_node_is_added_at_a_chosen_place_and_codes_move_on(draft, manager):
    actions.add_node(draft, by=manager, parent=node(draft, "1"), after=node(draft, "1.1"), title="Mới")
    assert tree(draft)[:4] == ["1 Lĩnh vực 1", "1.1 Tiêu chí 1.1", "1.2 Mới", "1.3 Tiêu chí 1.2"]
    actions.add_node(draft, by=manager, after=actions.FIRST, title="Đầu tiên")
    assert tree(draft)[:2] == ["1 Đầu tiên", "2 Lĩnh vực 1"]
    assert node(draft, "2.2").title == "Mới"


def test_a_leaf_moves_into_another_group_and_both_number_anew(draft, manager):
    actions.place_node(node(draft, "1.1"), by=manager, parent=node(draft, "2"))
    assert tree(draft)[:6] == [
        "1 Lĩnh vực 1", "1.1 Tiêu chí 1.2",
        "2 Lĩnh vực 2", "2.1 Tiêu chí 2.1", "2.2 Tiêu chí 2.2", "2.3 Tiêu chí 1.1",
    ]  # fmt: skip


def test_a_group_moves_whole_and_its_levels_follow(draft, manager):
    moved = actions.place_node(node(draft, "1"), by=manager, parent=node(draft, "3"), after=actions.FIRST)
    assert tree(draft) == [
        "1 Lĩnh vực 2", "1.1 Tiêu chí 2.1", "1.2 Tiêu chí 2.2",
        "2 Lĩnh vực 3", "2.1 Lĩnh vực 1", "2.1.1 Tiêu chí 1.1", "2.1.2 Tiêu chí 1.2", "2.2 Tiêu chí 3.1",
    ]  # fmt: skip
    assert (node(draft, "2.1").pk, node(draft, "2.1").level, node(draft, "2.1.2").level) == (moved.pk, 2, 3)


def test_a_node_goes_out_of_its_group_and_into_the_one_above(draft, manager):
    actions.lift_node(node(draft, "1.2"), by=manager)
    assert tree(draft)[:4] == ["1 Lĩnh vực 1", "1.1 Tiêu chí 1.1", "2 Tiêu chí 1.2", "3 Lĩnh vực 2"]
    actions.sink_node(node(draft, "2"), by=manager)
    assert tree(draft)[:4] == ["1 Lĩnh vực 1", "1.1 Tiêu chí 1.1", "1.2 Tiêu chí 1.2", "2 Lĩnh vực 2"]


@pytest.mark.parametrize(
    ("code", "into", "said"),
    [("1", "1", "chính nó"), ("1.1", "2.1", "tiêu chí con"), ("1", "a", "5 cấp")],
)
def test_a_place_that_makes_no_tree_is_refused(draft, manager, code, into, said):
    deep = node(draft, "3")
    for _ in range(3):
        deep = actions.add_node(draft, by=manager, parent=deep, title="Nhóm")
    target = deep if into == "a" else node(draft, into)
    with pytest.raises(Invalid, match=said):
        actions.place_node(node(draft, code), by=manager, parent=target)


def test_a_field_goes_no_higher_and_nothing_sinks_into_a_leaf(draft, manager):
    with pytest.raises(Invalid, match="cấp cao nhất"):
        actions.lift_node(node(draft, "1"), by=manager)
    for code in ("1.2", "1"):
        with pytest.raises(Invalid, match="không có nhóm nào"):
            actions.sink_node(node(draft, code), by=manager)


def test_the_earlier_leaf_stays_mapped_wherever_a_leaf_goes(draft, manager, city):
    earlier = make.criteria_set(city, year=2025).nodes.get(code="1.1")
    actions.edit_node(node(draft, "1.1"), by=manager, previous=earlier)
    moved = actions.place_node(node(draft, "1.1"), by=manager, parent=node(draft, "3"))
    moved.refresh_from_db()
    assert moved.previous == earlier


@pytest.mark.parametrize(
    ("points", "parts", "expected"),
    [
        ("2", 2, ["1", "1"]),
        ("2", 3, ["0.67", "0.67", "0.66"]),
        ("0.5", 3, ["0.17", "0.17", "0.16"]),
        ("0.125", 2, ["0.063", "0.062"]),
        ("0.02", 3, ["0.007", "0.007", "0.006"]),
        ("16", 7, ["2.29", "2.29", "2.29", "2.29", "2.28", "2.28", "2.28"]),
    ],
)
def test_a_leaf_splits_into_leaves_that_add_up_to_it(draft, manager, points, parts, expected):
    actions.edit_node(node(draft, "2.1"), by=manager, max_points=Decimal(points))
    before = node(draft, "2.1")
    made = actions.split_node(before, by=manager, parts=parts)
    assert [part.max_points for part in made] == [Decimal(share) for share in expected]
    group = node(draft, "2.1")
    assert (group.pk, group.is_leaf, group.planned_points) == (before.pk, False, Decimal(points))
    assert [part.code for part in made] == [f"2.1.{number}" for number in range(1, parts + 1)]
    assert {part.rule for part in made} == {"direct"}
    assert not [problem for problem in actions.problems_of_set(draft) if problem.code.startswith("2.1")]


@pytest.mark.parametrize(
    ("code", "parts", "said"), [("1", 2, "Chỉ tách"), ("1.1", 1, "2 đến 20"), ("1.1", 21, "2 đến 20")]
)
def test_what_cannot_be_split_is_refused(draft, manager, code, parts, said):
    with pytest.raises(Invalid, match=said):
        actions.split_node(node(draft, code), by=manager, parts=parts)


def test_points_too_small_to_divide_are_refused(draft, manager):
    actions.edit_node(node(draft, "2.1"), by=manager, max_points=Decimal("0.002"))
    with pytest.raises(Invalid, match="quá nhỏ"):
        actions.split_node(node(draft, "2.1"), by=manager, parts=3)


def test_a_group_is_duplicated_with_all_under_it_right_behind_it(draft, manager):
    scoped = node(draft, "1.2")
    copy = actions.duplicate_node(node(draft, "1"), by=manager)
    assert tree(draft)[:7] == [
        "1 Lĩnh vực 1", "1.1 Tiêu chí 1.1", "1.2 Tiêu chí 1.2",
        "2 Lĩnh vực 1", "2.1 Tiêu chí 1.1", "2.2 Tiêu chí 1.2", "3 Lĩnh vực 2",
    ]  # fmt: skip
    assert node(draft, "2").pk == copy.pk
    assert node(draft, "2.2").max_points == scoped.max_points
    assert node(draft, "2.2").previous is None


# --- undo -------------------------------------------------------------------------------------------


CHANGES = {
    "add": lambda made, by: actions.add_node(made, by=by, after=actions.FIRST, title="Mới"),
    "edit": lambda made, by: actions.edit_node(
        node(made, "1.1"), by=by, title="Khác", max_points=Decimal("1.5")
    ),
    "code": lambda made, by: actions.edit_node(node(made, "2"), by=by, code="B"),
    "delete": lambda made, by: actions.delete_node(node(made, "1"), by=by),
    "up": lambda made, by: actions.move_node(node(made, "2"), by=by, up=True),
    "into": lambda made, by: actions.place_node(node(made, "1"), by=by, parent=node(made, "3")),
    "out": lambda made, by: actions.lift_node(node(made, "1.1"), by=by),
    "split": lambda made, by: actions.split_node(node(made, "1.1"), by=by, parts=3),
    "duplicate": lambda made, by: actions.duplicate_node(node(made, "2"), by=by),
}


IN_A_ROW = ("edit", "up", "duplicate", "into", "delete")


def as_it_stands(made) -> list[tuple]:
    scopes = (
        Applicability.objects.filter(node__criteria_set=made).values_list("node", "unit").order_by("unit")
    )
    kept = [{name: value for name, value in row.items() if name != "revision"} for row in rows(made)]
    return [kept, list(scopes)]


@pytest.mark.parametrize("name", CHANGES)
def test_undo_puts_everything_back_under_the_same_keys(draft, manager, city, name):
    actions.edit_node(node(draft, "1.2"), by=manager, title="Trước")
    with recording(by=SYSTEM):
        Applicability.objects.create(node=node(draft, "1.1"), unit=city)
    before = as_it_stands(draft)
    CHANGES[name](draft, manager)
    assert as_it_stands(draft) != before
    edit = actions.undo(draft, by=manager)
    assert as_it_stands(draft) == before
    said = Node.history.filter(criteria_set_id=draft.pk).first().history_change_reason
    assert said == f"Hoàn tác: {edit.said}"


def test_several_steps_are_undone_one_after_another(draft, manager):
    before = as_it_stands(draft)
    for name in IN_A_ROW:
        CHANGES[name](draft, manager)
    for _ in IN_A_ROW:
        actions.undo(draft, by=manager)
    assert as_it_stands(draft) == before
    with pytest.raises(OutOfStep, match="Không còn lần sửa nào"):
        actions.undo(draft, by=manager)


def test_undo_is_refused_where_somebody_went_on_with_the_same_rows(draft, manager, city):
    _user, other = make.seated(Role.CRITERIA_MANAGER, city)
    actions.edit_node(node(draft, "1.1"), by=manager, title="Một")
    mine = draft.edits.first().number
    actions.edit_node(node(draft, "1.1"), by=other, title="Hai")
    with pytest.raises(OutOfStep, match=rf"1\.1 đã được sửa tiếp.*{other.name}"):
        actions.undo(draft, by=manager, number=mine)
    assert node(draft, "1.1").title == "Hai"


def test_an_earlier_edit_is_undone_where_nobody_touched_its_rows(draft, manager):
    actions.edit_node(node(draft, "1.1"), by=manager, title="Một")
    mine = draft.edits.first().number
    actions.edit_node(node(draft, "2.1"), by=manager, title="Hai")
    actions.undo(draft, by=manager, number=mine)
    assert (node(draft, "1.1").title, node(draft, "2.1").title) == ("Tiêu chí 1.1", "Hai")


def test_a_deleted_node_whose_place_was_taken_does_not_come_back(draft, manager):
    actions.delete_node(node(draft, "1.2"), by=manager)
    mine = draft.edits.first().number
    actions.add_node(draft, by=manager, parent=node(draft, "1"), title="Mới")
    with pytest.raises(OutOfStep, match="chỗ cũ"):
        actions.undo(draft, by=manager, number=mine)


# --- two people -------------------------------------------------------------------------------------


def test_a_save_over_anothers_save_is_refused_with_both_values(draft, manager):
    read = node(draft, "1.1")
    actions.edit_node(read, by=manager, title="Của người kia")
    with pytest.raises(Stale) as refusal:
        actions.edit_node(read, by=manager, revision=read.revision, title="Của tôi", evidence_asked="Báo cáo")
    assert refusal.value.theirs == {"nội dung": "Của người kia", "tài liệu kiểm chứng": ""}
    assert refusal.value.yours == {"nội dung": "Của tôi", "tài liệu kiểm chứng": "Báo cáo"}
    assert node(draft, "1.1").title == "Của người kia"


def test_a_save_goes_through_where_only_other_nodes_or_places_changed(draft, manager):
    read = node(draft, "1.1")
    actions.edit_node(node(draft, "1.2"), by=manager, title="Khác")
    actions.move_node(node(draft, "1.1"), by=manager, up=False)
    actions.edit_node(read, by=manager, revision=read.revision, title="Của tôi")
    assert node(draft, "1.2").title == "Của tôi"


def test_a_move_is_refused_where_its_row_changed_since(draft, manager):
    seen = draft.revision
    actions.move_node(node(draft, "1.1"), by=manager, up=False)
    with pytest.raises(OutOfStep, match="vừa thay đổi"):
        actions.move_node(node(draft, "1.1"), by=manager, up=False, seen=seen)
    actions.move_node(node(draft, "2.1"), by=manager, up=False, seen=seen)
    assert tree(draft)[4:6] == ["2.1 Tiêu chí 2.2", "2.2 Tiêu chí 2.1"]


def test_every_change_makes_the_set_and_the_nodes_it_touched_newer(draft, manager):
    other = node(draft, "3.1").revision
    for number in (1, 2):
        actions.edit_node(node(draft, "1.1"), by=manager, title=f"Lần {number}")
        draft.refresh_from_db()
        assert (draft.revision, draft.edits.first().number) == (number, number)
    assert (node(draft, "1.1").revision, node(draft, "3.1").revision) == (2, other)


def test_a_save_that_changes_nothing_leaves_no_edit(draft, manager):
    actions.edit_node(node(draft, "1.1"), by=manager, title="Một")
    actions.edit_node(node(draft, "1.1"), by=manager, title="Một")
    assert [edit.said for edit in draft.edits.all()] == ["Sửa tiêu chí 1.1: nội dung"]


@pytest.mark.parametrize("name", [*CHANGES, "undo"])
def test_only_who_writes_criteria_changes_a_draft(draft, manager, city, name):
    actions.edit_node(node(draft, "3.1"), by=manager, title="Khác")
    other = make.seated(Role.OFFICER, city)[1]
    change = CHANGES.get(name) or (lambda made, by: actions.undo(made, by=by))
    before = as_it_stands(draft)
    with pytest.raises(Refused):
        change(draft, other)
    assert as_it_stands(draft) == before


def test_a_published_set_is_neither_changed_nor_undone(draft, manager):
    actions.edit_node(node(draft, "3.1"), by=manager, title="Khác")
    actions.publish(draft, by=SYSTEM)
    for change in (*CHANGES.values(), lambda made, by: actions.undo(made, by=by)):
        with pytest.raises(OutOfStep, match="đã ban hành"):
            change(draft, manager)
