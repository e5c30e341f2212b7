"""Survey points through HTTP: typed into the table, or sent as a workbook, looked at and confirmed."""

import copy
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backend.core.errors import Invalid, Stale
from backend.core.sheets import read_rows
from backend.scoring import actions
from backend.scoring.actions import SurveyRow
from backend.scoring.models import Mark, Provenance, Score
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, council
from tests.scoring.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SOURCE = {"report_number": "45/BC-SNV", "report_date": "05/06/2026", "sample": "200", "answers": "180"}


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(council)


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    client = Client()
    client.force_login(season.users["secretary"])
    return client


def url(name: str, season) -> str:
    return reverse(f"scoring:{name}", args=[season.round.pk])


def score(season, place: int = 0) -> Score:
    return Score.objects.get(card=season.cards[place], code="3.1")


def cell(season, points: str, place: int = 0, seen: str = "0") -> dict[str, str]:
    key = score(season, place).pk
    return {f"cell_{key}": points, f"seen_{key}": seen}


def standing(season, place: int = 0) -> Mark:
    return Mark.objects.get(score=score(season, place), step__kind="survey")


def enter(season, secretary, points: str, place: int = 0, seen: str = "0", **more):
    return secretary.post(url("survey", season), SOURCE | cell(season, points, place, seen) | more)


def test_the_table_shows_units_and_survey_leaves(season, secretary):
    page = secretary.get(url("survey", season)).text
    assert "Phường Ô Môn" in page
    assert "Tiêu chí 3.1" in page
    assert "Tiêu chí 1.1" not in page


