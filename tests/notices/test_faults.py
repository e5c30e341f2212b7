"""Two hundred letters, and the worker killed with -9 in the middle of the batch, again and again.

The seed fixes at how many letters delivered each kill falls, and how long after. The box gets every letter once;
the SMTP server gets every letter, and one more of those that were on the line when the worker died.
"""

import mailbox
import random
import time
from collections import Counter

import pytest
from django.db import transaction

from backend.jobs.models import Job
from backend.notices.actions import Message, tell_all
from backend.notices.models import Kind, Letter
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.notices.mail import server

pytestmark = [pytest.mark.slow]

LETTERS = 200
KILLS = 4
SOON = {"JOB_STALE_SECONDS": "2", "MAIL_TIMEOUT": "1", "MAIL_RETRY_SECONDS": "1", "MAIL_PER_MINUTE": "100000"}


@pytest.fixture
def addresses() -> set[str]:
    """Tell two hundred people something urgent."""
    empty_queue()
    people = [make.person(email=f"nguoi-nhan-{number}@example.gov.vn") for number in range(LETTERS)]
    messages = [Message(person, "ngay-cuoi", "Ngày cuối", "Hôm nay là hạn.") for person in people]
    with transaction.atomic():
        tell_all(messages, kind=Kind.DEADLINE, urgent=True)
    return {person.email for person in people}


def _kill_at_seeded_moments(took, database_url, log, **environment) -> None:
    moments = random.Random(20261201)
    marks = sorted(moments.sample(range(5, LETTERS - 5), KILLS))
    for mark in marks:
        with worker(database_url, log, **SOON, **environment) as running:
            assert until(lambda mark=mark: took() >= mark), log.read_text()
            time.sleep(moments.random() * 0.02)
            running.kill()
            running.wait()
    with worker(database_url, log, **SOON, **environment):
        assert until(_all_ended), log.read_text()


def _all_ended() -> bool:
    ended = [Letter.State.SENT, Letter.State.UNSURE]
    return Letter.objects.filter(state__in=ended).count() == LETTERS


def test_the_box_gets_every_letter_once_though_the_worker_is_killed(database_url, tmp_path, addresses):
    box = tmp_path / "mail"
    new = box / "new"

    def took() -> int:
        return len(list(new.iterdir())) if new.exists() else 0

    _kill_at_seeded_moments(took, database_url, tmp_path / "log", EMAIL_URL=f"maildir://{box}")
    counted = Counter(letter["To"] for letter in mailbox.Maildir(box))
    assert counted == dict.fromkeys(addresses, 1)
    assert Letter.objects.filter(doubts__gt=0).count() == 0
    assert Job.objects.filter(work="backend.notices.actions.send").count() == 1


def test_the_server_gets_every_letter_and_twice_only_those_in_doubt(database_url, tmp_path, addresses):
    with server(slow=0.02) as mta:
        url = f"smtp://127.0.0.1:{mta.port}"
        _kill_at_seeded_moments(lambda: len(mta.letters), database_url, tmp_path / "log", EMAIL_URL=url)
        took = mta.took()
    doubted = set(Letter.objects.filter(doubts__gt=0).values_list("address", flat=True))
    assert addresses - set(took) == set()
    assert {address for address, times in took.items() if times > 1} <= doubted
    assert sum(took.values()) - LETTERS <= len(doubted) <= KILLS
    assert all(len(set(ids)) == 1 for ids in _ids(mta).values())


def _ids(mta) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for letter in mta.messages():
        found.setdefault(letter["To"], []).append(letter["Message-ID"])
    return found


def test_a_server_that_dies_and_comes_back_costs_no_letter(database_url, tmp_path, addresses):
    with server(slow=0.01) as mta:
        url = f"smtp://127.0.0.1:{mta.port}"
        with worker(database_url, tmp_path / "log", **SOON, EMAIL_URL=url):
            assert until(lambda: len(mta.letters) > 50)
            mta.stop()
            time.sleep(2)
            mta.start()
            assert until(_all_ended), (tmp_path / "log").read_text()
    took = mta.took()
    doubted = set(Letter.objects.filter(doubts__gt=0).values_list("address", flat=True))
    assert set(took) == addresses
    assert {address for address, times in took.items() if times > 1} <= doubted
