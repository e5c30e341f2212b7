"""The door of the schedule: the library is tended."""

from celery import shared_task

from backend.scoring import actions


@shared_task(ignore_result=True)
def tend_library() -> None:
    """Remove packages that were kept long enough; queue files that were never read."""
    actions.sweep_bundles()
    actions.catch_up()
