"""What is not urgent waits for one letter a day; each person chooses; what came back is known."""

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid
from backend.notices import actions, queries
from backend.notices.actions.gathering import last_digest
from backend.notices.models import Kind, Letter, Notice, Preference, Way
from permissions.actor import SYSTEM
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make.person(email="dv@example.gov.vn")


def _tell(person, number=1, **how) -> None:
    actions.tell([person], key=f"k{number}", subject=f"Việc {number}", body="Nội dung.", url="/x/", **how)


def _age() -> None:
    Notice.objects.filter(letter=None).update(made_at=last_digest(clock.now()) - timedelta(minutes=1))


def test_three_messages_make_one_letter_a_day_and_what_comes_later_waits_for_the_next(person):
    for number in range(3):
        _tell(person, number)
    actions.post()
    assert mail.outbox == []
    _age()
    actions.post()
    (letter,) = mail.outbox
    assert letter.subject.endswith("3 thông báo")
    assert [f"{one}. Việc {one - 1}" in letter.body for one in (1, 2, 3)] == [True] * 3
    _tell(person, 4)
    _age()
    actions.post()
    assert len(mail.outbox) == 1
    Letter.objects.update(digest_on="2020-01-01")
    actions.post()
    assert len(mail.outbox) == 2


def test_what_was_read_in_the_page_is_not_mailed_again(person):
    _tell(person)
    actions.mark_all_read(person.pk)
    _age()
    actions.post()
    assert mail.outbox == []


def test_the_database_knows_no_second_digest_of_a_day(person):
    now = clock.now()
    Letter.objects.create(user=person, digest_on=now.date(), made_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(user=person, digest_on=now.date(), made_at=now)


@pytest.mark.parametrize(
    ("kind", "wanted", "urgent", "way"),
    [
        (Kind.CARD, "", True, Way.NOW),
        (Kind.CARD, "", False, Way.DIGEST),
        (Kind.CARD, Way.PAGE, True, Way.PAGE),
        (Kind.CARD, Way.NOW, False, Way.NOW),
        (Kind.DEADLINE, Way.DIGEST, True, Way.NOW),
        (Kind.DEADLINE, Way.DIGEST, False, Way.DIGEST),
    ],
)
def test_a_person_chooses_for_each_kind_but_the_last_day_always_comes_at_once(
    person, kind, wanted, urgent, way
):
    actions.prefer(person, {kind: wanted})
    _tell(person, kind=kind, urgent=urgent)
    assert Notice.objects.get().way == way


def test_letters_about_deadlines_can_not_be_turned_off_not_even_in_the_database(person):
    with pytest.raises(Invalid):
        actions.prefer(person, {Kind.DEADLINE: Way.PAGE})
    with pytest.raises(IntegrityError), transaction.atomic():
        Preference.objects.create(user=person, kind=Kind.DEADLINE, way=Way.PAGE)


def test_the_page_of_preferences_keeps_what_was_chosen_and_offers_no_way_to_miss_a_deadline(client, person):
    client.force_login(person)
    page = client.get("/notices/preferences/").content.decode()
    assert page.count('value="page"') == len(Kind) - 2
    chosen = dict.fromkeys(Kind.values, "usual") | {"card": "digest"}
    assert client.post("/notices/preferences/", chosen).status_code == 302
    assert queries.preferences_of(person.pk) == {"card": "digest"}
    assert client.post("/notices/preferences/", chosen | {"deadline": "page"}).status_code == 422


def test_the_header_counts_what_is_new_at_no_statement_more(client, django_assert_num_queries):
    unit = make.unit()
    user = make.seat(None, "officer", at=unit).user
    client.force_login(user)
    with django_assert_num_queries(4) as none:
        client.get("/notices/preferences/")
    _tell(user)
    with django_assert_num_queries(len(none)):
        page = client.get("/notices/preferences/").content.decode()
    assert "<strong>1</strong>" in page


def test_the_list_is_filtered_by_kind_and_by_unread(client, person):
    _tell(person, 1, kind=Kind.CARD)
    _tell(person, 2, kind=Kind.TIME)
    actions.mark_read(Notice.objects.get(key="k2"))
    client.force_login(person)
    assert "Việc 2" not in client.get("/notices/?kind=card").content.decode()
    assert "Việc 2" not in client.get("/notices/?unread=on").content.decode()
    assert "Việc 2" in client.get("/notices/?kind=time").content.decode()


REPORT = """From: MAILER-DAEMON@x
To: thu-loi@x
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; dv@example.gov.vn
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 User unknown

--b
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: x

x
--b--
"""


def _report(message_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(message_id=message_id, action=action, status=status).encode()


@pytest.fixture
def box(tmp_path):
    return mailbox.Maildir(tmp_path / "returned", create=True)


def _sent(person) -> str:
    _tell(person, urgent=True)
    actions.post()
    return mail.outbox[-1].extra_headers["Message-ID"]


def test_a_letter_that_came_back_is_known_until_the_address_changes(person, box, capsys):
    box.add(_report(_sent(person)))
    call_command("read_bounces", box._path)
    assert "1 thư bị trả lại" in capsys.readouterr().out
    lost = queries.address_problems([person.pk])[person.pk]
    assert (lost.state, lost.bad_address) == (Letter.State.BOUNCED, True)
    assert "550 User unknown" in lost.error
    call_command("read_bounces", box._path)
    assert "0 thư bị trả lại" in capsys.readouterr().out
    with recording(by=SYSTEM, reason="Sửa"):
        person.email = "moi@example.gov.vn"
        person.save()
    assert queries.address_problems([person.pk]) == {}


def test_a_letter_is_found_by_where_it_was_returned_to(person, box, settings):
    settings.MAIL_BOUNCES = "thu-loi@example.gov.vn"
    _sent(person)
    token = Letter.objects.get().token
    box.add(_report("<khac@khac>").replace(b"To: thu-loi@x", f"To: thu-loi+{token}@example.gov.vn".encode()))
    assert actions.read_bounces(Path(box._path)) == 1


@pytest.mark.parametrize("action", ["delayed", "relayed"])
def test_a_report_of_delay_is_no_return(person, box, action):
    box.add(_report(_sent(person), action=action, status="4.4.1"))
    call_command("read_bounces", box._path)
    assert Letter.objects.get().state == Letter.State.SENT


def test_a_strange_letter_or_folder_breaks_nothing(box, tmp_path):
    box.add(b"Subject: chao\n\nkhong phai bao cao")
    box.add(_report("<0123456789abcdef0123456789abcdef@noi-khac>"))
    box.add(b"Content-Type: multipart/report; boundary=x\n\n--x\n")
    call_command("read_bounces", box._path)
    with pytest.raises(CommandError):
        call_command("read_bounces", str(tmp_path / "khong-co"))
