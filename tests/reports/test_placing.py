"""Units ranked by a field, by a criterion, over all groups and across hosts; ties as each group has them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, placing, queries
from reports.models import LeafRow
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

THREE = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "25"), "Xã Ba": ("50", "40")}


def places(found):
    return [(one.rank, one.line.unit_name, one.points) for one in found.placed]


def by(round_, ranking, code):
    (table,) = queries.tables(round_, ranking)
    own = queries.criteria_in(round_, ranking)[table.group_id]
    return placing.by_part(table, own, queries.leaves_in(round_, ranking), code)


def test_by_field_and_by_criterion_the_preview_and_the_copies_say_the_same():
    round_ = seasons.simple(THREE)
    before = [places(by(round_, None, code)) for code in ("1", "2", "1.1", "2.1")]
    ranking = actions.publish_ranking(round_, by=SYSTEM)
    assert [places(by(round_, ranking, code)) for code in ("1", "2", "1.1", "2.1")] == before
    assert before[0] == [
        (1, "Phường Hai", Decimal(55)),
        (2, "Phường Một", Decimal(50)),
        (2, "Xã Ba", Decimal(50)),
    ]
    assert before[1][0] == (1, "Xã Ba", Decimal(40))
    assert before[0] == before[2]


def test_a_unit_the_criterion_does_not_apply_to_is_named_and_not_ranked():
    round_ = seasons.simple(THREE)
    seasons.leave_out(round_.cards.get(unit_name="Xã Ba"), "1.1")
    for ranking in (None, actions.publish_ranking(round_, by=SYSTEM)):
        found = by(round_, ranking, "1.1")
        assert [one.line.unit_name for one in found.placed] == ["Phường Hai", "Phường Một"]
        assert [line.unit_name for line in found.left_out] == ["Xã Ba"]
    assert LeafRow.objects.filter(applies=False).count() == 1


def test_a_criterion_of_several_leaves_is_the_sum_of_those_that_apply():
    host = make.unit("Thành phố Thử", kind="city")
    chosen = seasons.criteria(host, {"1.1": "2", "1.2": "3", "10.1": "5"})
    units = [make.unit(name, parent=host) for name in ("Xã A", "Xã B")]
    round_ = seasons.season(host, chosen, with_survey=False)
    given = {"1.1": "1", "1.2": "3", "10.1": "5"}
    cards = seasons.finish(round_, {units[0]: given, units[1]: given | {"1.1": "2"}})
    seasons.leave_out(cards[0], "1.1")
    found = by(round_, None, "1")
    assert [(one.line.unit_name, one.points, one.maximum) for one in found.placed] == [
        ("Xã A", Decimal(3), Decimal(3)),
        ("Xã B", Decimal(5), Decimal(5)),
    ]
    assert [one.rank for one in found.placed] == [1, 1]
    assert all(placing.is_within(code, "1") for code in ("1", "1.1", "1.1.2"))
    assert not placing.is_within("10.1", "1")


def test_over_all_groups_units_are_compared_by_exact_index():
    host = make.unit("Thành phố Thử", kind="city")
    results, sets = {}, []
    for code, most, points in (("ward", "60", "45"), ("department", "80", "60"), ("agency", "90", "67.501")):
        sets.append(seasons.criteria(host, {"1.1": most}, kind=make.kind(code, title=f"Nhóm {code}")))
        results[make.unit(f"Đơn vị {code}", parent=host, kind=code)] = {"1.1": points}
    round_ = seasons.season(host, *sets, with_survey=False)
    seasons.finish(round_, results)
    found = placing.over_all(queries.preview(round_))
    assert [(one.rank, one.shared, one.line.unit_name, one.group) for one in found.placed] == [
        (1, False, "Đơn vị agency", "Nhóm agency"),
        (2, True, "Đơn vị ward", "Nhóm ward"),
        (2, True, "Đơn vị department", "Nhóm department"),
    ]


def page(client, round_, **query):
    return client.get(reverse("reports:placing", args=[round_.pk]), query)


def test_the_page_ranks_by_what_is_asked_and_a_preview_is_watermarked(client):
    round_ = seasons.simple(THREE)
    client.force_login(make.seat(None, Role.SECRETARY, at=round_.host).user)
    text = page(client, round_, of="2.1").text
    assert 'class="watermark"' in text
    assert text.index("Xã Ba") < text.index("Phường Một") < text.index("Phường Hai")
    assert 'class="watermark"' in client.get(reverse("reports:ranking", args=[round_.pk])).text
    assert page(client, round_, of="9.9").status_code == 404
    assert page(client, round_, group="2").status_code == 404
    actions.publish_ranking(round_, by=SYSTEM)
    assert "watermark" not in page(client, round_, of="2.1").text
    assert "watermark" not in client.get(reverse("reports:ranking", args=[round_.pk])).text


def test_a_unit_sees_no_order_of_any_part_before_publication(client):
    round_ = seasons.simple(THREE)
    client.force_login(make.seat(None, Role.OFFICER, at=round_.cards.first().unit).user)
    assert page(client, round_).status_code == 404
    actions.publish_ranking(round_, by=SYSTEM)
    assert "Xã Ba" in page(client, round_).text


@pytest.mark.parametrize("published", [True, False])
def test_the_page_takes_the_same_statements_for_any_number_of_units(
    client, django_assert_max_num_queries, published
):
    for units in (2, 30):
        round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(units)})
        if published:
            actions.publish_ranking(round_, by=SYSTEM)
        client.force_login(make.seat(None, Role.SECRETARY, at=round_.host).user)
        with django_assert_max_num_queries(14):
            assert f"Xã {units - 1}" in page(client, round_, of="1.1").text


def test_communes_are_ranked_inside_their_district_and_across_the_city(client):
    city = make.unit("Thành phố Cần Thơ", kind="city")
    rounds = []
    for name, given in (("Quận Một", ("50", "30")), ("Quận Hai", ("55", "30")), ("Quận Ba", ("1", "1"))):
        district = make.unit(name, parent=city, kind="district")
        rounds.append(
            seasons.simple({f"Phường của {name}": given, f"Xã của {name}": ("50", "30")}, host=district)
        )
    for round_ in rounds[:2]:
        actions.publish_ranking(round_, by=SYSTEM)
    (found,) = queries.across(rounds[0])
    assert [(one.rank, one.line.unit_name, one.group) for one in found.placing.placed] == [
        (1, "Phường của Quận Hai", "Quận Hai"),
        (2, "Phường của Quận Một", "Quận Một"),
        (2, "Xã của Quận Một", "Quận Một"),
        (2, "Xã của Quận Hai", "Quận Hai"),
    ]
    client.force_login(make.seat(None, Role.CHAIR, at=rounds[0].host).user)
    text = client.get(reverse("reports:across", args=[rounds[0].pk])).text
    assert "Quận Hai" in text
    assert "Quận Ba" not in text  # not published
