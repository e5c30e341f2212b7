"""Documents of all units in one go: made once each, in few at a time, stopped and gone on with, packed with an index."""

import hashlib
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.jobs import actions as jobs
from backend.jobs.models import Job
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions as reports
from reports import queries
from reports.bulk import actions
from reports.bulk import queries as batches
from reports.bulk.models import Batch, BatchItem
from reports.models import Document
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.reports import seasons

pytestmark = [pytest.mark.slow]  # letters are set by WeasyPrint

State, Item = Batch.State, BatchItem.State


def a_season(count=3, *, publish=True, **fields):
    names = {f"Xã số {number}": (str(30 + number), "20") for number in range(1, count + 1)}
    round_ = seasons.simple(names, **fields)
    if publish:
        reports.publish_ranking(round_, by=SYSTEM)
    user, actor = make.seated(Role.SECRETARY, round_.host)
    return round_, user, actor


def work(most=200):
    """Do what waits in the table, as a worker would, until nothing is left."""
    for _turn in range(most):
        job = (
            Job.objects.filter(state=Job.State.QUEUED, work__startswith="reports.bulk").order_by("pk").first()
        )
        if job is None:
            return
        jobs.run(job.pk)


def opened(batch):
    batch.refresh_from_db()
    with default_storage.open(batch.stored_as, "rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


@pytest.mark.django_db
def test_every_unit_has_its_document_in_one_zip_with_an_index():
    round_, _user, actor = a_season()
    batch = actions.start(round_, "appraisal", by=actor)
    work()
    package = opened(batch)
    assert batch.state == State.READY
    assert package.namelist() == [
        *(f"{number:03} - Kết quả thẩm định - Xã số {number} - 2026.pdf" for number in (1, 2, 3)),
        "000 - Mục lục.xlsx",
    ]
    page = openpyxl.load_workbook(io.BytesIO(package.read("000 - Mục lục.xlsx"))).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[3][:3] == ["STT", "Đơn vị", "Tên tệp"]
    for row in rows[4:]:
        content = package.read(row[2])
        assert (row[3], row[4]) == (len(content), hashlib.sha256(content).hexdigest())
    assert batch.size == default_storage.size(batch.stored_as)


@pytest.mark.django_db
def test_few_are_on_their_way_at_a_time(monkeypatch):
    monkeypatch.setattr(actions, "WINDOW", 2)
    round_, _user, actor = a_season(5)
    batch = actions.start(round_, "appraisal", by=actor)
    most = 0
    for _turn in range(5):
        waiting = Job.objects.filter(work=actions.MAKE, state=Job.State.QUEUED)
        most = max(most, waiting.count())
        jobs.run(waiting.order_by("pk").first().pk)
    assert most == 2
    assert batches.progress_of(batch).done == 5


@pytest.mark.django_db
def test_a_document_that_stands_already_is_not_made_again():
    round_, _user, actor = a_season()
    first = actions.start(round_, "appraisal", by=actor)
    work()
    made = set(Document.objects.values_list("pk", "made_at"))
    second = actions.start(round_, "appraisal", by=actor)
    work()
    assert second != first
    assert set(Document.objects.values_list("pk", "made_at")) == made


@pytest.mark.django_db
def test_one_that_is_at_work_is_not_begun_twice():
    round_, user, actor = a_season()
    first = actions.start(round_, "appraisal", by=actor)
    assert actions.start(round_, "appraisal", by=actor) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.create(round=round_, kind="appraisal", requested_by=user, requested_at=clock.now())


@pytest.mark.django_db
def test_a_stopped_batch_begins_nothing_more_and_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(actions, "WINDOW", 1)
    round_, _user, actor = a_season()
    batch = actions.start(round_, "appraisal", by=actor)
    jobs.run(Job.objects.get(work=actions.MAKE).pk)
    actions.cancel(batch, by=actor)
    work()
    assert batches.progress_of(batch).done == 1
    assert Document.objects.count() == 1
    with pytest.raises(OutOfStep, match="đã dừng"):
        actions.cancel(batch, by=actor)
    done = Document.objects.get().made_at
    actions.resume(batch, by=actor)
    work()
    batch.refresh_from_db()
    assert (batch.state, Document.objects.count()) == (State.READY, 3)
    assert Document.objects.order_by("pk").first().made_at == done
    with pytest.raises(OutOfStep, match="đã xong"):
        actions.resume(batch, by=actor)


@pytest.mark.django_db
def test_what_cannot_be_made_is_given_up_named_in_the_index_and_tried_again(monkeypatch):
    round_, _user, actor = a_season()
    bad = round_.cards.order_by("pk")[1].pk
    good = actions.make

    def failing(key):
        if Document.objects.get(pk=key).card_id == bad:
            raise OSError("full")
        good(key)

    monkeypatch.setattr(actions, "make", failing)
    batch = actions.start(round_, "appraisal", by=actor)
    for _turn in range(12):
        Job.objects.update(not_before=None)
        job = (
            Job.objects.filter(state=Job.State.QUEUED, work__startswith="reports.bulk").order_by("pk").first()
        )
        if job is None:
            break
        try:
            jobs.run(job.pk)
        except OSError:
            continue
    batch.refresh_from_db()
    assert (batch.state, batches.progress_of(batch)) == (State.READY, batches.Progress(3, 2, 1))
    page = openpyxl.load_workbook(io.BytesIO(opened(batch).read("000 - Mục lục.xlsx"))).worksheets[0]
    assert [row[5].value for row in page.iter_rows(min_row=5)].count("không lập được") == 1
    monkeypatch.setattr(actions, "make", good)
    actions.resume(batch, by=actor)
    work()
    assert batches.progress_of(batch) == batches.Progress(3, 3, 0)
    assert len(opened(batch).namelist()) == 4


@pytest.mark.django_db
def test_only_the_host_begins_one_and_only_who_asked_has_it():
    round_, _user, actor = a_season()
    card = round_.cards.first()
    _other, officer = make.seated(Role.OFFICER, card.unit)
    _other, colleague = make.seated(Role.SECRETARY, round_.host)
    with pytest.raises(Refused):
        actions.start(round_, "appraisal", by=officer)
    batch = actions.start(round_, "appraisal", by=actor)
    for act in (actions.cancel, actions.resume):
        with pytest.raises(Refused):
            act(batch, by=colleague)
    assert not batches.batches_for(colleague).exists()
    with pytest.raises(Invalid):
        actions.start(round_, "ranking", by=actor)


@pytest.mark.django_db
@pytest.mark.parametrize("publish", [True, False])
@pytest.mark.parametrize("kind", batches.KINDS)
def test_a_batch_holds_exactly_what_one_by_one_would_be_given(kind, publish):
    round_, _user, _actor = a_season(publish=publish)
    unit = round_.cards.order_by("pk").first().unit
    _works, actor = make.seated(Role.SECRETARY, round_.host, workplace=unit)
    cards = list(round_.cards.select_related("unit", "round__host").order_by("unit__order"))
    wanted = [card.pk for card in cards if queries.kind_is_open(actor, card, kind)]
    assert [card.pk for card in batches.cards_with(round_, kind, actor)] == wanted


@pytest.mark.django_db
def test_a_round_without_results_has_no_sheets():
    host = make.unit("Thành phố thử", kind="city")
    round_ = seasons.season(host, seasons.criteria(host, {"1.1": "10"}))
    _user, actor = make.seated(Role.SECRETARY, host)
    with pytest.raises(OutOfStep):
        actions.start(round_, "handout", by=actor)


@pytest.mark.django_db
def test_old_packages_are_swept_and_their_documents_stay():
    round_, _user, actor = a_season()
    batch = actions.start(round_, "appraisal", by=actor)
    work()
    batch.refresh_from_db()
    assert actions.sweep_batches() == 0
    Batch.objects.update(requested_at=clock.now() - timedelta(days=3))
    assert actions.sweep_batches() == 1
    assert not default_storage.exists(batch.stored_as)
    assert Document.objects.filter(state="ready").count() == 3


@pytest.mark.django_db
def test_the_page_begins_shows_stops_and_gives_the_zip():
    round_, user, _actor = a_season()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("reports:batch_list", args=[round_.pk]), {"kind": "appraisal"})
    batch = Batch.objects.get()
    page = reverse("reports:batch", args=[batch.pk])
    assert answer["Location"] == page
    assert "0 trên 3 văn bản" in client.get(page).content.decode()
    partial = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    assert client.get(reverse("reports:batch_file", args=[batch.pk])).status_code == 409
    client.post(reverse("reports:batch_cancel", args=[batch.pk]))
    assert "Làm tiếp phần còn lại" in client.get(page).content.decode()
    client.post(reverse("reports:batch_resume", args=[batch.pk]))
    work()
    assert "3 trên 3 văn bản" in client.get(page).content.decode()
    given = client.get(reverse("reports:batch_file", args=[batch.pk]))
    assert zipfile.ZipFile(io.BytesIO(b"".join(given.streaming_content))).testzip() is None
    assert "3/3" in client.get(reverse("reports:batch_list", args=[round_.pk])).content.decode()


