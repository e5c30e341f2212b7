"""Survey and index leaves whose rule works the points out: counts or a percentage are entered, not points."""

import copy
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backend.core import clock
from backend.core.errors import Invalid
from backend.core.sheets import read_rows
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring import actions
from backend.scoring.actions import SurveyRow
from backend.scoring.models import Mark, Score
from tests.scoring.councils import Council, council

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SOURCE = {"report_number": "45/BC-SNV", "report_date": "05/06/2026", "sample": "200", "answers": "180"}
ENTERED = {"report_number": "45/BC-SNV", "report_date": date(2026, 6, 5), "sample": 200, "answers": 180}
COUNTS = {"1": "6", "2": "2", "3": "2", "4": "0"}
WORDS = "(6 A × 100 % + 2 B × 60 % + 2 C × 20 % + 0 D × 0 %) / 10 câu trả lời = 76 %, tính trên 10 điểm = 7,6 điểm"


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(lambda: council(survey={"rule": "survey", "params": {}}))


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season, "secretary")


def signed_in(season, role) -> Client:
    client = Client()
    client.force_login(season.users[role])
    return client


def score(season, place: int = 0) -> Score:
    return Score.objects.get(card=season.cards[place], code="3.1")


def standing_mark(season, place: int = 0) -> Mark:
    return Mark.objects.get(score=score(season, place), step__kind="survey")


def url(name: str, season) -> str:
    return reverse(f"scoring:{name}", args=[season.round.pk])


def enter(season, secretary, counts=COUNTS, *, seen: str = "0", **more):
    key = score(season).pk
    cells = {f"cell_{key}_{name}": count for name, count in counts.items()} | {f"seen_{key}": seen}
    return secretary.post(url("survey", season), SOURCE | cells | more)


def test_the_counts_are_asked_for_and_give_the_points(season, secretary):
    page = secretary.get(url("survey", season)).text
    assert "Số trả lời A" in page
    assert enter(season, secretary).status_code == 302
    mark = standing_mark(season)
    assert (mark.points, mark.inputs) == (Decimal("7.6"), {"1": 6, "2": 2, "3": 2, "4": 0})
    assert WORDS in secretary.get(url("survey", season)).text


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({**COUNTS, "2": "ba"}, "không phải là một số"),
        ({**COUNTS, "2": "1,5"}, "phải là số nguyên"),
        ({**COUNTS, "2": ""}, "Chưa nhập “Số trả lời B”"),
        (dict.fromkeys(COUNTS, "0"), "Chưa có câu trả lời nào"),
        (dict.fromkeys(COUNTS, ""), "Chưa có điểm nào"),
    ],
)
def test_counts_that_make_no_sense_are_refused_and_kept(season, secretary, counts, said):
    answer = enter(season, secretary, counts)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{counts["2"]}"' in answer.text or not counts["2"]
    assert standing_mark(season).points is None


def test_a_change_of_the_counts_needs_a_reason_even_for_the_same_points(season, secretary):
    enter(season, secretary)
    doubled = {name: str(int(count) * 2) for name, count in COUNTS.items()}
    seen = str(standing_mark(season).version)
    assert "hãy ghi lý do" in enter(season, secretary, doubled, seen=seen).text
    assert enter(season, secretary, doubled, seen=seen, reason="Đếm lại").status_code == 302
    assert (standing_mark(season).points, standing_mark(season).inputs["1"]) == (Decimal("7.6"), 12)
    life = secretary.get(reverse("scoring:timeline", args=[season.card.pk, "3.1"])).text
    assert "sửa số liệu, điểm vẫn là 7,60 - lý do: Đếm lại" in life


def test_who_is_overtaken_is_told(season, secretary):
    enter(season, secretary)
    late = enter(season, secretary, {**COUNTS, "4": "10"})
    assert late.status_code == 422
    assert "Vừa có người nhập 7,60. Bạn nhập 3,80" in late.text


def test_bare_points_are_refused_where_the_rule_works_them_out(season):
    rows = [SurveyRow(season.card, "3.1", Decimal(7), 0)]
    with pytest.raises(Invalid, match="hãy nhập số liệu"):
        actions.enter_survey(season.round, rows, by=season.secretary, **ENTERED)


def test_the_unit_and_the_council_read_how_the_points_came_about(season, secretary):
    enter(season, secretary)
    season.under_appraisal()
    council_page = secretary.get(reverse("scoring:appraisal", args=[season.card.pk]), {"field": "3"}).text
    assert WORDS in council_page
    assert "45/BC-SNV" in council_page
    officer = signed_in(season, "officer")
    leaf = reverse("scoring:leaf", args=[season.card.pk, "3.1"])
    assert WORDS not in officer.get(leaf).text  # before the host shows its points
    Step.objects.filter(round=season.round, kind=Step.Kind.SURVEY).update(shown_at=clock.now())
    assert WORDS in officer.get(leaf).text
    assert WORDS in officer.get(reverse("scoring:scorecard", args=[season.card.pk])).text


