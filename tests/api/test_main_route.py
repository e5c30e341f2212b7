"""The route of one score as JSON: sign in, list, sheet, save, evidence, approve; and every way to be refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backend.scoring import actions
from backend.scoring.models import Delegation, Evidence, Mark
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.councils import Council, council
from tests.scoring.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing: Callable[..., Council]) -> Council:
    return standing(council)


@pytest.fixture
def season(built: Council, db: None) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def officer(season: Council) -> Client:
    return signed_in(season.users["officer"])


@pytest.fixture
def secretary(season: Council) -> Client:
    return signed_in(season.users["secretary"])


def post(client: Client, path: str, **body: Any) -> HttpResponse:
    return client.post(f"/api/{path}", json.dumps(body), content_type="application/json")


def save(client: Client, season: Council, points: Any, version: int = 0, code: str = "2.1") -> HttpResponse:
    return post(client, f"scorecards/{season.card.pk}/points/", code=code, version=version, points=points)


def leaf(client: Client, season: Council, code: str) -> dict[str, Any]:
    body = client.get(f"/api/scorecards/{season.card.pk}/").json()
    return next(row for row in body["leaves"] if row["code"] == code)


# --- signing in --------------------------------------------------------------------------------------------


def test_the_session_of_the_sign_in_page_is_the_key(season: Council) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get("/api/me/").status_code == 401
    client.get(reverse("accounts:sign_in"))
    form = {"username": season.users["officer"].username, "password": make.PASSWORD}
    token = client.cookies["csrftoken"].value
    assert client.post(reverse("accounts:sign_in"), {**form, "csrfmiddlewaretoken": token}).status_code == 302
    me = client.get("/api/me/").json()
    assert [seat["role"] for seat in me["seats"]] == ["officer"]
    path = f"/api/scorecards/{season.card.pk}/points/"
    body = json.dumps({"code": "2.1", "version": 0, "points": "4"})
    assert client.post(path, body, content_type="application/json").status_code == 403
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(path, body, content_type="application/json", headers=headers).status_code == 200


# --- reading -----------------------------------------------------------------------------------------------


def test_a_unit_lists_its_own_card_and_the_host_every_one(
    season: Council, officer: Client, secretary: Client
) -> None:
    own = officer.get("/api/scorecards/").json()
    assert [row["id"] for row in own["results"]] == [season.card.pk]
    assert secretary.get("/api/scorecards/").json()["count"] == 2
    assert secretary.get("/api/scorecards/?state=approved").json()["count"] == 0
    assert secretary.get(f"/api/scorecards/?round={season.round.pk}&state=draft").json()["count"] == 2


@pytest.mark.parametrize("query", ["state=lost", "round=x"])
def test_a_filter_that_makes_no_sense_is_told_so(officer: Client, query: str) -> None:
    answer = officer.get(f"/api/scorecards/?{query}")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [query.partition("=")[0]]


def test_the_sheet_holds_leaves_totals_and_moves(season: Council, officer: Client) -> None:
    season.submitted()
    body = officer.get(f"/api/scorecards/{season.card.pk}/").json()
    assert [row["code"] for row in body["leaves"]] == ["1.1", "1.2", "2.1", "3.1"]
    assert (body["own_total"], body["own_maximum"], body["maximum"]) == ("9.000", "9.000", "19.000")
    assert [row["move"] for row in body["signatures"]] == ["submit"]
    assert body["leaves"][2]["marks"][0]["points"] == "5.000"


def test_the_host_sees_no_self_score_and_no_words_before_they_are_sent(
    season: Council, secretary: Client
) -> None:
    season.fill()
    actions.set_texts(season.card, by=season.officer, difficulties="Thiếu người", proposals="")
    body = secretary.get(f"/api/scorecards/{season.card.pk}/").json()
    assert [row["marks"] for row in body["leaves"] if row["code"] != "3.1"] == [[], [], []]
    assert body["own_total"] == "0.000"
    assert body["difficulties"] is None
    assert "Thiếu người" not in json.dumps(secretary.get("/api/scorecards/").json(), ensure_ascii=False)
    assert "Thiếu người" in json.dumps(
        signed_in(season.users["leader"]).get(f"/api/scorecards/{season.card.pk}/").json(), ensure_ascii=False
    )


def test_a_question_is_the_councils_until_it_is_sent(
    season: Council, officer: Client, secretary: Client
) -> None:
    season.appraised()
    assert leaf(secretary, season, "1.1")["explanations"]
    assert leaf(officer, season, "1.1")["explanations"] == []
    actions.move(season.card, "ask", by=season.secretary)
    asked = leaf(officer, season, "1.1")["explanations"]
    assert [row["question"] for row in asked] == ["Ban hành chậm"]
    assert season.secretary.name not in json.dumps(asked, ensure_ascii=False)


def test_the_life_of_a_leaf_is_told_in_words(season: Council, officer: Client, secretary: Client) -> None:
    season.appraised()
    path = f"/api/scorecards/{season.card.pk}/history/?code=1.1"
    told = [row["text"] for row in secretary.get(path).json()["results"]]
    assert any("xuống 0,50 - lý do: Ban hành chậm" in text for text in told)
    assert all("xuống" not in row["text"] for row in officer.get(path).json()["results"])
    assert officer.get(path.partition("?")[0]).status_code == 422
    assert officer.get(f"{path}9").status_code == 404


def test_history_tells_nothing_that_is_still_the_units(season: Council, secretary: Client) -> None:
    season.fill()
    assert not any(row["kind"] == "marks" for row in secretary.get("/api/changes/").json()["results"])
    season.close(1)
    changes = secretary.get("/api/changes/?kind=marks").json()["results"]
    assert {row["code"] for row in changes} == {"1.1", "1.2", "2.1"}


# --- points ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", ["4,5", "4.5", "4,500"])
def test_comma_and_point_are_both_read(season: Council, officer: Client, points: str) -> None:
    answer = save(officer, season, points)
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["mark"]["points"], body["mark"]["version"], body["total"]) == ("4.500", 1, "4.500")
    assert body["given"] == 1
    assert datetime.fromisoformat(body["now"])


@pytest.mark.parametrize(
    ("points", "readings"),
    [("1.234,5", ("1234,5", "1,2345")), ("12.500", ("12,5", "12500"))],
)
def test_a_number_of_two_readings_is_refused_with_both(
    season: Council, officer: Client, points: str, readings: tuple[str, str]
) -> None:
    answer = save(officer, season, points)
    assert answer.status_code == 422
    said = " ".join(answer.json()["fields"]["points"]).replace(".", "")
    assert [reading for reading in readings if reading not in said] == []
    assert season.mark("2.1").points is None


def test_a_json_number_with_decimals_is_refused(season: Council, officer: Client) -> None:
    assert save(officer, season, 4.5).status_code == 422


def test_who_comes_second_sees_both_values(season: Council, officer: Client) -> None:
    colleague = signed_in(make.seated(Role.OFFICER, season.unit)[0])
    assert save(officer, season, "4").status_code == 200
    answer = save(colleague, season, "3")
    assert answer.status_code == 409
    details = answer.json()["details"]
    assert (details["theirs"], details["yours"], details["version"]) == ("4,00", "3,00", 1)
    assert season.mark("2.1").points == Decimal(4)


def test_a_late_save_is_refused_with_the_databases_time(season: Council, officer: Client) -> None:
    season.close(1)
    answer = save(officer, season, "4")
    assert answer.status_code == 409
    assert "Đã khoá lúc" in answer.json()["message"]
    assert datetime.fromisoformat(answer.json()["details"]["now"])


@pytest.mark.parametrize("body", [[], "text", 7, None, {"code": []}, {"version": {}}])
def test_a_body_of_another_shape_is_refused(season: Council, officer: Client, body: Any) -> None:
    path = f"/api/scorecards/{season.card.pk}/points/"
    assert officer.post(path, json.dumps(body), content_type="application/json").status_code == 422


def test_a_body_that_is_no_json_is_refused(season: Council, officer: Client) -> None:
    path = f"/api/scorecards/{season.card.pk}/points/"
    assert officer.post(path, "{", content_type="application/json").status_code == 400


def test_a_day_is_never_read_as_a_month(season: Council, secretary: Client) -> None:
    line = {"card": season.card.pk, "code": "3.1", "points": "7.5"}
    source = {"round": season.round.pk, "report_number": "1/BC", "sample": 10, "answers": 9, "lines": [line]}
    answer = post(secretary, "survey-points/", **source, report_date="05/06/2026")
    read = answer.json().get("report_date")
    assert (answer.status_code, read) in ((201, "2026-06-05"), (422, None))


# --- evidence and the signed copy --------------------------------------------------------------------------


def attach(client: Client, season: Council, content: bytes, name: str) -> HttpResponse:
    body = {"code": "2.1", "file": specimens.upload(content, name)}
    return client.post(f"/api/scorecards/{season.card.pk}/evidence/", body)


def test_a_file_is_attached_and_its_address_gives_the_bytes(season: Council, officer: Client) -> None:
    content = specimens.pdf()
    answer = attach(officer, season, content, "Kế hoạch.pdf")
    assert answer.status_code == 201
    file = officer.get(answer.json()["file"])
    assert b"".join(file.streaming_content) == content
    listed = leaf(officer, season, "2.1")["evidence"]
    assert [row["file_name"] for row in listed] == ["Kế hoạch.pdf"]
    gone = post(officer, f"scorecards/{season.card.pk}/evidence/{answer.json()['id']}/remove/")
    assert gone.status_code in (200, 204)
    assert leaf(officer, season, "2.1")["evidence"] == []


@pytest.mark.parametrize(("content", "name"), [(b"MZ" + b"0" * 600, "Kế hoạch.pdf"), (b"", "trống.pdf")])
def test_content_that_is_not_its_extension_is_refused(
    season: Council, officer: Client, content: bytes, name: str
) -> None:
    answer = attach(officer, season, content, name)
    assert answer.status_code == 422
    assert not Evidence.objects.filter(score__card=season.card).exists()


def test_a_document_is_named_by_number_and_issuer(season: Council, officer: Client) -> None:
    path = f"scorecards/{season.card.pk}/evidence/"
    assert post(officer, path, code="2.1", number="05/KH-UBND").status_code == 422
    answer = post(officer, path, code="2.1", number="05/KH-UBND", issuer="UBND", issued_on="2026-01-05")
    assert (answer.status_code, answer.json()["file"]) == (201, None)


def test_the_signed_copy_comes_after_submission(season: Council, officer: Client) -> None:
    path = f"/api/scorecards/{season.card.pk}/signed-copy/"
    body = {"number": "05/BC-UBND", "signed_on": "2026-01-05"}
    assert officer.post(path, body | {"file": specimens.upload(specimens.pdf(), "Ký.pdf")}).status_code == 409
    season.submitted()
    assert officer.post(path, body | {"file": specimens.upload(specimens.pdf(), "Ký.pdf")}).status_code == 200
    sheet = officer.get(f"/api/scorecards/{season.card.pk}/").json()
    assert sheet["signed_number"] == "05/BC-UBND"
    signed = officer.get(sheet["signed_file"])
    assert b"".join(signed.streaming_content) == specimens.pdf()


# --- approval, delegation, the council ---------------------------------------------------------------------


def test_approval_needs_the_secret_and_the_right(season: Council, officer: Client) -> None:
    season.submitted()
    leader, path = signed_in(season.users["leader"]), f"scorecards/{season.card.pk}/moves/approve/"
    assert post(officer, path, secret=make.PASSWORD).status_code == 403
    seen = leader.get(f"/api/scorecards/{season.card.pk}/check/").json()["fingerprint"]
    wrong = post(leader, path, secret="sai", seen=seen)
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["secret"])
    assert post(leader, path, secret=make.PASSWORD, seen=seen).json()["state"] == "approved"


def test_a_leader_lends_her_approval_and_takes_it_back(season: Council) -> None:
    taker = make.seat(None, Role.OFFICER, at=season.unit).user
    leader, path = signed_in(season.users["leader"]), f"scorecards/{season.card.pk}/delegations/"
    period = {"starts_at": "2020-01-01T00:00:00+07:00", "ends_at": "2099-01-01T00:00:00+07:00"}
    stranger = make.seated(Role.OFFICER, season.cards[1].unit)[0]
    assert post(leader, path, taker=stranger.username, **period).status_code in (404, 422)
    lent = post(leader, path, taker=taker.username, document="05/UQ-UBND", **period)
    assert lent.status_code == 201
    assert signed_in(taker).get(f"/api/{path}").status_code == 200
    key = lent.json()["id"]
    assert post(leader, f"{path}{key}/revoke/", reason="Đã về").status_code == 200
    assert signed_in(taker).get(f"/api/{path}").status_code == 403
    assert Delegation.objects.get(pk=key).ends_at.year < 2099


def test_the_council_goes_its_way_to_the_conclusion(season: Council, secretary: Client) -> None:
    season.under_appraisal()
    card = f"scorecards/{season.card.pk}"
    mark = {"code": "1.1", "version": 0, "points": "0,5"}
    assert post(secretary, f"{card}/appraise/", **mark).status_code == 422
    assert post(secretary, f"{card}/appraise/", **mark, reason="Ban hành chậm").status_code == 200
    assert post(secretary, f"{card}/agree/").json()["number"] == 2
    assert post(secretary, f"{card}/moves/appraise/").status_code == 200
    chair = signed_in(season.users["chair"])
    decided = {"code": "1.1", "version": 0, "points": "1", "reason": "Có văn bản bổ sung"}
    assert post(chair, f"{card}/decide/", **decided).status_code == 200
    done = post(chair, f"{card}/moves/conclude/", secret=make.PASSWORD)
    assert (done.status_code, done.json()["state"]) == (200, "concluded")
    final = Mark.objects.get(score__card=season.card, score__code="1.1", step__kind="conclusion")
    assert (final.points, final.reason) == (Decimal(1), "Có văn bản bổ sung")


def test_survey_points_are_listed_and_entered_with_their_source(season: Council, secretary: Client) -> None:
    path = f"/api/survey-points/?round={season.round.pk}"
    rows = secretary.get(path).json()["results"]
    assert [(row["code"], row["points"], row["may_enter"]) for row in rows] == [("3.1", None, True)] * 2
    lines = [{"card": row["card"], "code": "3.1", "points": "7,5", "version": row["version"]} for row in rows]
    source = {"report_number": "45/BC", "report_date": "2026-06-05", "sample": 200, "answers": 180}
    sent = post(secretary, "survey-points/", round=season.round.pk, lines=lines, **source)
    assert sent.status_code == 201, sent.json()
    after = secretary.get(path).json()["results"]
    assert {(row["points"], row["source"]["report_number"]) for row in after} == {("7.500", "45/BC")}


def test_nobody_extends_the_unit_where_she_works(season: Council) -> None:
    insider = make.seat(None, Role.SECRETARY, at=season.host, workplace=season.unit).user
    step = season.round.steps.get(kind="self")
    body = {"closes_at": "2099-01-01T00:00:00+07:00", "reason": "Mất điện", "document": "1/CV"}
    path = f"round-steps/{step.pk}/extend/"
    own = post(signed_in(insider), path, unit=season.unit.pk, **body)
    other = post(signed_in(insider), path, unit=season.cards[1].unit_id, **body)
    assert (own.status_code, other.status_code) == (403, 201)


def test_nobody_enters_survey_points_for_the_unit_where_she_works(season: Council) -> None:
    insider = make.seat(None, Role.SECRETARY, at=season.host, workplace=season.unit).user
    source = {"report_number": "45/BC", "report_date": "2026-06-05", "sample": 200, "answers": 180}
    lines = [{"card": season.card.pk, "code": "3.1", "points": "7.5", "version": 0}]
    refused = post(signed_in(insider), "survey-points/", round=season.round.pk, lines=lines, **source)
    assert refused.status_code == 403


def test_progress_counts_cards_by_state(season: Council, secretary: Client, officer: Client) -> None:
    season.submitted()
    path = f"/api/round-progress/{season.round.pk}/"
    body = secretary.get(path).json()
    assert [(group["units"], group["states"]) for group in body["groups"]] == [
        (2, {"draft": 1, "submitted": 1})
    ]
    assert [step["phase"] for step in body["steps"]][:2] == ["now", "future"]
    assert officer.get(path).status_code == 404


# --- the schema --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_schema_is_made_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
