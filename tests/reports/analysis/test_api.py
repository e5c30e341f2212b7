"""The tables of an analysis as JSON are those of the pages."""

import pytest

from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TWO = {"Phường Một": ("60", "40"), "Phường Hai": ("45", "30")}


@pytest.fixture
def round_():
    made = seasons.simple(TWO)
    actions.publish_ranking(made, by=SYSTEM)
    return made


def test_distribution_and_quartiles_are_rounded_text_with_a_point(client, round_):
    client.force_login(make.seated(Role.SECRETARY, round_.host)[0])
    body = client.get(f"/api/analysis/{round_.pk}/").json()
    steps, fields = body["groups"][0]["tables"]
    assert (body["published"], body["year"]) == (True, 2026)
    assert [row for row in steps["rows"] if row["units"]] == [
        {"step": "từ 75 đến dưới 80 %", "units": 1},
        {"step": "từ 95 đến 100 %", "units": 1},
    ]
    assert fields["rows"][0] | {"field": "Toàn bộ", "median": "87.50", "best": "100.00"} == fields["rows"][0]


def test_points_are_exact_text(client, round_):
    client.force_login(make.seated(Role.SECRETARY, round_.host)[0])
    (table,) = client.get(f"/api/analysis/{round_.pk}/losses/").json()["groups"][0]["tables"]
    assert [(row["code"], row["lost"], row["full"]) for row in table["rows"]] == [
        ("1.1", "15.000", 1),
        ("2.1", "10.000", 1),
    ]


def test_a_unit_gets_its_leaves_and_of_another_its_fields(client, round_):
    mine, other = round_.cards.order_by("pk")
    client.force_login(make.seated(Role.OFFICER, mine.unit)[0])
    own = client.get(f"/api/analysis/{round_.pk}/cards/{mine.pk}/").json()
    assert [table["key"] for table in own["tables"]] == ["fields", "raised", "lost", "claimed"]
    theirs = client.get(f"/api/analysis/{round_.pk}/cards/{other.pk}/").json()
    assert [table["key"] for table in theirs["tables"]] == ["fields"]
    assert client.get(f"/api/analysis/{round_.pk + 1}/cards/{mine.pk}/").status_code == 404
