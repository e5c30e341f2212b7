"""Celery's doors: one job, the sweeper, the database's own upkeep."""

from celery import shared_task

from backend.jobs import actions


@shared_task(ignore_result=True)
def run_job(job_id: int) -> None:
    """Do one job of the table."""
    actions.run(job_id)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Send again the jobs whose worker or message was lost."""
    actions.sweep()


@shared_task(ignore_result=True)
def count_rows() -> None:
    """Keep the database's idea of its own size fresh."""
    actions.count_rows()