# --- the workbook ------------------------------------------------------------------------------------------


def template(season, secretary) -> list[list[str]]:
    answer = secretary.get(url("survey_template", season))
    return read_rows(BytesIO(answer.content), most_rows=100)


def send(season, secretary, rows):
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    file = SimpleUploadedFile("diem.xlsx", kept.getvalue())
    return secretary.post(url("survey_import", season), SOURCE | {"file": file})


def filled(season, secretary, *counts) -> list[list]:
    rows = template(season, secretary)
    rows[3][0] = int(rows[3][0])
    rows[3][3:] = [*counts, ""]
    return rows


def test_the_workbook_has_a_column_for_each_answer(season, secretary):
    rows = template(season, secretary)
    assert rows[0][3:7] == ["3.1:1", "3.1:2", "3.1:3", "3.1:4"]
    assert "Số trả lời A" in rows[2][3]


def test_counts_in_a_workbook_are_looked_at_and_written(season, secretary):
    preview = send(season, secretary, filled(season, secretary, 6, 2, 2, 0))
    assert preview.status_code == 200
    assert WORDS in preview.text
    form = preview.context["confirm"]
    data = {name: form.initial[name] for name in form.fields} | {"report_date": "05/06/2026"}
    assert secretary.post(url("survey_confirm", season), data).status_code == 302
    assert standing_mark(season).inputs == {"1": 6, "2": 2, "3": 2, "4": 0}
    assert template(season, secretary)[3][3:7] == ["6", "2", "2", "0"]
    again = send(season, secretary, filled(season, secretary, 6, 2, 2, 0))
    assert "không có điểm nào mới" in again.text


def test_a_row_with_counts_missing_is_named(season, secretary):
    answer = send(season, secretary, filled(season, secretary, 5, 3, "", 0))
    assert answer.status_code == 422
    assert "Dòng 4: Phường Ô Môn, 3.1: Chưa nhập “Số trả lời C”" in answer.text


# --- the programming interface, and an index -----------------------------------------------------------------


def test_the_api_names_what_it_asks_for_and_takes_it(season, secretary):
    listed = secretary.get("/api/survey-points/", {"round": season.round.pk}).json()["results"][0]
    assert [asked["name"] for asked in listed["asked"]] == list(COUNTS)
    line = {"card": season.card.pk, "code": "3.1", "version": 0, "inputs": COUNTS}
    body = {**ENTERED, "report_date": "2026-06-05", "round": season.round.pk, "lines": [line]}
    assert secretary.post("/api/survey-points/", body, "application/json").status_code == 201
    listed = secretary.get("/api/survey-points/", {"round": season.round.pk}).json()["results"][0]
    assert (listed["points"], listed["inputs"]["1"], listed["explained"]) == ("7.600", 6, WORDS)


@pytest.mark.parametrize(
    "sent", [{}, {"points": "7"}, {"points": "7", "inputs": COUNTS}, {"inputs": {"9": "1"}}]
)
def test_the_api_refuses_what_the_rule_does_not_ask_for(season, secretary, sent):
    line = {"card": season.card.pk, "code": "3.1", "version": 0, **sent}
    body = {**ENTERED, "report_date": "2026-06-05", "round": season.round.pk, "lines": [line]}
    answer = secretary.post("/api/survey-points/", body, "application/json")
    assert answer.status_code == 422
    assert standing_mark(season).points is None


def test_an_outside_index_is_entered_as_a_percentage():
    season = council(
        survey={"source": Node.Source.EXTERNAL, "rule": "external", "params": {"title": "SIPAS"}}
    )
    client = signed_in(season, "secretary")
    key = score(season).pk
    assert "SIPAS (%)" in client.get(url("survey", season)).text
    sent = SOURCE | {f"cell_{key}_percent": "83,28", f"seen_{key}": "0"}
    assert client.post(url("survey", season), sent).status_code == 302
    assert standing_mark(season).points == Decimal("8.328")
    assert "SIPAS: 83,28 % × 10 = 8,328 điểm" in client.get(url("survey", season)).text
    beyond = SOURCE | {f"cell_{key}_percent": "100,1", f"seen_{key}": "1"}
    assert "không được lớn hơn 100" in client.post(url("survey", season), beyond).text
