"""Messages: recorded in the transaction, sent once after commit, read by their owner only."""

import pytest
from django.core import mail
from django.db import transaction

from backend.jobs import actions as jobs
from backend.jobs.models import Job
from backend.notices import actions, queries
from backend.notices.models import Letter, Notice
from tests import make

pytestmark = pytest.mark.django_db


def _tell(person, key="moi-1", **how):
    how.setdefault("urgent", True)
    return actions.tell([person], key=key, subject="Phiếu bị trả lại", body="Thiếu tài liệu.", **how)


def test_the_same_key_tells_a_person_once() -> None:
    person = make.person(email="dv@example.gov.vn")
    assert len(_tell(person)) == 1
    assert _tell(person) == []
    assert Job.objects.count() == 1


def test_a_message_of_a_rolled_back_act_is_never_sent() -> None:
    person = make.person(email="dv@example.gov.vn")

    def act() -> None:
        with transaction.atomic():
            _tell(person)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        act()
    assert (Notice.objects.count(), Job.objects.count()) == (0, 0)


def test_a_job_done_twice_mails_once() -> None:
    _tell(make.person(email="dv@example.gov.vn"))
    job = Job.objects.get()
    assert jobs.run(job.pk) is True
    assert jobs.run(job.pk) is False
    actions.send(job.key)
    assert [message.to for message in mail.outbox] == [["dv@example.gov.vn"]]
    assert Notice.objects.get().state == Letter.State.SENT


def test_a_person_without_address_is_told_in_the_page_only() -> None:
    _tell(make.person(email=""))
    jobs.run(Job.objects.get().pk)
    assert Notice.objects.get().state == Letter.State.NO_ADDRESS
    assert mail.outbox == []


def test_a_refused_address_is_noted(settings) -> None:
    settings.EMAIL_BACKEND = "tests.notices.mail.RefusingBackend"
    _tell(make.person(email="sai@example.gov.vn"))
    jobs.run(Job.objects.get().pk)
    notice = Notice.objects.get()
    assert notice.state == Letter.State.REFUSED
    assert "no such user" in notice.letter.error
    assert queries.address_problems([notice.user_id])


def test_line_breaks_never_reach_the_headers() -> None:
    person = make.person(email="dv@example.gov.vn")
    actions.tell([person], key="k", subject="Phường\r\nBcc: x@y.vn\u2028To: z", body="b", urgent=True)
    jobs.run(Job.objects.get().pk)
    assert mail.outbox[0].subject == "Phường Bcc: x@y.vn To: z"


def test_each_person_reads_her_own_messages(client) -> None:
    mine, hers = make.person(), make.person()
    _tell(mine)
    _tell(hers)
    client.force_login(mine)
    page = client.get("/notices/")
    assert page.content.decode().count("Phiếu bị trả lại") >= 1
    other = Notice.objects.get(user=hers)
    assert client.post(f"/notices/{other.pk}/read/").status_code == 404
    own = Notice.objects.get(user=mine)
    assert client.post(f"/notices/{own.pk}/read/").status_code == 302
    own.refresh_from_db()
    assert own.read_at is not None


def test_the_list_takes_the_same_number_of_queries_for_many(client, django_assert_max_num_queries) -> None:
    person = make.person()
    for number in range(25):
        _tell(person, key=f"k{number}")
    client.force_login(person)
    with django_assert_max_num_queries(6):
        assert client.get("/notices/").status_code == 200
