"""The same acts as JSON: same rights, same words, no secrets."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from backend.accounts.models import User
from permissions.roles import Role
from tests import make
from tests.tiers.test_people_import import GOOD, changed, file_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def world():
    city = make.unit("Thành phố", code="92")
    ward = make.unit("Phường", parent=city, code="31117")
    other = make.unit("Nơi khác", code="93")
    user = make.seat(None, Role.ADMINISTRATOR, at=city, title="Quản trị").user
    client = APIClient()
    client.force_login(user)
    return SimpleNamespace(city=city, ward=ward, other=other, user=user, client=client)


def hired(world, **fields):
    sent = {"username": "canbo", "full_name": "Cán bộ", "role": "officer", "acts_for": world.ward.pk}
    return world.client.post("/api/accounts/", sent | fields)


def test_me_says_who_asks_and_where_she_sits(world):
    me = world.client.get("/api/me/").json()
    assert me["username"] == world.user.username
    assert me["seats"][0] == {
        "role": "administrator", "title": "Quản trị", "path": "/92/", "workplace": "/92/", "fields_limit": [],
    }  # fmt: skip


def test_me_is_for_who_is_signed_in():
    assert APIClient().get("/api/me/").status_code in {401, 403}


def test_the_own_password_is_changed_with_the_old_one(world):
    sent = {"password": "sai", "new": "Mot-mat-khau-khac-2027"}
    assert world.client.post("/api/me/password/", sent).status_code == 422
    assert world.client.post("/api/me/password/", sent | {"password": make.PASSWORD}).status_code == 204
    assert world.client.get("/api/me/").status_code == 200


def test_an_account_is_made_shut_opened_and_reset(world):
    answer = hired(world)
    assert answer.status_code == 201
    account = answer.json()["account"]
    assert User.objects.get(username="canbo").check_password(answer.json()["password"])
    address = f"/api/accounts/{account['id']}/"
    assert world.client.post(address + "disable/", {}).status_code == 422
    assert world.client.post(address + "disable/", {"reason": "Nghỉ"}).json()["is_active"] is False
    assert world.client.post(address + "disable/", {"reason": "Nghỉ"}).status_code == 409
    assert world.client.post(address + "enable/", {"reason": "Về"}).json()["is_active"] is True
    assert world.client.post(address + "reset/", {"reason": "Quên"}).json()["account"]["must_change_password"]
    assert world.client.patch(address, {"full_name": "Tên mới"}).json()["full_name"] == "Tên mới"


def test_no_answer_holds_a_secret(world):
    hired(world)
    text = world.client.get("/api/accounts/").content.decode()
    assert "canbo" in text
    for name in ("pbkdf2", "md5$", "totp_secret", '"password"'):
        assert name not in text


def test_seats_are_given_and_ended(world):
    person = hired(world).json()["account"]["id"]
    sent = {"user": person, "role": "leader", "acts_for": world.ward.pk}
    seat = world.client.post("/api/appointments/", sent).json()
    assert len(world.client.get("/api/appointments/", {"user": person}).json()["results"]) == 2
    ended = world.client.post(f"/api/appointments/{seat['id']}/end/", {"reason": "Thôi"}).json()
    assert ended["ends_at"]


def test_units_and_people_of_others_stay_out_of_reach(world):
    theirs = make.seat(None, at=world.other)
    assert hired(world, acts_for=world.other.pk).status_code == 403
    assert world.client.get(f"/api/accounts/{theirs.user_id}/").status_code == 404
    assert world.client.get(f"/api/appointments/{theirs.pk}/").status_code == 404
    assert world.client.get("/api/accounts/", {"unit": world.other.pk}).json()["count"] == 0


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_an_administrator_asks(world, role):
    client = APIClient()
    client.force_login(make.seat(None, role, at=world.city).user)
    for address in ("/api/accounts/", "/api/appointments/"):
        assert client.get(address).status_code == 403
    assert client.post("/api/accounts/import/", {}, format="multipart").status_code == 403


def test_a_file_is_looked_at_first_and_imported_when_asked(world):
    def send(*rows, **more):
        upload = SimpleUploadedFile("nguoi.xlsx", file_of(*rows).getvalue())
        return world.client.post("/api/accounts/import/", {"file": upload, **more}, format="multipart").json()

    bad = changed(username="hai", role="Vua")
    looked = send(GOOD, bad)
    assert looked["rows"][1]["problems"][0][0] == "Vai trò"
    assert send(GOOD, bad, make="true")["made"] == []
    assert not User.objects.filter(username="31117.canbo").exists()
    assert len(send(GOOD, bad, make="true", only_good="true")["made"]) == 1


def test_filters_narrow_the_list(world):
    hired(world)
    found = world.client.get("/api/accounts/", {"q": "can bo", "role": "officer", "unit": world.ward.pk})
    assert [row["username"] for row in found.json()["results"]] == ["canbo"]
