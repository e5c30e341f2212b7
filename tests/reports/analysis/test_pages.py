"""Pages of analysis through the front door: the numbers, who sees what, few statements, workbooks."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from backend.audit.recording import recording
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FOUR = {
    "Phường Một": ("60", "40"),
    "Phường Hai": ("48", "30"),
    "Xã Ba": ("36", "20"),
    "Xã Bốn": ("30", "24"),
}
ROUND_PAGES = ("analysis", "analysis_places", "analysis_progress", "analysis_losses", "analysis_claims")


@pytest.fixture
def round_():
    return seasons.simple(FOUR)


def signed_in(client, role, at):
    user, _actor = make.seated(role, at)
    client.force_login(user)
    return user


def page(client, name, key, **query):
    return client.get(reverse(f"reports:{name}", args=[key]), query)


def rows(client, name, key, sheet=0):
    """Return the rows of a page's workbook below its heads, as text and numbers."""
    answer = page(client, name, key, format="xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    found = book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [row for row in found[3:] if any(row)]


def test_the_distribution_counts_units_by_step_and_gives_quartiles_of_fields(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.OFFICER, round_.cards.first().unit)
    text = page(client, "analysis", round_.pk).text
    assert "từ 95 đến 100 %" in text
    # 100, 78, 56 and 54 %: the median lies half way between 78 and 56.
    assert "67,00 %" in text
    assert "Phường Một" in text
    heads, whole, first, _second = rows(client, "analysis", round_.pk, sheet=1)
    assert heads[:6] == [
        "Lĩnh vực",
        "Thấp nhất",
        "Tứ phân vị dưới",
        "Trung vị",
        "Tứ phân vị trên",
        "Cao nhất",
    ]
    assert whole[:6] == ["Toàn bộ", 54, 55.5, 67, 83.5, 100]
    assert first[:6] == ["1. Lĩnh vực 1", 50, 57.5, 70, 85, 100]


def test_leaves_are_listed_by_what_they_cost_with_the_reasons_given(client, round_):
    cut = Mark.objects.filter(
        score__code="1.1", step__kind="conclusion", score__card__unit_name__startswith="Xã"
    )
    with recording(by=SYSTEM):
        for mark in cut:
            mark.from_points, mark.reason = mark.max_points, "Báo cáo chậm"
            mark.save()
    signed_in(client, Role.SECRETARY, round_.host)
    _heads, first, second = rows(client, "analysis_losses", round_.pk)
    # 1.1: 60 + 48 + 36 + 30 of 240; 2.1: 40 + 30 + 20 + 24 of 160.
    assert first == ["1.1", "Tiêu chí 1.1", 66, 72.5, 4, 1, "Báo cáo chậm (2 đơn vị)"]
    assert second == ["2.1", "Tiêu chí 2.1", 46, 71.25, 4, 1, ""]


def test_claims_stand_beside_what_was_found_by_unit_and_by_leaf(client):
    round_ = claimed_round()
    signed_in(client, Role.SECRETARY, round_.host)
    _heads, *units = rows(client, "analysis_claims", round_.pk)
    assert units == [
        ["Xã Hai", 55, 45, 10, 0, 1, "1. Lĩnh vực 1: 10,00"],
        ["Xã Một", 45, 50, 0, 5, 0, ""],
    ]
    _heads, *leaves = rows(client, "analysis_claims", round_.pk, sheet=1)
    assert leaves == [["1.1", "Tiêu chí 1.1", 100, 95, 10, 5, 1, 2]]


def claimed_round():
    """Make a round in which one unit claimed 10 points too many and one 5 too few."""
    host = make.unit("Thành phố Cần Thơ", kind="city")
    one, two = (make.unit(name, parent=host) for name in ("Xã Một", "Xã Hai"))
    round_ = seasons.season(host, seasons.criteria(host, {"1.1": "60"}))
    seasons.finish(round_, {one: {"1.1": "50"}, two: {"1.1": "45"}})
    with recording(by=SYSTEM):
        for name, own in (("Xã Một", "45"), ("Xã Hai", "55")):
            mark = Mark.objects.get(step__kind="self", score__card__unit_name=name)
            mark.points = Decimal(own)
            mark.save()
    return round_


def test_tiles_stand_under_the_district_above_a_unit(client):
    round_ = seasons.simple(FOUR)
    district = make.unit("Quận Ninh Kiều", parent=round_.host, kind="district")
    moved = round_.cards.get(unit__name="Xã Ba").unit
    with recording(by=SYSTEM):
        moved.parent = district
        moved.save()
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.OFFICER, round_.cards.first().unit)
    text = page(client, "analysis_places", round_.pk).text
    assert text.index("Quận Ninh Kiều") < text.index("Thuộc thẳng cơ quan tổ chức")
    _heads, *areas = rows(client, "analysis_places", round_.pk)
    assert [area[:3] for area in areas] == [
        ["Quận Ninh Kiều", 1, 56],
        ["Thuộc thẳng cơ quan tổ chức", 3, 77.33],
    ]


