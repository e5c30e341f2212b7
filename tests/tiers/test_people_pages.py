"""The pages of accounts: who gets in, what she finds, the same queries for one row and for many."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from backend.accounts.models import User
from permissions.roles import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def world():
    city = make.unit("Thành phố")
    district = make.unit("Quận", parent=city)
    ward, other = make.unit("Phường", parent=district), make.unit("Nơi khác", parent=city)
    user = make.seat(None, Role.ADMINISTRATOR, at=district).user
    mine = make.seat(make.person("Người của tôi"), at=ward)
    theirs = make.seat(make.person("Người nơi khác"), at=other)
    client = Client()
    client.force_login(user)
    return SimpleNamespace(user=user, ward=ward, other=other, mine=mine, theirs=theirs, client=client)


def new_account(world, **fields):
    typed = {"username": "canbo", "full_name": "Cán bộ mới", "role": "officer", "acts_for": world.ward.pk}
    return world.client.post("/people/add/", typed | fields)


def test_the_list_shows_mine_and_not_theirs(world):
    page = world.client.get("/people/").content.decode()
    assert "Người của tôi" in page
    assert "Người nơi khác" not in page


def test_an_empty_search_says_what_to_do(world):
    assert "bỏ bớt điều kiện lọc" in world.client.get("/people/", {"q": "khong co ai"}).content.decode()


def test_a_filter_that_is_no_choice_shows_all(world):
    answer = world.client.get("/people/", {"unit": "abc", "role": "vua", "state": "x", "page": "99"})
    assert "Người của tôi" in answer.content.decode()


def test_the_list_takes_the_same_queries_for_one_and_for_many(world, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(30) as queries:
            world.client.get("/people/")
        return len(queries)

    few = count()
    for number in range(20):
        make.seat(make.person(f"Người {number}"), at=world.ward)
    assert count() == few


GETS = ["/people/{}/", "/people/{}/edit/", "/people/{}/seats/add/"]
POSTS = ["/people/{}/disable/", "/people/{}/enable/", "/people/{}/reset/", "/people/{}/edit/"]


@pytest.mark.parametrize("address", GETS)
def test_the_people_of_others_are_not_found(world, address):
    assert world.client.get(address.format(world.mine.user_id)).status_code == 200
    assert world.client.get(address.format(world.theirs.user_id)).status_code == 404


@pytest.mark.parametrize("address", POSTS)
def test_nothing_is_done_to_the_people_of_others(world, address):
    before = world.theirs.user.password
    assert world.client.post(address.format(world.theirs.user_id), {"reason": "x"}).status_code == 404
    assert world.client.post(f"/people/seats/{world.theirs.pk}/end/", {"reason": "x"}).status_code == 404
    world.theirs.user.refresh_from_db()
    assert world.theirs.user.password == before
    assert world.theirs.user.is_active


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_an_administrator_opens_these_pages(world, role):
    client = Client()
    client.force_login(make.seat(None, role, at=world.ward).user)
    for address in ("/people/", "/people/add/", "/people/import/", "/people/import/template/"):
        assert client.get(address).status_code == 403
    assert client.get(f"/people/{world.mine.user_id}/").status_code == 403


def test_a_new_account_shows_its_password_once(world):
    answer = new_account(world)
    password = re.search(r'<code class="one-time">([^<]+)</code>', answer.content.decode())[1]
    user = User.objects.get(username="canbo")
    assert user.check_password(password)
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in world.client.get(f"/people/{user.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"username": "có dấu"}, "chữ cái không dấu"),
        ({"role": ""}, "bắt buộc"),
        ({"starts_on": "31/02/2026"}, "Không có ngày"),
        ({"starts_on": "05/06/2026", "last_day": "04/06/2026"}, "Ngày cuối"),
        ({"fields_limit": "một"}, "hợp lệ"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(world, fields, words):
    answer = new_account(world, full_name="Cán bộ gõ rồi", **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Cán bộ gõ rồi" in page


def test_a_unit_of_others_is_no_choice(world):
    assert new_account(world, acts_for=world.other.pk).status_code == 422
    assert not User.objects.filter(username="canbo").exists()


def test_seats_are_given_and_ended_on_the_page(world):
    person = world.mine.user_id
    typed = {"role": "leader", "acts_for": world.ward.pk, "title": "Chủ tịch UBND phường"}
    assert world.client.post(f"/people/{person}/seats/add/", typed).status_code == 302
    assert "Chủ tịch UBND phường" in world.client.get(f"/people/{person}/").content.decode()
    answer = world.client.post(f"/people/seats/{world.mine.pk}/end/", {"reason": "Thôi việc"})
    assert answer.status_code == 302
    page = world.client.get(f"/people/{person}/").content.decode()
    assert "Đã kết thúc" in page
    assert "Thôi việc" in page


def test_without_a_reason_the_act_is_refused_and_can_be_sent_again(world):
    answer = world.client.post(f"/people/{world.mine.user_id}/disable/", {"reason": ""})
    assert answer.status_code == 422
    assert User.objects.get(pk=world.mine.user_id).is_active


def test_an_account_is_shut_opened_and_reset_on_the_page(world):
    person = world.mine.user_id
    world.client.post(f"/people/{person}/disable/", {"reason": "Nghỉ"})
    assert "Đã vô hiệu hoá" in world.client.get(f"/people/{person}/").content.decode()
    world.client.post(f"/people/{person}/enable/", {"reason": "Trở lại"})
    answer = world.client.post(f"/people/{person}/reset/", {"reason": "Quên", "without_factor": "on"})
    assert "one-time" in answer.content.decode()


def test_name_and_contact_are_corrected(world):
    typed = {"full_name": "Tên mới", "email": "moi@example.vn", "phone": ""}
    world.client.post(f"/people/{world.mine.user_id}/edit/", typed)
    user = User.objects.get(pk=world.mine.user_id)
    assert (user.full_name, user.email) == ("Tên mới", "moi@example.vn")
    assert "ten moi" in user.folded


def test_one_time_passwords_of_the_demonstration_carry_its_mark(world, settings):
    settings.DEMO = True
    page = new_account(world).content.decode()
    assert "Mật khẩu dùng một lần" in page
    assert "SỐ LIỆU MINH HOẠ" in page
