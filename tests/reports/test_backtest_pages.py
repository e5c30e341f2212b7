"""Pages of backtests: choosing a season, old against new, the workbook, progress of a large one."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.actions import publish_ranking
from reports.backtest import running
from reports.models import Backtest
from tests import make
from tests.reports import backtests

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def round_():
    made = backtests.season()
    publish_ranking(made, by=SYSTEM)
    return made


@pytest.fixture
def chosen(round_):
    return backtests.draft(round_, {"1.1": "9", "1.2": "2", "3.1": "5"}, previous={"1.1": "1.1"})


@pytest.fixture
def officer(client, round_):
    user, _actor = backtests.manager(round_)
    client.force_login(user)
    return client


def page(client, name, pk, **query):
    return client.get(reverse(f"reports:{name}", args=[pk]), query)


def start(client, chosen, **typed):
    return client.post(reverse("reports:backtest_start", args=[chosen.pk]), typed, follow=True)


def test_the_choice_says_how_much_of_the_draft_a_season_covers(officer, round_, chosen):
    text = page(officer, "backtest_start", chosen.pk).text
    assert round_.title in text
    assert "11,00 trên 16,00" in text


def test_a_season_of_another_host_is_not_offered(officer, round_):
    elsewhere = make.unit("Thành phố khác", kind="city")
    other = make.criteria_set(elsewhere, leaves={"1.1": "4"}, state="draft")
    make.seat(None, Role.CRITERIA_MANAGER, at=elsewhere)
    assert page(officer, "backtest_start", other.pk).status_code == 404


def test_nothing_chosen_is_said_and_nothing_is_lost(officer, round_, chosen):
    answer = start(officer, chosen, with_guesses="on")
    assert answer.status_code == 422
    assert "Hãy chọn một đợt" in answer.text
    assert not Backtest.objects.exists()


def test_old_stands_against_new_unit_by_unit(officer, round_, chosen):
    text = start(officer, chosen, round=round_.pk, with_guesses="on").text
    assert "4,00/6,00" in text  # Xã B: 2 + 2 of the leaves on both sides
    assert "11,00/11,00" in text  # Xã A by the draft
    assert "(68,75 %)" in text  # of the draft's points
    assert "đoán" in text
    assert "3.1 Tiêu chí 3.1 (5,00)" in text
    assert "2.1 Tiêu chí 2.1 (4,00)" in text
    assert "tất cả đủ điểm" in text


def test_shifts_that_never_end_in_decimals_are_rounded_for_people(officer, round_):
    made = backtests.draft(round_, {"1.1": "9", "1.2": "2", "2.1": "3"})  # of 14 points
    text = start(officer, made, round=round_.pk).text
    # Xã A: 11.75 of 14 is 83.93 %, 70 % before; by its 2.1 it loses 4.64, all together 10.83 on the mean.
    assert "+13,93" in text
    assert "(+6,19)" in text
    assert page(officer, "backtest_sheet", Backtest.objects.get().pk).status_code == 200


def test_without_guesses_only_linked_leaves_count(officer, round_, chosen):
    start(officer, chosen, round=round_.pk)
    (made,) = Backtest.objects.all()
    assert [leaf["code"] for leaf in made.result["groups"][0]["leaves"]] == ["1.1"]


def test_the_same_again_is_the_same_backtest(officer, round_, chosen):
    for _ in range(2):
        start(officer, chosen, round=round_.pk, with_guesses="on")
    assert Backtest.objects.count() == 1


def test_units_are_found_and_sorted(officer, round_, chosen):
    made = running.start(chosen, round_, by=SYSTEM)
    found = page(officer, "backtest", made.pk, q="xa b").context["groups"][0]["page"]
    assert [line.name for line in found] == ["Xã B"]
    found = page(officer, "backtest", made.pk, sort="-name").context["groups"][0]["page"]
    assert [line.name for line in found] == ["Xã C", "Xã B", "Xã A"]


def test_a_page_asks_few_statements_whatever_the_number_of_units(officer, round_, chosen):
    made = running.start(chosen, round_, by=SYSTEM)
    page(officer, "backtest", made.pk)
    with CaptureQueriesContext(connection) as sent:
        page(officer, "backtest", made.pk)
    assert len(sent) <= 12


def test_the_workbook_holds_typed_numbers_and_every_part(officer, round_, chosen):
    made = running.start(chosen, round_, by=SYSTEM)
    answer = page(officer, "backtest_sheet", made.pk)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(book.sheet_names) == 4
    rows = book.get_sheet_by_index(0).to_python()
    line = next(row for row in rows if row[0] == "Xã A")
    assert line[2:9] == [7.0, 10.0, 70.0, "Khá", 6.0, 6.0, 1.0]


def test_a_draft_that_was_changed_says_so(officer, round_, chosen):
    made = running.start(chosen, round_, by=SYSTEM)
    chosen.revision = 3
    type(chosen).objects.filter(pk=chosen.pk).update(revision=3)
    assert "đã được sửa sau lần chạy này" in page(officer, "backtest", made.pk).text


def test_illustration_is_marked_on_page_and_sheet(client, officer):
    round_ = backtests.season(is_illustration=True)
    user, _actor = backtests.manager(round_)
    client.force_login(user)
    made = running.start(backtests.draft(round_), round_, by=SYSTEM)
    assert "SỐ LIỆU MINH HOẠ" in page(client, "backtest", made.pk).text
    content = b"".join(page(client, "backtest_sheet", made.pk).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert any("SỐ LIỆU MINH HOẠ" in row for row in rows)


class TestLarge:
    @pytest.fixture
    def made(self, round_, chosen, monkeypatch) -> Backtest:
        monkeypatch.setattr(running, "AT_ONCE", 0)
        return running.start(chosen, round_, by=SYSTEM)

    def test_the_page_says_how_far_it_is(self, officer, made):
        Backtest.objects.update(state="running", done=40, total=103)
        text = page(officer, "backtest", made.pk).text
        assert "được tính nền" in text
        assert "40" in text

    def test_htmx_gets_the_middle_and_then_loads_anew(self, officer, made):
        where = reverse("reports:backtest", args=[made.pk])
        asked = officer.get(where, headers={"HX-Request": "true"})
        assert "<html" not in asked.text
        running.work(str(made.pk))
        assert officer.get(where, headers={"HX-Request": "true"})["HX-Refresh"] == "true"

    def test_a_workbook_before_the_end_is_refused_in_words(self, officer, made):
        assert page(officer, "backtest_sheet", made.pk).status_code == 409


def test_a_round_offers_the_drafts_of_its_kinds(officer, round_, chosen):
    other = make.criteria_set(round_.host, kind="department", leaves={"1.1": "4"}, state="draft")
    text = page(officer, "backtest_round", round_.pk).text
    assert reverse("reports:backtest_start", args=[chosen.pk]) in text
    assert reverse("reports:backtest_start", args=[other.pk]) not in text
    assert reverse("reports:backtest_round", args=[round_.pk]) in page(officer, "ranking", round_.pk).text
