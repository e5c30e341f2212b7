"""Bàn làm việc: each person's tasks by deadline, in few statements."""

import copy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Extension, Step
from backend.scoring import actions
from backend.scoring.lifecycle import State
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.pages import Browsers, explaining, signed_in, text, url
from tests.scoring.worlds import world

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


def tasks(browser):
    """Return what waits on the person's desk: words and button of each task."""
    return [(task.what, task.button, task.url) for task in browser.get("/").context["tasks"]]


def test_the_officer_starts_goes_on_and_checks(here, people):
    assert tasks(people.of("officer"))[0][1:] == ("Bắt đầu chấm", url("scorecard", here.card))
    mark = here.mark("1.1")
    actions.set_points(here.card, "1.1", by=here.officer, version=mark.version, inputs={"points": "1"})
    assert tasks(people.of("officer"))[0][1] == "Chấm tiếp"
    here.fill()
    assert tasks(people.of("officer"))[0][1:] == ("Kiểm tra và trình", url("check", here.card))


def test_the_card_waits_for_the_leader_then_for_nobody(here, people):
    assert tasks(people.of("leader")) == []
    here.submitted()
    assert tasks(people.of("officer")) == []
    assert tasks(people.of("leader"))[0][1:] == ("Xem và phê duyệt", url("approval", here.card))
    actions.move(here.card, "approve", by=here.leader)
    assert tasks(people.of("leader")) == []


def test_a_returned_card_says_so(here, people):
    here.submitted()
    actions.move(here.card, "return", by=here.leader, reason="Sửa tiêu chí 1.1")
    assert tasks(people.of("officer"))[0][0].startswith("Sửa phiếu bị trả lại")


def test_nothing_is_asked_of_the_unit_after_the_lock(here, people):
    here.close(1)
    assert tasks(people.of("officer")) == []


def test_questions_wait_for_the_unit_with_their_own_deadline(here, people):
    explaining(here)
    actions.move(here.card, "ask", by=here.secretary)
    here.close(2)
    (task,) = people.of("officer").get("/").context["tasks"]
    assert (task.button, task.done, task.of) == ("Viết giải trình", 0, 1)
    actions.answer(here.card, "1.1", by=here.officer, version=0, answer="Đã bổ sung")
    assert tasks(people.of("leader"))[0][1:] == ("Xem và gửi", url("explanation", here.card))


def test_the_council_appraises_when_the_lock_has_passed(here, people):
    here.approved()
    assert tasks(people.of("secretary")) == []
    here.close(1)
    assert any("Thẩm định 1 phiếu" in what for what, _, _ in tasks(people.of("secretary")))


def test_nobody_is_sent_to_appraise_her_own_unit(here, people):
    here.approved()
    here.close(1)
    member = make.person()
    make.seat(member, Role.MEMBER, at=here.host, workplace=here.unit)
    assert not any("Thẩm định" in what for what, _, _ in tasks(signed_in(member)))


def test_what_was_not_approved_at_the_lock_waits_for_home_affairs(here, people):
    manager, _ = make.seated(Role.CRITERIA_MANAGER, here.host)
    here.close(1)
    assert any("1 phiếu chưa được phê duyệt khi khoá" in what for what, _, _ in tasks(signed_in(manager)))


def test_a_unit_given_more_time_is_not_counted_as_late(here, people):
    manager, _ = make.seated(Role.CRITERIA_MANAGER, here.host)
    here.close(1)
    step = Step.objects.get(round=here.round, kind="self")
    later = clock.now() + 2 * make.DAY
    with recording(by=SYSTEM, reason="Gia hạn trong thử nghiệm"):
        Extension.objects.create(
            step=step,
            unit=here.unit,
            closes_at=later,
            reason="Mất điện",
            document="07/CV",
            made_by=manager,
            made_at=clock.now(),
        )
    assert not any("chưa được phê duyệt khi khoá" in what for what, _, _ in tasks(signed_in(manager)))


def test_a_round_in_preparation_waits_for_home_affairs(here, people):
    manager, _ = make.seated(Role.CRITERIA_MANAGER, here.host)
    make.round_(here.host, year=2027, title="Đợt năm 2027")
    assert any("mở đợt: Đợt năm 2027" in what for what, _, _ in tasks(signed_in(manager)))
    assert not any("mở đợt" in what for what, _, _ in tasks(people.of("officer")))


def test_the_chair_concludes_and_publishes(here, people):
    here.approved()
    here.close(1)
    actions.agree_rest(here.card, by=here.secretary)
    actions.move(here.card, "appraise", by=here.secretary)
    here.close(4)
    assert any("Kết luận 1 phiếu" in what for what, _, _ in tasks(people.of("chair")))
    actions.move(here.card, "conclude", by=here.chair)
    assert here.fresh().state == State.CONCLUDED
    assert any("Công bố kết quả" in what for what, _, _ in tasks(people.of("chair")))


def test_somebody_without_a_seat_is_told_what_to_do(here):
    assert "người quản trị" in text(signed_in(make.person()).get("/"))


@pytest.mark.parametrize("who", ["officer", "leader", "secretary", "chair"])
def test_the_desk_takes_few_statements(here, people, who):
    assert statements(people.of(who)) <= 10


def test_the_councils_desk_takes_the_same_for_many_units(here, people):
    few = statements(people.of("secretary"))
    big = make.unit("Thành phố lớn", kind="city")
    for _n in range(7):
        make.unit(parent=big)
    actions.open_round(make.round_(big, make.criteria_set(big)), by=SYSTEM)
    secretary, _ = make.seated(Role.SECRETARY, big)
    assert statements(signed_in(secretary)) == few


def statements(browser):
    browser.get("/")
    with CaptureQueriesContext(connection) as seen:
        browser.get("/")
    return len(seen)
