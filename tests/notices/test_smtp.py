"""Letters over a real SMTP dialogue with a server that refuses, stalls, hangs up, asks to come again, or is dead."""

import pytest

from backend.notices import actions, queries
from backend.notices.models import Letter
from tests import make
from tests.notices.mail import server

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

State = Letter.State


def told(*addresses: str) -> dict[str, Letter]:
    """Tell one person at each address something urgent."""
    for address in addresses:
        person = make.person(email=f"{address}@example.gov.vn")
        actions.tell(
            [person],
            key="k",
            subject="Phường Ô Môn: trả lại để sửa",
            body="Thiếu tài liệu.",
            url="/x/",
            urgent=True,
        )


def letters() -> dict[str, Letter]:
    """Return the letters by the first part of their address."""
    return {row.address.partition("@")[0]: row for row in Letter.objects.all()}


def test_many_letters_go_over_one_connection_each_in_plain_vietnamese(settings):
    settings.SITE_URL = "https://cchc.example.gov.vn"
    with server(settings) as mta:
        told("a", "b", "c")
        assert actions.post() == 3
        assert actions.post() == 0
    assert mta.sessions == 1
    assert set(mta.took().values()) == {1}
    first = mta.messages()[0]
    assert first["Subject"] == "Phường Ô Môn: trả lại để sửa"
    assert first.get_content_type() == "text/plain"
    assert first.get_content().splitlines()[:3] == ["Thiếu tài liệu.", "", "https://cchc.example.gov.vn/x/"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"].startswith("<thong-bao.")
    assert len({message["Message-ID"] for message in mta.messages()}) == 3


def test_refusals_are_final_and_told_in_the_servers_words_and_only_a_wrong_address_is_called_one(settings):
    with server(settings) as mta:
        told("refuse", "spam", "fine")
        actions.post()
        found = letters()
    assert {name: row.state for name, row in found.items()} == {
        "refuse": State.REFUSED, "spam": State.REFUSED, "fine": State.SENT,
    }  # fmt: skip
    assert "550 5.1.1 khong co nguoi nhan" in found["refuse"].error
    assert [found[name].bad_address for name in ("refuse", "spam")] == [True, False]
    refused = {found[name].user_id for name in ("refuse", "spam")}
    assert set(queries.address_problems([row.user_id for row in found.values()])) == refused
    assert list(mta.took()) == ["fine@example.gov.vn"]


def test_a_server_that_asks_to_come_again_gets_the_letter_once(settings):
    with server(settings) as mta:
        told("later", "fine")
        actions.post()
    assert mta.took() == {"later@example.gov.vn": 1, "fine@example.gov.vn": 1}
    assert letters()["later"].attempts == 2
    assert letters()["later"].doubts == 0


def test_a_stalled_or_broken_line_is_tried_again_under_the_same_message_id_and_counted_as_doubt(settings):
    with server(settings) as mta:
        told("stall", "drop", "fine")
        for _turn in range(4):
            actions.post()
    found = letters()
    assert {row.state for row in found.values()} == {State.SENT}
    assert mta.took() == {"stall@example.gov.vn": 1, "drop@example.gov.vn": 2, "fine@example.gov.vn": 1}
    assert (found["stall"].doubts, found["drop"].doubts, found["fine"].doubts) == (1, 1, 0)
    twice = [one["Message-ID"] for one in mta.messages() if one["To"].startswith("drop")]
    assert twice[0] == twice[1]


def test_after_three_doubts_the_letter_rests_until_somebody_sends_it_again(settings):
    with server(settings) as mta:
        told("dropall")
        for _turn in range(6):
            actions.post()
        letter = letters()["dropall"]
        assert (letter.state, letter.doubts) == (State.UNSURE, 3)
        assert mta.took()["dropall@example.gov.vn"] == 3
        assert list(queries.unsure_letters([letter.user_id])) == [letter]
        actions.resend(letter)
        actions.post()
        assert mta.took()["dropall@example.gov.vn"] == 4
    assert letters()["dropall"].state == State.UNSURE


def test_a_dead_server_costs_no_letter(settings):
    with server(settings) as mta:
        mta.stop()
        told("a", "b")
        actions.post()
        assert {row.state for row in Letter.objects.all()} == {State.WAITING}
        mta.start()
        actions.post()
    assert set(mta.took().values()) == {1}
    assert {row.doubts for row in Letter.objects.all()} == {0}


def test_no_more_letters_leave_in_a_minute_than_the_setting_says(settings):
    settings.MAIL_PER_MINUTE = 2
    with server(settings) as mta:
        told("a", "b", "c")
        assert actions.post() == 2
        assert actions.post() == 0
        Letter.objects.update(claimed_at=None)
        assert actions.post() == 1
    assert set(mta.took().values()) == {1}


def test_each_letter_has_its_own_address_for_returns(settings):
    settings.MAIL_BOUNCES = "thu-loi@example.gov.vn"
    with server(settings) as mta:
        told("a")
        actions.post()
    assert mta.letters[0].mail_from == f"thu-loi+{Letter.objects.get().token}@example.gov.vn"
