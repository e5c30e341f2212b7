"""What the schedule does for messages."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from backend.notices import actions


@shared_task(ignore_result=True)
def post() -> None:
    """Send the letters that are due."""
    actions.post()


@shared_task(ignore_result=True)
def read_bounces() -> None:
    """Read the letters that came back."""
    actions.read_bounces(Path(settings.BOUNCE_MAILDIR))
