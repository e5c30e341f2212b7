"""Pages and JSON of results: who sees what, few statements, publishing by password."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.core.dates import format_date
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from reports.documents import make as make_document
from reports.models import Document, Ranking
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

THREE = {"Phường Ô Môn": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}


@pytest.fixture
def round_():
    return seasons.simple(THREE)


def signed_in(client, role, at):
    user, _actor = make.seated(role, at)
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    return client.get(reverse(f"reports:{name}", args=args), query)


def test_a_unit_sees_its_round_but_no_ranking_before_publication(client, round_):
    card = round_.cards.first()
    signed_in(client, Role.OFFICER, card.unit)
    assert "Chưa công bố" in page(client, "ranking_list").text
    assert "Kết quả chưa được công bố" in page(client, "ranking", round_.pk).text
    assert page(client, "unit_result", card.pk).status_code == 404


def test_every_unit_of_the_round_sees_what_was_published(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    mine, other, _third = round_.cards.order_by("pk")
    signed_in(client, Role.OFFICER, mine.unit)
    text = page(client, "ranking", round_.pk).text
    assert all(name in text for name in THREE)
    assert "90,00 %" in text
    assert "Tiêu chí 1.1" in page(client, "unit_result", mine.pk).text
    of_another = page(client, "unit_result", other.pk).text
    assert "Lĩnh vực 1" in of_another
    assert "Tiêu chí 1.1" not in of_another


def test_a_season_of_the_past_is_listed_by_its_stated_day_beside_the_true_one(client, round_):
    made = actions.publish_ranking(round_, by=SYSTEM, **seasons.STATED)
    signed_in(client, Role.OFFICER, round_.cards.first().unit)
    text = page(client, "ranking_list").text
    assert "24/04/2020" in text
    assert f"nhập ngày {format_date(made.published_at)}" in text
    (listed,) = client.get("/api/results/").json()["results"]
    assert listed["stated_on"] == "2020-04-24"


def test_every_result_of_the_demonstration_carries_its_mark(client, round_, settings):
    settings.DEMO = True
    signed_in(client, Role.CHAIR, round_.host)
    assert not round_.is_illustration
    assert "SỐ LIỆU MINH HOẠ" in page(client, "ranking", round_.pk).text
    assert "SỐ LIỆU MINH HOẠ" in page(client, "publish", round_.pk).text


def test_a_stranger_finds_no_round_no_result_and_no_document(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    card = round_.cards.first()
    ready = actions.request_document("ranking_sheet", by=SYSTEM, round_=round_)
    make_document(str(ready.pk))
    signed_in(client, Role.CHAIR, make.unit("Tỉnh khác", kind="city"))
    assert round_.title not in page(client, "ranking_list").text
    for name, key in (
        ("ranking", round_.pk),
        ("publish", round_.pk),
        ("unit_result", card.pk),
        ("document", ready.pk),
        ("document_file", ready.pk),
    ):
        assert page(client, name, key).status_code == 404, name
    for name, key in (("ranking_document", round_.pk), ("card_document", card.pk)):
        asked = client.post(reverse(f"reports:{name}", args=[key]), {"kind": "ranking"})
        assert asked.status_code == 404, name


def test_the_host_sees_the_preview_and_who_waits(client, round_):
    Scorecard.objects.filter(unit_name="Xã Ba").update(state="appraised")
    signed_in(client, Role.SECRETARY, round_.host)
    text = page(client, "ranking", round_.pk).text
    assert "Dự kiến, chưa công bố" in text
    assert "1 đơn vị chưa có kết quả" in text


def test_units_are_found_without_accents_and_sorted(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.CHAIR, round_.host)
    text = page(client, "ranking", round_.pk, q="o mon").text
    assert "Phường Ô Môn" in text
    assert "Phường Hai" not in text
    text = page(client, "ranking", round_.pk, sort="-name").text
    assert text.index("Xã Ba") < text.index("Phường Ô Môn") < text.index("Phường Hai")


def test_the_heat_map_shows_each_field(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    signed_in(client, Role.CHAIR, round_.host)
    text = page(client, "ranking", round_.pk, view="fields").text
    assert "heat-4" in text
    assert "55,00/60,00" in text


@pytest.mark.parametrize("published", [True, False])
def test_the_ranking_page_takes_at_most_ten_statements_for_any_size(
    client, django_assert_max_num_queries, published
):
    for units in (2, 40):
        round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(units)})
        if published:
            actions.publish_ranking(round_, by=SYSTEM)
        signed_in(client, Role.SECRETARY, round_.host)
        with django_assert_max_num_queries(10):  # session, person and seats counted
            assert f"Xã {units - 1}" in page(client, "ranking", round_.pk).text


def test_the_list_takes_the_same_statements_for_one_and_many_rounds(client):
    host = make.unit("Thành phố Cần Thơ", kind="city")
    signed_in(client, Role.SECRETARY, host)
    counts = []
    for year in (2021, 2022, 2023, 2024):
        chosen = seasons.criteria(host, {"1.1": "100"}, year=year)
        unit = make.unit(parent=host)
        seasons.finish(
            seasons.season(host, chosen, year=year),
            {one: {"1.1": "50"} for one in [unit, *host.children.exclude(pk=unit.pk)]},
        )
        with CaptureQueriesContext(connection) as seen:
            page(client, "ranking_list")
        counts.append(len(seen))
    assert len(set(counts[1:])) == 1, counts


def test_the_chair_publishes_by_password(client, round_):
    signed_in(client, Role.CHAIR, round_.host)
    address = reverse("reports:publish", args=[round_.pk])
    assert "Xác nhận công bố" in client.get(address).text
    answer = client.post(address, {"secret": make.PASSWORD, "decision": "12/QĐ-UBND ngày 05/03/2027"})
    assert answer.status_code == 302
    assert Ranking.objects.get().decision == "12/QĐ-UBND ngày 05/03/2027"
    assert "12/QĐ-UBND" in page(client, "ranking", round_.pk).text
    assert "đã được công bố" in client.get(address).text


def test_a_wrong_password_publishes_nothing_and_keeps_what_was_typed(client, round_):
    signed_in(client, Role.CHAIR, round_.host)
    address = reverse("reports:publish", args=[round_.pk])
    answer = client.post(address, {"secret": "sai", "decision": "12/QĐ-UBND"})
    assert answer.status_code == 422
    assert "12/QĐ-UBND" in answer.text
    assert "sai" not in answer.context["form"]["secret"].as_widget()
    assert not Ranking.objects.exists()


def test_what_is_missing_is_listed_and_the_button_is_shut_with_its_reason(client, round_):
    Scorecard.objects.filter(unit_name="Xã Ba").update(state="appraised")
    signed_in(client, Role.CHAIR, round_.host)
    address = reverse("reports:publish", args=[round_.pk])
    text = client.get(address).text
    assert "phiếu đã thẩm định, chưa kết luận" in text
    assert "disabled" in text
    answer = client.post(address, {"secret": make.PASSWORD})
    assert answer.status_code == 409
    assert "Xã Ba" in answer.text


def test_who_does_not_publish_is_told_so(client, round_):
    signed_in(client, Role.SECRETARY, round_.host)
    refused = page(client, "publish", round_.pk)
    assert refused.status_code == 403
    assert "không có quyền công bố" in refused.text


def test_a_document_says_it_is_being_made_and_arrives(client, round_, commits):
    signed_in(client, Role.SECRETARY, round_.host)
    asked = client.post(
        reverse("reports:ranking_document", args=[round_.pk]), {"kind": "ranking_sheet"}, follow=True
    )
    document = Document.objects.get()
    assert "đang tạo" in asked.text
    assert 'http-equiv="refresh"' in asked.text
    early = page(client, "document_file", document.pk)
    assert early.status_code == 409
    make_document(str(document.pk))
    part = client.get(reverse("reports:document", args=[document.pk]), headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Tải về" in part.text
    file = page(client, "document_file", document.pk)
    assert file["Content-Disposition"] == (
        "attachment; filename*=utf-8''X%E1%BA%BFp%20h%E1%BA%A1ng%20-%20Th%C3%A0nh%20ph%E1%BB%91%20"
        "C%E1%BA%A7n%20Th%C6%A1%20-%202026.xlsx"
    )
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_json_gives_the_same_ranking(client, round_):
    actions.publish_ranking(round_, by=SYSTEM)
    mine, other, _third = round_.cards.order_by("pk")
    signed_in(client, Role.OFFICER, mine.unit)
    body = client.get(f"/api/results/{round_.pk}/").json()
    assert [(row["rank"], row["unit"], row["total"]) for row in body["groups"][0]["rows"]] == [
        (1, "Phường Hai", "90.000"),
        (2, "Phường Ô Môn", "80.000"),
        (3, "Xã Ba", "70.000"),
    ]
    assert body["groups"][0]["rows"][0]["index"] == "90.00"
    own = client.get(f"/api/results/{round_.pk}/cards/{mine.pk}/").json()
    assert [leaf["result"] for leaf in own["leaves"]] == ["50.000", "30.000"]
    assert "leaves" not in client.get(f"/api/results/{round_.pk}/cards/{other.pk}/").json()


def test_json_publishes_by_password_and_says_what_is_missing(client, round_):
    signed_in(client, Role.CHAIR, round_.host)
    address = f"/api/results/{round_.pk}/publish/"
    assert client.post(address, {"secret": "sai"}).status_code == 422
    Scorecard.objects.filter(unit_name="Xã Ba").update(state="appraised")
    answer = client.post(address, {"secret": make.PASSWORD})
    assert answer.status_code == 409
    assert "Xã Ba" in json.dumps(answer.json(), ensure_ascii=False)
    Scorecard.objects.filter(unit_name="Xã Ba").update(state="concluded")
    assert client.post(address, {"secret": make.PASSWORD}).status_code == 201
    assert Ranking.objects.exists()


def test_json_of_illustration_says_so(client, settings):
    settings.DEMO = True
    round_ = seasons.simple(THREE, is_illustration=True)
    signed_in(client, Role.SECRETARY, round_.host)
    assert client.get(f"/api/results/{round_.pk}/").json()["notice"] == "SỐ LIỆU MINH HOẠ"


def test_json_asks_for_a_document_and_fetches_it(client, round_):
    signed_in(client, Role.SECRETARY, round_.host)
    asked = client.post("/api/documents/", {"kind": "ranking_sheet", "round": round_.pk})
    assert (asked.status_code, asked.json()["state"]) == (202, "making")
    make_document(str(asked.json()["id"]))
    file = client.get(f"/api/documents/{asked.json()['id']}/file/")
    assert b"".join(file.streaming_content)[:2] == b"PK"
