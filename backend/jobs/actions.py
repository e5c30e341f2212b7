"""Put work in the table, claim it, beat while it runs, finish it, sweep what died."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from backend.core import clock
from backend.jobs.models import Job

STALE_AFTER = timedelta(seconds=settings.JOB_STALE_SECONDS)
BEAT_EVERY = settings.JOB_STALE_SECONDS / 4
MOST_ATTEMPTS = 5


def enqueue(work: str, key: object) -> Job:
    """Record a call of ``work`` with ``key`` and send it after commit. One live job per key."""
    job, made = Job.objects.get_or_create(
        work=work,
        key=str(key),
        state__in=[Job.State.QUEUED, Job.State.RUNNING],
        defaults={"queued_at": clock.now(), "state": Job.State.QUEUED},
    )
    if made:
        transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int) -> None:
    """Hand the job to Celery. If no broker answers, the sweeper sends it later."""
    from kombu.exceptions import OperationalError  # deferred: Celery loads slowly

    from backend.jobs.tasks import run_job

    try:
        run_job.delay(job_id)
    except (OperationalError, OSError):
        return


def run(job_id: int) -> bool:
    """Claim and do the job; return whether it was this call that did it."""
    job = _claim(job_id)
    if job is None:
        return False
    try:
        with _beating(job.pk):
            import_string(job.work)(job.key)
    except Exception as problem:
        _fail(job, repr(problem))
        raise
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, finished_at=clock.now(), error="", heartbeat=None
    )
    return True


def sweep() -> int:
    """Send again what waits too long or whose worker died; return how many were sent."""
    now = clock.now()
    died = Q(state=Job.State.RUNNING, heartbeat__lt=now - STALE_AFTER)
    waits = Q(state=Job.State.QUEUED, queued_at__lt=now - timedelta(seconds=15))
    ready = Q(not_before__isnull=True) | Q(not_before__lte=now)
    found = list(Job.objects.filter(died | waits).filter(ready).values_list("pk", flat=True)[:200])
    for job_id in found:
        send(job_id)
    return len(found)


@transaction.atomic
def _claim(job_id: int) -> Job | None:
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    now = clock.now()
    if job is None or not _claimable(job, now):
        return None
    job.state = Job.State.RUNNING
    job.attempts += 1
    job.heartbeat = now
    job.save(update_fields=["state", "attempts", "heartbeat"])
    return job


def _claimable(job: Job, now: object) -> bool:
    if job.state == Job.State.QUEUED:
        return job.not_before is None or job.not_before <= now  # type: ignore[operator]
    died = job.heartbeat is None or job.heartbeat < now - STALE_AFTER  # type: ignore[operator]
    return job.state == Job.State.RUNNING and died


def _fail(job: Job, error: str) -> None:
    now = clock.now()
    again = job.attempts < MOST_ATTEMPTS
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.QUEUED if again else Job.State.FAILED,
        not_before=now + timedelta(seconds=5 * 2**job.attempts) if again else None,
        finished_at=None if again else now,
        heartbeat=None,
        error=error[:2000],
    )


def count_rows() -> None:
    """Let SQLite look how its tables have grown; without, it may read a whole season's marks for one card.

    PostgreSQL does so by itself (autovacuum). ``analysis_limit`` bounds the work on each index.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")


@contextmanager
def _beating(job_id: int) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(job_id, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _beat(job_id: int, stop: threading.Event) -> None:
    while not stop.wait(BEAT_EVERY):
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(heartbeat=clock.now())
    connection.close()
