"""The workshop as the people who write criteria see it: its tree, its problems, the rule tried, two at once."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.criteria import actions
from backend.criteria.loading.illustration import load_illustration
from backend.criteria.models import CriteriaSet, Node
from permissions.roles import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BANDS = {"done": "Số đã làm", "assigned": "Số được giao", "measure": "count", "bands": [
    {"lower": "90", "inclusive": False, "points": "2"}, {"lower": "0", "inclusive": True, "points": "0"},
]}  # fmt: skip


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def manager(city, client):
    """The criteria manager of the city, signed in."""
    user, actor = make.seated(Role.CRITERIA_MANAGER, city)
    client.force_login(user)
    return actor


@pytest.fixture
def other(city):
    return make.seated(Role.CRITERIA_MANAGER, city)[1]


@pytest.fixture
def draft(city) -> CriteriaSet:
    return make.criteria_set(city, state=CriteriaSet.State.DRAFT)


def node(made, code) -> Node:
    return made.nodes.select_related("criteria_set", "parent").get(code=code)


def at(name, of, **query) -> str:
    return reverse(f"criteria:{name}", args=[of.pk], query=query)


def text(answer, status=200) -> str:
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def typed(made, code, **values) -> dict:
    """Return what the form of a leaf sends: what it was read with, and the values."""
    leaf = node(made, code)
    made.refresh_from_db()
    return {
        "revision": leaf.revision, "seen": made.revision, "shown_code": leaf.code, "code": leaf.code,
        "title": leaf.title, "max_points": str(leaf.max_points).rstrip("0").rstrip("."), "source": leaf.source,
        "rule": leaf.rule, "needs_evidence": "on", **values,
    }  # fmt: skip


def test_the_tree_has_every_node_with_its_points_and_the_sum_against_the_scale(client, city, manager):
    made = load_illustration(city, kind=make.kind("commune"), year=2026)
    draft = actions.new_version(made, by=manager)
    page = text(client.get(at("set_detail", draft)))
    assert len(re.findall(r'<li class="lv\d (?:leaf|group)">', page)) == draft.nodes.count()
    assert "100,00 / 100,00" in page
    field = node(draft, "1")
    assert f'href="{at("node_edit", field)}"' in page


def test_a_draft_of_many_nodes_opens_in_as_few_statements_as_one_of_few(client, city, manager, draft):
    many = {f"{field}.{number}": "1" for field in range(1, 10) for number in range(1, 20)}
    large = make.criteria_set(city, year=2027, leaves=many, state=CriteriaSet.State.DRAFT)
    counts = set()
    for made in (draft, large):
        for address in (at("set_detail", made), at("node_edit", node(made, "1.1"))):
            with CaptureQueriesContext(connection) as seen:
                text(client.get(address))
            counts.add((address.count("nodes"), len(seen)))
    assert len(counts) == 2
    assert max(count for _of, count in counts) <= 16
    assert min(count for _of, count in counts) <= 12


def test_htmx_gets_the_pane_alone_and_its_address_is_a_page_too(client, manager, draft):
    address = at("node_edit", node(draft, "1.1"))
    pane = text(client.get(address, headers={"HX-Request": "true", "HX-Target": "pane"}))
    assert "<html" not in pane
    assert 'id="node-form"' in pane
    page = text(client.get(address))
    assert 'id="tree"' in page
    assert 'aria-current="page"' in page
    back = {"HX-Request": "true", "HX-Target": "pane", "HX-History-Restore-Request": "true"}
    assert "<html" in text(client.get(address, headers=back))


def test_titles_are_text_in_the_tree(client, manager, draft):
    actions.edit_node(node(draft, "1.1"), by=manager, title="<b>a & b</b>")
    assert "<span>&lt;b&gt;a &amp; b&lt;/b&gt;</span>" in text(client.get(at("set_detail", draft)))


def test_problems_are_listed_each_with_a_link_to_its_node(client, manager, draft):
    actions.edit_node(node(draft, "1"), by=manager, planned_points=Decimal(7))
    actions.edit_node(node(draft, "1.1"), by=manager, rule="", params={})
    actions.edit_node(node(draft, "2.1"), by=manager, max_points=Decimal(1), rule="bands", params=BANDS)
    actions.add_node(draft, by=manager, parent=node(draft, "2"), title="Trống")
    actions.add_node(draft, by=manager, parent=node(draft, "2"), title="Trùng", code="2.01")
    page = text(client.get(at("set_detail", draft)))
    for code, said in {
        "1": "cộng lại 2,00 điểm, theo văn bản là 7,00 điểm",
        "1.1": "Chưa chọn cách chấm",
        "2.1": "Mức 2,00 điểm cao hơn điểm tối đa 1,00",
        "2.2": "Nhóm chưa có tiêu chí chấm điểm nào",
        "2.01": "Mã “2.01” trùng với mã “2.1”",
    }.items():
        link = f'<a href="{at("node_edit", node(draft, code))}">{code}</a>: '
        assert re.search(rf"{re.escape(link)}[^<]*{re.escape(said)}", page), code
    assert "Tổng điểm các tiêu chí là 3,00" in page


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([("50", True, "2"), ("50", True, "1"), ("0", True, "0")], "chồng nhau"),
        ([("90", False, "2"), ("70", True, "1")], "còn hở"),
    ],
)
def test_bands_that_overlap_or_leave_a_gap_are_problems(draft, manager, bands, said):
    rows = [{"lower": low, "inclusive": inside, "points": points} for low, inside, points in bands]
    actions.edit_node(node(draft, "1.1"), by=manager, rule="bands", params={**BANDS, "bands": rows})
    assert any(said in problem.sentence for problem in actions.problems_of_set(draft))


def test_an_unused_variable_is_refused_and_a_problem_where_it_stands(client, manager, draft):
    answer = client.post(
        at("node_edit", node(draft, "1.1")),
        typed(draft, "1.1", rule="formula", params_text="x=Số a|y=Tổng|z=Thừa :: x / y * max_points"),
    )
    assert "Biến “z” không có trong công thức" in text(answer)
    variables = [{"name": name, "title": name, "measure": "count"} for name in "xyz"]
    params = {"formula": "x / y * max_points", "variables": variables}
    Node.objects.filter(pk=node(draft, "1.1").pk).update(rule="formula", params=params)
    assert any("Biến “z”" in problem.sentence for problem in actions.problems_of_set(draft))


# --- the rule tried ---------------------------------------------------------------------------------


def trial(**values) -> dict:
    given = {
        "rule": "bands",
        "max_points": "2",
        "params_text": "Số đã làm / Số được giao :: >90=2|70-90=1|<70=0",
    }
    return given | values


@pytest.mark.parametrize(
    ("done", "points"), [("90", "1,000"), ("91", "2,000"), ("70", "1,000"), ("69", "0,000")]
)
def test_a_rule_is_tried_without_saving_it(client, manager, draft, done, points):
    page = text(client.post(at("rule_try", draft), trial(input_done=done, input_assigned="100")))
    assert f'<strong class="try-points">{points}</strong>' in page
    assert "Ví dụ:" in page
    assert not draft.nodes.filter(rule="bands").exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"input_done": "9", "input_assigned": "1"}, "lớn hơn"),
        ({"input_done": "abc", "input_assigned": "1"}, "không phải là một số"),
        ({"input_done": "1.234", "input_assigned": "5000"}, "có thể đọc là"),
        ({"input_done": "5"}, "Chưa nhập"),
        ({"max_points": "1"}, "cao hơn điểm tối đa"),
        ({"params_text": "Số đã làm / Số được giao :: >90=2|70-85=1|<70=0"}, "hở hoặc chồng nhau"),
        ({"max_points": "x"}, "không phải là một số"),
        ({"max_points": "-1"}, "phải lớn hơn 0"),
        ({"rule": "khac"}, "khac"),
        ({"rule": ""}, "Chọn cách chấm"),
    ],
)
def test_what_cannot_be_tried_is_told_in_words(client, manager, draft, values, said):
    assert said in text(client.post(at("rule_try", draft), trial(**values)))


def test_htmx_gets_the_trial_alone(client, manager, draft):
    part = text(client.post(at("rule_try", draft), trial(), headers={"HX-Request": "true"}))
    assert part.lstrip().startswith("<section")


def test_a_rule_longer_than_an_address_is_tried(client, manager, draft):
    level = "Kịp thời, đúng hạn theo hướng dẫn của cơ quan thẩm định, mức "
    long = "\n".join(f"{level}{number}={number}" for number in range(40))
    page = text(
        client.post(at("rule_try", draft), {"rule": "option", "max_points": "39", "params_text": long})
    )
    assert f"{level}39: 39 điểm" in page
    pane = text(client.get(at("node_edit", node(draft, "1.1"))))
    assert f'hx-post="{at("rule_try", draft)}"' in pane
    assert f'hx-get="{at("rule_try", draft)}"' not in pane


def test_points_entered_as_they_are_say_by_whom(client, manager, draft):
    direct = {"rule": "direct", "max_points": "2"}
    by_unit = text(client.post(at("rule_try", draft), {**direct, "source": "assessed"}))
    by_host = text(client.post(at("rule_try", draft), {**direct, "source": "survey"}))
    assert "Nhập từ 0 đến 2 điểm" in by_unit
    assert "kèm nguồn số liệu" not in by_unit
    assert "Cơ quan tổ chức nhập, kèm nguồn số liệu" in by_host


def test_every_leaf_of_the_illustration_shows_its_rule_and_an_example(client, city, manager):
    made = load_illustration(city, kind=make.kind("commune"), year=2026)
    draft = actions.new_version(made, by=manager)
    told_whole = ("option", "pass_fail", "levels", "direct")  # their lines say all they give
    for leaf in draft.nodes.filter(is_leaf=True).exclude(rule__in=told_whole)[::4]:
        pane = text(client.get(at("node_edit", leaf), headers={"HX-Request": "true", "HX-Target": "pane"}))
        assert "Ví dụ:" in pane, leaf.code


# --- two people -------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", ["abc", "-5"])
def test_what_was_seen_and_cannot_be_read_lets_nothing_be_overwritten(client, manager, other, draft, read):
    sent = typed(draft, "1.1", title="Của tôi")
    actions.edit_node(node(draft, "1.1"), by=other, title="Của người kia")
    page = text(client.post(at("node_edit", node(draft, "1.1")), sent | {"revision": read}), status=422)
    assert "Hãy tải lại trang" in page
    assert node(draft, "1.1").title == "Của người kia"


def test_an_undo_that_cannot_be_read_undoes_nothing(client, manager, draft):
    actions.edit_node(node(draft, "1.1"), by=manager, title="Giữ lại")
    text(client.post(at("undo", draft), {"number": "abc"}), status=422)
    assert node(draft, "1.1").title == "Giữ lại"


def test_the_second_of_two_sees_both_values_and_nothing_is_overwritten(client, manager, other, draft):
    sent = typed(draft, "1.1", title="Của tôi", evidence_asked="Báo cáo của tôi")
    actions.edit_node(node(draft, "1.1"), by=other, title="Của người kia")
    page = text(client.post(at("node_edit", node(draft, "1.1")), sent), status=409)
    assert "Chưa lưu: người khác vừa sửa" in page
    assert other.name in page
    assert re.search(r"Đang lưu trong hệ thống:</strong> <span class=\"prose\">Của người kia", page)
    assert re.search(r"Bạn nhập:</strong> <span class=\"prose\">Của tôi", page)
    assert "Báo cáo của tôi</textarea>" in page
    assert node(draft, "1.1").title == "Của người kia"


@pytest.mark.parametrize(("choice", "title"), [("mine", "Của tôi"), ("theirs", "Của người kia")])
def test_she_chooses_and_her_other_fields_are_kept(client, manager, other, draft, choice, title):
    sent = typed(draft, "1.1", title="Của tôi", evidence_asked="Báo cáo của tôi")
    actions.edit_node(node(draft, "1.1"), by=other, title="Của người kia")
    address = at("node_edit", node(draft, "1.1"))
    page = text(client.post(address, sent), status=409)
    again = {**sent, "revision": re.search(r'name="revision" value="(\d+)"', page)[1], "choose_title": choice}
    assert client.post(address, again).status_code == 302
    saved = node(draft, "1.1")
    assert (saved.title, saved.evidence_asked) == (title, "Báo cáo của tôi")


def test_a_third_save_meanwhile_asks_again(client, manager, other, draft):
    sent = typed(draft, "1.1", title="Của tôi")
    address = at("node_edit", node(draft, "1.1"))
    actions.edit_node(node(draft, "1.1"), by=other, title="Một")
    page = text(client.post(address, sent), status=409)
    actions.edit_node(node(draft, "1.1"), by=other, title="Hai")
    again = {
        **sent,
        "revision": re.search(r'name="revision" value="(\d+)"', page)[1],
        "choose_title": "theirs",
    }
    assert "Hai" in text(client.post(address, again), status=409)
    assert node(draft, "1.1").title == "Hai"


def test_where_only_others_nodes_changed_it_is_saved_and_told(client, manager, other, draft):
    sent = typed(draft, "1.1", title="Của tôi")
    actions.edit_node(node(draft, "2.1"), by=other, title="Khác")
    answer = client.post(at("node_edit", node(draft, "1.1")), sent, follow=True)
    page = text(answer)
    assert "Đã lưu 1.1" in page
    assert f'<a href="{at("node_edit", node(draft, "2.1"))}">Sửa tiêu chí 2.1: nội dung</a>' in page
    assert f"({other.name}," in page


def test_a_leaf_that_others_moved_keeps_its_new_number_when_saved(client, manager, other, city):
    draft = make.criteria_set(city, leaves={"1.1": "1", "1.2": "2"}, state=CriteriaSet.State.DRAFT)
    leaf = node(draft, "1.1")
    sent = typed(draft, "1.1", title="Của tôi")
    actions.move_node(leaf, by=other, up=False)
    assert client.post(at("node_edit", leaf), sent).status_code == 302
    assert node(draft, "1.2").title == "Của tôi"


def test_a_form_with_a_fault_still_knows_what_it_was_made_from(client, manager, other, draft):
    sent = typed(draft, "1.1", title="")
    actions.edit_node(node(draft, "1.1"), by=other, title="Của người kia")
    page = text(client.post(at("node_edit", node(draft, "1.1")), sent))
    assert f'name="revision" value="{sent["revision"]}"' in page


def test_a_move_after_the_row_changed_is_refused_in_words(client, manager, other, draft):
    draft.refresh_from_db()
    seen = draft.revision
    actions.move_node(node(draft, "2"), by=other, up=True)
    answer = client.post(at("node_move", node(draft, "1")), {"way": "down", "seen": seen})
    assert "vừa thay đổi ở chỗ này" in text(answer, status=409)


# --- the tree ---------------------------------------------------------------------------------------


def test_the_tree_is_worked_on_from_the_page(client, manager, draft):
    leaf, group = node(draft, "1.1"), node(draft, "2")
    client.post(at("node_split", leaf), {"parts": "2"})
    assert [str(part.max_points) for part in leaf.children.all()] == ["1.000", "1.000"]
    client.post(at("node_move", leaf), {"way": "into", "group": group.pk})
    assert node(draft, "2.2").pk == leaf.pk
    client.post(at("node_move", leaf), {"way": "out"})
    assert node(draft, "3").pk == leaf.pk
    client.post(at("node_duplicate", leaf))
    assert node(draft, "4.2").max_points == Decimal(1)
    client.post(at("node_delete", node(draft, "4")))
    answer = client.post(at("undo", draft), {"number": draft.edits.first().number}, follow=True)
    assert "Đã hoàn tác: Xóa tiêu chí 4" in text(answer)
    assert node(draft, "4.2").max_points == Decimal(1)


def test_a_node_is_added_where_the_page_says(client, manager, draft):
    leaf = node(draft, "1.1")
    address = at("node_add", draft, parent=node(draft, "1").pk, leaf=1, after=leaf.pk)
    assert f'<option value="{leaf.pk}" selected>Sau 1.1' in text(client.get(address))
    client.post(address, {"title": "Đầu", "max_points": "1", "source": "assessed", "after": "first"})
    assert node(draft, "1.1").title == "Đầu"


@pytest.mark.parametrize(
    ("body", "status"), [({}, 422), ({"way": "sideways"}, 422), ({"way": "into", "group": "x"}, 404)]
)
def test_a_move_that_makes_no_sense_changes_nothing(client, manager, draft, body, status):
    before = [str(row) for row in draft.nodes.all()]
    assert client.post(at("node_move", node(draft, "2.1")), body).status_code == status
    assert [str(row) for row in draft.nodes.all()] == before


def test_who_writes_may_see_the_draft_as_readers_do(client, manager, draft):
    page = text(client.get(at("set_detail", draft, view="read")))
    assert 'id="tree"' not in page
    assert "Soạn dự thảo" in page


def test_the_node_of_a_published_set_leads_to_its_place(client, city, manager):
    made = make.criteria_set(city)
    leaf = made.nodes.get(code="1.1")
    assert client.get(at("node_edit", leaf)).url == f"{at('set_detail', made)}#node-{leaf.pk}"


def test_json_moves_splits_duplicates_and_undoes(client, manager, draft):
    leaf = node(draft, "1.1")

    def post(what, **body):
        return client.post(f"/api/criteria-nodes/{leaf.pk}/{what}/", body, content_type="application/json")

    made = post("split", parts=2)
    assert [part["max_points"] for part in made.json()] == ["1.000", "1.000"]
    assert post("duplicate").json()["code"] == "1.2"
    assert post("move", way="into", group=node(draft, "2").pk).json()["code"] == "2.2"
    assert post("move", way="into", group=0).status_code == 404
    assert post("move", way="away").status_code == 422
    answer = client.post(f"/api/criteria-sets/{draft.pk}/undo/")
    assert answer.json()["said"] == "Chuyển 1.1 vào 2"
    assert node(draft, "1.1").pk == leaf.pk


def test_json_refuses_to_overwrite_what_is_newer(client, manager, other, draft):
    leaf = client.get(f"/api/criteria-nodes/{node(draft, '1.1').pk}/").json()
    actions.edit_node(node(draft, "1.1"), by=other, title="Của người kia")
    answer = client.patch(
        f"/api/criteria-nodes/{leaf['id']}/",
        {"title": "Của tôi", "revision": leaf["revision"]},
        content_type="application/json",
    )
    assert answer.status_code == 409
    assert answer.json()["details"]["theirs"] == {"nội dung": "Của người kia"}
    assert answer.json()["details"]["yours"] == {"nội dung": "Của tôi"}
