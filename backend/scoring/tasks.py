"""Background work of the scoring slice that nobody asks for: it comes by the clock."""

from celery import shared_task

from backend.scoring import actions


@shared_task(ignore_result=True)
def sweep_uploads() -> None:
    """Give up uploads that nobody went on with, and drop their pieces."""
    actions.sweep_uploads()