def test_a_unit_sees_where_its_points_went_and_of_another_its_fields_only(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    other, mine = round_.cards.order_by("pk")[:2]
    signed_in(client, Role.OFFICER, mine.unit)
    text = page(client, "unit_analysis", mine.pk).text
    assert "hạng 2 trên 4" in text
    assert "Tiêu chí 1.1" in text
    of_another = page(client, "unit_analysis", other.pk).text
    assert "1. Lĩnh vực 1" in of_another
    assert "Tiêu chí 1.1" not in of_another


def test_before_publication_units_wait_and_the_host_sees_it_marked_as_not_final(client, round_):
    card = round_.cards.first()
    signed_in(client, Role.OFFICER, card.unit)
    assert "Kết quả chưa được công bố" in page(client, "analysis", round_.pk).text
    assert page(client, "unit_analysis", card.pk).status_code == 404
    signed_in(client, Role.SECRETARY, round_.host)
    for name in ROUND_PAGES:
        assert "Dự kiến, chưa công bố." in page(client, name, round_.pk).text, name
        assert "Dự kiến, chưa công bố" in str(_top(client, name, round_.pk)), name


def _top(client, name, key):
    book = CalamineWorkbook.from_filelike(io.BytesIO(page(client, name, key, format="xlsx").getvalue()))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)[:3]


def test_leaves_of_all_units_are_the_hosts_to_see(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.LEADER, round_.cards.first().unit)
    for name in ("analysis_losses", "analysis_claims", "analysis_progress"):
        refused = page(client, name, round_.pk)
        assert refused.status_code == 403
        assert "trang phân tích của đơn vị" in refused.text


def test_who_works_at_a_unit_does_not_see_its_leaves_before_publication(client):
    round_ = seasons.simple(FOUR)
    own = round_.cards.get(unit__name="Phường Một").unit
    user, _actor = make.seated(Role.SECRETARY, round_.host, workplace=own)
    client.force_login(user)
    _heads, first, _second = rows(client, "analysis_losses", round_.pk)
    assert first[4] == 3
    names = [row[0] for row in rows(client, "analysis_claims", round_.pk)]
    assert "Phường Hai" in names
    assert "Phường Một" not in names


def test_an_illustration_says_so_on_pages_and_in_workbooks(client, settings):
    settings.DEMO = True
    round_ = seasons.simple(FOUR, is_illustration=True)
    signed_in(client, Role.SECRETARY, round_.host)
    for name in ROUND_PAGES:
        assert "SỐ LIỆU MINH HOẠ" in page(client, name, round_.pk).text
        assert "SỐ LIỆU MINH HOẠ" in str(_top(client, name, round_.pk))


@pytest.mark.parametrize(("name", "most"), [(name, 16) for name in ROUND_PAGES])
@pytest.mark.parametrize("published", [True, False])
def test_the_pages_take_the_same_few_statements_for_any_number_of_units(
    client, django_assert_max_num_queries, name, most, published
):
    for units in (2, 112):
        round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(units)})
        if published:
            actions.publish_ranking(round_, by=SYSTEM)
        signed_in(client, Role.SECRETARY, round_.host)
        with django_assert_max_num_queries(most):  # session, person and seats counted
            assert page(client, name, round_.pk).status_code == 200


@pytest.mark.parametrize("published", [True, False])
def test_the_page_of_a_unit_takes_the_same_statements_for_any_number_of_units(
    client, django_assert_max_num_queries, published
):
    for units in (2, 112):
        round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(units)})
        if published:
            actions.publish_ranking(round_, by=SYSTEM)
        signed_in(client, Role.SECRETARY, round_.host)
        with django_assert_max_num_queries(24):
            assert "Tiêu chí 1.1" in page(client, "unit_analysis", round_.cards.first().pk).text
