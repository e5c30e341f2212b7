"""The door: name and password, a code where it is on, and a friendly stop after too many tries."""

from __future__ import annotations

import re

import pyotp
import pytest
from django.urls import reverse

from backend.accounts.models import User
from backend.core import clock
from tests import make

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def user() -> User:
    return make.person(username="canbo")


def sign_in(client, username="canbo", password=make.PASSWORD, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password}, **extra)


def is_in(client) -> bool:
    return client.get("/accounts/profile/").status_code == 200


def code_of(user: User, offset: int = 0) -> str:
    secret = User.objects.get(pk=user.pk).totp_secret
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + offset)


def with_factor(user: User) -> User:
    user.totp_secret = pyotp.random_base32()
    user.save(update_fields=["totp_secret"])
    return user


def test_a_person_comes_in_with_name_and_password(client, user):
    assert sign_in(client).status_code == 302
    assert is_in(client)


def test_the_name_may_be_typed_in_capitals(client, user):
    assert sign_in(client, username=" CanBo ").status_code == 302


@pytest.mark.parametrize("typed", [{"password": "sai"}, {"username": "khongco"}])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client, user, typed):
    answer = sign_in(client, **typed)
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.content.decode()
    assert make.PASSWORD not in answer.content.decode()
    assert not is_in(client)


def test_a_disabled_person_does_not_come_in(client, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert sign_in(client).status_code == 422


def test_after_sign_in_the_page_asked_for_opens(client, user):
    answer = client.post(
        SIGN_IN, {"username": "canbo", "password": make.PASSWORD, "next": "/accounts/password/"}
    )
    assert answer.url == "/accounts/password/"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(client, user, elsewhere):
    answer = client.post(SIGN_IN, {"username": "canbo", "password": make.PASSWORD, "next": elsewhere})
    assert answer.url == "/"


def test_the_session_key_changes_at_sign_in(client, user):
    client.get(SIGN_IN)
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_signing_out_ends_the_session_and_needs_a_post(client, user):
    sign_in(client)
    assert client.get("/accounts/sign-out/").status_code == 405
    client.post("/accounts/sign-out/")
    assert not is_in(client)


# --- too many tries -------------------------------------------------------------------------------


def lock(client, username="canbo", address="10.0.0.1"):
    for _ in range(5):
        answer = sign_in(client, username, "sai", REMOTE_ADDR=address)
    return answer


def test_five_wrong_tries_stop_that_name_with_a_time_to_try_again(client, user):
    answer = lock(client)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert re.search(r"Hãy thử lại sau <strong>\d\d:\d\d ngày \d\d/\d\d/\d{4}</strong>", page)
    assert sign_in(client, REMOTE_ADDR="10.0.0.1").status_code == 429


def test_the_time_to_try_again_does_not_move_with_more_tries(client, user):
    first = re.search(r"<strong>([^<]*ngày[^<]*)</strong>", lock(client).content.decode())[1]
    from axes.models import AccessAttempt

    moment = AccessAttempt.objects.get().attempt_time
    sign_in(client, REMOTE_ADDR="10.0.0.1")
    assert AccessAttempt.objects.get().attempt_time == moment
    assert first in sign_in(client, REMOTE_ADDR="10.0.0.1").content.decode()


def test_an_office_behind_one_address_is_not_locked_out_with_one_of_its_people(client, user):
    make.person(username="dongnghiep")
    lock(client)
    assert sign_in(client, "dongnghiep", REMOTE_ADDR="10.0.0.1").status_code == 302


def test_many_people_mistyping_behind_one_address_lock_nobody(client, user):
    for number in range(12):
        sign_in(client, f"nguoi-la-{number}", "sai", REMOTE_ADDR="10.0.0.1")
    assert sign_in(client, REMOTE_ADDR="10.0.0.1").status_code == 302


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(client, user):
    lock(client, address="203.0.113.9")
    assert sign_in(client, REMOTE_ADDR="10.0.0.1").status_code == 302


def test_another_browser_at_the_same_address_does_not_win_more_tries(client, user):
    for number in range(5):
        sign_in(client, password="sai", REMOTE_ADDR="10.0.0.1", HTTP_USER_AGENT=f"trình duyệt {number}")
    assert sign_in(client, REMOTE_ADDR="10.0.0.1").status_code == 429


def test_success_forgets_the_wrong_tries(client, user):
    for _ in range(4):
        sign_in(client, password="sai")
    sign_in(client)
    client.post("/accounts/sign-out/")
    assert sign_in(client, password="sai").status_code == 422


# --- the second factor ----------------------------------------------------------------------------


def test_with_the_second_factor_on_the_password_alone_opens_nothing(client, user):
    with_factor(user)
    assert sign_in(client).url == reverse("accounts:verify")
    assert not is_in(client)


def test_the_code_completes_the_sign_in(client, user):
    with_factor(user)
    sign_in(client)
    assert client.post("/accounts/verify/", {"code": code_of(user)}).status_code == 302
    assert is_in(client)


def test_a_code_that_was_used_is_refused(client, user):
    with_factor(user)
    sign_in(client)
    code = code_of(user)
    client.post("/accounts/verify/", {"code": code})
    client.post("/accounts/sign-out/")
    sign_in(client)
    answer = client.post("/accounts/verify/", {"code": code})
    assert answer.status_code == 422
    assert not is_in(client)


def test_an_older_code_than_the_one_used_is_refused_too(client, user):
    with_factor(user)
    sign_in(client)
    client.post("/accounts/verify/", {"code": code_of(user)})
    client.post("/accounts/sign-out/")
    sign_in(client)
    assert client.post("/accounts/verify/", {"code": code_of(user, -1)}).status_code == 422


def test_five_wrong_codes_stop_even_the_right_one(client, user):
    with_factor(user)
    sign_in(client)
    for _ in range(5):
        answer = client.post("/accounts/verify/", {"code": "000 00x"})
    assert "Hãy thử lại sau" in answer.content.decode()
    assert client.post("/accounts/verify/", {"code": code_of(user)}).status_code == 422
    client.get(SIGN_IN)
    sign_in(client)
    assert client.post("/accounts/verify/", {"code": code_of(user)}).status_code == 422


def test_the_page_of_codes_opens_only_after_a_right_password(client, user):
    with_factor(user)
    assert client.get("/accounts/verify/").url == SIGN_IN


def test_a_password_reset_in_between_ends_the_waiting_sign_in(client, user):
    with_factor(user)
    sign_in(client)
    User.objects.filter(pk=user.pk).update(session_epoch=1)
    assert client.post("/accounts/verify/", {"code": code_of(user)}).url == SIGN_IN


# --- accounts of the demonstration ----------------------------------------------------------------


def test_a_demo_account_opens_nothing_outside_the_demonstration(client, settings):
    make.person(username="snv.tieuchi", is_demo=True)
    settings.DEMO = False
    assert "chế độ trình diễn" in sign_in(client, "snv.tieuchi").content.decode()
    settings.DEMO = True
    assert sign_in(client, "snv.tieuchi").status_code == 302
