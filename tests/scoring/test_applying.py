"""What a set leaves out for a unit when the round opens, and one set for several kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.core.errors import Invalid, OutOfStep
from backend.criteria import actions as criteria
from backend.criteria.models import CriteriaSet
from backend.rounds.actions import put_group, set_bands
from backend.rounds.rules import BandLine
from backend.scoring import actions
from backend.scoring.changes import entries_for
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
LEAVES = {"1.1": "2", "1.2": "3", "2.1": "5"}
REASON = "Theo bộ tiêu chí, mục 1.1 chỉ áp dụng cho đơn vị có thủ tục hành chính."


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def issued(city) -> CriteriaSet:
    """A published set whose leaf 1.1 is for units with public procedures, and 2.1 for wards and communes."""
    draft = make.criteria_set(city, leaves=LEAVES, state=CriteriaSet.State.DRAFT)
    nodes = {node.code: node for node in draft.nodes.select_related("criteria_set__owner")}
    criteria.set_scope(nodes["1.1"], by=SYSTEM, only_with_procedures=True)
    kinds = [make.kind("ward", title="Phường"), make.kind("commune")]
    criteria.set_scope(nodes["2.1"], by=SYSTEM, kinds=kinds)
    return criteria.publish(draft, by=SYSTEM)


def test_a_leaf_that_is_not_for_the_unit_owes_nothing(city, issued):
    unit = make.unit("Xã không thủ tục", parent=city, has_procedures=False)
    officer = make.seated(Role.OFFICER, unit)[1]
    (card,) = actions.open_round(make.round_(city, issued), by=SYSTEM)
    score = card.scores.get(code="1.1")
    assert (score.applies, score.left_out_reason) == (False, REASON)
    with pytest.raises(OutOfStep, match="không áp dụng"):
        actions.set_points(card, "1.1", by=officer, version=0, inputs={"points": "1"})
    for code in ("1.2", "2.1"):
        actions.set_points(card, code, by=officer, version=0, inputs={"points": "1"}, note="Có báo cáo")
    assert actions.move(card, "submit", by=officer).state == "submitted"


def test_the_unit_reads_why_on_its_card_and_in_the_leafs_history(city, issued, client):
    unit = make.unit("Xã không thủ tục", parent=city, has_procedures=False)
    user, officer = make.seated(Role.OFFICER, unit)
    (card,) = actions.open_round(make.round_(city, issued), by=SYSTEM)
    client.force_login(user)
    page = client.get(f"/scorecards/{card.pk}/").content.decode()
    assert REASON in page
    assert "không áp dụng" in page
    texts = [entry.text for entry in entries_for(card, card.scores.get(code="1.1"), officer)]
    assert texts == [f"Không áp dụng tiêu chí cho đơn vị - lý do: {REASON}"]


def test_one_set_serves_the_kinds_it_names_and_no_other(city, issued):
    round_ = make.round_(city, issued)
    ward, office = make.kind("ward"), make.kind("department")
    group = put_group(round_, by=SYSTEM, kind=ward, criteria_set=issued)
    set_bands(group, [BandLine("Tốt", Decimal(0))], by=SYSTEM)
    with pytest.raises(Invalid, match="không nêu loại này"):
        put_group(round_, by=SYSTEM, kind=office, criteria_set=issued)
    make.unit("Phường A", parent=city, kind=ward)
    make.unit("Xã B", parent=city)
    cards = actions.open_round(round_, by=SYSTEM)
    assert [card.scores.filter(applies=True).count() for card in cards] == [3, 3]


def test_a_leaf_left_out_by_the_set_may_be_put_back_by_the_host(city, issued):
    unit = make.unit("Xã không thủ tục", parent=city, has_procedures=False)
    officer = make.seated(Role.OFFICER, unit)[1]
    (card,) = actions.open_round(make.round_(city, issued), by=SYSTEM)
    actions.put_back(card, "1.1", by=make.seated(Role.SECRETARY, city)[1], reason="Đơn vị đã có thủ tục")
    saved = actions.set_points(card, "1.1", by=officer, version=0, inputs={"points": "1"}, note="Có")
    assert saved.total == 1
