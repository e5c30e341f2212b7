"""The pages of criteria sets, as the people who use them see them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.criteria import actions
from backend.criteria.loading.illustration import load_illustration
from backend.criteria.models import CriteriaSet
from permissions.roles import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DECIDED = {"legal_number": "12/QĐ-UBND", "legal_date": "05/06/2026"}


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
def draft(city) -> CriteriaSet:
    return make.criteria_set(city, state=CriteriaSet.State.DRAFT)


def sign_in(client, role, unit) -> None:
    client.force_login(make.seated(role, unit)[0])


def text(answer) -> str:
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_the_list_shows_totals_and_finds_without_accents(client, city, manager):
    make.criteria_set(city, title="Bộ tiêu chí xã, phường")
    make.criteria_set(city, kind="department", title="Bộ tiêu chí sở, ngành")
    page = text(client.get(reverse("criteria:set_list"), {"q": "xa phuong"}))
    assert "Bộ tiêu chí xã, phường" in page
    assert "Bộ tiêu chí sở, ngành" not in page
    assert "5,00 / 5,00" in page


def test_the_list_filters_sorts_and_says_when_it_is_empty(client, city, manager):
    make.criteria_set(city, year=2025, title="Bộ cũ")
    make.criteria_set(city, year=2026, title="Bộ mới")
    page = text(client.get(reverse("criteria:set_list"), {"year": "2025"}))
    assert "Bộ cũ" in page
    assert "Bộ mới" not in page
    page = text(client.get(reverse("criteria:set_list"), {"sort": "year"}))
    assert page.index("Bộ cũ") < page.index("Bộ mới")
    assert "Không có bộ tiêu chí nào" in text(client.get(reverse("criteria:set_list"), {"year": "1999"}))
    assert "Bộ mới" in text(client.get(reverse("criteria:set_list"), {"year": "abc", "kind": "x"}))


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_list_takes_the_same_queries_for_few_and_many(client, city, manager):
    make.criteria_set(city, year=2001)
    few = queries_of(client, reverse("criteria:set_list"))
    for year in range(2002, 2020):
        make.criteria_set(city, year=year)
    assert queries_of(client, reverse("criteria:set_list")) == few


def test_a_set_takes_the_same_queries_for_few_and_many(client, city, manager):
    small = make.criteria_set(city, leaves={"1.1": "1"}, state=CriteriaSet.State.DRAFT)
    many = {f"{field}.{number}": "1" for field in (1, 2, 3) for number in range(1, 20)}
    large = make.criteria_set(city, year=2027, leaves=many, state=CriteriaSet.State.DRAFT)
    few, lots = (
        queries_of(client, reverse("criteria:set_detail", args=[made.pk])) for made in (small, large)
    )
    assert few == lots


def test_a_set_is_shown_with_its_rules_in_words(client, city, manager):
    made = load_illustration(city, kind=make.kind("commune"), year=2026)
    page = text(client.get(reverse("criteria:set_detail", args=[made.pk])))
    assert "Trong tháng 01: 1 điểm" in page
    assert "Từ 97 % đến dưới 99 %: 3 điểm" in page
    assert "SỐ LIỆU MINH HOẠ" in page
    assert "100,00 / 100,00" in page
    assert "Lập phiên bản mới" in page
    assert reverse("criteria:publish", args=[made.pk]) not in page


def test_an_officer_of_a_scored_unit_reads_a_published_set_and_no_draft(client, city, draft):
    commune = make.unit("Xã", parent=city)
    published = make.criteria_set(city, year=2025)
    sign_in(client, Role.OFFICER, commune)
    page = text(client.get(reverse("criteria:set_detail", args=[published.pk])))
    assert "Lập phiên bản mới" not in page
    assert client.get(reverse("criteria:set_detail", args=[draft.pk])).status_code == 404


PAGES = [
    ("set_detail", "set", "get"),
    ("set_edit", "set", "get"),
    ("set_copy", "set", "get"),
    ("publish", "set", "post"),
    ("new_version", "set", "post"),
    ("discard", "set", "post"),
    ("node_add", "set", "get"),
    ("node_edit", "node", "get"),
    ("rule_try", "set", "get"),
    ("undo", "set", "post"),
    ("node_move", "node", "post"),
    ("node_split", "node", "post"),
    ("node_duplicate", "node", "post"),
    ("node_delete", "node", "post"),
]


@pytest.mark.parametrize(("name", "of", "method"), PAGES)
def test_a_set_of_another_host_is_not_there(client, draft, name, of, method):
    sign_in(client, Role.CRITERIA_MANAGER, make.unit("Tỉnh khác"))
    key = draft.pk if of == "set" else draft.nodes.get(code="1.1").pk
    assert getattr(client, method)(reverse(f"criteria:{name}", args=[key])).status_code == 404
    assert draft.nodes.count() == 4


# Copying is for whoever manages criteria somewhere; it is tried on its own.
@pytest.mark.parametrize(("name", "of", "method"), [page for page in PAGES[1:] if page[0] != "set_copy"])
def test_who_only_reads_changes_nothing(client, city, draft, name, of, method):
    sign_in(client, Role.SECRETARY, city)
    key = draft.pk if of == "set" else draft.nodes.get(code="1.1").pk
    answer = getattr(client, method)(reverse(f"criteria:{name}", args=[key]))
    assert answer.status_code in (403, 409)
    assert draft.nodes.count() == 4


def test_a_set_is_written_from_nothing_to_published(client, city, manager):
    make.kind("commune")
    answer = client.post(
        reverse("criteria:set_add"),
        {
            "owner": city.pk,
            "kind": make.kind("commune").pk,
            "year": "2026",
            "title": "Bộ mới",
            "scale": "2,5",
            "legal_number": "12/QĐ-UBND",
            "legal_date": "05/06/2026",
        },
    )
    made = CriteriaSet.objects.get()
    assert answer.url == reverse("criteria:set_detail", args=[made.pk])
    assert (made.scale, made.legal_date.month) == (Decimal("2.5"), 6)
    add = reverse("criteria:node_add", args=[made.pk])
    client.post(add, {"title": "Lĩnh vực", "planned_points": "2,5"})
    field = made.nodes.get()
    leaf = {
        "title": "Tiêu chí",
        "max_points": "2.5",
        "source": "assessed",
        "rule": "option",
        "params_text": "cao=2,5\nthấp=0",
        "needs_evidence": "on",
    }
    answer = client.post(f"{add}?parent={field.pk}&leaf=1", leaf)
    assert answer.status_code == 302
    assert made.nodes.get(code="1.1").parsed_rule().reachable(Decimal("2.5")) == (Decimal("2.5"), Decimal(0))
    page = text(client.get(reverse("criteria:set_detail", args=[made.pk])))
    assert "Không còn chỗ nào phải sửa" in page
    client.post(reverse("criteria:publish", args=[made.pk]), DECIDED)
    made.refresh_from_db()
    assert made.state == CriteriaSet.State.PUBLISHED


def test_a_rule_that_can_not_be_read_is_told_at_its_text_and_nothing_is_lost(client, manager, draft):
    node = draft.nodes.get(code="1.1")
    typed = {
        "code": "1.1",
        "title": "Tên đang gõ",
        "max_points": "2",
        "source": "assessed",
        "rule": "bands",
        "params_text": ">90=2\n70-85=1\n<70=0",
    }
    page = text(client.post(reverse("criteria:node_edit", args=[node.pk]), typed))
    assert "bị hở hoặc chồng nhau" in page
    assert "Tên đang gõ" in page
    assert "Lỗi:" in page
    assert "70-85=1" in page


def test_the_form_of_a_leaf_shows_its_rule_as_it_is_typed(client, city, manager):
    made = load_illustration(city, kind=make.kind("commune"), year=2026)
    draft = actions.new_version(made, by=manager)
    node = draft.nodes.get(code="3.2.2")
    page = text(client.get(reverse("criteria:node_edit", args=[node.pk])))
    assert "≥99=4\n97-&lt;99=3\n95-&lt;97=2\n&lt;95=0" in page


@pytest.mark.parametrize(("typed", "said"), [("1.234,5", "có thể đọc là"), ("abc", "không phải là một số")])
def test_points_that_can_be_read_two_ways_are_refused(client, manager, draft, typed, said):
    node = draft.nodes.get(code="1.1")
    page = text(
        client.post(
            reverse("criteria:node_edit", args=[node.pk]),
            {"title": "Tên", "max_points": typed, "source": "assessed"},
        )
    )
    assert said in page
    assert f'value="{typed}"' in page


def test_a_code_taken_already_is_told_and_nothing_typed_is_lost(client, manager, draft):
    node = draft.nodes.get(code="1.1")
    answer = client.post(
        reverse("criteria:node_edit", args=[node.pk]),
        {"code": "2.1", "title": "Tên đang gõ", "max_points": "2", "source": "assessed", "rule": "direct"},
    )
    assert answer.status_code == 422
    assert "đã có trong bộ tiêu chí" in answer.content.decode()
    assert "Tên đang gõ" in answer.content.decode()


def test_nodes_are_moved_and_deleted_from_the_page(client, manager, draft):
    client.post(reverse("criteria:node_move", args=[draft.nodes.get(code="2").pk]), {"way": "up"})
    assert draft.nodes.get(code="1").title == "Lĩnh vực 2"
    client.post(reverse("criteria:node_delete", args=[draft.nodes.get(code="1").pk]))
    assert [str(node) for node in draft.nodes.all()] == ["1 Lĩnh vực 1", "1.1 Tiêu chí 1.1"]


def test_a_set_whose_points_do_not_add_up_shows_why_it_can_not_be_published(client, city, manager):
    made = make.criteria_set(city, scale=Decimal(100), state=CriteriaSet.State.DRAFT)
    page = text(client.get(reverse("criteria:set_detail", args=[made.pk])))
    assert "1 chỗ cần sửa" in page
    answer = client.post(reverse("criteria:publish", args=[made.pk]))
    assert answer.status_code == 422
    assert "thang điểm là 100,00" in answer.content.decode()


def test_a_published_set_refuses_the_form_with_a_way_out(client, city, manager):
    made = make.criteria_set(city)
    node = made.nodes.get(code="1.1")
    answer = client.post(
        reverse("criteria:node_edit", args=[node.pk]),
        {"title": "Khác", "max_points": "2", "source": "assessed", "rule": "direct"},
    )
    assert answer.status_code == 409
    assert "Hãy lập phiên bản mới" in answer.content.decode()


def test_json_says_and_writes_the_same(client, city, manager, draft):
    whole = client.get(f"/api/criteria-sets/{draft.pk}/").json()
    assert [node["code"] for node in whole["nodes"]] == ["1", "1.1", "2", "2.1"]
    assert whole["nodes"][1]["max_points"] == "2.000"
    answer = client.post(
        f"/api/criteria-sets/{draft.pk}/publish/", {"legal_number": "12/QĐ-UBND", "legal_date": "2026-01-05"}
    )
    assert answer.json()["state"] == "published"
    node = whole["nodes"][1]["id"]
    answer = client.patch(f"/api/criteria-nodes/{node}/", {"title": "x"}, content_type="application/json")
    assert answer.status_code == 409
    answer = client.post(f"/api/criteria-sets/{draft.pk}/new_version/")
    assert (answer.status_code, answer.json()["version"]) == (201, 2)


def test_json_of_another_host_is_not_there(client, draft):
    sign_in(client, Role.CRITERIA_MANAGER, make.unit("Tỉnh khác"))
    for address in (f"/api/criteria-sets/{draft.pk}/", f"/api/criteria-nodes/{draft.nodes.first().pk}/"):
        assert client.get(address).status_code == 404
    answer = client.post(
        "/api/criteria-nodes/", {"criteria_set": draft.pk, "title": "x"}, content_type="application/json"
    )
    assert answer.status_code == 404


def test_json_says_what_a_group_can_not_have(client, manager, draft):
    group = draft.nodes.get(code="1")
    sent = {"max_points": "2", "rule": "pass_fail"}
    answer = client.patch(f"/api/criteria-nodes/{group.pk}/", sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() == {"max_points", "rule"}
    assert "Nhóm không có" in answer.json()["message"]
