"""One leaf saved from the page: keys of a write, trying without saving, exclusions."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Mark, ScorecardGrant
from permissions.roles import Role, Verb
from tests import make
from tests.scoring.pages import HTMX, Browsers, signed_in, text, typed, url, world_of
from tests.scoring.worlds import LEAVES, world

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


def key_of(user: Any) -> str:
    return f"{user.pk}-{uuid.uuid4()}"


def send(browser: Any, here: Any, mark: Mark, key: str, **values: Any) -> Any:
    headers = HTMX | {"Idempotency-Key": key}
    return browser.post(url("leaf", here.card, "1.1"), typed(mark, **values), headers=headers)


# --- the same write sent again -----------------------------------------------------------------------


def test_two_hundred_sends_of_one_key_leave_one_history_row(here, people):
    first, key = here.mark("1.1"), key_of(here.users["officer"])
    answers = [send(people.of("officer"), here, first, key, points="1,5") for _ in range(200)]
    assert {answer.status_code for answer in answers} == {200}
    assert all('id="total-now">1,50</span>' in text(answer) for answer in answers)
    mark = here.mark("1.1")
    assert (mark.version, mark.history.filter(history_type="~").count()) == (1, 1)


def test_a_key_used_again_for_something_else_is_refused(here, people):
    key = key_of(here.users["officer"])
    send(people.of("officer"), here, here.mark("1.1"), key, points="1,5")
    again = send(people.of("officer"), here, here.mark("1.1"), key, points="2")
    assert again.status_code == 422
    assert "đã được lưu với nội dung khác" in text(again)
    assert str(here.mark("1.1").points) == "1.500"


def test_what_another_account_typed_is_never_sent_as_mine(here, people):
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    answer = send(signed_in(colleague), here, here.mark("1.1"), key_of(here.users["officer"]), points="1")
    assert answer.status_code == 403
    assert "tài khoản khác" in text(answer)
    assert here.mark("1.1").points is None


@pytest.mark.parametrize("key", ["x", "1", "1-", "1-zz", "-" * 40, "1-" + "a" * 400])
def test_a_key_that_is_none_is_refused(here, people, key):
    assert send(people.of("officer"), here, here.mark("1.1"), key, points="1").status_code == 422


def test_a_key_of_long_ago_does_not_bring_back_its_points(here, people):
    old, key = here.mark("1.1"), key_of(here.users["officer"])
    send(people.of("officer"), here, old, key, points="1")
    actions.set_points(
        here.card, "1.1", by=here.officer, version=here.mark("1.1").version, inputs={"points": "2"}
    )
    again = send(people.of("officer"), here, old, key, points="1")
    assert again.status_code == 409
    assert "Đang lưu: 2,00 điểm. Bạn nhập: 1,00 điểm." in text(again)
    assert str(here.mark("1.1").points) == "2.000"


# --- two people on one leaf --------------------------------------------------------------------------


def test_the_second_is_given_both_values_and_what_stands(here, people):
    old = here.mark("1.1")
    actions.set_points(here.card, "1.1", by=here.officer, version=old.version, inputs={"points": "2"})
    answer = send(people.of("officer"), here, old, key_of(here.users["officer"]), points="1")
    assert answer.status_code == 409
    page = text(answer)
    assert 'data-over="1"' in page
    assert 'data-standing="2"' in page
    assert 'data-choose="mine"' in page
    assert 'data-choose="theirs"' in page


def test_the_second_sees_both_explanations_and_line_ends_make_no_quarrel(here, people):
    old = here.mark("1.1")
    actions.set_points(
        here.card, "1.1", by=here.officer, version=0, inputs={"points": "2"}, note="Theo báo cáo\nsố 5"
    )

    def answer(note: str) -> Any:
        key = key_of(here.users["officer"])
        data = typed(old, points="2") | {"note": note}
        return people.of("officer").post(
            url("leaf", here.card, "1.1"), data, headers=HTMX | {"Idempotency-Key": key}
        )

    second = answer("Theo kết luận")
    assert second.status_code == 409
    assert '<dd class="prose">Theo báo cáo\nsố 5</dd>' in text(second)
    assert '<dd class="prose">Theo kết luận</dd>' in text(second)
    assert 'data-standing="Theo báo cáo\nsố 5"' in text(second)
    assert answer("Theo báo cáo\r\nsố 5").status_code == 200
    assert here.mark("1.1").note == "Theo báo cáo\nsố 5"


# --- who may --------------------------------------------------------------------------------------------


def test_who_is_excluded_from_the_card_saves_nothing(here, people):
    ScorecardGrant.objects.create(
        user=here.users["officer"],
        permission=Permission.objects.get(codename=Verb.SCORE, content_type__model="scorecard"),
        content_object=here.card,
        excludes=True,
        starts_at=clock.now() - make.DAY,
    )
    answer = people.of("officer").post(
        url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points="1"), headers=HTMX
    )
    assert answer.status_code == 403
    assert here.mark("1.1").points is None


def test_a_wrong_value_of_who_may_not_save_is_not_judged(here, people):
    answer = people.of("leader").post(url("leaf", here.card, "1.1"), {"version": "x", "input_points": "99"})
    assert answer.status_code == 403


def test_a_field_adds_up_its_own_leaves_only(here, people):
    here.fill()
    answer = people.of("officer").post(
        url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points="1"), headers=HTMX
    )
    assert 'id="field-total-1">4,00</span>' in text(answer)
    assert 'id="field-given-1">2</span>' in text(answer)
    assert 'id="total-now">9,00</span>' in text(answer)
    assert f'id="given-now">{len(LEAVES)}</strong>' in text(answer)


# --- trying ----------------------------------------------------------------------------------------------


def test_trying_explains_the_points_and_saves_nothing():
    here = world_of(LEAVES, ratio="1.1")
    officer = signed_in(here.users["officer"])
    before = Mark.history.count()
    answer = officer.get(url("try_leaf", here.card, "1.1"), {"input_done": "46", "input_assigned": "50"})
    assert answer.status_code == 200
    assert "46/50 = 92 %" in text(answer)
    assert "1,84" in text(answer)
    assert here.mark("1.1").points is None
    assert Mark.history.count() == before


def test_trying_says_what_is_wrong():
    here = world_of(LEAVES, ratio="1.1")
    officer = signed_in(here.users["officer"])
    answer = officer.get(url("try_leaf", here.card, "1.1"), {"input_done": "46"})
    assert answer.status_code == 422
    assert "Chưa nhập “Được giao”" in text(answer)


def test_who_only_reads_the_card_tries_nothing(here, people):
    assert people.of("leader").get(url("try_leaf", here.card, "1.1")).status_code == 403
    assert people.of("secretary").get(url("try_leaf", here.card, "1.1")).status_code == 403
    stranger, _ = make.seated(Role.OFFICER, make.unit("Phường khác", parent=here.host))
    assert signed_in(stranger).get(url("try_leaf", here.card, "1.1")).status_code == 404


# --- what the page says it has seen -------------------------------------------------------------------


@pytest.mark.parametrize("version", ["x", "-1", ""])
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_version_that_is_none_is_told_in_a_sentence(here, people, version, headers):
    sent = {"version": version, "input_points": "1"}
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), sent, headers=headers)
    assert answer.status_code == 422
    assert "Hãy tải lại trang rồi nhập lại." in text(answer)
    assert "Version" not in text(answer)
    assert here.mark("1.1").points is None


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_version_newer_than_the_systems_is_not_called_somebody_elses_save(here, people, headers):
    sent = {"version": "7", "input_points": "1"}
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), sent, headers=headers)
    assert answer.status_code == (409 if headers else 422)
    assert "Trang này mở từ một lần lưu mà hệ thống không có. Đang lưu: – điểm." in text(answer)
    assert "vừa lưu" not in text(answer)
