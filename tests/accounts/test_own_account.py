"""What a person does with her own account: password, second factor, sessions."""

from __future__ import annotations

import re

import pyotp
import pytest
from django.test import Client

from backend.accounts import actions
from backend.accounts.models import Event, User
from backend.core import clock
from backend.core.errors import Invalid
from tests import make

pytestmark = pytest.mark.django_db

NEW = "Mot-mat-khau-khac-2027"


@pytest.fixture
def user() -> User:
    return make.person("Cán bộ Cái Khế", username="canbo-caikhe")


@pytest.fixture
def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def first_timer() -> tuple[User, str]:
    user = make.person(username="nguoimoi")
    password = actions.give_one_time_password(user)
    user.save(update_fields=["password", "must_change_password", "session_epoch"])
    return user, password


def test_a_one_time_password_opens_only_the_page_that_changes_it(client):
    _user, password = first_timer()
    client.post("/accounts/sign-in/", {"username": "nguoimoi", "password": password})
    assert client.get("/accounts/profile/").url == "/accounts/password/"
    assert client.post("/accounts/sessions/end/").url == "/accounts/password/"
    assert client.get("/api/anything/", HTTP_ACCEPT="application/json").status_code in {403, 404}
    assert client.get("/accounts/password/").status_code == 200


def test_choosing_ones_own_password_opens_the_rest(client):
    _user, password = first_timer()
    client.post("/accounts/sign-in/", {"username": "nguoimoi", "password": password})
    answer = client.post("/accounts/password/", {"new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


def test_the_one_time_password_cannot_be_kept(client):
    _user, password = first_timer()
    client.post("/accounts/sign-in/", {"username": "nguoimoi", "password": password})
    answer = client.post("/accounts/password/", {"new": password, "again": password})
    assert answer.status_code == 422
    assert "phải khác" in answer.content.decode()


def test_htmx_is_sent_to_the_page_of_passwords(client):
    _user, password = first_timer()
    client.post("/accounts/sign-in/", {"username": "nguoimoi", "password": password})
    answer = client.post("/accounts/sessions/end/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/accounts/password/"


def test_one_time_passwords_are_long_readable_and_never_the_same():
    made = {actions.give_one_time_password(User()) for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password) for password in made)


def test_changing_the_password_asks_for_the_old_one(signed_in, user):
    typed = {"password": "sai", "new": NEW, "again": NEW}
    answer = signed_in.post("/accounts/password/", typed)
    assert answer.status_code == 422
    assert "Mật khẩu chưa đúng" in answer.content.decode()
    assert signed_in.post("/accounts/password/", typed | {"password": make.PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert Event.objects.filter(user=user, kind=Event.Kind.PASSWORD).exists()


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [
        ("ngan", "ngan", "10"),
        ("1234567890123", "1234567890123", "số"),
        (NEW, NEW + "x", "chưa giống nhau"),
        (make.PASSWORD, make.PASSWORD, "phải khác"),
        ("canbo-cai-khe", "canbo-cai-khe", "quá giống"),
    ],
)
def test_a_poor_password_is_refused_in_vietnamese(signed_in, new, again, words):
    answer = signed_in.post("/accounts/password/", {"password": make.PASSWORD, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "This password" not in answer.content.decode()


def test_changing_the_password_ends_the_other_sessions_not_this_one(signed_in, user):
    other = Client()
    other.force_login(user)
    signed_in.post("/accounts/password/", {"password": make.PASSWORD, "new": NEW, "again": NEW})
    assert signed_in.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302


def test_signing_out_everywhere_keeps_only_this_session(signed_in, user):
    other = Client()
    other.force_login(user)
    signed_in.post("/accounts/sessions/end/")
    assert signed_in.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302


def test_disabling_ends_sessions_at_once(signed_in, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert signed_in.get("/accounts/profile/").status_code == 302


# --- turning the second factor on and off ---------------------------------------------------------


def shown_secret(client) -> str:
    page = client.get("/accounts/second-factor/").content.decode()
    return re.search(r'<code class="secret">([^<]+)</code>', page)[1].replace(" ", "")


def now_code(secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30)


def test_the_qr_code_is_drawn_by_us_and_needs_no_style(signed_in):
    page = signed_in.get("/accounts/second-factor/").content.decode()
    picture = re.search(r'<div class="qr".*?</div>', page, re.DOTALL)[0]
    assert "<svg" in picture
    assert "style=" not in picture
    assert "http://www.w3.org" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_the_second_factor_is_on_once_the_app_shows_the_right_code(signed_in, user):
    secret = shown_secret(signed_in)
    assert signed_in.post("/accounts/second-factor/", {"code": "000000x"}).status_code == 422
    assert shown_secret(signed_in) == secret
    assert signed_in.post("/accounts/second-factor/", {"code": now_code(secret)}).status_code == 302
    user.refresh_from_db()
    assert user.totp_secret == secret
    with pytest.raises(Invalid):
        actions.use_code(user, now_code(secret))


def test_turning_it_off_asks_who_is_there(signed_in, user):
    secret = shown_secret(signed_in)
    signed_in.post("/accounts/second-factor/", {"code": now_code(secret)})
    assert signed_in.post("/accounts/second-factor/off/", {"answer": "sai"}).status_code == 422
    assert signed_in.post("/accounts/second-factor/off/", {"answer": make.PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert not user.totp_secret


def test_json_turns_the_second_factor_on_and_off(signed_in, user):
    told = signed_in.get("/api/me/second-factor/").json()
    assert told["on"] is False
    assert f"secret={told['key']}" in told["uri"]
    wrong = signed_in.post("/api/me/second-factor/", {"code": "000000x"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["code"])
    assert signed_in.post("/api/me/second-factor/", {"code": now_code(told["key"])}).status_code == 204
    on = signed_in.get("/api/me/second-factor/").json()
    assert (on["on"], on["key"], on["uri"]) == (True, "", "")
    assert signed_in.post("/api/me/second-factor/off/", {"secret": "sai"}).status_code == 422
    assert signed_in.post("/api/me/second-factor/off/", {"secret": make.PASSWORD}).status_code == 204
    user.refresh_from_db()
    assert not user.totp_secret


def test_json_ends_the_other_sessions_not_this_one(signed_in, user):
    other = Client()
    other.force_login(user)
    assert signed_in.post("/api/me/end-sessions/").status_code == 204
    assert signed_in.get("/api/me/").status_code == 200
    assert other.get("/api/me/").status_code == 401


# --- is it she? -----------------------------------------------------------------------------------


def test_re_authentication_takes_the_password(user):
    actions.re_authenticate(user, make.PASSWORD)
    with pytest.raises(Invalid, match="Mật khẩu chưa đúng"):
        actions.re_authenticate(user, "sai")


def test_re_authentication_takes_a_code_once_where_the_second_factor_is_on(user):
    user.totp_secret = pyotp.random_base32()
    user.save(update_fields=["totp_secret"])
    code = now_code(user.totp_secret)
    actions.re_authenticate(user, f"{code[:3]} {code[3:]}")
    with pytest.raises(Invalid, match="đã dùng"):
        actions.re_authenticate(user, code)
    actions.re_authenticate(user, make.PASSWORD)


def test_after_five_wrong_answers_not_even_the_right_one_counts(user):
    for _ in range(5):
        with pytest.raises(Invalid):
            actions.re_authenticate(user, "sai")
    with pytest.raises(Invalid, match="Hãy thử lại sau"):
        actions.re_authenticate(user, make.PASSWORD)
    assert Event.objects.filter(user=user, kind=Event.Kind.BLOCKED).count() == 1


def test_the_block_passes_with_time(user):
    User.objects.filter(pk=user.pk).update(blocked_until=clock.now() - make.DAY)
    actions.re_authenticate(user, make.PASSWORD)
    user.refresh_from_db()
    assert user.blocked_until is None


@pytest.mark.parametrize(
    ("address", "names"),
    [("/accounts/password/", ["password", "new"]), ("/accounts/second-factor/off/", ["answer"])],
)
def test_the_pages_send_no_secret_back(signed_in, address, names):
    secret = "Bi-mat-khong-lo-2026"
    answer = signed_in.post(address, dict.fromkeys(names, secret))
    assert answer.status_code == 422
    assert secret not in answer.content.decode()
