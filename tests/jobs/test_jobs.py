"""The table of jobs: whatever dies, the work is done, and done by one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core import clock
from backend.jobs import actions
from backend.jobs.models import Job

pytestmark = pytest.mark.django_db

DONE: list[str] = []
WORK = "tests.jobs.test_jobs.work"


def work(key: str) -> None:
    """Note the key; one key fails on purpose."""
    if key == "bad":
        raise ValueError(key)
    DONE.append(key)


@pytest.fixture(autouse=True)
def _empty() -> None:
    DONE.clear()


def test_one_live_job_per_key() -> None:
    assert actions.enqueue(WORK, 1).pk == actions.enqueue(WORK, 1).pk
    assert actions.enqueue(WORK, 2).pk != actions.enqueue(WORK, 1).pk


def test_a_job_is_done_once() -> None:
    job = actions.enqueue(WORK, "a")
    assert [actions.run(job.pk), actions.run(job.pk)] == [True, False]
    assert DONE == ["a"]
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_job_whose_worker_died_is_swept_and_finished() -> None:
    job = actions.enqueue(WORK, "b")
    long_ago = clock.now() - actions.STALE_AFTER - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat=long_ago, attempts=1)
    assert actions.sweep() == 1
    assert actions.run(job.pk) is True
    assert DONE == ["b"]


def test_a_job_that_beats_is_left_to_its_worker() -> None:
    job = actions.enqueue(WORK, "c")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat=clock.now())
    assert actions.sweep() == 0
    assert actions.run(job.pk) is False
    assert DONE == []


def test_a_failing_job_waits_longer_each_time_and_stops_at_last() -> None:
    job = actions.enqueue(WORK, "bad")
    for attempt in range(actions.MOST_ATTEMPTS):
        Job.objects.filter(pk=job.pk).update(not_before=None)
        with pytest.raises(ValueError, match="bad"):
            actions.run(job.pk)
        job.refresh_from_db()
        assert job.attempts == attempt + 1
    assert (job.state, job.not_before) == (Job.State.FAILED, None)
    assert "bad" in job.error


def test_a_job_that_waits_is_not_done_before_its_time() -> None:
    job = actions.enqueue(WORK, "d")
    Job.objects.filter(pk=job.pk).update(not_before=clock.now() + timedelta(hours=1))
    assert actions.run(job.pk) is False


def test_sqlite_counts_its_rows_and_postgresql_is_left_to_itself() -> None:
    actions.enqueue(WORK, "counted")
    with CaptureQueriesContext(connection) as asked:
        actions.count_rows()
    if connection.vendor == "postgresql":
        assert not asked.captured_queries
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s", [Job._meta.db_table])
        assert cursor.fetchall()