def test_points_are_entered_with_their_source(season, secretary):
    assert enter(season, secretary, "8,125").status_code == 302
    mark = standing(season)
    assert (mark.points, mark.provenance.report_number) == (Decimal("8.125"), "45/BC-SNV")
    assert str(mark.provenance.report_date) == "2026-06-05"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("10,5", "từ 0 đến 10,00"),
        ("12.500", "có thể đọc là"),
        ("abc", "không phải là một số"),
        ("", "Chưa có điểm nào"),
    ],
)
def test_bad_points_are_refused_and_kept(season, secretary, typed, said):
    answer = enter(season, secretary, typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "45/BC-SNV" in answer.text
    assert typed in answer.text
    assert standing(season).points is None


def test_more_answers_than_forms_are_refused(season, secretary):
    answer = enter(season, secretary, "8", answers="201")
    assert answer.status_code == 422
    assert "nhiều hơn số phiếu phát ra" in answer.text


def test_a_change_needs_a_reason(season, secretary):
    enter(season, secretary, "8")
    version = str(standing(season).version)
    refused = enter(season, secretary, "9", seen=version)
    assert refused.status_code == 422
    assert "hãy ghi lý do" in refused.text
    assert enter(season, secretary, "9", seen=version, reason="Tính lại").status_code == 302
    assert standing(season).points == 9


def test_who_is_overtaken_sees_both_values(season, secretary):
    enter(season, secretary, "8")
    late = enter(season, secretary, "7")
    assert late.status_code == 422
    assert "Vừa có người nhập 8,00. Bạn nhập 7,00" in late.text
    assert standing(season).points == 8


def test_a_point_entered_is_not_emptied(season, secretary):
    enter(season, secretary, "8")
    late = enter(season, secretary, "", seen=str(standing(season).version))
    assert "không xoá được" in late.text


def test_nobody_enters_points_for_the_unit_where_she_works(season):
    user, _actor = make.seated(Role.SECRETARY, season.host, workplace=season.unit)
    own = Client()
    own.force_login(user)
    page = own.get(url("survey", season)).text
    assert f"cell_{score(season).pk}" not in page
    assert f"cell_{score(season, 1).pk}" in page
    assert enter(season, own, "8").status_code == 422  # no such cell for her, so nothing was typed
    assert standing(season).points is None


def test_nothing_is_entered_after_the_step(season, secretary):
    season.close(6)
    assert "Hiện không nhập được" in secretary.get(url("survey", season)).text
    assert enter(season, secretary, "8").status_code == 409


def test_an_inspector_reads_only(season):
    client = Client()
    client.force_login(season.users["inspector"])
    page = client.get(url("survey", season))
    assert page.status_code == 200
    assert "cell_" not in page.text


# --- the workbook ------------------------------------------------------------------------------------------


def template(season, secretary) -> list[list[str]]:
    answer = secretary.get(url("survey_template", season))
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    return read_rows(BytesIO(answer.content), most_rows=100)


def workbook(rows) -> SimpleUploadedFile:
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("diem.xlsx", kept.getvalue())


def filled(season, secretary, *points, reason: str = "") -> list[list]:
    rows = template(season, secretary)
    for row, value in zip(rows[3:], points, strict=False):
        row[0] = int(row[0])
        row[3:] = [value, reason]
    return rows


def send(season, secretary, rows, **source):
    return secretary.post(url("survey_import", season), SOURCE | source | {"file": workbook(rows)})


def confirm(season, secretary, preview):
    form = preview.context["confirm"]
    data = {name: form.initial[name] for name in form.fields} | {"report_date": "05/06/2026"}
    return secretary.post(url("survey_confirm", season), data)


def test_the_template_names_every_unit_and_carries_its_keys(season, secretary):
    rows = template(season, secretary)
    assert rows[0][:4] == ["diem-dieu-tra", str(season.round.pk), str(season.card.group_id), "3.1"]
    assert [row[2] for row in rows[3:]] == ["Phường Ô Môn", "Phường Thới Long"]


def test_the_template_has_numbers_as_numbers(season, secretary):
    enter(season, secretary, "8,125")
    assert template(season, secretary)[3][3] == "8,125"


def test_a_workbook_is_looked_at_before_it_is_written(season, secretary):
    preview = send(season, secretary, filled(season, secretary, 8.125, 9))
    assert preview.status_code == 200
    assert "Ghi 2 điểm" in preview.text
    assert standing(season).points is None
    assert confirm(season, secretary, preview).status_code == 302
    assert (standing(season).points, standing(season, 1).points) == (Decimal("8.125"), 9)
    assert Provenance.objects.get().answers == 180


def test_each_bad_row_is_named_and_nothing_is_taken(season, secretary):
    rows = filled(season, secretary, 12, "tám")
    rows.append([999999, "X", "Xã lạ", 5, ""])
    rows.append(rows[3])
    answer = send(season, secretary, rows)
    assert answer.status_code == 422
    for said in (
        "Dòng 4: Phường Ô Môn, 3.1: Điểm của tiêu chí 3.1 phải từ 0 đến 10,00",
        "Dòng 5: Phường Thới Long, 3.1: “tám” không phải là một số",
        "Dòng 6: không phải đơn vị của nhóm này",
        "Dòng 7: Phường Ô Môn có hai dòng",
    ):
        assert said in answer.text
    assert Provenance.objects.count() == 0


def test_a_workbook_that_changes_points_needs_reasons(season, secretary):
    enter(season, secretary, "8")
    refused = send(season, secretary, filled(season, secretary, 9, 7))
    assert "Dòng 4: Phường Ô Môn, 3.1: đã có 8,00 điểm; muốn sửa hãy ghi lý do" in refused.text
    preview = send(season, secretary, filled(season, secretary, 9, 7, reason="Tính lại"))
    confirm(season, secretary, preview)
    assert standing(season).reason == "Tính lại"


def test_a_workbook_of_something_else_is_refused(season, secretary):
    answer = send(season, secretary, [["Họ tên"], ["A"]])
    assert answer.status_code == 422
    assert "Đây không phải tệp mẫu" in answer.text


def test_a_file_that_is_no_workbook_is_refused(season, secretary):
    file = SimpleUploadedFile("diem.xlsx", b"%PDF-1.7 not a workbook")
    answer = secretary.post(url("survey_import", season), SOURCE | {"file": file})
    assert answer.status_code == 422
    assert "không phải là bảng tính XLSX" in answer.text


def test_a_missing_source_keeps_what_was_typed(season, secretary):
    rows = filled(season, secretary, 8, 9)
    answer = send(season, secretary, rows, report_number="")
    assert answer.status_code == 422
    assert 'value="200"' in answer.text


def test_a_preview_is_void_when_points_changed_meanwhile(season, secretary):
    preview = send(season, secretary, filled(season, secretary, 8, 9))
    enter(season, secretary, "5")
    late = confirm(season, secretary, preview)
    assert late.status_code == 409
    assert standing(season).points == 5


def test_a_preview_is_good_for_its_maker_only(season, secretary):
    preview = send(season, secretary, filled(season, secretary, 8, 9))
    other = Client()
    other.force_login(season.users["chair"])
    answer = confirm(season, other, preview)
    assert answer.status_code == 422
    assert "không phải của bạn" in answer.text


def look(season, client, rows):
    body = {"group": season.card.group_id, "file": workbook(rows)}
    return client.post(f"/api/rounds/{season.round.pk}/survey-import/", body)


def take(season, client, preview, **more):
    body = {**ENTERED, "report_date": "2026-06-05", "preview": preview, **more}
    return client.post(f"/api/rounds/{season.round.pk}/survey-confirm/", body, "application/json")


def test_a_workbook_is_looked_at_as_json_before_it_is_written(season, secretary):
    enter(season, secretary, "5")
    seen = look(season, secretary, filled(season, secretary, 8.125, 9, reason="Tính lại"))
    assert seen.status_code == 200
    told = [(row["unit_name"], row["standing"], row["points"]) for row in seen.json()["changes"]]
    assert told == [("Phường Ô Môn", "5.000", "8.125"), ("Phường Thới Long", None, "9.000")]
    assert standing(season).points == 5
    preview = seen.json()["preview"]
    assert list(take(season, secretary, preview, report_number="").json()["fields"]) == ["report_number"]
    made = take(season, secretary, preview)
    assert (made.status_code, made.json()["answers"]) == (201, ENTERED["answers"])
    assert (standing(season).points, standing(season, 1).points) == (Decimal("8.125"), 9)
    assert standing(season).reason == "Tính lại"


def test_each_bad_row_of_a_workbook_is_named_as_json_and_nothing_is_taken(season, secretary):
    rows = filled(season, secretary, 12, "tám")
    rows.append([999999, "X", "Xã lạ", 5, ""])
    refused = look(season, secretary, rows)
    assert refused.status_code == 422
    said = refused.json()["fields"]["file"]
    assert [sentence.partition(":")[0] for sentence in said] == ["Dòng 4", "Dòng 5", "Dòng 6"]
    assert "3 chỗ cần sửa" in refused.json()["message"]
    assert Provenance.objects.count() == 0


def test_a_preview_as_json_is_good_for_its_maker_and_for_the_points_looked_at(season, secretary):
    preview = look(season, secretary, filled(season, secretary, 8, 9)).json()["preview"]
    for client, text in ((signed_in(season.users["chair"]), preview), (secretary, preview[:-1])):
        answer = take(season, client, text)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, ["preview"])
    enter(season, secretary, "5")
    assert take(season, secretary, preview).status_code == 409
    assert standing(season).points == 5
    other = {"group": council(year=2031).card.group_id, "file": workbook([["x"]])}
    assert secretary.post(f"/api/rounds/{season.round.pk}/survey-import/", other).status_code == 404


