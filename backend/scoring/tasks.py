"""What the schedule does for cards and their files."""

from celery import shared_task

from backend.scoring import actions


@shared_task(ignore_result=True)
def remind() -> None:
    """Tell people of deadlines that come near."""
    actions.remind()


@shared_task(ignore_result=True)
def sweep_uploads() -> None:
    """Give up uploads that nobody went on with, and drop their pieces."""
    actions.sweep_uploads()


@shared_task(ignore_result=True)
def tend_library() -> None:
    """Remove packages that were kept long enough; queue files that were never read."""
    actions.sweep_bundles()
    actions.catch_up()
