"""Two versions of a set side by side: what was added, taken out, moved and changed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.criteria.comparing import Change, Comparison, Item, Way, compare, pieces_of


def _leaf(key: int, code: str, title: str, parent: int = 1, **values: Any) -> Item:
    values.setdefault("points", Decimal(1))
    return Item(key, parent, code, title, is_leaf=True, **values)


def _old() -> list[Item]:
    return [
        Item(1, None, "1", "Chỉ đạo điều hành", points=Decimal(4)),
        _leaf(2, "1.1", "Ban hành kế hoạch cải cách hành chính năm", points=Decimal(2), rule="a", rule_words=("Có: 2",)),
        _leaf(3, "1.2", "Kiểm tra công tác cải cách hành chính tại đơn vị trực thuộc"),
        _leaf(4, "1.3", "Tuyên truyền"),
        Item(5, None, "2", "Thủ tục hành chính", points=Decimal(3)),
        _leaf(6, "2.1", "Công khai thủ tục", 5, points=Decimal(3)),
    ]  # fmt: skip


def _new(**changes: dict[str, Any]) -> list[Item]:
    """The same tree under other keys; ``changes`` by the key of the old node, k2={"title": ...}."""
    made = [replace(item, key=item.key + 100, parent=item.parent and item.parent + 100) for item in _old()]
    return [replace(item, **changes.get(f"k{item.key - 100}", {})) for item in made]


def _changes(found: Comparison) -> dict[str, set[Change]]:
    return {line.item.code: set(line.changes) for line in found.changed}


def _line(found: Comparison, code: str) -> Any:
    return next(line for line in found.lines if line.item.code == code)


def test_a_copy_differs_in_nothing():
    found = compare(_old(), _new())
    assert (found.changed, found.same, found.counts) == ((), 6, {})
    assert {line.way for line in found.lines} == {Way.CODE_AND_TEXT}


@pytest.mark.parametrize(
    ("values", "change"),
    [
        ({"points": Decimal("1.5")}, Change.POINTS),
        ({"rule": "b"}, Change.RULE),
        ({"guidance": "Xem công văn"}, Change.GUIDANCE),
        ({"evidence": "Kế hoạch"}, Change.EVIDENCE),
        ({"lead": "Sở Nội vụ"}, Change.LEAD),
        ({"flags": ("điểm thưởng",)}, Change.FLAGS),
        ({"is_leaf": False}, Change.SHAPE),
    ],
)
def test_each_property_has_its_kind_of_change(values, change):
    found = compare(_old(), _new(k4=values))
    assert _changes(found) == {"1.3": {change}}
    assert found.counts == {change: 1}


def test_a_group_says_its_sum_and_what_the_decision_says():
    found = compare(_old(), _new(k1={"planned": Decimal(5)}))
    (said,) = _line(found, "1").said
    assert (said.before, said.after) == ("4,00", "4,00 (theo văn bản 5,00)")


def test_a_new_node_stands_where_it_is_and_one_that_is_gone_where_it_was():
    new = _new()
    del new[2]
    new.insert(3, _leaf(200, "1.4", "Sáng kiến"))
    codes = [(line.item.code, line.item.title.split()[0]) for line in compare(_old(), new).lines]
    assert codes == [
        ("1", "Chỉ"), ("1.1", "Ban"), ("1.2", "Kiểm"), ("1.3", "Tuyên"), ("1.4", "Sáng"), ("2", "Thủ"), ("2.1", "Công"),
    ]  # fmt: skip


def test_nodes_at_the_front_that_are_gone_come_first():
    found = compare(_old(), _new()[4:])
    assert [line.item.code for line in found.lines] == ["1", "1.1", "1.2", "1.3", "2", "2.1"]
    assert found.counts == {Change.REMOVED: 4}


def test_a_link_to_the_earlier_leaf_goes_before_code_and_text():
    new = _new(
        k2={"code": "1.3", "title": "Khác hẳn", "links": frozenset({4})},
        k4={"code": "1.1", "title": "Cũng khác hẳn", "links": frozenset({2})},
    )
    found = compare(_old(), new)
    assert _line(found, "1.3").old.code == "1.3"
    assert _line(found, "1.3").way is Way.LINK


def test_two_versions_mapped_to_the_same_earlier_leaf_are_matched():
    old = [replace(item, links=frozenset({item.key + 900})) for item in _old()]
    new = _new(k2={"title": "Viết lại từ đầu", "code": "1.9", "links": frozenset({902})})
    line = _line(compare(old, new), "1.9")
    assert (line.old.code, line.way) == ("1.1", Way.LINK)


def test_comparing_back_to_front_finds_the_same_pairs():
    new = _new(k2={"title": "Viết lại từ đầu", "code": "1.9", "links": frozenset({2})})
    assert _line(compare(new, _old()), "1.1").way is Way.LINK


def test_the_same_text_under_another_code_is_renumbered_or_moved():
    new = _new(k3={"code": "1.3"}, k4={"code": "1.4"})
    found = compare(_old(), new)
    assert _changes(found) == {"1.3": {Change.RENUMBERED}, "1.4": {Change.RENUMBERED}}
    assert _line(found, "1.3").way is Way.TEXT


def test_under_another_parent_it_is_moved():
    new = _new(k4={"code": "2.2", "parent": 105})
    found = compare(_old(), [*new[:3], *new[4:], new[3]])
    assert _changes(found) == {"2.2": {Change.MOVED}}


def test_only_the_one_that_changed_places_is_moved_not_all_behind_it():
    new = _new()
    found = compare(_old(), [new[0], new[3], new[1], new[2], *new[4:]])
    assert _changes(found) == {"1.3": {Change.MOVED}}


def test_a_guess_by_likeness_is_marked_so_with_its_share():
    new = _new(
        k3={"title": "Kiểm tra, giám sát công tác cải cách hành chính tại đơn vị trực thuộc", "code": "1.7"}
    )
    found = compare(_old(), new)
    line = _line(found, "1.7")
    assert line.is_guess
    assert 80 <= line.likeness < 100
    assert found.guesses == 1
    assert found.showing("guess") == (line,)


def test_texts_with_little_in_common_are_no_pair():
    new = _new(k4={"title": "Số hoá hồ sơ lưu trữ lịch sử", "code": "1.3"})
    assert compare(_old(), new).counts == {Change.ADDED: 1, Change.REMOVED: 1}


def test_a_field_with_another_name_is_known_by_what_is_in_it():
    line = _line(compare(_old(), _new(k1={"title": "Công tác lãnh đạo"})), "1")
    assert (line.way, line.changes) == (Way.INSIDE, {Change.TEXT})


def test_an_old_node_is_used_once():
    new = [*_new(), _leaf(300, "1.4", "Tuyên truyền")]
    olds = [line.old.key for line in compare(_old(), new).lines if line.old]
    assert len(olds) == len(set(olds)) == 6


def test_points_of_fields_before_and_after_with_what_is_new_and_gone():
    new = [*_new(k1={"points": Decimal(5)})[:4], Item(300, None, "3", "Chuyển đổi số", points=Decimal(2))]
    found = compare(_old(), new)
    assert [(one.code, one.before, one.after, one.difference) for one in found.fields] == [
        ("1", Decimal(4), Decimal(5), Decimal(1)),
        ("2", Decimal(3), None, Decimal(-3)),
        ("3", None, Decimal(2), Decimal(2)),
    ]
    assert (found.before, found.after) == (Decimal(7), Decimal(7))


def test_a_filter_shows_one_kind_and_all_shows_all():
    found = compare(_old(), _new(k2={"points": Decimal(3)}, k4={"evidence": "Ảnh"}))
    assert [line.item.code for line in found.showing("points")] == ["1.1"]
    assert [line.item.code for line in found.showing("")] == ["1.1", "1.3"]
    assert len(found.showing("all")) == 6
    assert found.showing("moved") == ()


def test_what_a_line_stands_under_is_shown_with_it():
    found = compare(_old(), _new(k6={"evidence": "Ảnh"}))
    assert [line.item.code for line in found.in_place(found.showing(""))] == ["2", "2.1"]
    new = [item for item in _new() if item.key != 106]
    found = compare(_old(), new)
    assert [line.item.code for line in found.in_place(found.showing("removed"))] == ["2", "2.1"]


def test_words_put_in_and_taken_out_are_told_apart():
    assert [(piece.mark, piece.text) for piece in pieces_of("Ban hành kế hoạch năm", "Ban hành chương trình năm")] == [
        ("same", "Ban hành"), ("del", "kế hoạch"), ("ins", "chương trình"), ("same", "năm"),
    ]  # fmt: skip


def test_texts_without_words_in_common_are_shown_one_after_the_other():
    pieces = pieces_of("một hai ba bốn năm", "sáu bảy ba tám chín mười mười một")
    assert [piece.mark for piece in pieces] == ["del", "ins"]


def test_white_space_is_no_change_of_text():
    assert _changes(compare(_old(), _new(k4={"title": "Tuyên   truyền\n"}))) == {}


def test_both_texts_can_be_read_back_from_the_pieces():
    old, new = "Tỷ lệ hồ sơ giải quyết đúng hạn trong năm", "Tỷ lệ hồ sơ trực tuyến giải quyết trước hạn"
    pieces = pieces_of(old, new)
    assert " ".join(piece.text for piece in pieces if piece.mark != "ins") == old
    assert " ".join(piece.text for piece in pieces if piece.mark != "del") == new


def test_three_hundred_nodes_are_compared_at_once():
    old = [Item(key, None, str(key), f"Tiêu chí {key} về nội dung {key * 7}") for key in range(300)]
    new = [replace(item, key=item.key + 1000, title=f"{item.title} sửa") for item in old]
    assert compare(old, new).counts[Change.TEXT] == 300