def test_survey_points_are_no_part_of_the_council_sheet(season, secretary):
    season.under_appraisal()
    page = secretary.get(reverse("scoring:appraisal", args=[season.card.pk]), {"field": "3"}).text
    assert "không thẩm định ở đây" in page
    assert actions.agree_rest(season.card, by=season.secretary) == 3


ENTERED = {"report_number": "45/BC-SNV", "report_date": date(2026, 6, 5), "sample": 200, "answers": 180}


def test_of_two_people_who_saw_the_same_points_the_second_is_told(season):
    rows = [SurveyRow(season.card, "3.1", Decimal(7), 0)]
    actions.enter_survey(season.round, rows, by=season.secretary, **ENTERED)
    late = [SurveyRow(season.card, "3.1", Decimal(8), 0, "Sửa")]
    with pytest.raises(Stale) as refusal:
        actions.enter_survey(season.round, late, by=season.secretary, **ENTERED)
    assert (refusal.value.theirs, refusal.value.yours) == ("7,00", "8,00")
    assert standing(season).points == 7
    seen = [SurveyRow(season.card, "3.1", Decimal(8), 1, "Sửa")]
    actions.enter_survey(season.round, seen, by=season.secretary, **ENTERED)
    assert standing(season).points == 8


def test_the_api_enters_survey_points_by_the_version_it_listed(season, secretary):
    line = {"card": season.card.pk, "code": "3.1", "points": "7", "version": 0}
    body = {**ENTERED, "report_date": "2026-06-05", "round": season.round.pk, "lines": [line]}
    said = [secretary.post("/api/survey-points/", body, "application/json").status_code for _ in range(2)]
    assert said == [201, 409]
    del line["version"]
    assert secretary.post("/api/survey-points/", body, "application/json").status_code == 422


def test_a_card_of_another_round_is_named_as_such(season):
    other = council(year=2031)
    rows = [SurveyRow(other.card, "3.1", Decimal(7), 0)]
    with pytest.raises(Invalid, match="không thuộc"):
        actions.enter_survey(season.round, rows, by=SYSTEM, **ENTERED)
