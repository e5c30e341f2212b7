"""The conclusion of a card and the progress of a round, through HTTP."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from backend.audit.recording import recording
from backend.rounds.models import Band
from backend.scoring import actions
from backend.scoring.lifecycle import State
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, add_survey_step, council, criteria
from tests.scoring.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def season() -> Council:
    return council()


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


@pytest.fixture
def chair(season) -> Client:
    return signed_in(season.users["chair"])


def url(name: str, *args) -> str:
    return reverse(f"scoring:{name}", args=args)


def test_the_table_of_differences_puts_what_is_open_first(season, chair):
    season.explained()
    actions.agree_rest(season.card, by=season.secretary, codes=["1.1"])
    actions.move(season.card, "appraise", by=season.secretary)
    page = chair.get(url("conclusion", season.card.pk)).text
    assert page.index("Còn khác nhau sau giải trình (1)") < page.index("Đồng ý với điểm tự chấm (2)")
    assert "−0,50" in page
    assert "Đã ban hành ngày 05/01" in page


def concluding(season) -> None:
    season.explained()
    actions.agree_rest(season.card, by=season.secretary, codes=["1.1"])
    actions.move(season.card, "appraise", by=season.secretary)


def test_the_chair_decides_points_with_a_reason(season, chair):
    concluding(season)
    decide = url("decide", season.card.pk, "1.1")
    assert chair.post(decide, {"version": "0", "points": "1", "reason": ""}).status_code == 422
    answer = chair.post(
        decide, {"version": "0", "points": "1", "reason": "Nhận giải trình"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "9,00" in answer.text
    assert season.mark("1.1", 5).points == 1


def test_the_chair_concludes_with_her_password(season, chair):
    concluding(season)
    address = url("conclude", season.card.pk)
    wrong = chair.post(address, {"secret": "sai-roi", "reason": "Thống nhất"})
    assert wrong.status_code == 422
    assert "Mật khẩu chưa đúng" in wrong.text
    assert "Thống nhất" in wrong.text
    assert "sai-roi" not in wrong.text
    assert chair.post(address, {"secret": make.PASSWORD, "reason": "Thống nhất"}).status_code == 302
    assert season.fresh().state == State.CONCLUDED


def test_a_conclusion_has_no_way_round_the_password(season, chair):
    concluding(season)
    assert chair.post(url("move", season.card.pk, "conclude")).status_code == 404
    assert season.fresh().state == State.APPRAISED


def test_only_the_chair_concludes(season, secretary):
    concluding(season)
    assert "Mật khẩu của bạn" not in secretary.get(url("conclusion", season.card.pk)).text
    refused = secretary.post(url("conclude", season.card.pk), {"secret": make.PASSWORD})
    assert refused.status_code == 403
    assert season.fresh().state == State.APPRAISED


def test_cards_ready_to_conclude_stand_in_a_list(season, chair):
    concluding(season)
    page = chair.get(url("conclusion_list"))
    assert "Phường Ô Môn" in page.text
    assert "Phường Thới Long" not in page.text
    assert "Chờ kết luận (1)" in page.text


def test_progress_counts_units_by_state(season, secretary):
    season.approved()
    page = secretary.get(url("round_progress", season.round.pk))
    assert "đã phê duyệt" in page.text
    assert "đang tự chấm" in page.text
    only = secretary.get(url("round_progress", season.round.pk), {"state": "approved"})
    assert "Phường Thới Long" not in only.text


def test_opening_lists_what_is_missing_first(season):
    manager = signed_in(season.users["manager"])
    draft = make.round_(season.host, year=2027)
    page = manager.get(url("open_round", draft.pk))
    assert "Chưa mở được" in page.text
    assert "Chưa có nhóm xếp hạng nào" in page.text
    assert manager.post(url("open_round", draft.pk)).status_code in (409, 422)


def test_a_round_is_opened_by_who_manages_it(season):
    other = make.unit("Thị xã", kind="city")
    make.unit("Xã một", parent=other)
    draft = make.round_(other, criteria(other), year=2026)
    with_floor(draft)
    manager = signed_in(make.seated(Role.CRITERIA_MANAGER, other)[0])
    secretary = signed_in(make.seated(Role.SECRETARY, other)[0])
    assert secretary.get(url("open_round", draft.pk)).status_code == 403
    assert "chưa có bước nhập các điểm này" in manager.get(url("open_round", draft.pk)).text
    add_survey_step(draft)
    answer = manager.post(url("open_round", draft.pk))
    assert answer.status_code == 302
    assert "Xã một" in manager.get(answer.url).text


def with_floor(draft) -> None:
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        Band.objects.create(group=draft.groups.get(), label="Kém", lower=Decimal(0))


def test_a_card_that_nobody_appraised_agrees_with_nothing(season, chair):
    season.under_appraisal()
    page = chair.get(url("conclusion", season.card.pk)).text
    assert "Chưa thẩm định (3)" in page
    assert "Đồng ý với điểm tự chấm" not in page
