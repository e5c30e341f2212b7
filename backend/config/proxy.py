"""Whose request it is, behind nginx or without it."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of the person's machine.

    X-Real-IP counts only when BEHIND_PROXY says that nginx sets it; from anybody else it would be a lie.
    """
    told = request.headers.get("X-Real-IP", "") if settings.BEHIND_PROXY else ""
    return told or request.META.get("REMOTE_ADDR", "")
