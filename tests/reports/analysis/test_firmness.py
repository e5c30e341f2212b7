"""How firm ranks are: asked for on the page, kept with the ranking, marked when the preview moved on."""

import pytest
from django.urls import reverse

from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from reports.analysis import firmness
from reports.analysis.kept import Firmness
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CLOSE = {
    "Phường Một": ("59.9", "39.9"),
    "Xã Hai": ("48", "31"),
    "Xã Ba": ("47.9", "31"),
    "Xã Bốn": ("20", "10"),
}


@pytest.fixture
def round_():
    return seasons.simple(CLOSE)


def signed_in(client, role, at):
    client.force_login(make.seated(role, at)[0])


def address(round_):
    return reverse("reports:analysis_firmness", args=[round_.pk])


def test_a_unit_of_the_round_has_it_worked_out_once_for_a_published_ranking(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.OFFICER, round_.cards.first().unit)
    assert "Chưa tính độ vững" in client.get(address(round_)).text
    assert client.post(address(round_)).status_code == 302
    text = client.get(address(round_)).text
    assert "Coi như ngang nhau về thực chất: các hạng 2–3." in text
    first = Firmness.objects.get()
    client.post(address(round_))
    assert Firmness.objects.get().finished_at == first.finished_at


def test_the_page_of_a_unit_tells_its_interval_only_for_these_very_ranks(client, round_):
    signed_in(client, Role.SECRETARY, round_.host)
    card = round_.cards.get(unit_name="Xã Ba")
    page = reverse("reports:unit_analysis", args=[card.pk])
    assert "khoảng hạng" not in client.get(page).text
    client.post(address(round_))
    assert "khoảng hạng 2–3" in client.get(page).text
    Scorecard.objects.filter(unit_name="Phường Một").update(state="appraised")
    assert "khoảng hạng" not in client.get(page).text


def test_before_publication_units_are_refused_and_nothing_is_kept(client, round_):
    signed_in(client, Role.OFFICER, round_.cards.first().unit)
    refused = client.post(address(round_))
    assert refused.status_code == 403
    assert "chưa được công bố" in refused.text
    assert not Firmness.objects.exists()


def test_a_preview_says_when_it_has_moved_on_and_is_worked_out_again(client, round_):
    signed_in(client, Role.SECRETARY, round_.host)
    client.post(address(round_))
    assert "hãy tính lại" not in client.get(address(round_)).text
    Scorecard.objects.filter(unit_name="Xã Bốn").update(state="appraised")
    assert "hãy tính lại" in client.get(address(round_)).text
    client.post(address(round_))
    assert "hãy tính lại" not in client.get(address(round_)).text
    assert Firmness.objects.count() == 1


def test_a_ranking_that_is_published_does_not_show_what_was_kept_of_its_preview(client, round_):
    signed_in(client, Role.SECRETARY, round_.host)
    client.post(address(round_))
    actions.publish_ranking(round_, by=SYSTEM)
    assert "Chưa tính độ vững" in client.get(address(round_)).text


def test_a_large_round_is_left_to_the_worker(client, round_, commits, monkeypatch):
    monkeypatch.setattr(firmness, "AT_ONCE", 1)
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.SECRETARY, round_.host)
    client.post(address(round_))
    assert "Đang tính nền" in client.get(address(round_)).text
    firmness.work(str(Firmness.objects.get().pk))
    firmness.work(str(Firmness.objects.get().pk))
    assert "Tính lúc" in client.get(address(round_)).text


def test_json_tells_the_intervals_and_how_they_came(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.SECRETARY, round_.host)
    path = f"/api/analysis/{round_.pk}/firmness/"
    assert client.get(path).json()["state"] == ""
    assert client.post(path).json()["state"] == "done"
    body = client.get(path).json()
    rows = body["groups"][0]["tables"][0]["rows"]
    assert [(row["unit"], row["tie"]) for row in rows] == [
        ("Phường Một", 1), ("Xã Hai", 2), ("Xã Ba", 2), ("Xã Bốn", 3),
    ]  # fmt: skip
    assert rows[1]["low"] == 2
    assert rows[1]["high"] == 3
    assert "OECD" in body["method"][-1]


def test_the_page_takes_the_same_statements_for_any_number_of_units(client, django_assert_max_num_queries):
    for units in (2, 112):
        round_ = seasons.simple({f"Xã {number}": ("40", str(number % 30)) for number in range(units)})
        actions.publish_ranking(round_, by=SYSTEM)
        signed_in(client, Role.SECRETARY, round_.host)
        client.post(address(round_))
        with django_assert_max_num_queries(14):
            assert "Cụm" in client.get(address(round_)).text
