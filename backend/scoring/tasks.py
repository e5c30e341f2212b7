"""What the schedule does for cards."""

from celery import shared_task

from backend.scoring import actions


@shared_task(ignore_result=True)
def remind() -> None:
    """Tell people of deadlines that come near."""
    actions.remind()
