"""A set that follows a framework keeps its fields, criteria and points, and adds only where that is open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backend.criteria.actions import title_inside
from backend.criteria.frames import breaches
from backend.criteria.models import CriteriaSet, Node


def _framework() -> list[Node]:
    """1 (closed: 1.1, 1.2 which may be split) and 2 (open: 2.1 with 2 points, 2.2 with 3)."""
    return [
        _node(1, "1", None, "Chỉ đạo điều hành"),
        _node(2, "1.1", 1, "Kế hoạch", points="2"),
        _node(3, "1.2", 1, "Kiểm tra", points="3", open_to_additions=True),
        _node(4, "2", None, "Thủ tục hành chính", open_to_additions=True),
        _node(5, "2.1", 4, "Công khai", points="2"),
        _node(6, "2.2", 4, "Đúng hạn", points="3"),
    ]


def _node(pk: int, code: str, parent: int | None, title: str, *, points: str = "", **fields: Any) -> Node:
    leaf = {"is_leaf": True, "max_points": Decimal(points), "rule": "direct"} if points else {}
    return Node(pk=pk, code=code, parent_id=parent, title=title, order=pk * 10, **leaf, **fields)


def _followed() -> dict[str, Node]:
    """The same tree as a district's own, by code; keys and frames told apart by 100."""
    nodes = {}
    for asked in _framework():
        node = _node(
            asked.pk + 100,
            asked.code,
            asked.parent_id and asked.parent_id + 100,
            asked.title,
            frame_id=asked.pk,
        )
        node.is_leaf, node.max_points, node.rule = asked.is_leaf, asked.max_points, asked.rule
        nodes[node.code] = node
    return nodes


def _said(nodes: dict[str, Node]) -> list[str]:
    return [f"{found.code}: {found.sentence}" for found in breaches(_framework(), list(nodes.values()))]


def _only(nodes: dict[str, Node], *, code: str, words: str) -> bool:
    found = breaches(_framework(), list(nodes.values()))
    assert [(one.code, words in one.sentence) for one in found if not one.is_sum] == [(code, True)], found
    return True


def test_a_plain_copy_keeps_its_framework():
    assert _said(_followed()) == []


def test_a_framed_node_may_not_go():
    nodes = _followed()
    del nodes["1.1"]
    assert "Thiếu “1.1. Kế hoạch”" in " ".join(_said(nodes))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "1.9", "Mã theo khung là “1.1”"),
        ("title", "Kế hoạch khác", "Nội dung khác khung"),
        ("parent_id", 104, "chỗ khác với khung"),
        ("rule", "pass_fail", "Cách chấm"),
        ("source", "survey", "Cách chấm"),
    ],
)
def test_a_framed_leaf_outside_open_places_stays_as_it_is(field, value, words):
    nodes = _followed()
    setattr(nodes["1.1"], field, value)
    found = [one for one in breaches(_framework(), list(nodes.values())) if words in one.sentence]
    assert [one.code for one in found] == [nodes["1.1"].code]


def test_points_of_a_framed_leaf_are_refused_at_once_and_those_above_it_when_published():
    nodes = _followed()
    nodes["1.1"].max_points = Decimal("1.5")
    found = {one.code: one.is_sum for one in breaches(_framework(), list(nodes.values()))}
    assert found == {"1.1": False, "1": True}


def test_white_space_in_a_title_is_no_change():
    nodes = _followed()
    nodes["1.1"].title = " Kế  hoạch "
    assert _said(nodes) == []


def test_guidance_evidence_and_the_lead_agency_are_the_districts_own():
    nodes = _followed()
    nodes["1.1"].guidance, nodes["1.1"].evidence_asked = "Xem công văn", "Kế hoạch của xã"
    assert _said(nodes) == []


def test_under_an_open_group_a_criterion_is_added_with_points_from_its_neighbours():
    nodes = _followed()
    nodes["2.3"] = _node(200, "2.3", 104, "Số hoá hồ sơ", points="1")
    assert _said(nodes) == ["2: Theo khung là 5,00 điểm, ở đây là 6,00 điểm."]
    nodes["2.2"].max_points, nodes["2.2"].rule = Decimal(2), "pass_fail"
    assert _said(nodes) == []


