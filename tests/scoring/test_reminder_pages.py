"""The host's pages of reminders through HTTP and JSON: who is late, nothing goes unseen, whom letters don't reach."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import User
from backend.core import clock
from backend.notices.models import Kind, Letter, Notice
from backend.rounds.models import HostReminder
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def season() -> World:
    return world()


@pytest.fixture
def host(season) -> Client:
    return signed_in(season.users["secretary"])


def url(name: str, season: World, *more) -> str:
    return reverse(f"scoring:{name}", args=[season.round.pk, *more])


def _address(person, address: str) -> None:
    User.objects.filter(pk=person.pk).update(email=address)


def _letter(person, state: str, **more) -> Letter:
    return Letter.objects.create(
        user=person, address=person.email, state=state, attempts=1, made_at=clock.now(), **more
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=late", True), ("state=draft", True), ("state=approved", False), ("below=50", True),
        ("mail=none", True), ("mail=lost", False), ("mail=sai&below=abc&group=xyz", True),
    ],
)  # fmt: skip
def test_the_late_are_found_by_state_progress_and_mail(season, host, query, shown):
    page = host.get(f"{url('round_progress', season)}?{query}")
    assert page.status_code == 200
    assert ("Nhắc các đơn vị đang lọc" in page.text) is shown


def test_who_has_scored_enough_is_not_late(season, host):
    season.fill()
    assert "Nhắc các đơn vị đang lọc" not in host.get(f"{url('round_progress', season)}?below=50").text


def test_nothing_is_sent_that_was_not_seen_just_so(season, host):
    text = {"subject": "Nhắc {đơn vị}", "body": "Còn {còn lại}", "cards": [season.card.pk]}
    assert host.post(url("remind", season), text | {"act": "send"}).status_code == 200
    page = host.post(url("remind", season), text | {"act": "preview"})
    assert "Nhắc Phường thử" in page.text
    seen = re.search(r'name="seen" value="(\w+)"', page.text)[1]
    changed = text | {"body": "Khác", "act": "send", "seen": seen}
    assert "đã đổi" in host.post(url("remind", season), changed).text
    assert HostReminder.objects.count() == 0
    assert host.post(url("remind", season), text | {"act": "send", "seen": seen}).status_code == 302
    again = host.post(url("remind", season), text | {"act": "send", "seen": seen})
    assert again.status_code == 422
    assert "Hôm nay đã nhắc" in again.text
    assert 'name="again"' in again.text
    sent = host.post(url("remind", season), text | {"act": "send", "seen": seen, "again": "on"})
    assert sent.status_code == 302
    assert HostReminder.objects.count() == 2


def test_a_word_that_can_not_be_filled_in_is_said_and_nothing_typed_is_lost(season, host):
    text = {"subject": "Nhắc", "body": "Điểm: {điểm}", "cards": [season.card.pk], "act": "preview"}
    page = host.post(url("remind", season), text)
    assert page.status_code == 422
    assert "Không có chỗ điền “{điểm}”" in page.text
    assert "Điểm: {điểm}" in page.text


def test_a_unit_that_left_the_list_meanwhile_is_set_aside_and_the_others_stay_chosen(season, host):
    text = {"subject": "Nhắc", "body": "Còn {còn lại}", "cards": [season.card.pk, 999_999], "act": "preview"}
    page = host.post(url("remind", season), text)
    assert page.status_code == 200
    assert "1 đơn vị đã chọn không còn trong danh sách" in page.text
    assert re.search(rf'name="cards" value="{season.card.pk}"[^>]*checked', page.text)
    alone = host.post(url("remind", season), text | {"cards": [999_999, "{abc}"]})
    assert alone.status_code == 422
    assert "Hãy chọn ít nhất một đơn vị" in alone.text


def test_a_letter_refused_for_another_cause_is_told_to_the_host_too_until_one_arrives(season, host):
    officer = season.users["officer"]
    officer.email = "cb@example.gov.vn"
    _address(officer, officer.email)
    _letter(officer, "refused", error="554 5.7.1 bi chan")
    assert "554 5.7.1 bi chan" in host.get(url("reminder_list", season)).text
    _letter(officer, "sent", sent_at=clock.now())
    assert "554 5.7.1 bi chan" not in host.get(url("reminder_list", season)).text


def test_whom_letters_do_not_reach_is_shown_in_the_servers_words_until_the_address_changes(season, host):
    officer = season.users["officer"]
    officer.email = "cu@example.gov.vn"
    _address(officer, officer.email)
    _letter(officer, "refused", bad_address=True, error="550 5.1.1 khong co nguoi nhan")
    page = host.get(url("reminder_list", season))
    assert "550 5.1.1 khong co nguoi nhan" in page.text
    assert "địa chỉ sai" in page.text
    assert "Chưa có địa chỉ thư" in page.text
    assert "thư không đến" in host.get(url("round_progress", season) + "?mail=lost").text
    _address(officer, "moi@example.gov.vn")
    assert "550 5.1.1" not in host.get(url("reminder_list", season)).text


def test_the_administrator_sees_it_on_the_account_of_the_person(season):
    officer = season.users["officer"]
    officer.email = "cu@example.gov.vn"
    _address(officer, officer.email)
    _letter(officer, "bounced", error="5.1.1 khong co", sent_at=clock.now())
    admin = signed_in(make.seated(Role.ADMINISTRATOR, season.host)[0])
    assert "5.1.1 khong co" in admin.get(reverse("people:account_detail", args=[officer.pk])).text


def test_a_letter_that_nobody_knows_of_is_sent_again_by_a_button(season, host):
    officer = season.users["officer"]
    officer.email = "cb@example.gov.vn"
    _address(officer, officer.email)
    letter = _letter(officer, "unsure", doubts=1)
    assert "Gửi lại" in host.get(url("reminder_list", season)).text
    assert host.post(url("resend_letter", season, letter.pk)).status_code == 302
    letter.refresh_from_db()
    assert letter.state == Letter.State.WAITING
    assert host.post(url("resend_letter", season, letter.pk)).status_code == 404


def test_the_same_by_json(season, host):
    address = f"/api/rounds/{season.round.pk}/reminders/"
    given = {"cards": [season.card.pk], "preview": True}
    (unit,) = host.post(address, given, content_type="application/json").json()["units"]
    assert (unit["people"], unit["mails"], unit["unit_name"]) == (2, 0, "Phường thử")
    assert "{" not in unit["subject"] + unit["body"]
    made = host.post(address, given | {"preview": False}, content_type="application/json")
    assert made.status_code == 201
    assert host.post(address, given | {"preview": False}, content_type="application/json").status_code == 422
    answer = host.get(address).json()
    assert [row["units"][0]["unit_name"] for row in answer["sent"]] == ["Phường thử"]
    assert len(answer["troubles"]) == 2
    extensions = host.get(f"/api/rounds/{season.round.pk}/extensions/").json()
    assert extensions["results"] == []


def test_the_preview_takes_as_many_statements_for_many_people_as_for_few(season, host):
    text = {"subject": "Nhắc", "body": "Nhắc", "cards": [season.card.pk], "act": "preview"}
    with CaptureQueriesContext(connection) as few:
        host.post(url("remind", season), text)
    for _number in range(20):
        make.seat(None, Role.OFFICER, at=season.unit)
    with CaptureQueriesContext(connection) as many:
        assert "22 người" in host.post(url("remind", season), text).text
    assert len(many) == len(few)


def test_the_unit_hears_it_once_in_the_page(season, host):
    Notice.objects.all().delete()
    address = f"/api/rounds/{season.round.pk}/reminders/"
    host.post(address, {"cards": [season.card.pk]}, content_type="application/json")
    officer = signed_in(season.users["officer"])
    assert "Phường thử chưa hoàn thành phiếu tự chấm" in officer.get("/notices/?kind=deadline").text
    assert Notice.objects.filter(kind=Kind.DEADLINE).count() == 2
