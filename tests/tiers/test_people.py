"""An administrator's work with people: what she may, what is recorded, what ends at once."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from backend.accounts.models import User
from backend.core import clock
from backend.core.dates import start_of_day, vn_date
from backend.core.errors import Invalid, OutOfStep, Refused
from permissions.roles import Role, Verb
from tests import make
from tiers.models import Appointment
from tiers.people import actions, queries
from tiers.people.actions import Wish
from tiers.people.demo import DEMO_PASSWORD, host_seats, leader, make_demo_people, officer
from tiers.seating import actor_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    city = make.unit("Thành phố")
    district = make.unit("Quận", parent=city)
    ward, other = make.unit("Phường Ô Môn", parent=district), make.unit("Huyện khác", parent=city)
    user, admin = make.seated(Role.ADMINISTRATOR, district)
    return SimpleNamespace(city=city, district=district, ward=ward, other=other, user=user, admin=admin)


def hire(world, username="canbo", **fields):
    wish = Wish(fields.pop("role", Role.OFFICER), fields.pop("unit", world.ward), **fields)
    return actions.hire(username=username, full_name="Cán bộ", wish=wish, by=world.admin)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def can_enter(client) -> bool:
    return client.get("/accounts/profile/").status_code == 200


# --- new accounts ---------------------------------------------------------------------------------


def test_a_new_account_has_a_seat_and_a_one_time_password(world):
    user, password = hire(world)
    assert user.check_password(password)
    assert user.must_change_password
    assert actor_for(user).may(Verb.SCORE, at=world.ward.place())


def test_the_history_says_who_made_it_and_keeps_no_secret(world):
    user, _password = hire(world)
    row = user.history.get()
    assert (row.actor_name, row.unit_name) == (world.admin.name, "Phường Ô Môn")
    columns = {field.name for field in row._meta.fields}
    assert not columns & {"password", "totp_secret", "session_epoch", "last_login"}


@pytest.mark.parametrize("where", ["city", "other"])
def test_nobody_is_hired_outside_the_administrators_units(world, where):
    with pytest.raises(Refused):
        hire(world, unit=getattr(world, where))
    with pytest.raises(Refused):
        hire(world, workplace=getattr(world, where))
    assert not User.objects.filter(username="canbo").exists()


@pytest.mark.parametrize("username", ["ab", "có dấu", "two words", "-x-", "a" * 61, "a/b"])
def test_a_username_is_plain_letters(world, username):
    with pytest.raises(Invalid, match="Tên đăng nhập"):
        hire(world, username)


def test_a_taken_username_is_refused_in_any_case(world):
    hire(world)
    with pytest.raises(Invalid, match="đã có người dùng"):
        hire(world, "CANBO")


def test_days_out_of_order_are_refused(world):
    today = vn_date(clock.now())
    with pytest.raises(Invalid, match="Ngày cuối"):
        hire(world, starts_on=today, last_day=today - make.DAY)


# --- seats ----------------------------------------------------------------------------------------


def test_a_seat_counts_through_its_last_day(world):
    today = vn_date(clock.now())
    user, _password = hire(world, starts_on=today, last_day=today)
    seat = user.appointments.get()
    assert seat.ends_at == start_of_day(today + make.DAY)
    assert actor_for(user).seats


def test_the_same_seat_is_not_given_twice(world):
    today = vn_date(clock.now())
    user, _password = hire(world, starts_on=today)
    with pytest.raises(Invalid, match="đã có phân công"):
        actions.appoint(user, Wish(Role.OFFICER, world.ward, starts_on=today), by=world.admin)


def test_ending_a_seat_takes_its_rights_at_once_and_keeps_the_reason(world):
    user, _password = hire(world)
    seat = user.appointments.get()
    assert user.has_perm(Verb.SCORE, world.ward)
    actions.end_seat(seat, by=world.admin, reason="Chuyển công tác", decision="12/QĐ-UBND")
    assert not user.has_perm(Verb.SCORE, world.ward)
    assert not actor_for(user).seats
    newest = seat.history.first()
    assert newest.history_change_reason == "Chuyển công tác (theo 12/QĐ-UBND)"
    with pytest.raises(OutOfStep):
        actions.end_seat(seat, by=world.admin, reason="lần nữa")


def test_a_seat_still_to_come_can_be_called_off(world):
    user, _password = hire(world, starts_on=vn_date(clock.now()) + 5 * make.DAY)
    actions.end_seat(user.appointments.get(), by=world.admin, reason="Thôi không phân công")
    seat = user.appointments.get()
    assert seat.ends_at - seat.starts_at < timedelta(seconds=1)


def test_a_seat_cannot_be_ended_in_the_past(world):
    user, _password = hire(world)
    yesterday = vn_date(clock.now()) - make.DAY
    with pytest.raises(Invalid, match="đã qua"):
        actions.end_seat(user.appointments.get(), by=world.admin, reason="x", last_day=yesterday)


def test_ending_needs_a_reason(world):
    user, _password = hire(world)
    with pytest.raises(Invalid, match="lý do"):
        actions.end_seat(user.appointments.get(), by=world.admin, reason=" ")


def test_nobody_serves_herself(world):
    own = world.user
    seat = own.appointments.get()
    for act in (
        lambda: actions.appoint(own, Wish(Role.CHAIR, world.district), by=world.admin),
        lambda: actions.end_seat(seat, by=world.admin, reason="x"),
        lambda: actions.disable(own, by=world.admin, reason="x"),
        lambda: actions.reset_password(own, by=world.admin, reason="x"),
    ):
        with pytest.raises(Refused, match="của mình"):
            act()


def test_a_person_with_a_seat_above_is_out_of_reach_of_the_administrator_below(world):
    """Else a district administrator could take over the account of a city official by a reset."""
    user = make.seat(None, Role.CHAIR, at=world.city).user
    make.seat(user, Role.OFFICER, at=world.ward)
    for act in (actions.disable, actions.reset_password):
        with pytest.raises(Refused, match="ngoài phạm vi"):
            act(user, by=world.admin, reason="x")
    with pytest.raises(Refused):
        actions.end_seat(user.appointments.get(role=Role.CHAIR), by=world.admin, reason="x")


# --- accounts -------------------------------------------------------------------------------------


def test_disabling_ends_sessions_at_once_and_enabling_opens_the_door_again(world):
    user, _password = hire(world)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.refresh_from_db()
    client = signed_in(user)
    assert can_enter(client)

    actions.disable(user, by=world.admin, reason="Nghỉ hưu")
    assert not can_enter(client)
    with pytest.raises(OutOfStep):
        actions.disable(user, by=world.admin, reason="x")

    actions.enable(user, by=world.admin, reason="Trở lại")
    assert not can_enter(client), "the old session stays ended"
    assert can_enter(signed_in(User.objects.get(pk=user.pk)))


def test_a_reset_gives_a_new_password_once_and_ends_sessions(world):
    user, old = hire(world)
    client = signed_in(user)
    new = actions.reset_password(user, by=world.admin, reason="Quên mật khẩu")
    user.refresh_from_db()
    assert new != old
    assert user.check_password(new)
    assert not user.check_password(old)
    assert user.must_change_password
    assert not can_enter(client)
    assert user.history.first().history_change_reason == "Đặt lại mật khẩu: Quên mật khẩu"


def test_a_reset_takes_the_second_factor_off_only_when_asked(world):
    user, _password = hire(world)
    user.totp_secret = "JBSWY3DPEHPK3PXP"
    user.save(update_fields=["totp_secret"])
    actions.reset_password(user, by=world.admin, reason="Quên")
    user.refresh_from_db()
    assert user.totp_secret
    actions.reset_password(user, by=world.admin, reason="Mất điện thoại", without_factor=True)
    user.refresh_from_db()
    assert not user.totp_secret


# --- reads ----------------------------------------------------------------------------------------


def test_the_list_holds_the_people_of_the_units_below_and_nobody_else(world):
    mine, _password = hire(world)
    make.seat(None, at=world.other)
    make.seat(None, Role.CHAIR, at=world.city)
    assert set(queries.accounts_for(world.admin)) == {mine, world.user}


def test_the_list_is_searched_without_accents_and_filtered(world):
    mine, _password = hire(world)
    User.objects.filter(pk=mine.pk).update(folded="canbo can bo o mon")
    rows = queries.accounts_for(world.admin)
    assert list(queries.filtered(rows, words="Ô môn")) == [mine]
    assert list(queries.filtered(rows, unit=world.ward)) == [mine]
    assert list(queries.filtered(rows, role=str(Role.ADMINISTRATOR))) == [world.user]
    assert list(queries.filtered(rows, state="first")) == [mine]
    assert not queries.filtered(rows, state="disabled")
    assert not queries.filtered(rows, state="unseated")


# --- commands and the demonstration ---------------------------------------------------------------


def test_the_first_administrator_comes_by_command(world, capsys, client):
    call_command("create_admin", username="quantri", name="Quản trị", unit=world.city.code)
    printed = capsys.readouterr().out
    password = printed.split("Mật khẩu dùng một lần: ")[1].split()[0]
    user = User.objects.get(username="quantri")
    assert user.check_password(password)
    assert user.must_change_password
    assert user.has_perm(Verb.MANAGE_PEOPLE, world.ward)
    with pytest.raises(CommandError, match="đã có người dùng"):
        call_command("create_admin", username="quantri", unit=world.city.code)
    with pytest.raises(CommandError, match="load_organisation"):
        call_command("create_admin", unit="khong-co")


def test_demo_people_are_named_by_seat_and_made_once(world):
    seats = [
        officer(world.ward, "omon"),
        leader(world.ward, "omon", "Chủ tịch UBND"),
        *host_seats(world.city, world.district, "snv"),
    ]
    users = make_demo_people(seats)
    again = make_demo_people(seats)
    assert {user.pk for user in users.values()} == {user.pk for user in again.values()}
    assert Appointment.objects.filter(user__is_demo=True).count() == len(seats)
    chuyenvien = User.objects.get(username="omon.chuyenvien")
    assert chuyenvien.full_name == "Chuyên viên tự chấm - Phường Ô Môn"
    assert chuyenvien.check_password(DEMO_PASSWORD)
    assert chuyenvien.has_perm(Verb.SCORE, world.ward)
    assert users["snv.thuky"].has_perm(Verb.APPRAISE, make.card(make.round_(world.city), world.other))
    assert chuyenvien.history.count() == 1


def test_the_demo_accounts_are_printed_only_while_there_are_any(world, capsys):
    call_command("demo_accounts")
    assert capsys.readouterr().out == ""
    make_demo_people([officer(world.ward, "omon")])
    call_command("demo_accounts")
    printed = capsys.readouterr().out
    assert "omon.chuyenvien" in printed
    assert DEMO_PASSWORD in printed


def test_check_deploy_fails_while_demo_accounts_exist(world):
    from backend.accounts.checks import no_demo_accounts

    assert no_demo_accounts() == []
    make_demo_people([officer(world.ward, "omon")])
    assert [error.id for error in no_demo_accounts()] == ["accounts.E001"]
