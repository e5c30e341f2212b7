"""What the schedule does for rounds."""

from celery import shared_task

from backend.rounds import actions


@shared_task(ignore_result=True)
def take_checkpoints() -> None:
    """Sign the log after a step has locked, and every day."""
    actions.take_checkpoints()
