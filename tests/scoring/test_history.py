"""History in words: the life of one score for each viewer, and the page of newest changes."""

import copy
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date
from backend.rounds.models import Step
from backend.scoring import actions, changes, room, telling
from backend.scoring.changes import entries_for
from backend.scoring.wording import mark_change, moved
from permissions.actor import SYSTEM
from tests import make
from tests.scoring.councils import Council, council

pytestmark = pytest.mark.slow

D = Decimal


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (D("1"), D("0.5"), "1,00 xuống 0,50"),
        (D("0.5"), D("1"), "0,50 lên 1,00"),
        (None, D("1.125"), "1,125"),
        (D("1"), None, "rút điểm 1,00"),
    ],
)
def test_a_move_of_points_in_words(before, after, said):
    assert moved(before, after) == said


def test_a_cut_in_words():
    assert (
        mark_change("appraisal", None, D("0.5"), "Ban hành chậm", D("1"))
        == "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm"
    )


def test_an_agreement_in_words():
    assert mark_change("appraisal", None, D("1"), "", D("1")) == "Tổ thẩm định: đồng ý 1,00"


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(council)


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


def told(season, viewer) -> list[str]:
    score = season.card.scores.select_related("node").get(code="1.1")
    return [entry.text for entry in entries_for(season.fresh(), score, viewer)]


def test_the_host_reads_the_whole_life_of_a_score(season):
    season.explained()
    actions.appraise(
        season.card, "1.1", by=season.secretary, version=0, points=D("1"), reason="Nhận văn bản bổ sung"
    )
    assert told(season, season.secretary) == [
        "Đơn vị tự chấm: 1,00",
        "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm",
        "Yêu cầu giải trình: Ban hành chậm",
        "Đơn vị giải trình: Đã ban hành ngày 05/01",
        "Tổ thẩm định: 0,50 lên 1,00 - lý do: Nhận văn bản bổ sung",
    ]


def test_the_unit_does_not_see_marks_or_questions_before_they_are_sent(season):
    season.appraised()
    assert told(season, season.officer) == ["Đơn vị tự chấm: 1,00"]
    actions.move(season.card, "ask", by=season.secretary)
    assert told(season, season.officer)[1:] == [
        "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm",
        "Yêu cầu giải trình: Ban hành chậm",
    ]


def test_the_unit_does_not_see_the_second_mark_before_it_is_shown(season):
    season.explained()
    actions.appraise(season.card, "1.1", by=season.secretary, version=0, points=D(0), reason="Không nhận")
    assert not any("0,00" in line for line in told(season, season.officer))


def names(season, viewer) -> set[str]:
    score = season.card.scores.select_related("node").get(code="1.1")
    return {entry.who for entry in entries_for(season.fresh(), score, viewer)}


def test_the_unit_sees_no_name_of_the_council_unless_the_step_shows_it(season):
    season.appraised()
    actions.move(season.card, "ask", by=season.secretary)
    assert season.secretary.name in names(season, season.secretary)
    assert names(season, season.officer) == {season.officer.name, ""}
    with recording(by=SYSTEM, reason="Công khai người chấm"):
        step = Step.objects.get(round=season.round, order=2)
        step.names_shown = True
        step.save()
    assert season.secretary.name in names(season, season.officer)


def test_a_leaf_left_out_stands_in_its_life(season):
    season.under_appraisal()
    actions.leave_out(season.card, "1.1", by=season.secretary, reason="Không có nhiệm vụ này")
    assert "Không áp dụng tiêu chí cho đơn vị - lý do: Không có nhiệm vụ này" in told(season, season.officer)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_timeline_is_a_page_of_its_own(season):
    season.appraised()
    address = reverse("scoring:timeline", args=[season.card.pk, "1.1"])
    assert "1,00 xuống 0,50 - lý do: Ban hành chậm" in signed_in(season.users["secretary"]).get(address).text
    unit = signed_in(season.users["officer"]).get(address).text
    assert "Đơn vị tự chấm: 1,00" in unit
    assert "Ban hành chậm" not in unit


