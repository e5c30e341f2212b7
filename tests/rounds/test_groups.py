"""Groups of a round: two halves of a kind, ties by fields, decimals; a unit stands in one group."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid
from backend.rounds import actions, queries
from backend.rounds.models import Group, Round
from backend.rounds.rules import BandLine
from backend.scoring.actions import open_round
from permissions.actor import SYSTEM
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.unit("Thành phố", kind="city")


@pytest.fixture
def units(city):
    """Two communes with procedures and one without."""
    return [
        make.unit("Xã Một", parent=city),
        make.unit("Xã Hai", parent=city),
        make.unit("Xã Ba", parent=city, has_procedures=False),
    ]


@pytest.fixture
def chosen(city):
    return make.criteria_set(city, leaves={"1.1": "2", "2.1": "3"})


@pytest.fixture
def round_(city, units, chosen) -> Round:
    made = make.round_(city, chosen)
    actions.remove_group(made.groups.get(), by=SYSTEM)
    return made


def put(round_, chosen, **values) -> Group:
    group = actions.put_group(round_, by=SYSTEM, kind=chosen.kind, criteria_set=chosen, **values)
    actions.set_bands(group, [BandLine("Đạt", Decimal(0))], by=SYSTEM)
    return group


def halves(round_, chosen) -> list[Group]:
    return [put(round_, chosen, procedures=half) for half in ("with", "without")]


def test_two_halves_share_the_units_of_a_kind(round_, chosen):
    first, second = halves(round_, chosen)
    assert queries.unit_counts(round_) == {first.pk: 2, second.pk: 1}
    assert [first.title, second.title] == ["commune (có TTHC)", "commune (không có TTHC)"]


def test_every_unit_gets_one_card_in_its_own_half(round_, chosen):
    first, second = halves(round_, chosen)
    cards = open_round(round_, by=SYSTEM, quiet=True)
    assert {card.unit_name: card.group_id for card in cards} == {
        "Xã Một": first.pk,
        "Xã Hai": first.pk,
        "Xã Ba": second.pk,
    }


@pytest.mark.parametrize(
    ("one", "other"), [("any", "with"), ("without", "any"), ("with", "with"), ("any", "any")]
)
def test_groups_that_would_share_a_unit_are_refused(round_, chosen, one, other):
    put(round_, chosen, procedures=one)
    with pytest.raises(Invalid, match="đã có nhóm"):
        put(round_, chosen, procedures=other)


@pytest.mark.parametrize(
    ("one", "other"), [("any", "with"), ("without", "any"), ("with", "with"), ("any", "any")]
)
def test_the_database_refuses_them_too(round_, chosen, one, other):
    put(round_, chosen, procedures=one)
    group = Group(round=round_, kind=chosen.kind, criteria_set=chosen, title="Nhóm", procedures=other)
    with recording(by=SYSTEM), transaction.atomic(), pytest.raises(IntegrityError):
        group.save()


def test_a_half_alone_leaves_units_without_a_group_and_the_round_shut(round_, chosen):
    put(round_, chosen, procedures="with")
    assert queries.units_without_group(round_) == ["Xã Ba"]
    (problem,) = [line for line in actions.check_ready(round_) if "chưa thuộc nhóm" in line]
    assert "1 đơn vị" in problem
    assert "Xã Ba" in problem


def test_an_empty_half_is_named(round_, chosen, units):
    with recording(by=SYSTEM):
        units[2].has_procedures = True
        units[2].save()
    halves(round_, chosen)
    assert any("không có đơn vị nào" in line for line in actions.check_ready(round_))


@pytest.mark.parametrize(
    ("order", "said"),
    [(["9"], "Không có lĩnh vực “9”. Các lĩnh vực: 1, 2."), (["2", "2"], "“2” được nêu hai lần")],
)
def test_fields_asked_first_are_fields_of_the_set_each_once(round_, chosen, order, said):
    with pytest.raises(Invalid, match=said):
        put(round_, chosen, tie_order=order)


@pytest.mark.parametrize("decimals", [0, 4])
def test_decimals_are_one_to_three(round_, chosen, decimals):
    with pytest.raises(Invalid, match="1, 2 hoặc 3"):
        put(round_, chosen, decimals=decimals)


def test_a_copy_keeps_halves_decimals_and_the_fields_that_are_still_there(round_, chosen):
    for half in ("with", "without"):
        put(round_, chosen, procedures=half, decimals=3, tie_rule="ordered", tie_order=["2", "1"])
    copy = actions.copy_round(round_, by=SYSTEM, year=round_.year + 1)
    kept = copy.groups.order_by("order").values_list("procedures", "decimals", "tie_order")
    assert list(kept) == [("with", 3, ["2", "1"]), ("without", 3, ["2", "1"])]


def test_the_day_of_the_round_decides_who_is_in_it(round_, chosen, city):
    make.unit("Xã mới", parent=city, valid_from=clock.now().date() + make.DAY)
    group = put(round_, chosen)
    assert queries.unit_counts(round_) == {group.pk: 3}
