"""A unit over the years: published results, the past of its parts, and leaves only where the same was asked."""

import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import Node
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from tests import make
from tests.reports import seasons
from tiers.models import Lineage, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def sheets(client, card):
    """Return the tables of a card's trend by title, without what stands above them."""
    answer = client.get(reverse("reports:unit_trend", args=[card.pk]), {"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    pages = [book.get_sheet_by_index(place) for place in range(len(book.sheet_names))]
    tables = [page.to_python(skip_empty_area=False) for page in pages]
    return [[row for row in table[3:] if any(row)] for table in tables]


@pytest.fixture
def host():
    return make.unit("Thành phố Cần Thơ", kind="city")


def season(host, leaves, results, *, year, links=()):
    """Make a published season; ``links`` are (code, node of an earlier set)."""
    units = {make_or_find(host, name): given for name, given in results.items()}
    chosen = linked(host, leaves, year, dict(links))
    made = seasons.season(host, chosen, year=year)
    seasons.finish(made, units)
    actions.publish_ranking(made, by=SYSTEM)
    made.refresh_from_db()
    return made


def make_or_find(host, name):
    return host.children.filter(name=name).first() or make.unit(name, parent=host)


def linked(host, leaves, year, links):
    made = make.criteria_set(host, leaves=leaves, year=year, state="draft")
    with recording(by=SYSTEM):
        for code, node in links.items():
            Node.objects.filter(criteria_set=made, code=code).update(previous=node)
        made.state, made.published_at = "published", clock.now()
        made.save()
    return made


def node(round_, code):
    return Node.objects.get(criteria_set__groups__round=round_, code=code)


@pytest.fixture
def two_years(host):
    """2025 asked 1.1, 1.2 and 2.1; 2026 asks 1.1 under another code, splits 2.1, and adds 3.1."""
    first = season(
        host,
        {"1.1": "4", "1.2": "2", "2.1": "4"},
        {"Xã Một": {"1.1": "2", "1.2": "2", "2.1": "4"}, "Xã Hai": {"1.1": "4", "1.2": "2", "2.1": "4"}},
        year=2025,
    )
    links = {
        "1.7": node(first, "1.1"),
        "2.1": node(first, "2.1"),
        "2.2": node(first, "2.1"),
    }
    second = season(
        host,
        {"1.7": "8", "2.1": "1", "2.2": "3", "3.1": "5"},
        {
            "Xã Một": {"1.7": "6", "2.1": "1", "2.2": "3", "3.1": "5"},
            "Xã Hai": {"1.7": "8", "2.1": "1", "2.2": "0", "3.1": "0"},
        },
        year=2026,
        links=links.items(),
    )
    return first, second


def test_results_stand_year_by_year_beside_the_median_of_the_group(client, host, two_years):
    card = two_years[1].cards.get(unit_name="Xã Một")
    client.force_login(make.seated(Role.OFFICER, card.unit)[0])
    years = sheets(client, card)[0]
    assert [row[0] for row in years[1:]] == [2025, 2026]
    assert years[1][2:6] == [80, 90, 2, 2]
    assert years[2][2:6] == [88.24, 70.59, 1, 2]


def test_only_leaves_that_stand_one_for_one_are_compared(client, host, two_years):
    card = two_years[1].cards.get(unit_name="Xã Một")
    client.force_login(make.seated(Role.OFFICER, card.unit)[0])
    _years, fields, leaves = sheets(client, card)
    assert leaves == [
        ["Mã", "Tiêu chí", "2025", "2026", "Thay đổi"],
        ["1.7", "Tiêu chí 1.7", 50, 75, 25],
    ]
    assert fields[1] == ["1", "Lĩnh vực 1", 1, 50, 75, 25]


def test_of_another_unit_the_published_results_are_seen_and_no_leaf(client, host, two_years):
    mine, other = two_years[1].cards.order_by("unit__order")
    client.force_login(make.seated(Role.OFFICER, mine.unit)[0])
    assert len(sheets(client, other)) == 1
    assert "Tiêu chí 1.7" not in client.get(reverse("reports:unit_trend", args=[other.pk])).text


def test_a_units_past_is_that_of_its_parts_side_by_side_and_never_added_up(client, host):
    reform = date(2025, 7, 1)
    old = season(
        host,
        {"1.1": "10"},
        {"Xã Cũ": {"1.1": "9"}, "Xã Chia": {"1.1": "5"}},
        year=2024,
    )
    Unit.objects.filter(parent=host).update(valid_to=reform)
    new = season(host, {"1.1": "10"}, {"Xã Mới": {"1.1": "8"}}, year=2026)
    card = new.cards.get(unit_name="Xã Mới")
    with recording(by=SYSTEM):
        for name, share in (("Xã Cũ", "whole"), ("Xã Chia", "part")):
            before = old.cards.get(unit_name=name).unit
            Lineage.objects.create(old=before, new=card.unit, share=share, on=reform)
    client.force_login(make.seated(Role.SECRETARY, host)[0])
    years, origins = sheets(client, card)
    assert [row[0] for row in years[1:]] == [2026]
    assert [(row[1], row[2], row[4]) for row in origins[1:]] == [
        ("Xã Cũ", "toàn bộ", 90),
        ("Xã Chia", "một phần", 50),
    ]


def test_the_page_takes_the_same_statements_for_any_number_of_units(client, django_assert_max_num_queries):
    for units in (2, 40):
        host = make.unit("Thành phố", kind="city")
        for year in (2025, 2026):
            made = season(host, {"1.1": "10"}, {f"Xã {n}": {"1.1": "5"} for n in range(units)}, year=year)
        client.force_login(make.seated(Role.SECRETARY, host)[0])
        with django_assert_max_num_queries(26):
            client.get(reverse("reports:unit_trend", args=[made.cards.first().pk]))


def test_json_has_the_same_tables(client, host, two_years):
    card = two_years[1].cards.get(unit_name="Xã Một")
    client.force_login(make.seated(Role.OFFICER, card.unit)[0])
    body = client.get(f"/api/analysis/{two_years[1].pk}/cards/{card.pk}/trend/").json()
    assert [table["key"] for table in body["tables"]] == ["years", "fields", "leaves"]
    assert body["tables"][2]["rows"] == [
        {"code": "1.7", "title": "Tiêu chí 1.7", "y2025": "50.00", "y2026": "75.00", "change": "25.00"}
    ]