def test_the_timeline_of_a_foreign_card_is_not_found(season):
    stranger = make.seated("officer", season.cards[1].unit)[0]
    address = reverse("scoring:timeline", args=[season.card.pk, "1.1"])
    assert signed_in(stranger).get(address).status_code == 404


# --- the newest changes --------------------------------------------------------------------------------------


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


HISTORY = "/history/"


def test_the_newest_changes_stand_first(season, secretary):
    season.appraised()
    page = secretary.get(HISTORY).text
    assert page.index("Hoàn thành thẩm định") < page.index("1,00 xuống 0,50") < page.index("Trình lãnh đạo")


def test_every_kind_of_row_finds_its_words(season, secretary):
    season.explained()
    actions.leave_out(season.card, "1.2", by=season.secretary, reason="Không có")
    for kind in changes.KINDS:
        assert secretary.get(HISTORY, {"kind": kind}).status_code == 200
    assert "Lập Bộ tiêu chí 2026" in secretary.get(HISTORY, {"kind": "criteria"}).text
    assert "Phân công" in secretary.get(HISTORY, {"kind": "seats"}).text
    assert "Đợt đánh giá năm 2026: đang thực hiện" in secretary.get(HISTORY, {"kind": "rounds"}).text
    assert "Không áp dụng tiêu chí" in secretary.get(HISTORY, {"kind": "marks"}).text


def test_changes_are_found_by_unit_without_accents(season, secretary):
    season.approved()
    assert "1,00" in secretary.get(HISTORY, {"q": "o mon", "kind": "marks"}).text
    assert "Không có thay đổi nào" in secretary.get(HISTORY, {"q": "thoi long", "kind": "marks"}).text


def test_changes_are_found_by_day(season, secretary):
    season.approved()
    today = format_date(clock.now())
    tomorrow = format_date(clock.now() + timedelta(days=1))
    assert "1,00" in secretary.get(HISTORY, {"first": today, "last": today}).text
    assert "Không có thay đổi nào" in secretary.get(HISTORY, {"first": tomorrow}).text
    assert "không phải là ngày" in secretary.get(HISTORY, {"first": "hôm qua"}).text


def test_pages_go_into_the_past_without_a_gap_or_a_repeat(season, monkeypatch):
    season.explained()
    whole, rest = telling.newest(season.secretary)
    assert rest is None or len(whole) == room.A_PAGE
    every, before = [], None
    monkeypatch.setattr(room, "A_PAGE", 4)
    while True:
        page, before = telling.newest(season.secretary, before=before)
        every += page
        if before is None:
            break
    keys = [change.line.id for change in every]
    assert len(keys) == len(set(keys))
    assert keys[: len(whole)] == [change.line.id for change in whole]


def test_a_broken_place_in_the_address_shows_the_newest(secretary):
    assert secretary.get(HISTORY, {"before": "abc~1"}).status_code == 200


def test_a_page_leads_to_the_next(season, secretary, monkeypatch):
    season.explained()
    monkeypatch.setattr(room, "A_PAGE", 5)
    page = secretary.get(HISTORY).text
    older = re.search(r'href="(\?before=[^"]+)"', page)[1]
    assert "Về mới nhất" in secretary.get(HISTORY + older.replace("&amp;", "&")).text


def test_nobody_reads_the_history_of_another_host(season):
    season.approved()
    other = make.unit("Tỉnh khác", kind="city")
    page = signed_in(make.seated("secretary", other)[0]).get(HISTORY).text
    assert "Phường Ô Môn" not in page


def test_an_inspector_reads_everything_below(season):
    season.approved()
    assert "Phường Ô Môn" in signed_in(season.users["inspector"]).get(HISTORY).text


def test_a_unit_is_sent_to_its_own_card(season):
    answer = signed_in(season.users["officer"]).get(HISTORY)
    assert answer.status_code == 403
    assert "từng tiêu chí" in answer.text