@pytest.mark.django_db
def test_json_begins_watches_stops_and_goes_on():
    round_, user, _actor = a_season()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    body = {"round": round_.pk, "kind": "appraisal"}
    made = client.post(reverse("api:batch-list"), body, content_type="application/json")
    assert (made.status_code, made.json()["total"]) == (202, 3)
    at = [made.json()["id"]]
    assert client.post(reverse("api:batch-cancel", args=at)).json()["state"] == "cancelled"
    assert client.post(reverse("api:batch-resume", args=at)).json()["state"] == "making"
    work()
    told = client.get(reverse("api:batch-detail", args=at)).json()
    assert (told["state"], told["done"], told["failed"]) == ("ready", 3, 0)


def test_a_killed_worker_leaves_nothing_undone_and_nothing_is_done_twice(database_url, tmp_path):
    empty_queue()
    round_, _user, actor = a_season(12)
    log = tmp_path / "worker.log"
    soon = {"JOB_STALE_SECONDS": "2"}
    done = BatchItem.objects.filter(state=Item.DONE)
    with worker(database_url, log, **soon) as first:
        batch = actions.start(round_, "appraisal", by=actor)
        assert until(lambda: done.count() >= 2, 240), log.read_text()
        first.kill()
        first.wait()
    before = {item.document_id: item.document.made_at for item in done.select_related("document")}
    assert 2 <= len(before) < 12
    with worker(database_url, log, **soon):
        assert until(lambda: Batch.objects.get(pk=batch.pk).state == State.READY, 240), log.read_text()
    made = dict(Document.objects.values_list("pk", "made_at"))
    assert len(made) == 12
    assert {key: made[key] for key in before} == before
    assert len(opened(batch).namelist()) == 13
    # What was not on its way at the kill was tried once; what was, at most once more.
    tries = list(BatchItem.objects.values_list("tries", flat=True))
    assert sum(tries) <= 12 + 1
