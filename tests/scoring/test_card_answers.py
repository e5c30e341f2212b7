"""The unit's card through HTTP, its later half: explaining, moves that sign, lists."""

import copy

import pytest
from django.urls import reverse

from backend.audit.recording import recording
from backend.scoring import actions
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.pages import Browsers, explaining, send, text, url
from tests.scoring.worlds import world

SIGNS = ("approve", "explain", "conclude", "reconsider", "sign_off", "publish")

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing):
    return standing(world)


@pytest.fixture
def here(built):
    return copy.deepcopy(built)


@pytest.fixture
def people(here):
    return Browsers(here)


# --- explanation -----------------------------------------------------------------------------------


def test_a_question_not_sent_yet_is_not_the_units_to_read(here, people):
    explaining(here)
    for name in ("scorecard", "explanation"):
        assert "Vì sao thiếu trang 3?" not in text(people.of("officer").get(url(name, here.card)))
    assert "Vì sao thiếu trang 3?" not in text(people.of("officer").get(url("leaf", here.card, "1.1")))


def test_the_unit_answers_and_the_leader_sends(here, people):
    explaining(here)
    actions.move(here.card, "ask", by=here.secretary)
    here.close(2)
    page = text(people.of("officer").get(url("explanation", here.card)))
    assert "Vì sao thiếu trang 3?" in page
    assert "Thiếu trang 3" in page
    assert "1,00" in page
    empty = people.of("officer").post(url("answer", here.card, "1.1"), {"version": 0, "answer": ""})
    assert empty.status_code == 422
    people.of("officer").post(
        url("answer", here.card, "1.1"), {"version": 0, "answer": "Đã bổ sung bản quét"}
    )
    assert people.of("officer").post(url("explain", here.card)).status_code == 403
    page = text(people.of("leader").get(url("explanation", here.card)))
    assert "Đã bổ sung bản quét" in page
    send(people.of("leader"), here.card)
    assert here.fresh().state == State.EXPLAINED


def test_points_are_cleared_only_as_they_stood_on_the_page(here, people):
    here.fill()
    seen = here.mark("1.1").version
    assert "Xoá điểm tiêu chí này" in text(people.of("officer").get(url("leaf", here.card, "1.1")))
    address = url("clear", here.card, "1.1")
    for version in ("", str(seen - 1)):
        assert people.of("officer").post(address, {"version": version}).status_code == 409
    assert here.mark("1.1").points is not None
    assert people.of("officer").post(address, {"version": str(seen)}).status_code == 302
    assert here.mark("1.1").points is None


@pytest.mark.parametrize("name", sorted(MOVES))
def test_a_move_that_signs_has_no_plain_button_and_asks_the_api_for_the_secret(here, people, name):
    signs = MOVES[name].signs
    assert signs == (name in SIGNS)
    if signs:
        assert people.of("leader").post(url("move", here.card, name)).status_code == 404


def test_the_api_approves_with_the_secret_only(here, people):
    here.submitted()
    address = f"/api/scorecards/{here.card.pk}/moves/approve/"
    seen = people.of("leader").get(f"/api/scorecards/{here.card.pk}/").json()["fingerprint"]
    for lacking in ({}, {"seen": seen}, {"secret": make.PASSWORD}):
        assert people.of("leader").post(address, lacking, "application/json").status_code == 422
    right = {"secret": make.PASSWORD, "seen": seen}
    taken = people.of("leader").post(address, right, "application/json")
    assert taken.status_code == 200


@pytest.fixture
def three_units(here):
    """The leader acts for three units, each with a submitted card."""
    names = {here.unit: here.card}
    for name in ("Xã Đông Hiệp", "Phường Ô Môn"):
        unit = make.unit(name, parent=here.host)
        make.seat(here.users["leader"], Role.LEADER, at=unit)
        same = {"round": here.round, "group": here.card.group, "criteria_set": here.card.criteria_set}
        with recording(by=SYSTEM, reason="Thử nghiệm"):
            names[unit] = Scorecard.objects.create(unit=unit, unit_name=name, state=State.SUBMITTED, **same)
    return names


@pytest.mark.parametrize("name", ["scorecard_list", "approval_list"])
def test_lists_of_cards_are_searched_without_accents(people, three_units, name):
    page = text(people.of("leader").get(reverse(f"scoring:{name}"), {"q": "dong hiep"}))
    assert "Xã Đông Hiệp" in page
    assert "Phường Ô Môn" not in page
    assert "Không có phiếu nào như vậy" in text(
        people.of("leader").get(reverse(f"scoring:{name}"), {"q": "khong co"})
    )


@pytest.mark.parametrize("name", ["scorecard_list", "approval_list"])
def test_lists_of_cards_come_page_by_page(people, three_units, name, monkeypatch):
    monkeypatch.setattr("backend.scoring.views.finding.A_PAGE", 1)
    address = reverse(f"scoring:{name}")
    first, second = (text(people.of("leader").get(address, {"page": page})) for page in (1, 2))
    assert "Trang sau" in first
    assert "Trang trước" in second
