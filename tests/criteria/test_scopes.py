"""For whom a leaf applies: said in a draft, shown in words, and obeyed when a round opens."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria import actions, queries
from backend.criteria.applying import left_out
from backend.criteria.models import Applicability, CriteriaSet, Node
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
LEAVES = {"1.1": "2", "1.2": "3", "2.1": "5"}


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def draft(city) -> CriteriaSet:
    return make.criteria_set(city, leaves=LEAVES, state=CriteriaSet.State.DRAFT)


def node(draft: CriteriaSet, code: str) -> Node:
    return Node.objects.select_related("criteria_set__owner").get(criteria_set=draft, code=code)


def reasons(draft: CriteriaSet, unit) -> dict[str, str]:
    nodes = queries.nodes_of(draft)
    codes = {row.pk: row.code for row in nodes}
    found = left_out(nodes, queries.scopes_of(draft, nodes), unit)
    return {codes[key]: why for key, why in found.items()}


def test_without_a_scope_every_leaf_is_for_every_unit(city, draft):
    assert reasons(draft, make.unit("Xã", parent=city)) == {}


def test_a_leaf_for_a_kind_is_left_out_for_the_others_with_the_reason_in_words(city, draft):
    ward = make.kind("ward", title="Phường")
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[ward])
    assert reasons(draft, make.unit("Phường A", parent=city, kind=ward)) == {}
    assert reasons(draft, make.unit("Xã B", parent=city)) == {
        "1.1": "Theo bộ tiêu chí, mục 1.1 chỉ áp dụng cho: Phường."
    }


def test_a_named_unit_is_added_to_the_kinds(city, draft):
    ward, own = make.kind("ward", title="Phường"), make.unit("Xã Đảo", parent=city)
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[ward], units=[own])
    assert reasons(draft, own) == {}
    assert reasons(draft, make.unit("Xã B", parent=city))["1.1"].endswith("Phường; Xã Đảo.")


def test_the_scope_of_a_group_holds_for_everything_under_it(city, draft):
    actions.set_scope(node(draft, "1"), by=SYSTEM, only_with_procedures=True)
    without = make.unit("Xã B", parent=city, has_procedures=False)
    assert reasons(draft, without) == dict.fromkeys(
        ["1.1", "1.2"], "Theo bộ tiêu chí, mục 1 chỉ áp dụng cho đơn vị có thủ tục hành chính."
    )
    assert reasons(draft, make.unit("Xã C", parent=city)) == {}


def test_a_leaf_needs_its_own_scope_and_those_above(city, draft):
    ward = make.kind("ward", title="Phường")
    actions.set_scope(node(draft, "1"), by=SYSTEM, only_with_procedures=True)
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[ward])
    assert set(reasons(draft, make.unit("Xã B", parent=city))) == {"1.1"}
    bare = make.unit("Phường A", parent=city, kind=ward, has_procedures=False)
    assert set(reasons(draft, bare)) == {"1.1", "1.2"}


def test_a_scope_said_again_replaces_the_one_before_and_history_keeps_both(city, draft):
    ward = make.kind("ward")
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[ward])
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[])
    assert not Applicability.objects.exists()
    assert [row.history_type for row in Applicability.history.order_by("history_id")] == ["+", "-"]


def test_a_scope_that_no_unit_is_in_is_a_problem(city, draft):
    draft = actions.edit_set(draft, by=SYSTEM, scale=Decimal(10))
    ward = make.kind("ward", title="Phường")
    make.unit("Xã B", parent=city, has_procedures=False)
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, kinds=[ward])
    actions.set_scope(node(draft, "2"), by=SYSTEM, only_with_procedures=True)
    actions.set_scope(node(draft, "2.1"), by=SYSTEM, only_with_procedures=True)
    said = actions.problems_of_set(draft)
    assert [problem.code for problem in said] == ["1.1", "2"]
    assert "Không đơn vị nào thuộc phạm vi" in said[0].sentence
    make.unit("Phường A", parent=city, kind=ward)
    make.unit("Xã C", parent=city)
    assert actions.problems_of_set(draft) == []


def test_the_next_version_and_year_keep_a_named_unit_of_another_kind(city, draft):
    own = make.unit("Phường A", parent=city, kind=make.kind("ward", title="Phường"))
    actions.set_scope(node(draft, "1.1"), by=SYSTEM, units=[own])
    issued = actions.publish(actions.edit_set(draft, by=SYSTEM, scale=Decimal(10)), by=SYSTEM)
    for made in (actions.new_version(issued, by=SYSTEM), actions.copy_set(issued, by=SYSTEM, year=2027)):
        assert [row.unit for row in node(made, "1.1").applicabilities.all()] == [own]


class TestInsideAFramework:
    """Whom the framework's nodes are for is the framework's: else points it fixes would go for some."""

    @pytest.fixture
    def district(self, city):
        return make.unit("Quận Một", parent=city, kind="district")

    def follow(self, draft, district) -> CriteriaSet:
        draft = actions.edit_set(draft, by=SYSTEM, scale=Decimal(10), is_framework=True)
        actions.edit_node(node(draft, "2"), by=SYSTEM, open_to_additions=True)
        return actions.follow_framework(actions.publish(draft, by=SYSTEM), by=SYSTEM, owner=district)

    @pytest.mark.parametrize("code", ["1", "1.1", "2"])
    def test_the_scope_of_what_is_framed_stays(self, draft, district, code):
        own, unit = self.follow(draft, district), make.unit("Xã A", parent=district)
        with pytest.raises(Invalid, match="Phạm vi áp dụng khác khung"):
            actions.set_scope(node(own, code), by=SYSTEM, units=[unit])
        with pytest.raises(Invalid, match="Phạm vi áp dụng khác khung"):
            actions.set_scope(node(own, code), by=SYSTEM, only_with_procedures=True)
        assert not Applicability.objects.filter(node__criteria_set=own).exists()

    def test_below_an_open_place_the_scope_is_free(self, draft, district):
        own, unit = self.follow(draft, district), make.unit("Xã A", parent=district)
        assert actions.set_scope(node(own, "2.1"), by=SYSTEM, units=[unit])

    def test_a_leaf_for_units_elsewhere_is_for_nobody_here_and_not_for_all(self, city, draft, district):
        other = make.unit("Xã B", parent=make.unit("Quận Hai", parent=city, kind="district"))
        actions.set_scope(node(draft, "1.1"), by=SYSTEM, units=[other])
        own, unit = self.follow(draft, district), make.unit("Xã A", parent=district)
        assert set(reasons(own, unit)) == {"1.1"}
        assert actions.problems_of_set(own) == []
        again = actions.copy_set(actions.publish(own, by=SYSTEM), by=SYSTEM, year=2027)
        assert set(reasons(again, unit)) == {"1.1"}


def test_a_unit_elsewhere_can_not_be_named(city, draft):
    with pytest.raises(Invalid, match="không phải là đơn vị dưới"):
        actions.set_scope(node(draft, "1.1"), by=SYSTEM, units=[make.unit("Tỉnh khác")])


def test_only_a_leaf_that_units_score_is_bonus_or_may_not_arise(city, draft):
    with pytest.raises(Invalid, match="điểm thưởng hoặc điểm phạt"):
        actions.set_scope(node(draft, "1"), by=SYSTEM, counting="bonus")
    with pytest.raises(Invalid, match="không phát sinh"):
        actions.set_scope(node(draft, "1.1"), by=SYSTEM, counting="bonus", not_arisen="full")


def test_who_does_not_write_criteria_is_refused_and_a_published_set_stays(city, draft):
    with pytest.raises(Refused):
        actions.set_scope(node(draft, "1.1"), by=make.seated(Role.SECRETARY, city)[1])
    issued = make.criteria_set(city, year=2030)
    with pytest.raises(OutOfStep, match="ban hành"):
        actions.set_scope(node(issued, "1.1"), by=SYSTEM, only_with_procedures=True)
    with pytest.raises(OutOfStep, match="ban hành"):
        actions.set_counting(
            issued, by=SYSTEM, left_out_way="rescaled", bonus_ceiling=Decimal(5), penalty_ceiling=Decimal(0)
        )


def test_bonus_and_penalty_stand_outside_the_scale(city, draft):
    draft = actions.edit_set(draft, by=SYSTEM, scale=Decimal(5))
    actions.set_scope(node(draft, "2.1"), by=SYSTEM, counting="bonus")
    sentences = [problem.sentence for problem in actions.problems_of_set(draft)]
    assert sentences == ["Bộ tiêu chí chưa đặt mức điểm thưởng tối đa của một đơn vị."]
    ceilings = {"bonus_ceiling": Decimal(4), "penalty_ceiling": Decimal(0)}
    draft = actions.set_counting(draft, by=SYSTEM, left_out_way="own_maximum", **ceilings)
    assert [str(problem) for problem in actions.problems_of_set(draft)] == [
        "2.1: Điểm tối đa 5,00 cao hơn mức điểm thưởng tối đa 4,00 của một đơn vị."
    ]
    draft = actions.set_counting(
        draft, by=SYSTEM, left_out_way="own_maximum", bonus_ceiling=Decimal(5), penalty_ceiling=Decimal(0)
    )
    assert actions.problems_of_set(draft) == []
    assert queries.totals_of(queries.tree_of(draft)).points == 5


@pytest.mark.slow
class TestPages:
    @pytest.fixture(autouse=True)
    def manager(self, city, client):
        user, actor = make.seated(Role.CRITERIA_MANAGER, city)
        client.force_login(user)
        return actor

    def test_a_scope_is_typed_and_stands_in_words(self, client, city, draft):
        ward, own = make.kind("ward", title="Phường"), make.unit("Xã Đảo", parent=city)
        make.unit("Phường A", parent=city, kind=ward)
        address = reverse("criteria:node_scope", args=[node(draft, "1.1").pk])
        make.kind("ministry", title="Bộ, ngành")
        asked = client.get(address).content.decode()
        assert "Xã Đảo" in asked
        assert "Bộ, ngành" not in asked, "no unit of this kind stands under the owner"
        sent = {"kinds": [ward.pk], "units": [own.pk], "counting": "base", "not_arisen": "full"}
        assert client.post(address, sent).status_code == 302
        page = client.get(reverse("criteria:set_scopes", args=[draft.pk])).content.decode()
        assert "Chỉ áp dụng cho: Phường; Xã Đảo." in page
        assert "Khi không phát sinh: được đủ điểm." in page
        shop = client.get(reverse("criteria:node_edit", args=[node(draft, "1.1").pk])).content.decode()
        assert "Chỉ áp dụng cho: Phường; Xã Đảo." in shop
        assert shop.count("<small>phạm vi riêng</small>") == 1
        actions.set_scope(node(draft, "2.1"), by=SYSTEM, counting="bonus")
        shop = client.get(reverse("criteria:set_detail", args=[draft.pk])).content.decode()
        assert "<i>5,00</i> <small>điểm thưởng</small>" in shop
        read = client.get(reverse("criteria:set_detail", args=[draft.pk]), {"view": "read"}).content.decode()
        assert "Chỉ áp dụng cho: Phường; Xã Đảo." in read

    def test_what_another_saved_meanwhile_is_shown_and_not_overwritten(self, client, draft):
        seen = node(draft, "1.1")
        address, sent = reverse("criteria:node_scope", args=[seen.pk]), {"counting": "base"}
        assert f'name="revision" value="{seen.revision}"' in client.get(address).content.decode()
        actions.edit_node(seen, by=SYSTEM, title="Câu chữ khác")
        assert client.post(address, {**sent, "revision": seen.revision}).status_code == 302
        actions.set_scope(node(draft, "1.1"), by=SYSTEM, only_with_procedures=True)
        answer = client.post(address, {**sent, "not_arisen": "full", "revision": seen.revision})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Chỉ đơn vị có thủ tục hành chính." in page
        stands = node(draft, "1.1")
        assert (stands.only_with_procedures, stands.not_arisen) == (True, "")
        assert '<option value="full" selected>' in page
        with pytest.raises(OutOfStep, match="vừa được người khác sửa"):
            actions.set_scope(stands, by=SYSTEM, revision=seen.revision)
        assert client.post(address, {**sent, "revision": stands.revision}).status_code == 302

    def test_of_a_published_set_the_scopes_are_read_only(self, client, city):
        issued = make.criteria_set(city, year=2030)
        answer = client.get(reverse("criteria:node_scope", args=[node(issued, "1.1").pk]))
        assert answer.url == reverse("criteria:set_scopes", args=[issued.pk])

    def test_a_wrong_scope_is_said_and_nothing_changes(self, client, draft):
        address = reverse("criteria:node_scope", args=[node(draft, "1.1").pk])
        sent = {"units": ["999999"], "counting": "base", "not_arisen": ""}
        answer = client.post(address, sent)
        assert answer.status_code == 422
        assert not Applicability.objects.exists()

    def test_the_way_and_the_ceilings_are_typed_with_a_comma(self, client, draft):
        address = reverse("criteria:set_scopes", args=[draft.pk])
        sent = {"left_out_way": "rescaled", "bonus_ceiling": "2,5", "penalty_ceiling": "1"}
        assert client.post(address, sent).status_code == 302
        draft.refresh_from_db()
        assert (draft.left_out_way, draft.bonus_ceiling, draft.penalty_ceiling) == (
            "rescaled",
            Decimal("2.5"),
            1,
        )
        assert client.post(address, {**sent, "bonus_ceiling": "-1"}).status_code == 422
