"""Canned reasons: kept by the host's council, completed by whoever uses one; and what a unit reads of why."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.rounds.models import Step
from backend.scoring import actions, canned
from backend.scoring.models import CannedReason, Deduction
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.councils import Council, council
from tests.scoring.pages import HTMX, signed_in, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TEXT = "Văn bản số … ban hành chậm … ngày"


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(council)


@pytest.fixture
def season(built) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


def node_of(season: Council, code: str = "1.1") -> int:
    return season.card.scores.get(code=code).node_id


def kept(season: Council, text: str = TEXT, code: str = "vb1", **more) -> CannedReason:
    return actions.save_reason(season.round, by=season.secretary, code=code, text=text, **more)


def cut(season: Council, reason: str, code: str = "1.1", version: int = 0) -> str:
    saved = actions.appraise(
        season.card, code, by=season.secretary, version=version, points=Decimal("0.5"), reason=reason
    )
    return saved.mark.reason


# --- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Văn bản số ... chậm", "Văn bản số ____ chậm", "Văn  bản số … chậm"])
def test_a_blank_is_typed_in_any_of_three_ways(typed):
    assert canned.with_blanks(typed) == "Văn bản số … chậm"


def test_an_et_cetera_is_no_blank():
    assert not canned.is_open("Thiếu báo cáo, kế hoạch, v.v...")


@pytest.mark.parametrize(
    ("parts", "specific"),
    [
        (["12/BC-UBND"], True),
        (["Báo cáo quý"], True),
        (["x"], False),
        (["chậm"], False),
        ([" - "], False),
        (["12/BC", ""], False),
        (["_"], False),
    ],
)
def test_a_blank_is_completed_by_a_number_or_by_words_that_name_something(parts, specific):
    assert canned.is_specific(parts) is specific


# --- keeping -------------------------------------------------------------------------------------------------


def test_the_secretary_writes_a_canned_reason_and_a_member_reads_it(season, secretary):
    sent = {"version": "0", "leaf": "", "code": "VB1", "text": "Văn bản số ... ban hành chậm ... ngày"}
    assert secretary.post(url("reason_list", season.round), sent).status_code == 302
    row = CannedReason.objects.get()
    assert (row.code, row.text, row.node) == ("vb1", TEXT, None)
    member = signed_in(make.seated(Role.APPRAISER, season.host)[0])
    page = member.get(url("reason_list", season.round)).text
    assert TEXT in page
    assert "Soạn lý do mẫu" not in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"code": "vb1", "text": "Ban hành chậm"}, "Hãy để chỗ trống"),
        ({"code": "chậm", "text": TEXT}, "Mã gồm 1 đến 6 chữ cái"),
    ],
)
def test_without_a_blank_or_a_code_it_is_refused_at_its_field(season, secretary, sent, said):
    answer = secretary.post(url("reason_list", season.round), {"version": "0", "leaf": "", **sent})
    assert answer.status_code == 422
    assert said in answer.text
    assert not CannedReason.objects.exists()


def test_the_database_refuses_a_canned_reason_without_a_blank(season):
    row = kept(season)
    row.text = "Ban hành chậm"
    with pytest.raises(IntegrityError), transaction.atomic(), recording(by=SYSTEM):
        row.save()


def test_a_code_means_one_thing_on_a_leaf(season):
    kept(season)
    with pytest.raises(Invalid, match="đã dùng cho mọi tiêu chí"):
        kept(season, leaf=node_of(season))
    kept(season, code="a1", leaf=node_of(season))
    kept(season, code="a1", leaf=node_of(season, "1.2"))
    with pytest.raises(Invalid, match=r"đã dùng cho 1\.1"):
        kept(season, code="a1")


def test_who_writes_over_what_she_has_not_read_is_told(season):
    kept(season)
    with pytest.raises(Stale) as refused:
        kept(season, text="Báo cáo số … thiếu phụ lục")
    assert refused.value.details["version"] == 1
    assert kept(season, text="Báo cáo số … thiếu phụ lục", version=1).version == 2


def test_one_that_is_retired_is_offered_no_more_and_its_code_is_free(season, secretary):
    row = kept(season)
    assert secretary.post(url("retire_reason", season.round, row.pk)).status_code == 302
    season.under_appraisal()
    assert cut(season, "vb1 12/BC; 3") == "vb1 12/BC; 3"
    assert kept(season, text="Báo cáo số … thiếu phụ lục").version == 1
    with pytest.raises(OutOfStep):
        actions.retire_reason(row, by=season.secretary, round_=season.round)


def test_a_unit_does_not_keep_reasons(season):
    with pytest.raises(Refused):
        actions.save_reason(season.round, by=season.officer, code="vb1", text=TEXT)


def test_json_keeps_them_too(season, secretary):
    address = f"/api/rounds/{season.round.pk}/reasons/"
    made = secretary.post(address, {"code": "vb1", "text": TEXT, "leaf": node_of(season)}, "application/json")
    assert made.status_code == 201
    assert [row["leaf_code"] for row in secretary.get(address).json()["results"]] == ["1.1"]
    assert secretary.post(f"{address}{made.json()['id']}/retire/").status_code == 200
    assert secretary.get(address).json()["results"] == []


# --- using ---------------------------------------------------------------------------------------------------


def test_a_code_with_its_parts_becomes_the_sentence(season):
    kept(season)
    season.under_appraisal()
    assert cut(season, "vb1 12/BC-UBND; 3") == "Văn bản số 12/BC-UBND ban hành chậm 3 ngày"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("vb1", "không chỉ chọn"),
        ("VB1 ", "không chỉ chọn"),
        ("vb1 12/BC", "có 2 chỗ trống, bạn ghi 1"),
        (TEXT, "còn chỗ trống"),
        ("Văn bản số 12/BC ban hành chậm ... ngày", "còn chỗ trống"),
        ("Văn bản số  ban hành chậm  ngày", "không chỉ chọn"),
        ("vb1 x; y", "không chỉ chọn"),
    ],
)
def test_a_canned_reason_that_was_only_picked_is_refused(season, reason, said):
    kept(season)
    season.under_appraisal()
    with pytest.raises(Invalid, match=said):
        cut(season, reason)


def test_the_page_of_a_unit_refuses_it_at_the_field_too(season, secretary):
    kept(season)
    season.under_appraisal()
    sent = {"version": "0", "points": "0,5", "reason": "vb1"}
    answer = secretary.post(url("mark", season.card, "1.1"), sent, headers=HTMX)
    assert answer.status_code == 422
    assert "không chỉ chọn" in answer.text


def test_own_words_are_left_alone(season):
    kept(season)
    season.under_appraisal()
    assert cut(season, "Kế hoạch 45/KH ban hành sau ngày 15/01") == "Kế hoạch 45/KH ban hành sau ngày 15/01"


def test_one_of_another_leaf_is_no_code_here(season):
    kept(season, leaf=node_of(season, "1.2"))
    season.under_appraisal()
    assert cut(season, "vb1 12/BC; 3") == "vb1 12/BC; 3"


# --- the rule, and what the unit reads -----------------------------------------------------------------------


def shown(season: Council, *, names: bool = False) -> None:
    """Let the unit see the first appraisal now."""
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        step = Step.objects.get(round=season.round, order=2)
        step.shown_at, step.names_shown = clock.now() - make.DAY, names
        step.save()


def test_a_change_carries_the_rule_in_the_words_it_had_then(season):
    season.under_appraisal()
    cut(season, "Ban hành chậm theo CV 7/SNV")
    mark = season.mark("1.1", 2)
    assert mark.rule_said.endswith("Kịp thời: 1 điểm; Không kịp thời: 0,5 điểm; Không ban hành: 0 điểm")
    saved = actions.appraise(season.card, "1.1", by=season.secretary, version=mark.version, points=Decimal(1))
    assert (saved.mark.reason, saved.mark.rule_said) == ("", "")


def test_raising_points_needs_a_reason_and_carries_the_rule_too(season):
    actions.set_points(
        season.card, "1.2", by=season.officer, version=0, points=Decimal(2), note="Theo báo cáo"
    )
    actions.set_points(season.card, "1.1", by=season.officer, version=0, inputs={"option": "1"}, note="Có")
    actions.set_points(season.card, "2.1", by=season.officer, version=0, points=Decimal(5), note="Có")
    actions.move(season.card, "submit", by=season.officer)
    actions.move(season.card, "approve", by=season.leader)
    season.close(1)
    raised = {"by": season.secretary, "version": 0, "points": Decimal(3)}
    with pytest.raises(Invalid, match="hãy ghi lý do cụ thể"):
        actions.appraise(season.card, "1.2", **raised)
    saved = actions.appraise(season.card, "1.2", reason="Có thêm QĐ 9/QĐ-UBND", **raised)
    assert saved.mark.rule_said


@pytest.mark.parametrize("names", [False, True])
def test_the_unit_reads_reason_step_and_rule_as_soon_as_the_step_allows(season, names):
    season.under_appraisal()
    cut(season, "Ban hành chậm theo CV 7/SNV")
    officer = signed_in(season.users["officer"])
    pages = [url("scorecard", season.card), url("leaf", season.card, "1.1")]
    for address in pages:
        assert "CV 7/SNV" not in officer.get(address).text
    assert "CV 7/SNV" not in officer.get(f"/api/scorecards/{season.card.pk}/").content.decode()
    shown(season, names=names)
    title = Step.objects.get(round=season.round, order=2).title
    for address in pages:
        page = officer.get(address).text
        for words in ("CV 7/SNV", "Quy tắc áp dụng:", "Không kịp thời: 0,5 điểm", title):
            assert words in page
        assert (season.secretary.name in page) is names
    marks = next(
        leaf["marks"] for leaf in officer.get(f"/api/scorecards/{season.card.pk}/").json()["leaves"]
        if leaf["code"] == "1.1"
    )  # fmt: skip
    assert marks[1]["rule_said"]
    assert marks[1]["author"] == (season.secretary.name if names else None)


def test_the_council_reads_the_author_in_json(season, secretary):
    season.under_appraisal()
    cut(season, "Ban hành chậm theo CV 7/SNV")
    leaves = secretary.get(f"/api/scorecards/{season.card.pk}/").json()["leaves"]
    assert leaves[0]["marks"][1]["author"] == season.secretary.name


# --- deductions ----------------------------------------------------------------------------------------------


def downloaded(client: Client, address: str) -> bytes:
    return client.get(address).getvalue()


def test_a_deduction_carries_its_document_and_the_unit_reads_it_when_the_step_allows(season, secretary):
    season.appraised()
    sent = {
        "code": "1", "points": "0,25", "reason": "Nộp muộn", "document": "15/TB-HĐ",
        "file": specimens.upload(specimens.pdf(), "thong-bao-15.pdf"),
    }  # fmt: skip
    assert secretary.post(url("deduct", season.card), sent).status_code == 302
    row = Deduction.objects.get()
    assert (row.file_name, row.file.unit) == ("thong-bao-15.pdf", season.host)
    address = url("deduction_file", season.card, row.pk)
    assert "thong-bao-15.pdf" in secretary.get(url("conclusion", season.card)).text
    assert downloaded(secretary, address).startswith(b"%PDF")
    officer = signed_in(season.users["officer"])
    assert officer.get(address).status_code == 404
    shown(season)
    assert downloaded(officer, address).startswith(b"%PDF")
    told = officer.get(f"/api/scorecards/{season.card.pk}/").json()["deductions"]
    assert told[0]["file"] == address


def test_a_file_that_is_none_stays_at_its_field_and_nothing_is_taken_off(season, secretary):
    season.appraised()
    sent = {"code": "1", "points": "0,25", "reason": "Nộp muộn", "document": "15/TB-HĐ"}
    sent["file"] = specimens.upload(b"MZ\x90\x00", "may.exe")
    assert secretary.post(url("deduct", season.card), sent).status_code == 422
    assert not Deduction.objects.exists()


def test_more_than_is_left_is_refused_at_the_field(season, secretary):
    season.appraised()
    sent = {"code": "1", "points": "9", "reason": "Nộp muộn", "document": "15/TB-HĐ"}
    answer = secretary.post(url("deduct", season.card), sent)
    assert answer.status_code == 422
    assert "không quá" in answer.text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("vb9", "không có lý do mẫu vb9"),
        ("vb9 12/KH-UBND", "không có lý do mẫu vb9"),
        ("kh1", "không có lý do mẫu kh1"),
        ("x", "lý do cụ thể"),
        (".", "lý do cụ thể"),
        ("12", "lý do cụ thể"),
    ],
)
def test_a_code_that_nobody_offers_or_one_word_is_no_reason(season, reason, said):
    kept(season)
    season.under_appraisal()
    with pytest.raises(Invalid, match=said):
        cut(season, reason)


def test_the_number_of_a_document_begins_no_code(season):
    kept(season)
    season.under_appraisal()
    assert cut(season, "KH12 của Sở ban hành chậm") == "KH12 của Sở ban hành chậm"


def test_questions_and_the_chairs_decision_are_held_to_the_same_words(season):
    kept(season)
    season.appraised()
    for text in ("vb1", "vb9", "x"):
        with pytest.raises(Invalid) as refusal:
            actions.ask(season.card, "2.1", by=season.secretary, question=text)
        assert list(refusal.value.fields) == ["question"]
    asked = actions.ask(season.card, "2.1", by=season.secretary, question="vb1 12/BC; 3")
    assert asked.question == "Văn bản số 12/BC ban hành chậm 3 ngày"


def test_the_chairs_decision_is_held_to_the_same_words(season):
    kept(season)
    season.explained()
    actions.agree_rest(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    season.close(4)
    for text in ("vb1", "vb9", "x"):
        with pytest.raises(Invalid):
            actions.decide(season.card, "1.1", by=season.chair, version=0, points=Decimal(1), reason=text)


def test_the_questions_page_says_it_at_the_question(season, secretary):
    kept(season)
    season.appraised()
    answer = secretary.post(url("ask", season.card, "2.1"), {"question": "vb1"}, headers=HTMX)
    assert answer.status_code == 422
    assert "không chỉ chọn" in answer.text
    assert "vb1</textarea>" in answer.text
