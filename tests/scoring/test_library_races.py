"""Many clicks at once: each piece is attached again once, one package is made for one person."""

from __future__ import annotations

import pytest

from backend.jobs.models import Job
from backend.scoring import actions, queries
from backend.scoring.models import Bundle, Evidence, Reading
from tests.scoring import specimens
from tests.scoring.shelves import found_clean, named, next_year, own_storage, put  # noqa: F401
from tests.scoring.test_races import at_once, succeeded
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def here():
    before = world(year=2025)
    put(before, "1.1", specimens.paper("Ô Môn"), "Kế hoạch.pdf")
    named(before, "2.1")
    found_clean()
    return next_year(before)


def test_eight_clicks_attach_each_piece_once(here):
    picks = [offer.key for offer in queries.offers(here.card, here.officer)]
    answers = at_once(lambda _number: actions.reuse(here.card, picks, by=here.officer))
    assert sum(len(made) for made in succeeded(answers)) == 2
    assert Evidence.objects.filter(score__card=here.card).count() == 2
    assert Evidence.history.filter(reused_year=2025).count() == 2


def test_eight_clicks_ask_for_one_package(here):
    answers = at_once(lambda _number: actions.request_bundle(here.card, by=here.officer).pk)
    assert len(set(answers)) == 1
    assert Bundle.objects.count() == 1
    assert Job.objects.filter(work="backend.scoring.actions.make_bundle").count() == 1


def test_workers_that_read_one_file_at_once_leave_one_reading(here):
    key = str(Evidence.objects.exclude(file=None).get().file_id)
    at_once(lambda _number: actions.read_file(key), 3)
    reading = Reading.objects.get()
    assert (reading.pages_read, reading.file.page_texts.count()) == (1, 1)
