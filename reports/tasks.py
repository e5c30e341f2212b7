"""What the schedule does for documents."""

from celery import shared_task

from reports.bulk import actions


@shared_task(ignore_result=True)
def sweep_batches() -> None:
    """Remove packages that were kept long enough."""
    actions.sweep_batches()
