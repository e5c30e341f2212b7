"""Filters of the history room as they are sent: what can't be read shows nothing, points, hours."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from backend.audit.models import Line
from backend.core.dates import VN
from backend.scoring import actions
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests.scoring.councils import Council
from tests.scoring.rooms import CUT, HISTORY, cut_and_raised, found, inspected, signed_in
from tiers.people import bulk
from tiers.people.actions import Wish

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(cut_and_raised)


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


UNREADABLE = [
    {"kind": "zzz"}, {"first": "99/99/2026"}, {"turn": "7"}, {"points_before": "nhiều"},
    {"first": "31/12/2026", "last": "01/01/2026"},
]  # fmt: skip


@pytest.mark.parametrize("asked", UNREADABLE)
def test_a_filter_that_can_not_be_read_shows_and_exports_nothing(season, secretary, asked):
    page = secretary.get(HISTORY, {"code": "1.1", **asked})
    assert page.status_code == 422
    assert '<td class="what">' not in page.text
    assert "Tải bảng XLSX" not in page.text
    assert 'value="1.1"' in page.text
    assert secretary.get(f"{HISTORY}sheet/", {"code": "1.1", **asked}).status_code == 422


FAR = [
    {"first": "01/01/0001"}, {"last": "31/12/9999"}, {"before": "0001-01-01T00:00:00+14:00~1"},
    {"before": "9999-12-31T23:59:59-14:00~1"},
]  # fmt: skip


@pytest.mark.parametrize("asked", FAR)
def test_no_day_however_far_brings_the_room_down(season, secretary, asked):
    for address in (HISTORY, f"{HISTORY}sheet/", "/api/changes/"):
        answer = secretary.get(address, asked)
        assert answer.status_code in (200, 422)
        if answer.streaming:
            assert b"".join(answer.streaming_content)


def test_changes_are_found_by_the_points_from_and_to(season, secretary):
    assert found(season, points_before=Decimal(1), turn=-1) == [CUT]
    assert found(season, points_after=Decimal("0.5")) == [CUT]
    assert found(season, points_before=Decimal(1), points_after=Decimal(4)) == []
    assert CUT in secretary.get(HISTORY, {"points_before": "1", "points_after": "0,5"}).text
    (row,) = secretary.get("/api/changes/", {"points_after": "0.5"}).json()["results"]
    assert row["what"] == CUT


def test_changes_are_found_by_the_hour(season, secretary):
    at = Line.objects.get(turn=-1).at.astimezone(VN)
    clock_of_it = f"{at:%d/%m/%Y %H:%M:%S}"
    before = f"{at - timedelta(seconds=1):%d/%m/%Y %H:%M:%S}"
    assert CUT in secretary.get(HISTORY, {"first": clock_of_it, "last": clock_of_it}).text
    assert CUT not in secretary.get(HISTORY, {"last": before}).text
    assert secretary.get("/api/changes/", {"turn": -1, "last": before}).json()["results"] == []


def test_what_a_unit_corrects_of_its_own_is_no_cut(season):
    own = Line.objects.filter(own=1, points_before__isnull=False, points_after__isnull=False)
    assert set(own.values_list("turn", flat=True)) <= {0}
    assert found(season, turn=-1) == [CUT]


def test_the_json_twin_takes_the_same_filters(season, secretary):
    body = secretary.get("/api/changes/", {"turn": -1, "reason": "ban hanh", "code": "1.1"}).json()
    (row,) = body["results"]
    assert (row["what"], row["points_before"], row["points_after"]) == (CUT, "1.000", "0.500")
    assert row["step"] == "Thẩm định lần 1"


def test_points_of_a_survey_have_a_kind_of_their_own(season):
    rows = [actions.SurveyRow(season.card, "3.1", Decimal(7), 0)]
    paper = {"report_number": "45/BC-SNV", "report_date": date(2026, 6, 5), "sample": 200, "answers": 180}
    actions.enter_survey(season.round, rows, by=season.secretary, **paper)
    assert any("7,00" in one for one in found(season, kind="survey", code="3.1"))
    assert not any("7,00" in one for one in found(season, kind="marks", code="3.1"))


def test_an_inspector_above_finds_every_kind_there_is(season):
    texts = {"username": "nguoi.moi", "full_name": "Trần Thị Người Mới", "email": "", "phone": ""}
    bulk.hire_all([(texts, Wish(Role.OFFICER, season.unit))], by=SYSTEM)
    signed_in(season.users["officer"]).get(HISTORY)
    there = set(Line.objects.values_list("kind", flat=True))
    assert {"marks", "answers", "cards", "rounds", "criteria", "units", "seats", "people", "refused"} <= there
    assert [kind for kind in there if not inspected(season, kind=kind)] == []