def test_what_is_inside_an_open_group_may_not_be_taken_out_or_renamed():
    nodes = _followed()
    nodes["2.1"].title = "Khác"
    assert _only(nodes, code="2.1", words="Nội dung khác khung")


def test_an_open_leaf_may_be_split_into_parts_that_add_up():
    nodes = _followed()
    split = nodes["1.2"]
    split.is_leaf, split.max_points, split.rule = False, None, ""
    nodes["1.2.1"] = _node(200, "1.2.1", 103, "Kế hoạch kiểm tra", points="1")
    nodes["1.2.2"] = _node(201, "1.2.2", 103, "Kết luận kiểm tra", points="1.5")
    assert [line for line in _said(nodes) if line.startswith("1.2")] == [
        "1.2: Theo khung là 3,00 điểm, ở đây là 2,50 điểm."
    ]
    nodes["1.2.2"].max_points = Decimal(2)
    assert _said(nodes) == []


def test_a_closed_leaf_may_not_be_split():
    nodes = _followed()
    nodes["1.1"].is_leaf, nodes["1.1"].max_points, nodes["1.1"].rule = False, None, ""
    nodes["1.1.1"] = _node(200, "1.1.1", 102, "Phần", points="2")
    said = " ".join(_said(nodes))
    assert "1.1: Khung không cho tách" in said
    assert "1.1.1: Khung không cho bổ sung vào “1.1. Kế hoạch”" in said


@pytest.mark.parametrize(
    ("parent", "code", "words"),
    [(None, "3", "không cho thêm lĩnh vực"), (101, "1.3", "không cho bổ sung vào “1. Chỉ đạo điều hành”")],
)
def test_nothing_is_added_outside_open_places(parent, code, words):
    nodes = _followed()
    nodes[code] = _node(200, code, parent, "Thêm", points="1")
    assert _only(nodes, code=code, words=words)


def test_an_addition_may_have_parts_of_its_own():
    nodes = _followed()
    nodes["2.3"] = _node(200, "2.3", 104, "Nhóm thêm")
    nodes["2.3.1"] = _node(201, "2.3.1", 200, "Phần", points="1")
    nodes["2.2"].max_points = Decimal(2)
    assert _said(nodes) == []


def test_a_bonus_is_no_way_round_the_points_of_an_open_group():
    nodes = _followed()
    nodes["2.3"] = _node(200, "2.3", 104, "Thưởng", points="1", counting="bonus")
    assert [one.code for one in breaches(_framework(), list(nodes.values()))] == ["2"]


def test_framed_nodes_keep_their_order_and_additions_may_stand_among_them():
    nodes = _followed()
    nodes["2.1"].order, nodes["2.2"].order = nodes["2.2"].order, nodes["2.1"].order
    assert _only(nodes, code="2.1", words="Thứ tự")


def test_a_framed_node_is_there_once():
    nodes = _followed()
    nodes["again"] = _node(200, "2.1b", 104, "Công khai", points="2", frame_id=5)
    assert "có hai lần" in " ".join(_said(nodes))


def test_a_node_of_another_framework_is_named():
    nodes = _followed()
    nodes["1.1"].frame_id = 999
    assert "theo một khung khác" in " ".join(_said(nodes))


@pytest.mark.parametrize(
    ("framework", "own"),
    [
        ("Khung bộ tiêu chí cấp xã năm 2029", "Bộ tiêu chí cấp xã năm 2030"),
        ("Khung đánh giá cấp xã năm 2029", "Bộ tiêu chí đánh giá cấp xã năm 2030"),
        ("Bộ tiêu chí khung 2029", "Bộ tiêu chí khung 2030"),
        ("Khung", "Khung"),
    ],
)
def test_a_set_inside_a_framework_is_not_called_a_framework(framework, own):
    assert title_inside(CriteriaSet(title=framework, year=2029), 2030) == own
